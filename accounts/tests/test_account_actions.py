"""Making, changing, giving away and putting away customers."""

import uuid
from datetime import datetime, timedelta

import pytest

from accounts.actions.accounts import (
    archive_account,
    change_owner,
    change_owners,
    create_account,
    edit_account,
    restore_account,
)
from accounts.actions.groups import GroupCycle
from accounts.actions.members import AlreadyMember, add_member, remove_member
from accounts.models import Account
from accounts.tests.factories import AccountFactory
from crm.audit import history_of
from crm.editing import EditConflict
from crm.undo import CannotUndo, undo
from teams.models import User


def test_a_new_customer_belongs_to_its_owners_team_and_is_found_by_initials(rep: User) -> None:
    account = create_account(name="中国移动通信集团", owner=rep, actor=rep, phone="0512-65881402")
    assert account.team == rep.team
    assert list(Account.objects.matching("zgyd")) == [account]
    assert list(Account.objects.matching("1402")) == [account]
    assert history_of(account).get().changes == {"name": "中国移动通信集团", "owner": rep.pk}


def test_the_same_client_id_makes_one_customer(rep: User) -> None:
    key = uuid.uuid4()
    first = create_account(name="苏州博瑞", owner=rep, actor=rep, client_id=key)
    again = create_account(name="苏州博瑞（又）", owner=rep, actor=rep, client_id=key)
    assert again == first
    assert again.name == "苏州博瑞"
    assert Account.objects.count() == 1
    assert history_of(first).count() == 1


def test_an_edit_moves_the_search_text_along_without_noise_in_history(changhong: Account, rep: User) -> None:
    edit_account(changhong, changes={"name": "昆山华鑫精密", "short_name": ""}, version=1, actor=rep)
    changhong.refresh_from_db()
    assert changhong.version == 2
    assert list(Account.objects.matching("华鑫")) == [changhong]
    assert not Account.objects.matching("长虹").exists()
    assert set(history_of(changhong)[0].changes) == {"name", "short_name", "version"}


def test_two_people_change_different_fields(changhong: Account, rep: User, manager: User) -> None:
    edit_account(changhong, changes={"city": "苏州"}, version=1, actor=rep)
    edit_account(changhong, changes={"potential": 4}, version=1, actor=manager)
    changhong.refresh_from_db()
    assert (changhong.city, changhong.potential) == ("苏州", 4)


def test_two_people_change_the_same_field(changhong: Account, rep: User, manager: User) -> None:
    edit_account(changhong, changes={"city": "苏州"}, version=1, actor=rep)
    with pytest.raises(EditConflict) as conflict:
        edit_account(changhong, changes={"city": "昆山"}, version=1, actor=manager)
    clash = conflict.value.clashes[0]
    assert (clash.field, clash.theirs, clash.ours, clash.changed_by) == ("city", "苏州", "昆山", "陈思远")


def test_a_group_cannot_go_in_a_circle(changhong: Account, rep: User) -> None:
    branch = AccountFactory(name="分公司", owner=rep, parent=changhong)
    deeper = AccountFactory(name="办事处", owner=rep, parent=branch)
    with pytest.raises(GroupCycle, match="办事处 belongs to 长虹精密 already"):
        edit_account(changhong, changes={"parent": deeper}, version=1, actor=rep)
    assert edit_account(deeper, changes={"parent": changhong}, version=1, actor=rep).parent == changhong


def test_one_customer_changes_hands_with_its_team(changhong: Account, outsider: User, director: User) -> None:
    moved = change_owner(changhong, to=outsider, actor=director)
    assert (moved.owner, moved.team, moved.version) == (outsider, outsider.team, 2)
    assert change_owner(moved, to=outsider, actor=director).version == 2


def test_many_change_hands_and_come_back(
    changhong: Account, rep: User, teammate: User, outsider: User, director: User, now: datetime
) -> None:
    second = AccountFactory(owner=teammate)
    entry = change_owners([changhong, second], to=outsider, actor=director, now=now)
    assert set(Account.objects.filter(owner=outsider, team=outsider.team)) == {changhong, second}
    assert entry.label == "2 customers given to 孙磊"
    undo(entry, actor=director, now=now + timedelta(minutes=1))
    assert Account.objects.get(pk=changhong.pk).owner == rep
    assert Account.objects.get(pk=second.pk).owner == teammate
    assert [row.action for row in history_of(second)] == ["account.owner_changed_back", "account.owner_changed"]


def test_giving_away_cannot_be_undone_after_somebody_changed_the_customer(
    changhong: Account, outsider: User, director: User, now: datetime
) -> None:
    entry = change_owners([changhong], to=outsider, actor=director, now=now)
    edit_account(changhong, changes={"city": "昆山"}, version=2, actor=outsider)
    with pytest.raises(CannotUndo, match="长虹精密"):
        undo(entry, actor=director, now=now)
    assert Account.objects.get(pk=changhong.pk).owner == outsider


def test_bulk_change_costs_the_same_for_three_as_for_one(
    rep: User, outsider: User, director: User, now: datetime, django_assert_num_queries
) -> None:
    one, three = [AccountFactory(owner=rep)], AccountFactory.create_batch(3, owner=rep)
    for rows in (one, three):
        # savepoint, lock, names, update, history, owners (2), claims in force and asked for, undo, release
        with django_assert_num_queries(11):
            change_owners(rows, to=outsider, actor=director, now=now)


def test_archiving_hides_and_undo_brings_back(changhong: Account, rep: User, now: datetime) -> None:
    entry = archive_account(changhong, actor=rep, now=now)
    assert not Account.objects.live().exists()
    undo(entry, actor=rep, now=now)
    assert Account.objects.live().get() == changhong


def test_restoring_by_hand(changhong: Account, rep: User, now: datetime) -> None:
    archive_account(changhong, actor=rep, now=now)
    assert restore_account(changhong, actor=rep).archived_at is None


def test_a_member_sees_the_customer_until_he_is_taken_out(
    changhong: Account, rep: User, outsider: User, now: datetime
) -> None:
    member = add_member(changhong, user=outsider, role="SUPPORT", actor=rep, now=now)
    assert changhong in Account.objects.visible_to(outsider)
    with pytest.raises(AlreadyMember, match="孙磊"):
        add_member(changhong, user=outsider, actor=rep, now=now)
    entry = remove_member(member, actor=rep, now=now)
    assert changhong not in Account.objects.visible_to(outsider)
    undo(entry, actor=rep, now=now)
    assert changhong.members.current().get().role == "SUPPORT"
