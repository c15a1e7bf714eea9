"""Customers that may be one: what a new one is asked about, what the worker finds, what is remembered."""

from datetime import datetime

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.actions.accounts import archive_account, create_account, edit_account
from accounts.actions.duplicates import changed_accounts, find_duplicates, set_apart
from accounts.choices import Likeness, PairState
from accounts.duplicates.jobs import find_soon
from accounts.duplicates.reads import similar_to
from accounts.matching.blocking import MOST_IN_BLOCK
from accounts.matching.normalising import heart_of
from accounts.models import Account, DuplicatePair, MatchKey
from accounts.tasks import find_duplicates as nightly
from accounts.tests.factories import AccountFactory
from crm.jobs import run_job
from crm.undo import undo
from teams.models import User

CODE = "91110000600037341L"


@pytest.mark.parametrize(
    ("name", "heart"),
    [
        ("苏州长虹精密科技有限公司", "苏州长虹精密科技"),
        ("苏州长虹精密科技（集团）股份有限公司", "苏州长虹精密科技"),
        ("蘇州長虹精密科技有限責任公司", "苏州长虹精密科技"),
        ("中国移动 通信集团", "中国移动通信"),
        ("Siemens Co., Ltd.", "siemens"),
        ("SIEMENS AG", "siemens"),
        ("有限公司", "有限公司"),
        ("", ""),
    ],
)
def test_the_heart_of_a_name(name: str, heart: str) -> None:
    assert heart_of(name) == heart


@given(
    st.text(alphabet="长虹精密苏州科技", min_size=1, max_size=12),
    st.sampled_from(["有限公司", "股份有限公司", "（集团）有限公司", "集团股份有限公司", "公司", " 集团"]),
)
def test_a_legal_form_changes_nothing_about_who_it_is(name: str, form: str) -> None:
    assert heart_of(f"{name}{form}") == name


# --- while a new one is typed -----------------------------------------------------------------------------------------
def found(name: str, user: User, *, phone: str = "", credit_code: str = "") -> list[tuple[str, bool, tuple[str, ...]]]:
    """Return what a person typing a new customer is told."""
    similar = similar_to(name=name, phone=phone, credit_code=credit_code, user=user)
    return [(each.account.called, each.is_seen, each.verdict.reasons) for each in similar]


def test_a_new_customer_is_compared_with_those_that_are_there(changhong: Account, rep: User) -> None:
    AccountFactory(owner=rep, name="苏州长虹物业管理有限公司")
    assert found("蘇州常虹精密科技", rep) == [("长虹精密", True, (Likeness.SOUND,))]
    assert found("博瑞", rep, phone="(0512) 6588 1402") == [("长虹精密", True, (Likeness.PHONE,))]
    assert found("上海长虹精密科技有限公司", rep) == []


def test_what_one_does_not_see_is_told_only_where_it_is_certainly_the_same(changhong: Account, outsider: User) -> None:
    Account.objects.filter(pk=changhong.pk).update(credit_code=CODE)
    edit_account(changhong, changes={"credit_code": CODE, "city": "苏州"}, version=1, actor=outsider)
    assert found("苏州长虹精密科技（集团）有限公司", outsider) == [("长虹精密", False, (Likeness.FORM,))]
    assert found("苏州长虹", outsider) == []
    assert found("博瑞", outsider, credit_code=CODE) == [("长虹精密", False, (Likeness.CODE,))]


def test_a_renamed_and_an_archived_one_are_found_as_they_are_now(changhong: Account, rep: User, now: datetime) -> None:
    edit_account(changhong, changes={"name": "昆山博瑞机械有限公司", "short_name": ""}, version=1, actor=rep)
    assert found("苏州长虹精密科技有限公司", rep) == []
    assert found("昆山博瑞机械", rep) == [("昆山博瑞机械有限公司", True, (Likeness.FORM,))]
    archive_account(changhong, actor=rep, now=now)
    assert found("昆山博瑞机械", rep) == []


def test_the_hint_costs_the_same_for_one_as_for_three(rep: User, django_assert_num_queries) -> None:
    for count in (1, 3):
        AccountFactory.create_batch(count, owner=rep, name="苏州长虹精密科技有限公司")
        with django_assert_num_queries(5):
            found("苏州长虹精密科技", rep)


