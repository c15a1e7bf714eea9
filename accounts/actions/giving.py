"""Giving one customer to somebody else with all that goes along, and taking that back.

The bulk action of the list and the hand-over of somebody who leaves go through here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actions.accounts import change_owner, undo_change_owners
from accounts.actions.carrying import Along, carry, carry_back
from accounts.handover.carried import CannotCarry
from accounts.models import Account, Claim
from crm.models import UndoEntry
from crm.undo import offer_undo
from teams.models import User

GIVE = "accounts.give"


class CannotGive(Exception):
    """The customer stays where it is; the message says why."""


@dataclass(frozen=True)
class Given:
    """What a gift takes back (`before`, JSON), and the rows as it left them."""

    before: dict[str, Any]
    rows: list[models.Model]


def why_not(account: Account, *, giver_id: int | None, to: User | None) -> str:
    """Return why a customer cannot go from one to the other, in a sentence; empty where it can."""
    if account.archived_at is not None:
        return _("It was archived meanwhile.")
    if account.owner_id != giver_id:
        return _("It belongs to %(name)s meanwhile.") % {"name": account.owner or _("nobody")}
    return why_not_to(to, giver_id=giver_id)


def why_not_to(to: User | None, *, giver_id: int | None) -> str:
    """Return why somebody cannot be given anything, in a sentence; empty where he can."""
    if to is None:
        return _("Nobody is chosen for it yet.")
    if to.pk == giver_id:
        return _("%(name)s is who hands it over.") % {"name": to}
    if not to.is_active:
        return _("%(name)s no longer works here.") % {"name": to}
    if to.team_id is None:
        return _("%(name)s belongs to no team; ask an admin to put him or her into one.") % {"name": to}
    return ""


@transaction.atomic
def give_account(account: Account, *, giver: User | None, to: User | None, actor: User, now: datetime) -> Given:
    """Give one customer, and what goes along, from its owner to somebody else. Raises CannotGive."""
    current = Account.objects.select_for_update(of=("self",)).select_related("owner").get(pk=account.pk)
    refusal = why_not(current, giver_id=giver.pk if giver else None, to=to)
    if refusal or to is None:
        raise CannotGive(refusal)
    before: dict[str, Any] = {"owner": [current.pk, current.owner_id, current.team_id], "to": to.pk}
    before["claims"] = list(Claim.objects.in_force().filter(account=current).values_list("pk", flat=True))
    along = _carry(current.pk, giver=giver, to=to, actor=actor, now=now)
    return Given(before | {"moved": along.moved}, [change_owner(current, to=to, actor=actor), *along.rows])


@transaction.atomic
def give_loose(*, giver: User, to: User | None, actor: User, now: datetime) -> Given:
    """Give what somebody holds beside his own customers to somebody else. Raises CannotGive."""
    refusal = why_not_to(to, giver_id=giver.pk)
    if refusal or to is None:
        raise CannotGive(refusal)
    along = _carry(None, giver=giver, to=to, actor=actor, now=now)
    return Given({"owner": [None, giver.pk, None], "to": to.pk, "moved": along.moved}, along.rows)


def _carry(account_id: int | None, *, giver: User | None, to: User, actor: User, now: datetime) -> Along:
    """Move what goes along. Raises CannotGive."""
    try:
        return carry(account_id, giver=giver, to=to, actor=actor, now=now)
    except CannotCarry as refusal:
        raise CannotGive(str(refusal)) from refusal


@transaction.atomic
def take_back(before: dict[str, Any], *, actor: User, now: datetime) -> None:
    """Give back what `Given.before` tells of, a claim with the days it had left.

    That nothing changed since is for the caller to ask.
    """
    account_id, giver_id, team_id = before["owner"]
    people = User.objects.in_bulk({giver_id, before["to"]} - {None})
    if before["moved"]:
        carry_back(before["moved"], giver=people[giver_id], to=people[before["to"]], actor=actor, now=now)
    if account_id is not None:
        owners = {"owners": [[account_id, giver_id, team_id]], "claims": before.get("claims", [])}
        undo_change_owners(owners, actor=actor, now=now)


@transaction.atomic
def give_accounts(accounts: Iterable[Account], *, to: User, actor: User, now: datetime) -> UndoEntry:
    """Give a few customers of any owners to somebody else, all or none; return what takes it back.

    Those who are his already stay as they are. Raises CannotGive.
    """
    chosen = [account for account in accounts if account.owner_id != to.pk]
    if not chosen:
        raise CannotGive(_("%(name)s keeps all of them already.") % {"name": to})
    given = [give_account(account, giver=account.owner, to=to, actor=actor, now=now) for account in in_order(chosen)]
    label = ngettext("%(n)s customer given to %(name)s", "%(n)s customers given to %(name)s", len(given))
    return offer_undo(
        GIVE,
        actor=actor,
        label=label % {"n": len(given), "name": to},
        inverse={"given": [one.before for one in given]},
        rows=[row for one in given for row in one.rows],
        now=now,
    )


def in_order(accounts: Sequence[Account]) -> list[Account]:
    """Return customers in the order in which everybody locks them."""
    return sorted(accounts, key=lambda account: account.pk)


def undo_give(data: dict[str, Any], *, actor: User, now: datetime) -> None:
    """Give customers back to whom they belonged before, with what went along."""
    for before in reversed(data["given"]):
        take_back(before, actor=actor, now=now)
