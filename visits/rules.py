"""Follow-ups of planned stops: a visit tomorrow, and a visit nobody has logged."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.workdays import WorkCalendar
from followups.choices import Channel
from followups.rules import Due, Param, Rule, RuleContext
from followups.wording import MISSING
from visits.choices import Purpose
from visits.models import DayPlan, PlanItem

VISIT_TOMORROW = "visit_tomorrow"
NOT_LOGGED = "visit_not_logged"
ONE_DAY = timedelta(days=1)


def _open_stops(first: date, last: date) -> "QuerySet[PlanItem]":
    """Return the open stops of people who work here, from the first day to the last."""
    stops = PlanItem.objects.open().filter(plan__day__range=(first, last), plan__user__is_active=True)
    return stops.select_related("plan", "account").order_by("pk")


def _params(item: PlanItem) -> dict[str, str]:
    day = item.plan.day.isoformat()
    when = f"{day} {item.starts_at:%H:%M}" if item.starts_at else day
    params = {"customer": item.account.called, "day": day, "when": when, "purpose": item.purpose}
    return params | {"goal": item.goal} if item.goal else params


def _as_shown(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Say the day without its year, and the purpose where no goal was written down."""
    purpose = params.get("purpose", "")
    aim = params.get("goal") or (Purpose(purpose).label if purpose in Purpose.values else MISSING)
    return {**params, "when": str(params.get("when", ""))[5:] or MISSING, "goal": aim}


def _due(kind: str, item: PlanItem, *, due_on: date, key: str, ends_on: date | None = None) -> Due:
    return Due(
        kind=kind,
        subject=("plan_item", item.pk),
        recipient_id=item.plan.user_id,
        due_on=due_on,
        key=key,
        params=_params(item),
        account_id=item.account_id,
        source_version=item.version,
        ends_on=ends_on,
    )


def tomorrow_key(item: PlanItem) -> str:
    """Return the key of a stop's reminder; it holds the day, so another day is another occasion."""
    return f"visit-tomorrow:{item.pk}:{item.plan.day:%Y%m%d}"


def not_logged_key(item: PlanItem) -> str:
    """Return the key of the question for a stop's visit."""
    return f"visit-not-logged:{item.pk}"


def _stops_of_tomorrow(on: date, calendar: WorkCalendar) -> "QuerySet[PlanItem]":
    return _open_stops(on + ONE_DAY, calendar.next_workday(on + ONE_DAY))


def _tomorrow(item: PlanItem, calendar: WorkCalendar) -> Due:
    due_on = calendar.previous_workday(item.plan.day - ONE_DAY)
    return _due(VISIT_TOMORROW, item, due_on=due_on, key=tomorrow_key(item), ends_on=item.plan.day)


def visits_tomorrow(context: RuleContext) -> Iterator[Due]:
    """Yield the open stops of the next working day and of the free days before it, due on the working day before.

    A visit on a Saturday or a Monday is told on Friday.
    """
    for item in _stops_of_tomorrow(context.on, context.calendar).iterator(chunk_size=500):
        yield _tomorrow(item, context.calendar)


def tomorrow_of(plan: DayPlan, *, on: date, calendar: WorkCalendar) -> list[Due]:
    """Return what the rule yields about the stops of one plan."""
    return [_tomorrow(item, calendar) for item in _stops_of_tomorrow(on, calendar).filter(plan=plan)]


def visits_not_logged(context: RuleContext) -> Iterator[Due]:
    """Yield the open stops of days that are over, due on the next working day; one occasion a stop.

    What was learnt is written down the same day (growing-key-accounts); after the set number of days it is no longer
    asked for.
    """
    first = context.on - timedelta(days=context.params["days"])
    for item in _open_stops(first, context.on - ONE_DAY).iterator(chunk_size=500):
        due_on = context.calendar.next_workday(item.plan.day + ONE_DAY)
        yield _due(NOT_LOGGED, item, due_on=due_on, key=not_logged_key(item))


TOMORROW = Rule(
    kind=VISIT_TOMORROW,
    label=_("Visit tomorrow"),
    title=_("Visit %(customer)s on %(when)s"),
    reason=_("It is in your plan. Goal: %(goal)s"),
    plan=visits_tomorrow,
    prepare=_as_shown,
)
RULES = (
    TOMORROW,
    Rule(
        kind=NOT_LOGGED,
        label=_("Visit not logged"),
        title=_("Log the visit at %(customer)s of %(day)s, or drop it"),
        reason=_("It was planned for %(day)s and has no record."),
        plan=visits_not_logged,
        params=(Param("days", _("Days back that are asked for"), 14, 1, 60),),
        channels=(Channel.IN_APP,),
    ),
)
