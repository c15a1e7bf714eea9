"""Finding customers and people for the palette."""

import pytest

from accounts.models import Account
from accounts.search import find, find_accounts, find_contacts
from accounts.tests.factories import AccountFactory, ContactFactory
from crm.searching import find_everywhere
from teams.models import User


def test_customers_and_people_are_found_with_what_tells_them_apart(changhong: Account, rep: User) -> None:
    wang = ContactFactory(account=changhong, name="王长虹", title="总经理")
    customer, person = find("长虹", user=rep, limit=5)
    assert (customer.kind, customer.title, customer.url) == ("account", changhong.name, changhong.get_absolute_url())
    assert (person.kind, person.title, person.subtitle) == ("contact", "王长虹", "总经理 · 长虹精密")
    assert person.url == wang.get_absolute_url()


@pytest.mark.parametrize("query", ["chjm", "1402", "精密"])
def test_initials_and_phone_ends_find_too(query: str, changhong: Account, rep: User) -> None:
    assert [hit.title for hit in find_accounts(query, user=rep, limit=5)] == [changhong.name]


def test_nobody_finds_what_he_does_not_see(changhong: Account, outsider: User, admin: User) -> None:
    ContactFactory(account=changhong, name="王长虹")
    for person in (outsider, admin):
        assert find("长虹", user=person, limit=5) == []


def test_archived_ones_are_not_found(changhong: Account, rep: User, now) -> None:
    ContactFactory(account=changhong, name="王建国", archived_at=now)
    gone = AccountFactory(owner=rep, name="长虹旧厂", archived_at=now)
    ContactFactory(account=gone, name="王建军")
    assert [hit.title for hit in find_accounts("长虹", user=rep, limit=5)] == [changhong.name]
    assert find_contacts("王建", user=rep, limit=5) == []


def test_names_that_begin_so_stand_first_and_no_more_than_asked_for(rep: User) -> None:
    for name in ("苏州移动", "移动通信", "中国移动"):
        AccountFactory(owner=rep, name=name)
    assert [hit.title for hit in find_accounts("移动", user=rep, limit=2)] == ["移动通信", "中国移动"]


def test_pairs_in_another_order_are_no_hit(rep: User) -> None:
    AccountFactory(owner=rep, name="动力移动设备")
    assert find_accounts("移动力", user=rep, limit=5) == []


@pytest.mark.parametrize("query", ["", "   ", "%%%", "'; drop"])
def test_odd_queries_find_nothing(query: str, changhong: Account, rep: User) -> None:
    assert find(query, user=rep, limit=5) == []


def test_the_palette_asks_both(changhong: Account, rep: User) -> None:
    groups = find_everywhere("长虹", user=rep, limit=5)
    assert [group.kind for group in groups if group.kind in ("account", "contact")] == ["account"]


def test_one_question_for_one_as_for_three(rep: User, django_assert_num_queries) -> None:
    for count in (1, 3):
        for account in AccountFactory.create_batch(count, owner=rep, name="长虹"):
            ContactFactory(account=account, name="长虹")
        with django_assert_num_queries(2):
            find("长虹", user=rep, limit=9)


def test_many_of_others_do_not_push_ones_own_out_of_the_suggestions(
    changhong: Account, rep: User, outsider: User, monkeypatch
) -> None:
    monkeypatch.setattr("accounts.querysets.MOST_LIKELY", 1)
    AccountFactory.create_batch(3, owner=outsider, name="苏州博瑞有限公司")
    assert [hit.title for hit in find_accounts("有限", user=rep, limit=8)] == [changhong.name]


def test_who_sees_which_customer_is_asked_by_a_union_that_each_index_answers(rep: User, manager: User) -> None:
    for person, parts in ((rep, 2), (manager, 3)):
        sql = str(Account.objects.visible_to(person).query)
        assert sql.count("UNION ALL") == parts - 1
        assert " OR " not in sql.split("FROM", 1)[1].split("path", 1)[0]
