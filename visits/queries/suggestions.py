"""The causes for which a person should see a customer, read from what is stored; `visits.suggesting` orders them."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts.actions.contact_log import contact_days
from accounts.cadence import next_due
from accounts.models import Account
from crm.workdays import WorkCalendar
from followups.actions.items import PROMISE
from followups.models import FollowUp
from pipeline.models import Opportunity
from pipeline.stalls import overdue_since
from teams.models import User
from visits.choices import Suggestion
from visits.models import DayPlan, PlanItem
from visits.suggesting import Cause, Proposal, suggest

# Of each sort so many causes are looked at; more than anybody can visit in a day, and bounded for a million customers.
AT_MOST = 60

Found = Iterator[tuple[int, Cause]]


def _promised(user: User, day: date, on: date) -> Found:
    """Yield promises that fall due by the day of the plan."""
    items = FollowUp.objects.of(user).awake(max(day, on)).filter(kind=PROMISE, due_on__lte=day)
    items = items.filter(account_id__in=Account.objects.visible_to(user).live().order_by().values("pk"))
    columns = ("account_id", "due_on", "params")
    rows: Iterable[Any] = items.order_by("due_on", "pk").values_list(*columns)[:AT_MOST]
    for account_id, due_on, params in rows:
        yield account_id, Cause(Suggestion.PROMISE, due_on, text=str(params.get("text", "")))


def _owed(user: User, day: date, calendar: WorkCalendar) -> Found:
    """Yield own customers whose next contact is due by the day, and those of a tier who were never contacted."""
    days = contact_days()
    due = Q(next_contact_on__lte=day) | Q(next_contact_on=None, tier__in=days)
    rows = Account.objects.live().filter(due, owner=user).order_by("tier", "next_contact_on", "pk")
    for account in rows.only("tier", "last_contact_on", "next_contact_on")[:AT_MOST]:
        last = account.last_contact_on
        since = account.next_contact_on or next_due(last, account.tier, days, calendar)
        if since is None or since <= day:
            yield account.pk, Cause(Suggestion.CADENCE, since, tier=account.tier, last_on=last)


def _stuck(user: User, on: date, calendar: WorkCalendar) -> Found:
    """Yield customers of own opportunities that stay too long at their step with no next step agreed."""
    mine = Opportunity.objects.live().filter(owner=user, account__archived_at=None, account__isnull=False)
    late = mine.overdue_at_step(on).select_related("our_step")
    for row in late.order_by("step_since", "pk")[:AT_MOST]:
        overdue = overdue_since(timezone.localtime(row.step_since).date(), row.our_step.expected_days, calendar)
        yield row.account_id or 0, Cause(Suggestion.STAGE, min(overdue, on), text=row.name, opportunity_id=row.pk)


def _left_over(user: User, on: date) -> Found:
    """Yield the stops of the last two weeks that nobody logged or dropped."""
    left = PlanItem.objects.left_over(user, on=on).filter(account__archived_at=None)
    for item in left.select_related("plan").order_by("plan__day", "pk")[:AT_MOST]:
        yield (
            item.account_id,
            Cause(
                Suggestion.CARRIED,
                item.plan.day,
                text=item.goal,
                opportunity_id=item.opportunity_id,
                contact_id=item.contact_id,
            ),
        )


def _planned(user: User, day: date, on: date) -> set[int]:
    """Return the customers who are in a plan from today up to the day: whoever is seen before needs no proposal."""
    items: Any = PlanItem.objects.kept().filter(plan__user=user, plan__day__gte=min(on, day), plan__day__lte=day)
    return set(items.values_list("account_id", flat=True))


def proposals_for(user: User, day: date, *, on: date, calendar: WorkCalendar, limit: int = 12) -> list[Proposal]:
    """Return whom the person should see on `day`, most urgent first; always six queries."""
    causes = [
        *_promised(user, day, on),
        *_owed(user, day, calendar),
        *_stuck(user, on, calendar),
        *_left_over(user, on),
    ]
    return suggest(causes, on=day, taken=_planned(user, day, on), limit=limit)


def plan_of(user: User, day: date) -> DayPlan | None:
    """Return the person's plan of a day, None where there is none yet."""
    return DayPlan.objects.of(user, day).first()
