"""Every write of a day's plan: its stops, their order, handing it in, and what the signature does to it.

A signed plan that is changed is a draft again: what was signed is no longer what is planned. The order of the stops is
the person's own business and needs no new signature.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import Account, Contact
from crm.audit import record
from crm.editing import save_edit, write_fields
from crm.models import UndoEntry
from crm.undo import offer_undo
from followups.actions.approvals import request_approval, withdraw
from followups.models import Approval
from pipeline.models import Opportunity
from teams.models import User
from teams.signers import signer_for
from visits.access import day_of, require_plan
from visits.choices import ItemState, PlanState
from visits.models import DayPlan, PlanItem
from visits.reminders import drop_stops, follow_stops
from visits.suggesting import Proposal

KIND = "day_plan"


class CannotPlan(Exception):
    """The plan cannot be changed this way; the message says why."""


@dataclass(frozen=True)
class Position:
    """Where a device says it is: degrees in WGS-84, accuracy in metres."""

    latitude: Decimal
    longitude: Decimal
    accuracy: int | None = None


def plan_for(user: User, day: date) -> DayPlan:
    """Return the person's plan of the day; an empty draft where there was none."""
    plan, _is_new = DayPlan.objects.get_or_create(user=user, day=day)
    return plan


def waiting_approval(plan: DayPlan) -> Approval | None:
    """Return the request that waits for a signature under the plan."""
    return Approval.objects.waiting().filter(kind=KIND, subject_kind=KIND, subject_id=plan.pk).first()


def _locked(plan: DayPlan, *, actor: User, now: datetime) -> DayPlan:
    """Return the plan for a change; raises PermissionDenied and CannotPlan (a day that is over)."""
    require_plan(actor, plan)
    current = DayPlan.objects.select_for_update(of=("self",)).select_related("user").get(pk=plan.pk)
    if current.day < day_of(current.user, now):
        raise CannotPlan(_("This day is over. You can plan for today or later."))
    return current


def reopen_plan(plan: DayPlan, *, actor: User | None, now: datetime) -> DayPlan:
    """Make a plan that was handed in or signed a draft again, with a new version; a locked row."""
    if plan.state == PlanState.SUBMITTED:
        request = waiting_approval(plan)
        if request:
            withdraw(request, actor=plan.user, now=now)
    if plan.state in (PlanState.SUBMITTED, PlanState.APPROVED):
        values = {"state": PlanState.DRAFT, "submitted_at": None}
        plan = write_fields(plan, values, actor=actor, action="day_plan.reopened")
    return plan


def _next_position(plan: DayPlan) -> int:
    last = plan.items.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def put_stop(
    plan: DayPlan, account_id: int, fields: Mapping[str, Any], client_id: uuid.UUID | None
) -> tuple[PlanItem, bool]:
    """Return the stop at a customer and whether it is new to the plan; one taken out before comes back."""
    values = dict(fields) | {"position": _next_position(plan), "state": ItemState.OPEN}
    item, is_new = PlanItem.objects.get_or_create(
        plan=plan, account_id=account_id, defaults=values | {"client_id": client_id or uuid.uuid4()}
    )
    if is_new or item.state != ItemState.DROPPED:
        return item, is_new
    for name, value in values.items():
        setattr(item, name, value)
    item.version += 1
    item.save(update_fields=[*values, "version"])
    return item, True


def _place_by_time(plan: DayPlan) -> None:
    """Bring stops that have a time into the order of time; stops without keep their place among them."""
    items = list(plan.items.in_order())
    timed = iter(sorted((item for item in items if item.starts_at), key=lambda item: (item.starts_at, item.pk)))
    _write_order(next(timed) if item.starts_at else item for item in items)


def _write_order(items: Iterable[PlanItem]) -> None:
    moved = []
    for position, item in enumerate(items):
        if item.position != position:
            item.position = position
            moved.append(item)
    PlanItem.objects.bulk_update(moved, ["position"])


@transaction.atomic
def add_stop(
    plan: DayPlan,
    *,
    account: Account,
    actor: User,
    now: datetime,
    starts_at: time | None = None,
    contact: Contact | None = None,
    opportunity: Opportunity | None = None,
    client_id: uuid.UUID | None = None,
    **fields: Any,
) -> PlanItem:
    """Plan a stop at a customer; a customer who is in the plan already stays there as he is.

    `fields` may hold purpose, goal, suggestion and causes. Raises CannotPlan.
    """
    current = _locked(plan, actor=actor, now=now)
    values = fields | {"starts_at": starts_at, "contact": contact, "opportunity": opportunity}
    item, is_new = put_stop(current, account.pk, values, client_id)
    if is_new:
        reopen_plan(current, actor=actor, now=now)
        if starts_at:
            _place_by_time(current)
        follow_stops(current, now=now)
        record("plan_item.added", item, actor=actor, changes={"account": account, "day": current.day})
    return item


@transaction.atomic
def add_suggested(plan: DayPlan, *, proposals: Sequence[Proposal], actor: User, now: datetime) -> list[PlanItem]:
    """Take proposals over into the plan, in their order; return the stops that are new. Raises CannotPlan."""
    current = _locked(plan, actor=actor, now=now)
    added = []
    for proposal in proposals:
        values = {
            "suggestion": proposal.suggestion,
            "causes": [cause.as_json() for cause in proposal.causes],
            "purpose": proposal.purpose,
            "goal": proposal.goal[:200],
            "opportunity_id": proposal.opportunity_id,
            "contact_id": proposal.contact_id,
        }
        item, is_new = put_stop(current, proposal.account_id, values, None)
        if is_new:
            added.append(item)
    if added:
        reopen_plan(current, actor=actor, now=now)
        follow_stops(current, now=now)
        accounts = [item.account_id for item in added]
        record("day_plan.suggestions_added", current, actor=actor, changes={"accounts": accounts})
    return added


