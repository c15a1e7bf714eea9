"""What the one who signs a day's plan sees, and what the signature does to the plan."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.choices import Tier
from accounts.models import Account
from crm.editing import write_fields
from crm.workdays import WorkCalendar, load_calendar
from followups.approval_kinds import Description
from followups.choices import ApprovalState
from followups.models import Approval
from teams.models import User
from visits.choices import PlanState, Purpose
from visits.models import DayPlan, PlanItem
from visits.suggesting import Cause, in_words

# Ours: fewer stops than this in a day is worth a question.
STOPS_WANTED = 4
NAMES_SHOWN = 3


def decided(approval: Approval, *, actor: User, now: datetime, comment: str) -> None:  # noqa: ARG001 -- kept by approval
    """Sign or return the plan as its approval was decided."""
    is_signed = approval.state == ApprovalState.APPROVED
    plan = DayPlan.objects.select_for_update().get(pk=approval.subject_id)
    state = PlanState.APPROVED if is_signed else PlanState.RETURNED
    write_fields(plan, {"state": state}, actor=actor, action="day_plan.signed" if is_signed else "day_plan.returned")


def reopened(approval: Approval, *, actor: User, now: datetime) -> None:  # noqa: ARG001 -- the engine's signature
    """Put the plan back to "handed in" when its signature is taken back."""
    plan = DayPlan.objects.select_for_update().get(pk=approval.subject_id)
    write_fields(plan, {"state": PlanState.SUBMITTED}, actor=actor, action="day_plan.signature_taken_back")


@dataclass(frozen=True)
class _Surroundings:
    """What a plan is judged against."""

    stops: Mapping[int, Sequence[PlanItem]]
    owed: Mapping[int, Sequence[Account]]
    calendar: WorkCalendar


def week_start(day: date) -> date:
    """Return the Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def _stops_of(plans: Iterable[DayPlan]) -> dict[int, list[PlanItem]]:
    stops: dict[int, list[PlanItem]] = defaultdict(list)
    rows = PlanItem.objects.kept().filter(plan__in=plans).select_related("account", "contact")
    for item in rows.in_order():
        stops[item.plan_id].append(item)
    return stops


def _owed_to(plans: Sequence[DayPlan]) -> dict[int, list[Account]]:
    """Return, by owner, the tier A customers whose contact is due by the last of the planned days."""
    last = max((plan.day for plan in plans), default=date.min)
    due = Q(next_contact_on__lte=last) | Q(next_contact_on=None)
    rows = Account.objects.live().tiered(Tier.A).filter(due, owner__in=[plan.user_id for plan in plans])
    owed: dict[int, list[Account]] = defaultdict(list)
    for account in rows.only("name", "short_name", "owner_id", "last_contact_on", "next_contact_on").order_by("pk"):
        owed[account.owner_id or 0].append(account)
    return owed


def _forgotten(plan: DayPlan, around: _Surroundings) -> list[Account]:
    """Return tier A customers due by the day who were not contacted in its week and are not in the plan."""
    planned = {item.account_id for item in around.stops.get(plan.pk, ())}
    monday = week_start(plan.day)
    return [
        account
        for account in around.owed.get(plan.user_id, ())
        if account.pk not in planned
        and (account.next_contact_on is None or account.next_contact_on <= plan.day)
        and (account.last_contact_on is None or account.last_contact_on < monday)
    ]


def exceptions_of(plan: DayPlan, around: _Surroundings) -> list[str]:
    """Return what makes a plan worth a look before it is signed, in words; an empty list means nothing does."""
    stops = around.stops.get(plan.pk, ())
    found = []
    forgotten = _forgotten(plan, around)
    if forgotten:
        names = _(", ").join(account.called for account in forgotten[:NAMES_SHOWN])
        text = ngettext(
            "%(n)s tier A customer due, no visit this week: %(names)s",
            "%(n)s tier A customers due, no visit this week: %(names)s",
            len(forgotten),
        )
        found.append(text % {"n": len(forgotten), "names": names})
    if len(stops) < STOPS_WANTED:
        text = ngettext("%(n)s stop, fewer than %(wanted)s", "%(n)s stops, fewer than %(wanted)s", len(stops))
        found.append(text % {"n": len(stops), "wanted": STOPS_WANTED})
    if not around.calendar.is_workday(plan.day):
        found.append(_("Not a working day"))
    aimless = sum(not item.goal for item in stops)
    if aimless:
        found.append(ngettext("%(n)s stop without a goal", "%(n)s stops without a goal", aimless) % {"n": aimless})
    return found


def reasons_of(item: PlanItem) -> list[str]:
    """Return why a stop was proposed, in words."""
    return [in_words(Cause.from_json(kept)) for kept in item.causes]


def _row(item: PlanItem) -> list[Any]:
    customer = f"{item.account.tier} {item.account.called}".strip()
    when = time_format(item.starts_at, "H:i") if item.starts_at else ""
    return [when, customer, item.get_purpose_display(), item.goal, _("; ").join(reasons_of(item))]


def description_of(plan: DayPlan, around: _Surroundings) -> Description:
    """Return a plan as its signer sees it."""
    stops = around.stops.get(plan.pk, ())
    return Description(
        title=_("Plan for %(day)s") % {"day": plan.day.isoformat()},
        url=plan.get_absolute_url(),
        facts=[
            (_("Stops"), len(stops)),
            (_("Tier A"), sum(item.account.tier == Tier.A for item in stops)),
            (_("new business"), sum(item.purpose == Purpose.NEW_BUSINESS for item in stops)),
        ],
        exceptions=exceptions_of(plan, around),
        headers=[_("Time"), _("Customer"), _("Purpose"), _("Goal"), _("Proposed because")],
        rows=[_row(item) for item in stops],
        note=plan.note,
    )


def surroundings_of(plans: Sequence[DayPlan]) -> _Surroundings:
    """Return what plans are judged against; two queries, however many plans."""
    return _Surroundings(_stops_of(plans), _owed_to(plans), load_calendar())


def describe(approvals: Sequence[Approval]) -> dict[int, Description]:
    """Return the plans behind approvals as their signer sees them, by approval id; always three queries."""
    ids = [approval.subject_id for approval in approvals]
    plans = {plan.pk: plan for plan in DayPlan.objects.filter(pk__in=ids).select_related("user")}
    around = surroundings_of(list(plans.values()))
    return {
        approval.pk: description_of(plans[approval.subject_id], around)
        for approval in approvals
        if approval.subject_id in plans
    }
