"""Writes of risks at customers."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, AccountRisk
from accounts.plans.due import refuse_passed
from accounts.plans.reminding import keep_up
from accounts.plans.rules import COUNTERMEASURE, RISK, countermeasures_of, key_of
from crm.audit import record
from crm.editing import save_edit, write_fields
from crm.models import UndoEntry
from crm.undo import offer_undo
from followups.actions.items import ask_again, close_for
from followups.recipients import day_of
from teams.models import User


class RiskClosed(Exception):
    """The risk is closed already; the message says so."""


def _remind(risk: AccountRisk, *, now: datetime) -> None:
    """Remind who is responsible of the countermeasure, as it stands now."""
    keep_up(COUNTERMEASURE, risk, countermeasures_of(AccountRisk.objects.to_do().filter(pk=risk.pk)), now=now)


@transaction.atomic
def add_risk(
    account: Account, *, values: Mapping[str, Any], actor: User, now: datetime, client_id: uuid.UUID | None = None
) -> AccountRisk:
    """Enter a risk; the same `client_id` again returns the first one. Raises DayPassed."""
    defaults = {"account": account, **values}
    risk, is_new = AccountRisk.objects.get_or_create(client_id=client_id or uuid.uuid4(), defaults=defaults)
    if is_new:
        refuse_passed(values, kept=None, today=day_of(actor, now))
        record("account_risk.added", risk, actor=actor, changes=values)
        _remind(risk, now=now)
    return risk


@transaction.atomic
def edit_risk(
    risk: AccountRisk, *, changes: Mapping[str, Any], version: int, actor: User, now: datetime
) -> AccountRisk:
    """Change a risk, which the form saw as `version`; another day reminds anew. Raises EditConflict, DayPassed."""
    current = AccountRisk.objects.select_for_update().get(pk=risk.pk)
    refuse_passed(changes, kept=current.due_on, today=day_of(actor, now))
    current = save_edit(current, changes=changes, version=version, actor=actor, action="account_risk.edited")
    _remind(current, now=now)
    return current


@transaction.atomic
def fall_to(person: User | None, risk: AccountRisk, *, actor: User | None, now: datetime) -> AccountRisk:
    """Make somebody else responsible for a risk (None: whoever keeps the customer), because who was so goes."""
    current = AccountRisk.objects.select_for_update(of=("self",)).select_related("account").get(pk=risk.pk)
    current = write_fields(current, {"responsible": person}, actor=actor, action="account_risk.edited")
    _remind(current, now=now)
    return current


@transaction.atomic
def close_risk(risk: AccountRisk, *, actor: User, now: datetime) -> UndoEntry:
    """Close a risk and its follow-up; return what takes it back. Raises RiskClosed."""
    current = AccountRisk.objects.select_for_update().get(pk=risk.pk)
    if current.closed_on is not None:
        raise RiskClosed(_("This risk is closed already."))
    current = write_fields(current, {"closed_on": day_of(actor, now)}, actor=actor, action="account_risk.closed")
    close_for(RISK, current, actor=actor, now=now)
    label = _("Risk closed: %(what)s") % {"what": current.text}
    return offer_undo(
        "accounts.close_risk", actor=actor, label=label, inverse={"risk": current.pk}, rows=[current], now=now
    )


@transaction.atomic
def reopen_risk(risk: AccountRisk, *, actor: User, now: datetime) -> AccountRisk:
    """Open a closed risk; its follow-up asks again."""
    current = AccountRisk.objects.select_for_update().get(pk=risk.pk)
    current = write_fields(current, {"closed_on": None}, actor=actor, action="account_risk.reopened")
    if current.due_on:
        ask_again([key_of(RISK, current.pk, current.due_on)], actor=actor, now=now)
    _remind(current, now=now)
    return current


def undo_close_risk(data: dict[str, Any], *, actor: User, now: datetime) -> None:
    """Open the risk again."""
    reopen_risk(AccountRisk.objects.get(pk=data["risk"]), actor=actor, now=now)
