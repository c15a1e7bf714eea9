"""Writes of account plans: starting one, its facts, its lines."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, AccountPlan, PlanRow
from accounts.plans.due import refuse_passed
from accounts.plans.reminding import keep_up
from accounts.plans.rules import ACTION, PLAN_ACTION, actions_of, key_of
from crm.audit import record
from crm.editing import save_edit, write_fields
from crm.models import UndoEntry
from crm.undo import offer_undo
from followups.actions.items import ask_again, close_for
from followups.recipients import day_of
from teams.models import User

# What next year's plan takes over: what is known, not what was spent.
KEPT_OF_PLAN = (
    *("sponsor", "environment", "policy", "industry_profit", "cost_share", "standing"),
    *("strengths", "weaknesses"),
)
KEPT_OF_ROW = ("goal", "strategy", "resources", "action", "standard", "method", "responsible")


class PlanRefused(Exception):
    """The line cannot be changed so; the message says why."""


@transaction.atomic
def start_plan(account: Account, *, year: int, actor: User, like: AccountPlan | None = None) -> AccountPlan:
    """Start the plan of a customer for a year; where there is one it is returned as it is.

    `like` is an earlier plan: what is known is taken over, and every line that was not done, without day and feedback.
    """
    Account.objects.select_for_update().get(pk=account.pk)
    known = {name: getattr(like, name) for name in KEPT_OF_PLAN} if like else {}
    plan, is_new = AccountPlan.objects.get_or_create(account=account, year=year, defaults=known | {"made_by": actor})
    if not is_new:
        return plan
    record("account_plan.started", plan, actor=actor, changes={"year": year, "like": like.year if like else None})
    for row in like.rows.kept().filter(done_on=None).order_by("pk") if like else ():
        PlanRow.objects.create(plan=plan, **{name: getattr(row, name) for name in KEPT_OF_ROW})
    return plan


@transaction.atomic
def edit_plan(plan: AccountPlan, *, changes: Mapping[str, Any], version: int, actor: User) -> AccountPlan:
    """Change facts of a plan, which the form saw as `version`; return it fresh. Raises EditConflict."""
    return save_edit(plan, changes=changes, version=version, actor=actor, action="account_plan.edited")


def _remind(row: PlanRow, *, now: datetime) -> None:
    """Remind who is responsible of what the line asks for, as it stands now."""
    keep_up(PLAN_ACTION, row, actions_of(PlanRow.objects.to_do().filter(pk=row.pk)), now=now)


@transaction.atomic
def add_row(
    plan: AccountPlan, *, values: Mapping[str, Any], actor: User, now: datetime, client_id: uuid.UUID | None = None
) -> PlanRow:
    """Add a line to a plan; the same `client_id` again returns the first one. Raises DayPassed."""
    row, is_new = PlanRow.objects.get_or_create(client_id=client_id or uuid.uuid4(), defaults={"plan": plan, **values})
    if is_new:
        refuse_passed(values, kept=None, today=day_of(actor, now))
        record("plan_row.added", row, actor=actor, changes=values)
        _remind(row, now=now)
    return row


def _locked(row: PlanRow) -> PlanRow:
    current = PlanRow.objects.select_for_update(of=("self",)).select_related("plan").get(pk=row.pk)
    if current.removed_at is not None:
        raise PlanRefused(_("This line was taken out meanwhile."))
    return current


@transaction.atomic
def edit_row(row: PlanRow, *, changes: Mapping[str, Any], version: int, actor: User, now: datetime) -> PlanRow:
    """Change a line, which the form saw as `version`; another day reminds anew.

    Raises EditConflict, PlanRefused and DayPassed.
    """
    current = _locked(row)
    refuse_passed(changes, kept=current.due_on, today=day_of(actor, now))
    current = save_edit(current, changes=changes, version=version, actor=actor, action="plan_row.edited")
    _remind(current, now=now)
    return current


@transaction.atomic
def fall_to(person: User | None, row: PlanRow, *, actor: User | None, now: datetime) -> PlanRow:
    """Make somebody else responsible for a line (None: whoever keeps the customer), because who was so goes."""
    current = PlanRow.objects.select_for_update(of=("self",)).select_related("plan").get(pk=row.pk)
    current = write_fields(current, {"responsible": person}, actor=actor, action="plan_row.edited")
    _remind(current, now=now)
    return current


@transaction.atomic
def finish_row(row: PlanRow, *, actor: User, now: datetime) -> UndoEntry:
    """Mark a line as done and close its follow-up; return what takes it back. Raises PlanRefused."""
    current = _locked(row)
    if current.done_on is not None:
        raise PlanRefused(_("This line is done already."))
    current = write_fields(current, {"done_on": day_of(actor, now)}, actor=actor, action="plan_row.done")
    close_for(ACTION, current, actor=actor, now=now)
    label = _("Done: %(what)s") % {"what": current.asks}
    return offer_undo(
        "accounts.finish_row", actor=actor, label=label, inverse={"row": current.pk}, rows=[current], now=now
    )


@transaction.atomic
def reopen_row(row: PlanRow, *, actor: User, now: datetime) -> PlanRow:
    """Open a line that was done; its follow-up asks again. Raises PlanRefused."""
    current = write_fields(_locked(row), {"done_on": None}, actor=actor, action="plan_row.reopened")
    if current.due_on:
        ask_again([key_of(ACTION, current.pk, current.due_on)], actor=actor, now=now)
    _remind(current, now=now)
    return current


def undo_finish_row(data: dict[str, Any], *, actor: User, now: datetime) -> None:
    """Open the line again."""
    reopen_row(PlanRow.objects.get(pk=data["row"]), actor=actor, now=now)


@transaction.atomic
def remove_row(row: PlanRow, *, actor: User, now: datetime) -> UndoEntry:
    """Take a line out of its plan; return what takes it back. Raises PlanRefused."""
    current = write_fields(_locked(row), {"removed_at": now}, actor=actor, action="plan_row.removed")
    _remind(current, now=now)
    label = _("Taken out: %(what)s") % {"what": current.asks}
    return offer_undo(
        "accounts.remove_row", actor=actor, label=label, inverse={"row": current.pk}, rows=[current], now=now
    )


def undo_remove_row(data: dict[str, Any], *, actor: User, now: datetime) -> None:
    """Put the line back with its follow-up."""
    current = PlanRow.objects.select_for_update().get(pk=data["row"])
    current = write_fields(current, {"removed_at": None}, actor=actor, action="plan_row.restored")
    _remind(current, now=now)
