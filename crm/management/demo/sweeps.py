"""A business park that the first rep sweeps office by office, and flats a customer built for its people."""

from datetime import time
from typing import Any

from accounts.actions.sweeps import create_place, note_unit
from accounts.choices import PlaceKind
from accounts.models import Account, SweepPlace
from accounts.sweeps.sweeping import doors
from crm.management.demo.scene import Scene

AFTERNOON = time(16)
# Door, days ago, what was found there.
PARK: tuple[tuple[str, int, dict[str, Any]], ...] = (
    ("101", 9, {"state": "REFUSED", "notes": "去年刚换过设备"}),
    ("102", 9, {"state": "NOBODY"}),
    ("103", 9, {"state": "WANTS", "person": "周敏", "phone": "138 0512 7766", "quantity": "120", "progress": "PIPES"}),
    ("201", 8, {"state": "TALKED", "person": "前台", "decider": "吴总", "decider_place": "WORK", "decider_at": "园区总部 3 楼"}),
    ("202", 8, {"state": "NOBODY"}),
    ("203", 8, {"state": "TALKED", "person": "徐工", "progress": "NOT_BEGUN"}),
    ("301", 2, {"state": "WANTS", "person": "钱经理", "phone": "139 0512 3388", "quantity": "80", "progress": "PAINT"}),
    ("302", 2, {"state": "NOBODY"}),
)  # fmt: skip


def make_sweeps(scene: Scene) -> None:
    """Write the two places through the actions people use."""
    rep = scene.firm.reps[0]
    park = create_place(
        name="金鸡湖科创园",
        kind=PlaceKind.ORGANISATION,
        doors=doors(["A座", "B座"], 6, 3),
        owner=rep,
        actor=rep,
        province="江苏省",
        city="苏州市",
        address="星湖街 328 号",
    )
    _note(park, scene)
    employer = Account.objects.filter(owner=rep, tier="A").order_by("pk").first()
    create_place(
        name="职工集资楼",
        kind=PlaceKind.EMPLOYER,
        employer=employer,
        doors=doors(["1", "2", "3"], 6, 2),
        owner=rep,
        actor=rep,
        city=employer.city if employer else "",
    )


def _note(place: SweepPlace, scene: Scene) -> None:
    for number, back, found in PARK:
        unit, day = place.units.get(building="A座", number=number), scene.days.back(back)
        note_unit(unit, changes=found, actor=place.owner, on=day, now=scene.days.at(day, AFTERNOON))
