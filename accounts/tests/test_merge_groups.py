"""Merging and groups: no circle comes of it, whoever moves what meanwhile; and the way back refuses by name."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from django.db import connection
from django.utils import translation

from accounts.actions.groups import GroupCycle, move_in_group
from accounts.actions.merging import MergeRefused, merge_accounts
from accounts.models import Account
from accounts.tests.factories import AccountFactory
from crm.models import UndoEntry
from crm.undo import CannotUndo, undo
from teams.models import User


@pytest.fixture
def twin(rep: User, changhong: Account) -> Account:
    """The same company, filed again."""
    return AccountFactory(owner=rep, name="蘇州長虹精密科技股份有限公司")


def merged(keep: Account, drop: Account, actor: User, now: datetime, *, take: tuple[str, ...] = ()) -> UndoEntry:
    """Merge the two as they are now."""
    keep, drop = Account.objects.get(pk=keep.pk), Account.objects.get(pk=drop.pk)
    return merge_accounts(keep, drop, take=take, versions=(keep.version, drop.version), actor=actor, now=now)


def test_going_back_closes_no_circle(
    changhong: Account, twin: Account, rep: User, manager: User, now: datetime
) -> None:
    holding = AccountFactory(owner=rep, name="长江控股")
    branch = AccountFactory(owner=rep, name="昆山分公司", parent=twin)
    Account.objects.filter(pk=twin.pk).update(parent=holding)
    Account.objects.filter(pk=changhong.pk).update(parent=AccountFactory(owner=rep, name="长虹控股"))
    entry = merged(changhong, twin, manager, now)
    move_in_group(holding, parent=Account.objects.get(pk=branch.pk), actor=rep, now=now)
    with pytest.raises(CannotUndo, match="长江控股"):
        undo(entry, actor=manager, now=now)
    branch.refresh_from_db()
    assert branch.parent == changhong


def test_going_back_names_who_has_the_number_now(
    changhong: Account, twin: Account, rep: User, manager: User, now: datetime
) -> None:
    Account.objects.filter(pk=changhong.pk).update(external_id="K-1")
    Account.objects.filter(pk=twin.pk).update(external_id="K-2")
    entry = merged(changhong, twin, manager, now, take=("external_id",))
    AccountFactory(owner=rep, name="昆山博瑞机械有限公司", external_id="K-1")
    with pytest.raises(CannotUndo, match="昆山博瑞机械有限公司"):
        undo(entry, actor=manager, now=now)


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL")
@pytest.mark.django_db(transaction=True)
def test_a_merge_and_a_move_at_once_close_no_circle(
    changhong: Account, rep: User, manager: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    twin = AccountFactory(owner=rep, name="蘇州長虹精密科技股份有限公司")
    branch = AccountFactory(owner=rep, name="昆山分公司", parent=twin)
    both_looked = Barrier(2)

    def joining() -> str:
        try:
            both_looked.wait(timeout=10)
            with translation.override("en"):
                merge_accounts(changhong, twin, versions=(1, 1), actor=manager, now=now)
        except MergeRefused:
            return "refused"
        finally:
            connection.close()
        return "done"

    def moving() -> str:
        try:
            both_looked.wait(timeout=10)
            move_in_group(changhong, parent=branch, actor=rep, now=now)
        except GroupCycle:
            return "refused"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(joining), pool.submit(moving)]
        assert sorted(answer.result(timeout=60) for answer in answers) == ["done", "refused"]