@pytest.mark.parametrize(
    ("typed", "kept"), [(f" {CODE[:2]} {CODE[2:].lower()}"[:18], None), (CODE.lower(), CODE), ("", "")]
)
def test_a_code_whose_check_digit_does_not_fit_is_refused_with_a_sentence(
    typed: str, kept: str | None, changhong: Account, rep: User, client_for
) -> None:
    url = reverse("accounts:edit", args=[changhong.pk]) + "?only=credit_code"
    answer = client_for(rep).post(url, {"credit_code": typed, "version": "1"})
    changhong.refresh_from_db()
    if kept is None:
        assert "This is no valid credit code" in answer.content.decode()
        assert changhong.credit_code == ""
    else:
        assert changhong.credit_code == kept


# --- the worker -------------------------------------------------------------------------------------------------------
def pairs() -> list[tuple[str, str, int, list[str]]]:
    """Return the open pairs, the likeliest first."""
    rows = DuplicatePair.objects.open().best_first().select_related("first", "second")
    return [(pair.first.name, pair.second.name, pair.score, pair.reasons) for pair in rows]


def test_the_worker_finds_pairs_and_looks_only_at_what_changed_after(changhong: Account, rep: User) -> None:
    twin = AccountFactory(owner=rep, name="蘇州長虹精密科技股份有限公司")
    AccountFactory(owner=rep, name="苏州长虹物业管理有限公司")
    assert find_duplicates() == 1
    assert pairs() == [(changhong.name, twin.name, 96, ["FORM"])]
    assert changed_accounts() == []

    create_account(name="长虹精密", owner=rep, actor=rep)
    assert len(changed_accounts()) == 1
    assert nightly() == 3
    edit_account(twin, changes={"name": "昆山博瑞机械有限公司"}, version=1, actor=rep)
    assert find_duplicates() == 1
    assert pairs() == [(changhong.name, "长虹精密", 98, ["NAME"])]


def test_no_pair_is_lost_between_two_parts(rep: User, monkeypatch) -> None:
    monkeypatch.setattr("accounts.actions.duplicates.BATCH", 2)
    AccountFactory.create_batch(5, owner=rep, name="苏州长虹精密科技有限公司")
    assert find_duplicates() == 10
    Account.objects.update(matched_as="")
    assert find_duplicates() == 10


def test_a_key_that_very_many_share_is_not_compared_by(rep: User) -> None:
    names = [f"中瑞{number}号机械有限公司" for number in range(MOST_IN_BLOCK + 1)]
    for name in names:
        AccountFactory(owner=rep, name=name)
    AccountFactory(owner=rep, name=names[7])
    assert find_duplicates() == 1
    assert MatchKey.objects.count() > MOST_IN_BLOCK


def test_one_that_was_archived_is_in_no_pair_though_its_keys_are_still_there(
    changhong: Account, rep: User, now: datetime
) -> None:
    twin = AccountFactory(owner=rep, name=changhong.name)
    archive_account(twin, actor=rep, now=now)
    assert MatchKey.objects.filter(account=twin).exists()
    assert find_duplicates() == 0
    assert found("苏州长虹精密科技", rep) == [("长虹精密", True, (Likeness.FORM,))]


def test_that_two_are_not_the_same_is_remembered_and_can_be_taken_back(
    changhong: Account, rep: User, manager: User, now: datetime
) -> None:
    twin = AccountFactory(owner=rep, name="苏州长虹精密科技股份有限公司")
    find_duplicates()
    entry = set_apart(twin, changhong, actor=manager, now=now)
    Account.objects.update(matched_as="")
    assert find_duplicates() == 0
    assert DuplicatePair.objects.get().state == PairState.NOT_SAME
    undo(entry, actor=manager, now=now)
    assert len(pairs()) == 1


def test_a_person_can_ask_for_the_search(changhong: Account, rep: User, manager: User) -> None:
    AccountFactory(owner=rep, name=changhong.name)
    job = find_soon(actor=manager)
    run_job(job.pk, now=job.recorded_at)
    job.refresh_from_db()
    assert (job.result, job.done, job.total) == ({"pairs": 1}, 2, 2)


def test_only_who_sees_both_sees_the_pair(changhong: Account, rep: User, manager: User, other_manager: User, outsider):
    AccountFactory(owner=outsider, name=changhong.name)
    find_duplicates()
    assert DuplicatePair.objects.visible_to(manager).count() == 0
    AccountFactory(owner=rep, name=changhong.name)
    find_duplicates()
    assert (DuplicatePair.objects.count(), DuplicatePair.objects.visible_to(manager).count()) == (3, 1)
    assert DuplicatePair.objects.visible_to(other_manager).count() == 0