@transaction.atomic
def change_stop(item: PlanItem, *, changes: Mapping[str, Any], version: int, actor: User, now: datetime) -> PlanItem:
    """Change time, purpose, goal, person or opportunity of a stop, which the form saw as `version`; return it fresh.

    Raises CannotPlan, and EditConflict when the same fields were changed meanwhile.
    """
    plan = _locked(item.plan, actor=actor, now=now)
    fresh = save_edit(item, changes=changes, version=version, actor=actor, action="plan_item.changed")
    if fresh.version != version:
        reopen_plan(plan, actor=actor, now=now)
        _place_by_time(plan)
        follow_stops(plan, now=now)
        fresh.refresh_from_db(fields=["position"])
    return fresh


@transaction.atomic
def remove_stop(item: PlanItem, *, actor: User, now: datetime) -> UndoEntry:
    """Take a stop out of the plan; return what takes that back. Raises CannotPlan for a stop that is done."""
    plan = _locked(item.plan, actor=actor, now=now)
    current = PlanItem.objects.select_for_update().get(pk=item.pk)
    if current.state == ItemState.DONE:
        raise CannotPlan(_("This stop is done; its visit is logged."))
    current = write_fields(current, {"state": ItemState.DROPPED}, actor=actor, action="plan_item.removed")
    reopen_plan(plan, actor=actor, now=now)
    drop_stops([current.pk], now=now)
    label = _("%(name)s taken out of the plan") % {"name": item.account.called}
    return offer_undo(
        "visits.remove_stop", actor=actor, label=label, inverse={"item": current.pk}, rows=[current], now=now
    )


@transaction.atomic
def undo_remove_stop(data: dict[str, Any], *, actor: User, now: datetime) -> None:
    """Put a stop back that was taken out."""
    item = PlanItem.objects.select_related("plan").get(pk=data["item"])
    plan = _locked(item.plan, actor=actor, now=now)
    write_fields(item, {"state": ItemState.OPEN}, actor=actor, action="plan_item.restored")
    reopen_plan(plan, actor=actor, now=now)
    follow_stops(plan, now=now)


@transaction.atomic
def reorder(plan: DayPlan, *, items: Sequence[int], actor: User, now: datetime) -> None:
    """Bring the stops into the order of these ids; stops that are not named keep their order behind them."""
    current = _locked(plan, actor=actor, now=now)
    place = {pk: number for number, pk in enumerate(items)}
    stops = list(current.items.in_order())
    stops.sort(key=lambda item: place.get(item.pk, len(place)))
    _write_order(stops)
    record("day_plan.reordered", current, actor=actor, changes={"order": [item.pk for item in stops]})


def move_stop(item: PlanItem, *, by: int, actor: User, now: datetime) -> None:
    """Move a stop so many places down the day (negative: up), as far as there are places."""
    order = list(item.plan.items.kept().in_order().values_list("pk", flat=True))
    place = order.index(item.pk)
    order.insert(max(0, min(len(order) - 1, place + by)), order.pop(place))
    reorder(item.plan, items=order, actor=actor, now=now)


@transaction.atomic
def hand_in(plan: DayPlan, *, actor: User, now: datetime, note: str = "") -> DayPlan:
    """Hand the plan in for the manager's signature; return it fresh.

    Where nobody stands above the person the plan counts as signed at once. A plan that waits or is signed stays as it
    is. Raises CannotPlan for a plan without a stop.
    """
    current = _locked(plan, actor=actor, now=now)
    if current.state in (PlanState.SUBMITTED, PlanState.APPROVED):
        return current
    if not current.items.kept().exists():
        raise CannotPlan(_("Add at least one stop, then hand the plan in."))
    signer = signer_for(current.user, on=day_of(current.user, now))
    state = PlanState.SUBMITTED if signer else PlanState.APPROVED
    values = {"state": state, "submitted_at": now, "note": note or current.note}
    action = "day_plan.handed_in" if signer else "day_plan.signed_by_nobody_above"
    current = write_fields(current, values, actor=actor, action=action)
    if signer:
        request_approval(KIND, current, approvers=[signer], actor=current.user, now=now)
    return current


@transaction.atomic
def take_back(plan: DayPlan, *, actor: User, now: datetime) -> DayPlan:
    """Take a plan back that waits for its signature; return it fresh. Raises CannotPlan when it is decided already."""
    current = _locked(plan, actor=actor, now=now)
    if current.state != PlanState.SUBMITTED:
        raise CannotPlan(_("This plan does not wait for a signature any more."))
    return reopen_plan(current, actor=actor, now=now)


@transaction.atomic
def mark_arrived(
    item: PlanItem, *, at: datetime, actor: User, now: datetime, position: Position | None = None
) -> PlanItem:
    """Note that the person is at the customer's; return the stop fresh.

    The first arrival counts; the place may come later. A clock that runs ahead is not believed.
    """
    require_plan(actor, item.plan)
    current = PlanItem.objects.select_for_update().get(pk=item.pk)
    values: dict[str, Any] = {} if current.arrived_at else {"arrived_at": min(at, now)}
    if position and current.latitude is None:
        values |= {
            "latitude": position.latitude,
            "longitude": position.longitude,
            "accuracy": position.accuracy,
        }
    if not values:
        return current
    return write_fields(current, values, actor=actor, action="plan_item.arrived")
