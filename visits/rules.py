"""Follow-ups of planned stops: a visit tomorrow, and a visit nobody has logged."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from followups.choices import Channel
from followups.rules import Due, Param, Rule, RuleContext
from visits.models import PlanItem

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
    params = {"customer": item.account.called, "day": day, "when": when}
    return params | {"goal": item.goal} if item.goal else params


def _due(kind: str, item: PlanItem, *, due_on: date, key: str) -> Due:
    return Due(
        kind=kind,
        subject=("plan_item", item.pk),
        recipient_id=item.plan.user_id,
        due_on=due_on,
        key=key,
        params=_params(item),
        account_id=item.account_id,
        source_version=item.version,
    )


def visits_tomorrow(context: RuleContext) -> Iterator[Due]:
    """Yield the open stops of the next working day and of the free days before it, due on the working day before.

    A visit on a Saturday or a Monday is told on Friday. The key holds the day: moving a stop makes a new occasion.
    """
    last = context.calendar.next_workday(context.on + ONE_DAY)
    for item in _open_stops(context.on + ONE_DAY, last).iterator(chunk_size=500):
        day = item.plan.day
        due_on = context.calendar.previous_workday(day - ONE_DAY)
        yield _due(VISIT_TOMORROW, item, due_on=due_on, key=f"visit-tomorrow:{item.pk}:{day:%Y%m%d}")


def visits_not_logged(context: RuleContext) -> Iterator[Due]:
    """Yield the open stops of days that are over, due on the next working day; one occasion a stop.

    What was learnt is written down the same day (growing-key-accounts); after the set number of days it is no longer
    asked for.
    """
    first = context.on - timedelta(days=context.params["days"])
    for item in _open_stops(first, context.on - ONE_DAY).iterator(chunk_size=500):
        due_on = context.calendar.next_workday(item.plan.day + ONE_DAY)
        yield _due(NOT_LOGGED, item, due_on=due_on, key=f"visit-not-logged:{item.pk}")


RULES = (
    Rule(
        kind=VISIT_TOMORROW,
        label=_("Visit tomorrow"),
        title=_("Visit %(customer)s on %(when)s"),
        reason=_("It is in your plan. Goal: %(goal)s"),
        plan=visits_tomorrow,
    ),
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
