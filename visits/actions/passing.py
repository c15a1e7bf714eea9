"""Stops that go from one person's plans into another's, because their customer does."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from crm.audit import record
from crm.editing import write_fields
from teams.models import User
from visits.actions.plans import plan_for, put_stop, reopen_plan
from visits.choices import ItemState
from visits.models import DayPlan, PlanItem
from visits.reminders import drop_stops, follow_stops

KEPT = ("starts_at", "contact_id", "opportunity_id", "purpose", "goal", "suggestion", "causes")


def pass_stops(
    items: Iterable[PlanItem], *, to: User, actor: User, now: datetime
) -> tuple[list[list[int | None]], list[PlanItem]]:
    """Put open stops into somebody else's plans of the same days; whoever has the customer there already keeps his.

    Returns [old stop, new stop or None] of each, and the rows as they were left. Plans that wait for a signature or
    have one are drafts again. Call inside atomic.
    """
    passed: list[list[int | None]] = []
    rows: list[PlanItem] = []
    for item in sorted(items, key=lambda stop: stop.pk):
        current = PlanItem.objects.select_for_update(of=("self",)).select_related("plan__user").get(pk=item.pk)
        if current.state != ItemState.OPEN:
            continue
        plan = _locked(plan_for(to, current.plan.day))
        new, is_new = put_stop(plan, current.account_id, {name: getattr(current, name) for name in KEPT}, None)
        rows.append(_drop(current, actor=actor, now=now))
        if is_new:
            changes = {"account": new.account, "day": plan.day}
            record("plan_item.passed_on", new, actor=actor, changes=changes)
            reopen_plan(plan, actor=actor, now=now)
            follow_stops(plan, now=now)
            rows.append(new)
        passed.append([current.pk, new.pk if is_new else None])
    return passed, rows


def _locked(plan: DayPlan) -> DayPlan:
    return DayPlan.objects.select_for_update(of=("self",)).select_related("user").get(pk=plan.pk)


def _drop(item: PlanItem, *, actor: User | None, now: datetime) -> PlanItem:
    """Take a stop out of its plan."""
    current = write_fields(item, {"state": ItemState.DROPPED}, actor=actor, action="plan_item.removed")
    reopen_plan(_locked(item.plan), actor=actor, now=now)
    drop_stops([current.pk], now=now)
    return current


def drop_stops_at(items: Iterable[PlanItem], *, actor: User | None, now: datetime) -> list[PlanItem]:
    """Take open stops out of their plans, because their customer is nobody's; return them. Call inside atomic."""
    keys = [item.pk for item in items]
    rows = PlanItem.objects.select_for_update(of=("self",)).select_related("plan__user").filter(pk__in=keys)
    return [_drop(item, actor=actor, now=now) for item in rows.order_by("pk") if item.state == ItemState.OPEN]


def take_stops_back(passed: Sequence[Sequence[Any]], *, actor: User, now: datetime) -> None:
    """Put stops back that were passed on. Call inside atomic."""
    for old, new in passed:
        stops = PlanItem.objects.select_for_update(of=("self",)).select_related("plan__user")
        if new is not None:
            _drop(stops.get(pk=new), actor=actor, now=now)
        item = write_fields(stops.get(pk=old), {"state": ItemState.OPEN}, actor=actor, action="plan_item.restored")
        plan = reopen_plan(_locked(item.plan), actor=actor, now=now)
        follow_stops(plan, now=now)
