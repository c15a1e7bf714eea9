"""The history of owners: every way a customer changes hands leaves a stretch, and what was before is found again."""

from datetime import datetime
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import IntegrityError, connection

from accounts.actions.accounts import change_owner, create_account
from accounts.choices import OwnershipKind
from accounts.models import Account, Ownership
from accounts.tests.factories import AccountFactory, ClaimFactory
from crm.audit import record
from crm.models.abstract import Origin
from teams.models import User

seed = import_module("accounts.migrations.0013_present_owners").seed


def told(account: Account) -> list[tuple[str, str, str, bool]]:
    """Return owner, kind and reason of every stretch, and whether it is the open one."""
    rows = Ownership.objects.filter(account=account).order_by("started_at", "pk")
    return [(str(row.owner or "–"), row.kind, row.reason, row.ended_at is None) for row in rows]


def test_creation_import_and_hand_over_are_told_apart(rep: User, teammate: User, director: User) -> None:
    made = create_account(name="常州恒立", owner=rep, actor=rep)
    loaded = create_account(name="昆山华鑫", owner=rep, actor=director, origin=Origin.IMPORT)
    change_owner(made, to=teammate, actor=director, reason="陈思远调岗")

    assert told(made) == [
        ("陈思远", OwnershipKind.CREATED, "", False),
        ("刘婷", OwnershipKind.HANDED_OVER, "陈思远调岗", True),
    ]
    assert told(loaded) == [("陈思远", OwnershipKind.IMPORTED, "", True)]


def test_each_stretch_ends_where_the_next_begins(rep: User, teammate: User, outsider: User, director: User) -> None:
    account = create_account(name="常州恒立", owner=rep, actor=rep)
    change_owner(account, to=teammate, actor=director)
    change_owner(account, to=outsider, actor=director)

    rows = list(Ownership.objects.filter(account=account).order_by("pk"))
    assert [row.ended_at for row in rows[:-1]] == [row.started_at for row in rows[1:]]


def test_the_same_owner_again_is_no_new_stretch(changhong: Account, rep: User, director: User) -> None:
    change_owner(changhong, to=rep, actor=director)

    assert told(changhong) == []


def test_the_database_holds_one_owner_and_one_claim_in_force(changhong: Account, rep: User, now: datetime) -> None:
    ClaimFactory(account=changhong)
    with pytest.raises(IntegrityError):
        ClaimFactory(account=changhong)


def test_the_database_holds_one_open_stretch(changhong: Account, rep: User, now: datetime) -> None:
    stretch = {"account": changhong, "owner": rep, "kind": OwnershipKind.CREATED, "started_at": now}
    Ownership.objects.create(**stretch)
    with pytest.raises(IntegrityError):
        Ownership.objects.create(**stretch)


# --- what was there before this was kept ------------------------------------------------------------------------------
def seeded() -> None:
    """Fill the history as the upgrade of a database does."""
    Ownership.objects.all().delete()
    seed(apps, SimpleNamespace(connection=connection))


def test_an_upgrade_finds_the_present_owners_and_those_history_tells_of(
    changhong: Account, rep: User, teammate: User, director: User
) -> None:
    pooled = AccountFactory(name="无锡华鑫", owner=None)
    loaded = AccountFactory(name="昆山华鑫", owner=rep, origin=Origin.IMPORT)
    change_owner(changhong, to=teammate, actor=director)
    seeded()

    assert told(changhong) == [
        ("陈思远", OwnershipKind.CREATED, "", False),
        ("刘婷", OwnershipKind.HANDED_OVER, "", True),
    ]
    assert told(loaded) == [("陈思远", OwnershipKind.IMPORTED, "", True)]
    assert told(pooled) == [("–", OwnershipKind.CREATED, "", True)]
    assert Ownership.objects.open().get(account=changhong).actor == director


def test_where_history_does_not_lead_to_the_present_owner_only_he_is_told(
    changhong: Account, rep: User, outsider: User, director: User
) -> None:
    record("account.owner_changed", changhong, actor=director, changes={"owner": [rep.pk, outsider.pk]})
    record("account.owner_changed", changhong, actor=director, changes={"erased": True})
    seeded()

    assert told(changhong) == [("陈思远", OwnershipKind.KNOWN, "", True)]
