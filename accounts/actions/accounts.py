"""Writes of customers: making, changing, giving to somebody else, putting away."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actions.duplicates import file_keys
from accounts.actions.groups import refuse_cycle
from accounts.actions.ownership import Why, note_owners, step_back, write_owners
from accounts.actions.protection import pass_on, reopen_claims
from accounts.choices import OwnershipKind
from accounts.duplicates.reads import IDENTITY_FIELDS
from accounts.models import Account
from accounts.naming import ACCOUNT_FIELDS, account_search_text
from crm.audit import record
from crm.editing import save_edit, write_fields
from crm.models import UndoEntry
from crm.models.abstract import Origin
from crm.undo import offer_undo
from teams.models import User


class IsMerged(Exception):
    """The customer was merged into another one; the message says what to do."""


def keep_searchable(account: Account, changed: Iterable[str]) -> None:
    """Write what it is found by where a name or number changed; it is no news and stands in no history."""
    if ACCOUNT_FIELDS.intersection(changed):
        account.search_text = account_search_text(account)
        Account.objects.filter(pk=account.pk).update(search_text=account.search_text)
    if IDENTITY_FIELDS.intersection(changed):
        file_keys([account])


@transaction.atomic
def create_account(
    *,
    name: str,
    owner: User | None,
    actor: User | None,
    client_id: uuid.UUID | None = None,
    origin: str = Origin.WEB,
    **fields: Any,
) -> Account:
    """Make a customer of `owner` and his team; the same `client_id` again returns the first one unchanged."""
    fields.setdefault("team", owner.team if owner else None)
    account = Account(name=name, owner=owner, client_id=client_id or uuid.uuid4(), origin=origin, **fields)
    account.search_text = account_search_text(account)
    values = {field.attname: getattr(account, field.attname) for field in Account._meta.concrete_fields}
    for unsaved in ("id", "client_id", "recorded_at"):
        values.pop(unsaved)
    account, is_new = Account.objects.get_or_create(client_id=account.client_id, defaults=values)
    if is_new:
        file_keys([account])
        record("account.created", account, actor=actor, changes={"name": name, "owner": owner}, origin=origin)
        kind = OwnershipKind.IMPORTED if origin == Origin.IMPORT else OwnershipKind.CREATED
        note_owners([account], actor=actor, why=Why(kind), now=account.recorded_at)
    return account


@transaction.atomic
def edit_account(
    account: Account, *, changes: Mapping[str, Any], version: int, actor: User, origin: str = Origin.WEB
) -> Account:
    """Change facts of a customer, which the form saw as `version`; return it fresh.

    Raises EditConflict (the same field was changed meanwhile) and GroupCycle. Owner, team and tier have actions of
    their own.
    """
    if "parent" in changes:
        refuse_cycle(account, changes["parent"])
    fresh = save_edit(account, changes=changes, version=version, actor=actor, action="account.edited", origin=origin)
    keep_searchable(fresh, changes)
    return fresh


def _locked(accounts: Iterable[Account]) -> list[Account]:
    keys = [account.pk for account in accounts]
    return list(Account.objects.select_for_update().filter(pk__in=keys).order_by("pk"))


@transaction.atomic
def change_owner(
    account: Account, *, to: User, actor: User | None, reason: str = "", now: datetime | None = None
) -> Account:
    """Give one customer to somebody else and his team; his colleagues in the account team stay. Return it fresh.

    One that was claimed is protected anew for its new owner.
    """
    current = Account.objects.select_for_update().get(pk=account.pk)
    if (current.owner_id, current.team_id) != (to.pk, to.team_id):
        _hand_over([current], to=to, actor=actor, reason=reason, now=now or timezone.now())
    return current


def _hand_over(rows: list[Account], *, to: User, actor: User | None, reason: str, now: datetime) -> list[int]:
    """Give locked customers to somebody; return the claims that ended with it."""
    owners = dict.fromkeys([row.pk for row in rows], (to.pk, to.team_id))
    why = Why(OwnershipKind.HANDED_OVER, reason)
    ended = write_owners(rows, owners, actor=actor, action="account.owner_changed", why=why, now=now)
    pass_on(ended, rows, now=now)
    return [claim.pk for claim in ended]


@transaction.atomic
def change_owners(accounts: Iterable[Account], *, to: User, actor: User, now: datetime, reason: str = "") -> UndoEntry:
    """Give customers to somebody else and his team in one go; return what takes it back.

    A rep who leaves takes no customers along (growing-key-accounts, what the funnel is for).
    """
    rows = _locked(accounts)
    inverse: dict[str, Any] = {"owners": [[row.pk, row.owner_id, row.team_id] for row in rows]}
    inverse["claims"] = _hand_over(rows, to=to, actor=actor, reason=reason, now=now)
    label = ngettext("%(n)s customer given to %(name)s", "%(n)s customers given to %(name)s", len(rows))
    label %= {"n": len(rows), "name": to}
    return offer_undo("accounts.change_owners", actor=actor, label=label, inverse=inverse, rows=rows, now=now)


def undo_change_owners(data: dict[str, Any], *, actor: User, now: datetime) -> None:
    """Give customers back to whom they belonged before, with the days of protection they had left.

    One of the pool is there again as it was: who gave it up, why, and how long he waits.
    """
    owners = {pk: (owner_id, team_id) for pk, owner_id, team_id in data["owners"]}
    rows = list(Account.objects.select_for_update().filter(pk__in=owners).order_by("pk"))
    action, why = "account.owner_changed_back", Why(OwnershipKind.TAKEN_BACK)
    pooled = [row for row in rows if owners[row.pk][0] is None]
    there = {row.pk for row in pooled if step_back(row, actor=actor, action=action, to=owners[row.pk])}
    others = [row for row in rows if row.pk not in there]
    write_owners(others, owners, actor=actor, action=action, why=why, now=now)
    reopen_claims(data.get("claims", []), now=now)


@transaction.atomic
def archive_account(account: Account, *, actor: User, now: datetime) -> UndoEntry:
    """Put a customer away: out of lists, suggestions and rules, with everything kept. Return what takes it back."""
    current = Account.objects.select_for_update().get(pk=account.pk)
    current = write_fields(current, {"archived_at": now}, actor=actor, action="account.archived")
    label = _("%(name)s archived") % {"name": current.called}
    return offer_undo(
        "accounts.archive_account", actor=actor, label=label, inverse={"account": current.pk}, rows=[current], now=now
    )


@transaction.atomic
def restore_account(account: Account, *, actor: User) -> Account:
    """Bring an archived customer back; return it fresh. Raises IsMerged."""
    current = Account.objects.select_for_update().get(pk=account.pk)
    if current.merged_into_id:
        raise IsMerged(
            _("%(name)s is a part of another customer now. Undo the merge instead.") % {"name": current.called}
        )
    return write_fields(current, {"archived_at": None}, actor=actor, action="account.restored")


def undo_archive_account(data: dict[str, Any], *, actor: User, now: datetime) -> None:  # noqa: ARG001
    """Bring back what was archived."""
    restore_account(Account.objects.get(pk=data["account"]), actor=actor)
