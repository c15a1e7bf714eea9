"""The page on which a day is planned, and the one on which somebody's plan is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from accounts.models import Account
from crm.workdays import DayKind, WorkCalendar, load_calendar
from followups.models import Approval
from teams.models import User
from visits.actions.plans import KIND
from visits.choices import ItemState, PlanState
from visits.models import DayPlan, PlanItem
from visits.queries.customers import found_accounts
from visits.queries.signatures import Signature, signature_of
from visits.queries.suggestions import proposals_for
from visits.queries.today import stops_of, with_accounts
from visits.signing import exceptions_of, reasons_of, surroundings_of
from visits.suggesting import Proposal

SUGGESTED_SHOWN = 10


@dataclass(frozen=True)
class Stop:
    """A stop with the reasons it was proposed for, in words."""

    item: PlanItem
    reasons: Sequence[str]


@dataclass(frozen=True)
class PlanPage:
    """A day's plan being made."""

    day: date
    kind: DayKind
    before: date
    after: date
    is_over: bool
    plan: DayPlan | None
    stops: Sequence[Stop]
    signature: Signature
    proposals: Sequence[tuple[Account, Proposal]]
    found: Sequence[Account]
    planned_ids: frozenset[int]
    exceptions: Sequence[str]

    @property
    def done(self) -> int:
        """Return how many stops are done."""
        return sum(stop.item.state == ItemState.DONE for stop in self.stops)

    @property
    def may_hand_in(self) -> bool:
        """Return whether the plan can be handed in now."""
        return bool(self.stops) and not self.is_over and self.signature.state in (PlanState.DRAFT, PlanState.RETURNED)


def _stops(plan: DayPlan | None) -> list[Stop]:
    items = stops_of([plan])[plan.day] if plan else []
    return [Stop(item, reasons_of(item)) for item in items]


def planning_page(user: User, day: date, *, on: date, calendar: WorkCalendar, query: str = "") -> PlanPage:
    """Return the page on which the person plans a day."""
    plan = DayPlan.objects.of(user, day).select_related("user").first()
    stops = _stops(plan)
    is_over = day < on
    proposals = [] if is_over else proposals_for(user, day, on=on, calendar=calendar, limit=SUGGESTED_SHOWN)
    return PlanPage(
        day=day,
        kind=calendar.day_kind(day),
        before=calendar.add_workdays(day, -1),
        after=calendar.add_workdays(day, 1),
        is_over=is_over,
        plan=plan,
        stops=stops,
        signature=signature_of(plan),
        proposals=with_accounts(proposals),
        found=found_accounts(user, query),
        planned_ids=frozenset(stop.item.account_id for stop in stops),
        exceptions=exceptions_of(plan, surroundings_of([plan])) if plan and stops else [],
    )


@dataclass(frozen=True)
class ReadPage:
    """Somebody's plan, as a reader sees it."""

    plan: DayPlan
    kind: DayKind
    stops: Sequence[Stop]
    signature: Signature
    exceptions: Sequence[str]
    approval: Approval | None


def reading_page(plan: DayPlan) -> ReadPage:
    """Return a plan for reading, with what is worth a look in it."""
    return ReadPage(
        plan=plan,
        kind=load_calendar().day_kind(plan.day),
        stops=_stops(plan),
        signature=signature_of(plan),
        exceptions=exceptions_of(plan, surroundings_of([plan])),
        approval=Approval.objects.about(KIND, plan.pk).waiting().filter(kind=KIND).first(),
    )
