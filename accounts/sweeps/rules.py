"""Follow-ups of sweeps: a unit that is to be called on again (tracking-and-reports)."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.choices import Renovation, UnitState
from accounts.models import SweepUnit
from crm.workdays import WorkCalendar
from followups.models import FollowUp, RuleSetting
from followups.planning import rule_params
from followups.rules import Due, Param, Rule, RuleContext

CALL_ON_UNIT = "sweep-unit-due"
COLUMNS = ("pk", "place_id", "place__name", "place__owner_id", "building", "number", "person", "next_on", "version")
# Days until the next call, per progress of the renovation: ours, editable. Nobody in is tried again soon.
GAPS = {
    Renovation.NOT_BEGUN: 30,
    Renovation.PIPES: 14,
    Renovation.TILES: 10,
    Renovation.WOOD: 7,
    Renovation.PAINT: 3,
    Renovation.FITTING: 2,
    UnitState.NOBODY: 3,
}


def unit_key(unit_id: int, day: date | None) -> str:
    """Return the key of the call agreed for a day: one occurrence is one day; empty where there is none."""
    return f"{CALL_ON_UNIT}:{unit_id}:{day.isoformat()}" if day else ""


def unit_dues(units: "QuerySet[SweepUnit]", calendar: WorkCalendar) -> Iterator[Due]:
    """Yield the follow-up of each of these units that is to be called on again; a customer has its own."""
    rows = units.filter(next_on__isnull=False, account=None, place__archived_at=None).order_by("pk")
    for pk, _place, name, owner_id, building, number, person, day, version in rows.values_list(*COLUMNS).iterator():
        yield Due(
            kind=CALL_ON_UNIT,
            subject=("sweep_unit", pk),
            recipient_id=owner_id,
            due_on=calendar.previous_workday(day),
            key=unit_key(pk, day),
            params={"unit": f"{name} {building}-{number}", "person": person, "day": day.isoformat()},
            source_version=version,
        )


def units_due(context: RuleContext) -> Iterator[Due]:
    """Yield a follow-up for whoever sweeps a place, for every unit there that is to be called on within some days.

    What was agreed at a door has its follow-up from that moment on, however far ahead, and keeps it.
    """
    line = context.on + timedelta(days=int(context.params["lead_days"]))
    agreed = FollowUp.objects.open().filter(kind=CALL_ON_UNIT, subject_kind="sweep_unit").values("subject_id")
    yield from unit_dues(SweepUnit.objects.filter(Q(next_on__lte=line) | Q(pk__in=agreed)), context.calendar)


UNIT_RULE = Rule(
    kind=CALL_ON_UNIT,
    label=_("Swept unit to be called on again"),
    title=_("Call on %(unit)s %(person)s"),
    reason=_("The state of the renovation, or what was agreed, asks for a call on %(day)s."),
    plan=units_due,
    params=(
        Param("lead_days", _("Days ahead"), default=1, low=0, high=14),
        Param("before_install", _("Days before the installation"), default=14, low=1, high=90),
        *(
            Param(f"gap_{progress.value.lower()}", progress.label, default=GAPS[progress], low=0, high=180)
            for progress in Renovation
            if progress in GAPS
        ),
        Param("gap_nobody", UnitState.NOBODY.label, default=GAPS[UnitState.NOBODY], low=1, high=60),
    ),
)


def _params() -> Mapping[str, int]:
    return rule_params(UNIT_RULE, RuleSetting.objects.filter(kind=CALL_ON_UNIT).first())


def gaps_of() -> dict[str, int]:
    """Return the days until the next call, per progress and for nobody in, as the admin set them."""
    params = _params()
    return {str(key): params[f"gap_{key.value.lower()}"] for key in GAPS} | {Renovation.LIVED_IN.value: 0}


def ahead_days() -> int:
    """Return how many days before a planned installation the call is due."""
    return _params()["before_install"]
