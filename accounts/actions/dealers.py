"""Writes of dealers: where one sells and for how much, who signs in for it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import AccountKind
from accounts.models import Account, DealerLogin, DealerYear
from crm.audit import record
from crm.editing import save_edit
from crm.models import UndoEntry
from crm.undo import CannotUndo, offer_undo
from teams.access import require
from teams.choices import Right, Role
from teams.models import User


class LoginRefused(Exception):
    """The person cannot sign in for this dealer; the message says why."""


@transaction.atomic
def set_dealer_year(
    account: Account, *, year: int, changes: Mapping[str, Any], version: int, actor: User
) -> DealerYear:
    """Write regions and target of a dealer for a year. Raises PermissionDenied for who does not lead, EditConflict."""
    require(actor, Right.LEAD)
    row, is_new = DealerYear.objects.get_or_create(account=account, year=year)
    seen = row.version if is_new else version
    return save_edit(row, changes=changes, version=seen, actor=actor, action="dealer_year.set")


@transaction.atomic
def give_login(account: Account, *, user: User, actor: User) -> DealerLogin:
    """Let somebody sign in for a dealer: he sees it and the customers given to it from now on.

    Raises PermissionDenied for who does not lead, LoginRefused.
    """
    require(actor, Right.LEAD)
    current = Account.objects.select_for_update().get(pk=account.pk)
    if current.kind != AccountKind.DEALER or user.role != Role.DEALER:
        raise LoginRefused(_("Only a person with the role “dealer” signs in for a customer of the kind “dealer”."))
    # A log-in of what is a dealer no more lets nobody in; it does not bind the person.
    DealerLogin.objects.filter(user=user).exclude(account__kind=AccountKind.DEALER).delete()
    login, is_new = DealerLogin.objects.get_or_create(user=user, defaults={"account": current})
    if login.account_id != current.pk:
        raise LoginRefused(_("%(name)s signs in for another dealer already.") % {"name": user})
    if is_new:
        record("account.login_given", current, actor=actor, changes={"member": user})
    return login


@transaction.atomic
def take_login(login: DealerLogin, *, actor: User, now: datetime) -> UndoEntry:
    """Let somebody sign in for a dealer no more: he sees nothing of it at once. Return what takes it back."""
    require(actor, Right.LEAD)
    account, user = login.account, login.user
    login.delete()
    record("account.login_taken", account, actor=actor, changes={"member": user})
    label = _("%(name)s signs in for %(dealer)s no more") % {"name": user, "dealer": account.called}
    inverse = {"account": account.pk, "user": user.pk}
    return offer_undo("accounts.take_login", actor=actor, label=label, inverse=inverse, rows=[], now=now)


def undo_take_login(data: dict[str, Any], *, actor: User, now: datetime) -> None:  # noqa: ARG001
    """Give the log-in back."""
    try:
        give_login(Account.objects.get(pk=data["account"]), user=User.objects.get(pk=data["user"]), actor=actor)
    except LoginRefused as refusal:
        raise CannotUndo(str(refusal)) from refusal
