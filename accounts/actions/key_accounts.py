"""Writes of key accounts: proposing, handing in again, withdrawing, ending; what is asked of one, and who decides."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import NominationState
from accounts.key_accounts.reads import RULE_PK, key_group
from accounts.models import Account, KeyAccountRule, KeyAccountSigner, Nomination
from crm.audit import record
from crm.editing import save_edit, write_fields
from crm.models import UndoEntry
from crm.undo import offer_undo
from followups.actions.approvals import NobodyToSign, request_approval, withdraw
from followups.models import Approval
from followups.recipients import day_of
from teams.access import require
from teams.choices import Right
from teams.models import User
from teams.signers import signer_for

KIND = "nomination"
OPEN = (NominationState.SUBMITTED, NominationState.RETURNED)
MARK = ("key_scope", "key_since", "key_review_on")


class CannotNominate(Exception):
    """The proposal cannot be made or changed so; the message says why."""


# --- proposing --------------------------------------------------------------------------------------------------------
def _ask(nomination: Nomination, *, actor: User, now: datetime) -> None:
    """Ask the department manager, then any one of the key-account group. Raises CannotNominate.

    Where nobody stands above who proposes, or the manager is one of the group himself, his is the only signature.
    """
    group = [person for person in key_group() if person.pk != actor.pk]
    if not group:
        raise CannotNominate(_("Nobody else is in the key-account group yet. Ask an admin to name its members."))
    manager = signer_for(actor, on=day_of(actor, now))
    first = [] if manager is None or manager in group else [manager]
    try:
        request_approval(KIND, nomination, approvers=[*first, group], actor=actor, now=now)
    except NobodyToSign as refusal:
        raise CannotNominate(str(refusal)) from refusal


@transaction.atomic
def propose_key_account(
    account: Account, *, values: Mapping[str, Any], actor: User, now: datetime, client_id: uuid.UUID | None = None
) -> Nomination:
    """Hand in a proposal to make a customer a key account; the same `client_id` again returns the first one.

    Raises CannotNominate where one is under way, for an archived customer, and where nobody could decide it.
    """
    current = Account.objects.select_for_update().get(pk=account.pk)
    made = Nomination.objects.filter(client_id=client_id).first() if client_id else None
    if made:
        return made
    if current.archived_at is not None:
        raise CannotNominate(_("This customer is archived. Bring it back first."))
    if Nomination.objects.filter(account=current, state__in=OPEN).exists():
        raise CannotNominate(_("A proposal for this customer is under way already."))
    nomination = Nomination.objects.create(
        account=current, requested_by=actor, handed_in_at=now, client_id=client_id or uuid.uuid4(), **values
    )
    record("nomination.handed_in", nomination, actor=actor, changes=values)
    _ask(nomination, actor=actor, now=now)
    return nomination


def _locked(nomination: Nomination, *states: str) -> Nomination:
    current = Nomination.objects.select_for_update(of=("self",)).select_related("account").get(pk=nomination.pk)
    if current.state not in states:
        raise CannotNominate(_("This proposal has been decided meanwhile. Open the page again to see how."))
    return current


@transaction.atomic
def hand_in_again(
    nomination: Nomination, *, changes: Mapping[str, Any], version: int, actor: User, now: datetime
) -> Nomination:
    """Change a returned proposal, which the form saw as `version`, and ask again; what was said before stays.

    Raises EditConflict and CannotNominate.
    """
    current = _locked(nomination, NominationState.RETURNED)
    if current.account.archived_at is not None:
        raise CannotNominate(_("This customer is archived. Bring it back first."))
    current = save_edit(current, changes=changes, version=version, actor=actor, action="nomination.edited")
    values = {"state": NominationState.SUBMITTED, "requested_by": actor, "handed_in_at": now}
    current = write_fields(current, values, actor=actor, action="nomination.handed_in_again")
    _ask(current, actor=actor, now=now)
    return current


@transaction.atomic
def withdraw_nomination(nomination: Nomination, *, actor: User, now: datetime) -> Nomination:
    """Give a proposal up that waits or was returned; only who handed it in may. Raises CannotNominate."""
    current = _locked(nomination, *OPEN)
    if current.requested_by_id != actor.pk:
        raise PermissionDenied
    waiting = Approval.objects.about(KIND, current.pk).waiting().first()
    if waiting:
        withdraw(waiting, actor=actor, now=now)
    return write_fields(current, {"state": NominationState.WITHDRAWN}, actor=actor, action="nomination.withdrawn")


# --- the mark ---------------------------------------------------------------------------------------------------------
def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def mark_of(account: Account) -> dict[str, Any]:
    """Return the mark a customer carries, as it can be kept in JSON."""
    return {name: _as_json(getattr(account, name)) for name in MARK}


def from_kept(mark: Mapping[str, Any]) -> dict[str, Any]:
    """Return a kept mark as the values of a customer's fields."""
    days = {name: date.fromisoformat(mark[name]) if mark.get(name) else None for name in MARK[1:]}
    return {"key_scope": mark.get("key_scope", ""), **days}


