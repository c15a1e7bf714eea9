"""What a person sees first in the morning: the day, the next stop, what needs him, tomorrow's draft."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q

from accounts.facts import ways_to
from accounts.models import Account
from accounts.rules import NEXT_CONTACT
from crm.places.maps import MapLink
from crm.workdays import DayKind, WorkCalendar
from followups.actions.items import PROMISE
from followups.models import FollowUp
from followups.subjects import address_of
from followups.wording import wording
from teams.models import User
from visits.choices import ItemState, PlanState
from visits.models import DayPlan, PlanItem, Visit
from visits.queries.customers import Customer, customers
from visits.queries.sheets import Sheet, sheet
from visits.queries.signatures import Signature, signature_of
from visits.queries.suggestions import proposals_for
from visits.rules import NOT_LOGGED, VISIT_TOMORROW
from visits.signing import week_start
from visits.suggesting import Proposal

NEEDS_SHOWN = 5
DRAFT_SIZE = 5
SHEETS_AT_MOST = 12
# These are in the plan and in its proposals already.
SHOWN_ELSEWHERE = (VISIT_TOMORROW, NEXT_CONTACT)


@dataclass(frozen=True)
class NextStop:
    """The next customer, and what to know at the door."""

    item: PlanItem
    customer: Customer
    last_visit: Visit | None
    promises: Sequence[str]

    @property
    def phone(self) -> str:
        """Return the number to call: of the person to be met, else the customer's."""
        contact = self.item.contact
        return (contact.mobile or contact.phone if contact else "") or self.item.account.phone

    @property
    def ways(self) -> list[MapLink]:
        """Return addresses that open a map with the way to the customer; on a phone the map's app."""
        return ways_to(self.item.account)


@dataclass(frozen=True)
class Need:
    """One thing that needs the person now."""

    pk: int
    label: str
    title: str
    reason: str
    url: str
    is_late: bool
    kind: str
    subject_id: int

    @property
    def stop_id(self) -> int | None:
        """Return the planned stop whose visit is to be logged, where that is what is asked."""
        return self.subject_id if self.kind == NOT_LOGGED else None

    @property
    def is_promise(self) -> bool:
        """Return whether somebody only has to say that it was kept."""
        return self.kind == PROMISE


@dataclass(frozen=True)
class WeekDay:
    """A day of the week strip."""

    day: date
    kind: DayKind
    planned: int
    done: int


@dataclass(frozen=True)
class Draft:
    """Tomorrow: the plan as far as it stands, else the customers proposed for it."""

    day: date
    plan: DayPlan | None
    stops: Sequence[PlanItem]
    proposals: Sequence[tuple[Account, Proposal]]
    returned: Signature | None


@dataclass(frozen=True)
class Today:
    """The page of the day."""

    day: date
    kind: DayKind
    plan: DayPlan | None
    stops: Sequence[PlanItem]
    next_stop: NextStop | None
    sheets: Sequence[Sheet]
    needs: Sequence[Need]
    needs_count: int
    draft: Draft
    week: Sequence[WeekDay]

    @property
    def done(self) -> int:
        """Return how many stops are done."""
        return sum(item.state == ItemState.DONE for item in self.stops)


def stops_of(plans: Sequence[DayPlan]) -> dict[date, list[PlanItem]]:
    """Return the stops of plans by day, in the order of the day; one query."""
    found: dict[date, list[PlanItem]] = {plan.day: [] for plan in plans}
    rows = PlanItem.objects.kept().filter(plan__in=plans).select_related("plan", "account", "contact", "opportunity")
    for item in rows.select_related("visit").in_order():
        found[item.plan.day].append(item)
    return found


def with_accounts(proposals: Sequence[Proposal]) -> list[tuple[Account, Proposal]]:
    """Return proposals with their customers; one query."""
    accounts = Account.objects.in_bulk([proposal.account_id for proposal in proposals])
    return [(accounts[proposal.account_id], proposal) for proposal in proposals]


def _next_stop(item: PlanItem | None, known: dict[int, Customer], user: User) -> NextStop | None:
    if item is None:
        return None
    last = Visit.objects.live().filter(account=item.account_id).newest_first().first()
    promises = FollowUp.objects.of(user).open().filter(kind=PROMISE, account_id=item.account_id).order_by("due_on")
    texts = [wording(row.kind, row.params).title for row in promises[:3]]
    return NextStop(item, known[item.account_id], last, texts)


def _needs(user: User, day: date) -> tuple[list[Need], int]:
    rows = FollowUp.objects.of(user).due(day).exclude(kind__in=SHOWN_ELSEWHERE)
    first = list(rows.order_by("due_on", "pk")[:NEEDS_SHOWN])
    # A promise says what was promised; by whom stands beside it.
    promised_by = Account.objects.in_bulk([item.account_id for item in first if item.kind == PROMISE])
    shown = []
    for item in first:
        words = wording(item.kind, item.params)
        customer = promised_by.get(item.account_id or 0)
        shown.append(
            Need(
                pk=item.pk,
                label=words.label,
                title=words.title,
                reason=f"{customer.called} · {words.reason}" if customer else words.reason,
                url=address_of((item.subject_kind, item.subject_id)),
                is_late=item.due_on < day,
                kind=item.kind,
                subject_id=item.subject_id,
            )
        )
    return shown, rows.count()


def _week(user: User, day: date, calendar: WorkCalendar) -> list[WeekDay]:
    monday = week_start(day)
    days = [monday + timedelta(days=number) for number in range(7)]
    rows = PlanItem.objects.kept().filter(plan__user=user, plan__day__range=(days[0], days[-1])).order_by()
    counts = {
        found: (planned, done)
        for found, planned, done in rows.values("plan__day")
        .annotate(planned=Count("pk"), done=Count("pk", filter=Q(state=ItemState.DONE)))
        .values_list("plan__day", "planned", "done")
    }
    return [WeekDay(each, calendar.day_kind(each), *counts.get(each, (0, 0))) for each in days]


def _draft(
    user: User, plans: dict[date, DayPlan], stops: dict[date, list[PlanItem]], on: date, calendar: WorkCalendar
) -> Draft:
    day = calendar.add_workdays(on, 1)
    planned = stops.get(day, [])
    proposals = [] if planned else proposals_for(user, day, on=on, calendar=calendar, limit=DRAFT_SIZE)
    plan = plans.get(day)
    returned = signature_of(plan) if plan and plan.state == PlanState.RETURNED else None
    return Draft(day, plan, planned, with_accounts(proposals) if proposals else [], returned)


def todays_page(user: User, *, on: date, calendar: WorkCalendar) -> Today:
    """Return the page of a person's day."""
    tomorrow = calendar.add_workdays(on, 1)
    plans = {plan.day: plan for plan in DayPlan.objects.filter(user=user, day__in=[on, tomorrow])}
    stops = stops_of(list(plans.values()))
    todays = stops.get(on, [])
    waiting = [item for item in todays if item.state == ItemState.OPEN][:SHEETS_AT_MOST]
    known = customers([item.account for item in waiting], on=on, calendar=calendar)
    needs, needs_count = _needs(user, on)
    return Today(
        day=on,
        kind=calendar.day_kind(on),
        plan=plans.get(on),
        stops=todays,
        next_stop=_next_stop(waiting[0] if waiting else None, known, user),
        sheets=[
            sheet(f"visit-{item.pk}", on=on, calendar=calendar, customer=known[item.account_id], item=item)
            for item in waiting
        ],
        needs=needs,
        needs_count=needs_count,
        draft=_draft(user, plans, stops, on, calendar),
        week=_week(user, on, calendar),
    )
