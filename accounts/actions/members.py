"""Writes of account teams."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import TeamRole
from accounts.models import Account, AccountMember
from crm.audit import record
from crm.models import UndoEntry
from crm.undo import offer_undo
from teams.models import User


class AlreadyMember(Exception):
    """The person is in the account team; the message says so."""


@transaction.atomic
def add_member(account: Account, *, user: User, role: str = TeamRole.ACCOUNT_MANAGER, actor: User) -> AccountMember:
    """Take a colleague into the account team; he sees the customer like its owner. Raises AlreadyMember."""
    member, is_new = AccountMember.objects.get_or_create(account=account, user=user, defaults={"role": role})
    if not is_new:
        raise AlreadyMember(_("%(name)s is in the account team already.") % {"name": user})
    record("account.member_added", account, actor=actor, changes={"member": user, "role": role})
    return member


@transaction.atomic
def remove_member(member: AccountMember, *, actor: User, now: datetime) -> UndoEntry:
    """Take a colleague out of the account team; return what takes it back."""
    account, user = member.account, member.user
    data = {"account": account.pk, "user": user.pk, "role": member.role}
    member.delete()
    record("account.member_removed", account, actor=actor, changes={"member": user, "role": data["role"]})
    label = _("%(name)s taken out of the account team") % {"name": user}
    return offer_undo("accounts.remove_member", actor=actor, label=label, inverse=data, rows=[], now=now)


def undo_remove_member(data: dict[str, Any], *, actor: User, now: datetime) -> None:  # noqa: ARG001
    """Take the colleague back in; nothing happens where somebody did so already."""
    account, user = Account.objects.get(pk=data["account"]), User.objects.get(pk=data["user"])
    if not AccountMember.objects.filter(account=account, user=user).exists():
        add_member(account, user=user, role=data["role"], actor=actor)