@transaction.atomic
def end_key_account(account: Account, *, reason: str, actor: User, now: datetime) -> UndoEntry:
    """Take the mark of a key account away, with the reason; return what takes it back.

    Raises PermissionDenied for who does not lead, CannotNominate without a reason or a mark.
    """
    require(actor, Right.LEAD)
    if not reason.strip():
        raise CannotNominate(_("Say why: the reason stays with the customer."))
    current = Account.objects.select_for_update().get(pk=account.pk)
    if not current.is_key:
        raise CannotNominate(_("This customer is no key account any more."))
    inverse: dict[str, Any] = {"account": current.pk, "mark": mark_of(current), "nominations": []}
    rows: list[Any] = [write_fields(current, from_kept({}), actor=actor, action="account.key_ended")]
    ended = {
        "state": NominationState.ENDED,
        "ended_on": day_of(actor, now),
        "ended_by": actor,
        "end_reason": reason.strip()[:250],
    }
    for nomination in Nomination.objects.select_for_update().filter(account=current, state=NominationState.APPROVED):
        rows.append(write_fields(nomination, ended, actor=actor, action="nomination.ended"))
        inverse["nominations"].append(nomination.pk)
    label = _("%(name)s is no key account any more") % {"name": current.called}
    return offer_undo("accounts.end_key_account", actor=actor, label=label, inverse=inverse, rows=rows, now=now)


def undo_end_key_account(data: dict[str, Any], *, actor: User, now: datetime) -> None:  # noqa: ARG001
    """Give the mark back."""
    account = Account.objects.select_for_update().get(pk=data["account"])
    write_fields(account, from_kept(data["mark"]), actor=actor, action="account.key_end_undone")
    again = {"state": NominationState.APPROVED, "ended_on": None, "ended_by": None, "end_reason": ""}
    for nomination in Nomination.objects.select_for_update().filter(pk__in=data["nominations"]):
        write_fields(nomination, again, actor=actor, action="nomination.end_undone")


# --- what is asked, and who decides -----------------------------------------------------------------------------------
@transaction.atomic
def set_key_rule(*, changes: Mapping[str, Any], version: int, actor: User) -> KeyAccountRule:
    """Set what a key account needs; what waits is judged by it from now on. Raises EditConflict."""
    require(actor, Right.ADMINISTER)
    rule, is_new = KeyAccountRule.objects.get_or_create(pk=RULE_PK)
    seen = rule.version if is_new else version
    return save_edit(rule, changes=changes, version=seen, actor=actor, action="key_account_rule.set")


@transaction.atomic
def join_key_group(user: User, *, actor: User) -> KeyAccountSigner:
    """Name a member of the key-account group; one who is in it already stays. Asked is he from the next proposal on."""
    require(actor, Right.ADMINISTER)
    signer, is_new = KeyAccountSigner.objects.get_or_create(user=user)
    if is_new:
        record("key_group.joined", signer, actor=actor, changes={"member": user})
    return signer


@transaction.atomic
def leave_key_group(signer: KeyAccountSigner, *, actor: User, now: datetime) -> UndoEntry:
    """Take a member out of the key-account group; what he was asked to sign he may still. Return what takes it back."""
    require(actor, Right.ADMINISTER)
    user = signer.user
    record("key_group.left", signer, actor=actor, changes={"member": user})
    signer.delete()
    label = _("%(name)s taken out of the key-account group") % {"name": user}
    return offer_undo("accounts.leave_key_group", actor=actor, label=label, inverse={"user": user.pk}, rows=[], now=now)


def undo_leave_key_group(data: dict[str, Any], *, actor: User, now: datetime) -> None:  # noqa: ARG001
    """Take the member in again."""
    join_key_group(User.objects.get(pk=data["user"]), actor=actor)
