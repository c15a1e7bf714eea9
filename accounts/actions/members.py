"""Writes of account teams: who joins, as what, until when; and what each role is there for."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import TeamRole
from accounts.members.messages import CHANGED, JOINED, LEFT, tell_team
from accounts.models import Account, AccountMember, DutySheet
from crm.audit import record
from crm.editing import save_edit
from crm.models import UndoEntry
from crm.undo import CannotUndo, offer_undo
from followups.recipients import day_of
from teams.access import require
from teams.choices import Right
from teams.models import User


class AlreadyMember(Exception):
    """The person is in the account team; the message says so."""


class NoMember(Exception):
    """The person is not in the account team any more; the message says so."""


@transaction.atomic
def add_member(
    account: Account,
    *,
    user: User,
    role: str = TeamRole.ACCOUNT_MANAGER,
    until: date | None = None,
    actor: User,
    now: datetime,
) -> AccountMember:
    """Take a colleague into the account team, for good or until a day; he sees the customer like its owner.

    The team is told. Who was in it before begins a membership of its own. Raises AlreadyMember, for the owner too.
    """
    if Account.objects.filter(pk=account.pk, owner=user).exists():
        raise AlreadyMember(_("%(name)s keeps this customer and is in its team by that.") % {"name": user})
    defaults = {"role": role, "since": day_of(actor, now), "until": until}
    member, is_new = AccountMember.objects.get_or_create(account=account, user=user, ended_at=None, defaults=defaults)
    if not is_new:
        raise AlreadyMember(_("%(name)s is in the account team already.") % {"name": user})
    record("account.member_added", account, actor=actor, changes={"member": user, "role": role, "until": until})
    tell_team(JOINED, member, actor=actor, now=now)
    return member


def _locked(member: AccountMember) -> AccountMember:
    rows = AccountMember.objects.select_for_update(of=("self",)).select_related("account__owner", "user")
    current = rows.get(pk=member.pk)
    if current.ended_at is not None:
        raise NoMember(_("%(name)s is not in the account team any more.") % {"name": current.user})
    return current


@transaction.atomic
def change_member(
    member: AccountMember, *, changes: Mapping[str, Any], version: int, actor: User, now: datetime
) -> AccountMember:
    """Change role or last day of a member, whom the form saw as `version`; another role is told to the team.

    Raises EditConflict and NoMember.
    """
    current = _locked(member)
    role = current.role
    fresh = save_edit(current, changes=changes, version=version, actor=actor, action="account_member.edited")
    if fresh.role != role:
        tell_team(CHANGED, fresh, actor=actor, now=now)
    return fresh


def _write_end(member: AccountMember, *, until: date | None, ended_at: datetime | None) -> None:
    """Write the end of a locked membership, or that there is none; history tells it of the customer."""
    member.until, member.ended_at, member.version = until, ended_at, member.version + 1
    member.save(update_fields=["until", "ended_at", "version"])


def _end(member: AccountMember, *, until: date, actor: User | None, now: datetime) -> AccountMember:
    _write_end(member, until=until, ended_at=now)
    said = {"member": member.user, "role": member.role}
    record("account.member_removed", member.account, actor=actor, changes=said)
    tell_team(LEFT, member, actor=actor, now=now)
    return member


@transaction.atomic
def remove_member(member: AccountMember, *, actor: User, now: datetime) -> UndoEntry:
    """End a membership today; who was in the team stays listed. Return what takes it back. Raises NoMember."""
    current = _locked(member)
    data = {"member": current.pk, "until": current.until.isoformat() if current.until else None}
    ended = _end(current, until=day_of(actor, now), actor=actor, now=now)
    label = _("%(name)s taken out of the account team") % {"name": ended.user}
    return offer_undo("accounts.remove_member", actor=actor, label=label, inverse=data, rows=[], now=now)


def undo_remove_member(data: dict[str, Any], *, actor: User, now: datetime) -> None:
    """Let the membership go on; nothing happens where the colleague is in the team again already."""
    member = (
        AccountMember.objects.select_for_update(of=("self",)).select_related("account", "user").get(pk=data["member"])
    )
    if AccountMember.objects.current().filter(account=member.account, user=member.user).exists():
        return
    until = date.fromisoformat(data["until"]) if data["until"] else None
    if until is not None and until < day_of(actor, now):
        raise CannotUndo(_("This cannot be undone: the membership would have ended by now."))
    _write_end(member, until=until, ended_at=None)
    record("account.member_added", member.account, actor=actor, changes={"member": member.user, "role": member.role})
    tell_team(JOINED, member, actor=actor, now=now)


def end_memberships(*, on: date, now: datetime) -> int:
    """End every membership whose last day has passed; return how many."""
    over = AccountMember.objects.current().filter(until__lt=on).order_by("pk")
    for member in over:
        _end_one(member, now=now)
    return len(over)


@transaction.atomic
def _end_one(member: AccountMember, *, now: datetime) -> None:
    current = _locked(member)
    if current.until:
        _end(current, until=current.until, actor=None, now=now)


@transaction.atomic
def set_duties(role: TeamRole, *, changes: Mapping[str, str], version: int, actor: User) -> DutySheet:
    """Write the duties of a role in the firm's words; an empty text lets ours stand. Raises EditConflict."""
    require(actor, Right.ADMINISTER)
    sheet, is_new = DutySheet.objects.get_or_create(role=role)
    seen = sheet.version if is_new else version
    return save_edit(sheet, changes=changes, version=seen, actor=actor, action="duty_sheet.set")
