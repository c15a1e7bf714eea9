"""Writes of groups: under which company another stands. A group never goes in a circle, whoever writes at once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.groups.group import companies_above
from accounts.groups.rollup import hang, reaches
from accounts.models import Account
from crm.editing import write_fields
from crm.locks import one_at_a_time
from crm.models import UndoEntry
from crm.undo import CannotUndo, offer_undo
from teams.models import User

GROUPS = "accounts.groups"


class GroupCycle(Exception):
    """A company cannot stand above itself in its group; the message says which one would."""


def refuse_cycle(account: Account, parent: Account | None) -> None:
    """Raise GroupCycle where `parent` belongs to `account`, however many companies lie between.

    Nobody else changes a group until the transaction ends: two moves that are fine alone can close a circle together.
    """
    if parent is None:
        return
    one_at_a_time(GROUPS)
    if reaches(companies_above([parent.pk]), parent.pk, account.pk):
        if parent.pk == account.pk:
            raise GroupCycle(_("A company cannot belong to itself."))
        names = {"account": account.called, "parent": parent.called}
        raise GroupCycle(_("%(parent)s belongs to %(account)s already; a group cannot go in a circle.") % names)


def without_cycles(wanted: Mapping[int, int]) -> dict[int, int]:
    """Return those of many moves (company → new parent) that close no circle; call inside atomic, before writing."""
    one_at_a_time(GROUPS)
    return hang(companies_above([*wanted, *wanted.values()]), wanted)


def _write(current: Account, parent: Account | None, relation: str, *, actor: User, action: str) -> Account:
    """Set what a locked company belongs to; history keeps the names too."""
    names = [above.called if above else "" for above in (current.parent, parent)]
    values = {"parent": parent, "relation": relation}
    return write_fields(current, values, actor=actor, action=action, told={"companies": names})


@transaction.atomic
def move_in_group(
    account: Account, *, parent: Account | None, relation: str = "", actor: User, now: datetime
) -> UndoEntry | None:
    """Put a company, with all below it, under another one, or on its own; return what takes it back.

    None where it stands there already. Raises GroupCycle.
    """
    refuse_cycle(account, parent)
    current = Account.objects.select_for_update(of=["self"]).select_related("parent").get(pk=account.pk)
    before = {"parent": current.parent_id, "relation": current.relation}
    relation = relation if parent else ""
    if (current.parent_id, current.relation) == (parent.pk if parent else None, relation):
        return None
    current = _write(current, parent, relation, actor=actor, action="account.moved_in_group")
    names = {"account": current.called, "parent": parent.called if parent else ""}
    label = _("%(account)s now belongs to %(parent)s") if parent else _("%(account)s now stands on its own")
    inverse = {"account": current.pk, **before}
    return offer_undo(
        "accounts.move_in_group", actor=actor, label=label % names, inverse=inverse, rows=[current], now=now
    )


def undo_move_in_group(data: dict[str, Any], *, actor: User, now: datetime) -> None:  # noqa: ARG001 -- undo's signature
    """Put a company back under the one it belonged to."""
    parent = Account.objects.filter(pk=data["parent"]).first() if data["parent"] else None
    account = Account.objects.get(pk=data["account"])
    try:
        refuse_cycle(account, parent)
    except GroupCycle as refusal:
        raise CannotUndo(str(refusal)) from refusal
    current = Account.objects.select_for_update(of=["self"]).select_related("parent").get(pk=account.pk)
    relation = data["relation"] if parent else ""
    _write(current, parent, relation, actor=actor, action="account.moved_back_in_group")
