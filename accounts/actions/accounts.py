"""Writes of customers: making, changing, giving to somebody else, putting away, the account team."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actions.duplicates import file_keys
from accounts.choices import TeamRole
from accounts.duplicates import IDENTITY_FIELDS
from accounts.models import Account, AccountMember
from accounts.naming import ACCOUNT_FIELDS, account_search_text
from crm.audit import build_entry, record
from crm.editing import save_edit, write_fields
from crm.models import AuditEntry, UndoEntry
from crm.models.abstract import Origin
from crm.undo import offer_undo
from teams.models import User

BATCH = 500


class GroupCycle(Exception):
    """A company cannot stand above itself in its group; the message says which one would."""


class AlreadyMember(Exception):
    """The person is in the account team; the message says so."""


class IsMerged(Exception):
    """The customer was merged into another one; the message says what to do."""


def _refuse_cycle(account: Account, parent: Account | None) -> None:
    """Raise GroupCycle where `parent` belongs to `account`, however many companies lie between."""
    seen: set[int] = set()
    above: int | None = parent.pk if parent else None
    while above is not None and above not in seen:
        if above == account.pk:
            names = {"account": account.called, "parent": parent.called if parent else ""}
            raise GroupCycle(_("%(parent)s belongs to %(account)s already; a group cannot go in a circle.") % names)
        seen.add(above)
        above = Account.objects.filter(pk=above).values_list("parent_id", flat=True).first()


def _keep_searchable(account: Account, changed: Iterable[str]) -> None:
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
        _refuse_cycle(account, changes["parent"])
    fresh = save_edit(account, changes=changes, version=version, actor=actor, action="account.edited", origin=origin)
    _keep_searchable(fresh, changes)
    return fresh


def _locked(accounts: Iterable[Account]) -> list[Account]:
    keys = [account.pk for account in accounts]
    return list(Account.objects.select_for_update().filter(pk__in=keys).order_by("pk"))


def _write_owners(
    accounts: Sequence[Account], owners: Mapping[int, tuple[int | None, int | None]], *, actor: User | None, action: str
) -> None:
    """Set owner and team of locked rows (account → owner, team), raise their versions, record each; in batches."""
    people = {account.owner_id for account in accounts} | {owner_id for owner_id, _team in owners.values()}
    names = dict(User.objects.filter(pk__in=people - {None}).values_list("pk", "name"))
    entries = []
    for account in accounts:
        owner_id, team_id = owners[account.pk]
        changes = {
            "owner": [account.owner_id, owner_id],
            "names": [names.get(account.owner_id, ""), names.get(owner_id, "")],
            "team": [account.team_id, team_id],
            "version": [account.version, account.version + 1],
        }
        account.owner_id, account.team_id, account.version = owner_id, team_id, account.version + 1
        entries.append(build_entry(action, account, actor=actor, changes=changes))
    Account.objects.bulk_update(accounts, ["owner", "team", "version"], batch_size=BATCH)
    AuditEntry.objects.bulk_create(entries, batch_size=BATCH)


@transaction.atomic
def change_owner(account: Account, *, to: User, actor: User | None) -> Account:
    """Give one customer to somebody else and his team; his colleagues in the account team stay. Return it fresh."""
    current = Account.objects.select_for_update().get(pk=account.pk)
    if (current.owner_id, current.team_id) != (to.pk, to.team_id):
        _write_owners([current], {current.pk: (to.pk, to.team_id)}, actor=actor, action="account.owner_changed")
    return current


@transaction.atomic
def change_owners(accounts: Iterable[Account], *, to: User, actor: User, now: datetime) -> UndoEntry:
    """Give customers to somebody else and his team in one go; return what takes it back.

    A rep who leaves takes no customers along (growing-key-accounts, what the funnel is for).
    """
    rows = _locked(accounts)
    inverse = {"owners": [[row.pk, row.owner_id, row.team_id] for row in rows]}
    target = (to.pk, to.team_id)
    _write_owners(rows, dict.fromkeys([row.pk for row in rows], target), actor=actor, action="account.owner_changed")
    label = ngettext("%(n)s customer given to %(name)s", "%(n)s customers given to %(name)s", len(rows))
    label %= {"n": len(rows), "name": to}
    return offer_undo("accounts.change_owners", actor=actor, label=label, inverse=inverse, rows=rows, now=now)


def undo_change_owners(data: dict[str, Any], *, actor: User, now: datetime) -> None:  # noqa: ARG001 -- undo's signature
    """Give customers back to whom they belonged before."""
    owners = {pk: (owner_id, team_id) for pk, owner_id, team_id in data["owners"]}
    rows = list(Account.objects.select_for_update().filter(pk__in=owners).order_by("pk"))
    _write_owners(rows, owners, actor=actor, action="account.owner_changed_back")


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
