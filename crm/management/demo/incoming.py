"""Who called and walked in, what was judged of one of them, and a competitor there; two regions are key."""

from datetime import time

from accounts.actions.inquiries import answer_inquiry, register_inquiry
from accounts.actions.qualification import add_rival, judge
from accounts.actions.regions import mark_region
from accounts.choices import AccountKind, Aspect, Channel, Heard, Verdict
from accounts.models import Account
from crm.management.demo.scene import Scene
from teams.models import User

MORNING = time(9)
KEY_CITIES = 2
CALLS = (
    ("钱女士", "想看样机，问能不能先试用一个月", Channel.EXHIBITION, Heard.EXHIBITION),
    ("孙先生", "要一台样机的报价，下周来展厅", Channel.CALL, Heard.ADVERTISING),
)


def make_incoming(scene: Scene) -> None:
    """Write them through the actions people use; the first one called has been answered."""
    rep, days = scene.firm.reps[0], scene.days
    now = days.at(days.on, MORNING)
    prospects = Account.objects.filter(owner=rep, kind=AccountKind.PROSPECT).order_by("pk")
    for number, (account, call) in enumerate(zip(prospects, CALLS, strict=False)):
        person, wants, channel, heard = call
        made = register_inquiry(
            person=person, wants=wants, channel=channel, heard=heard, account=account, actor=rep, now=now
        )
        if number == 0:
            answer_inquiry(made, actor=rep, now=now)
            seen = {"aspect": Aspect.NEED, "verdict": Verdict.PASSED, "evidence": "展会上说明年要扩一条线"}
            judge(account, **seen, actor=rep, on=days.on)
    _make_rival(rep)
    places = Account.objects.filter(owner=rep).order_by("pk").values_list("province", "city")
    for province, city in list(dict.fromkeys(places))[:KEY_CITIES]:
        mark_region(province=province, city=city, actor=rep)


def _make_rival(rep: User) -> None:
    largest = Account.objects.filter(owner=rep, tier="A").order_by("pk").first()
    if largest:
        add_rival(
            largest,
            name="江南机电",
            product="JD-200",
            satisfaction=2,
            salesperson="刘强",
            style="报价快，常请客",
            relation="与设备科长是同学",
            actor=rep,
        )
