"""The pages of key accounts: the list, a customer's tab, proposing, what an admin sets."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.actions.key_accounts import join_key_group
from accounts.models import Account, KeyAccountRule, KeyAccountSigner, Nomination
from accounts.tests.factories import AccountFactory, AccountMemberFactory, NominationFactory
from accounts.tests.test_account_page import opened
from followups.actions.approvals import approve, send_back
from followups.models import Approval
from teams.models import User

SignIn = Callable[[User], Client]
SCORES = ("sales", "innovation", "strength", "finance")


@pytest.fixture(autouse=True)
def _day(now: datetime):
    """Every page is opened at 10:40 on 24 November 2026."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def group(director: User, admin: User) -> None:
    """He Yun decides about key accounts."""
    join_key_group(director, actor=admin)


def key_account(owner: User, name: str, scope: str, review: date) -> Account:
    account = AccountFactory(owner=owner, name=name, key_scope=scope, key_since=date(2025, 11, 1), key_review_on=review)
    NominationFactory(account=account, state="APPROVED")
    return account


def typed(client: Client, url: str, *scores: int) -> dict[str, object]:
    """Return the form with scores and reasons filled in."""
    data: dict[str, object] = dict(opened(client, url)) | {"scope": "NATIONAL"}
    for criterion, score in zip(SCORES, scores, strict=True):
        data |= {f"{criterion}_score": str(score), f"{criterion}_reason": f"{criterion} 的依据"}
    return data


def test_the_list_shows_scope_points_and_when_each_is_looked_at_again(
    rep: User, outsider: User, client_for: SignIn
) -> None:
    key_account(rep, "苏州汇川技术有限公司", "NATIONAL", date(2026, 11, 1))
    key_account(rep, "昆山丘钛微电子", "REGIONAL", date(2027, 5, 1))
    key_account(outsider, "成都京东方光电", "GLOBAL", date(2027, 1, 1))
    shown = client_for(rep).get(reverse("accounts:key_accounts"))
    assert [account.name for account, _mark in shown.context["rows"]] == ["苏州汇川技术有限公司", "昆山丘钛微电子"]
    page = shown.content.decode()
    assert page.count("16 / 20") == 2
    assert page.count("overdue") == 1
    assert "5 · 4 · 4 · 3" in page
    only = client_for(rep).get(reverse("accounts:key_accounts"), {"scope": "REGIONAL"})
    assert [account.name for account, _mark in only.context["rows"]] == ["昆山丘钛微电子"]


def test_the_list_names_what_is_under_way(changhong: Account, rep: User, outsider: User, client_for: SignIn) -> None:
    NominationFactory(account=changhong, state="RETURNED")
    assert "长虹精密" in client_for(rep).get(reverse("accounts:key_accounts")).content.decode()
    assert "长虹精密" not in client_for(outsider).get(reverse("accounts:key_accounts")).content.decode()


def test_an_empty_list_says_how_one_becomes_a_key_account(rep: User, client_for: SignIn) -> None:
    page = client_for(rep).get(reverse("accounts:key_accounts")).content.decode()
    assert "Propose one on its customer" in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_however_long(
    rep: User, count: int, client_for: SignIn, django_assert_num_queries
) -> None:
    for number in range(count):
        key_account(rep, f"客户{number}", "NATIONAL", date(2027, 1, 1))
        NominationFactory(account=AccountFactory(owner=rep), requested_by=rep)
    client = client_for(rep)
    with django_assert_num_queries(9):
        client.get(reverse("accounts:key_accounts"))


def test_customers_are_narrowed_to_key_accounts_and_the_head_says_that_it_is_one(
    changhong: Account, rep: User, client_for: SignIn
) -> None:
    key = key_account(rep, "苏州汇川技术有限公司", "NATIONAL", date(2027, 1, 1))
    listed = client_for(rep).get(reverse("accounts:list"), {"key": "yes", "col": "key"})
    assert [account.name for account in listed.context["page"].items] == [key.name]
    assert "national" in listed.content.decode()
    assert not client_for(rep).get(reverse("accounts:list"), {"key": "GLOBAL"}).context["page"].items
    assert "key account, national" in client_for(rep).get(key.get_absolute_url()).content.decode()
    assert "key account, " not in client_for(rep).get(changhong.get_absolute_url()).content.decode()


def test_a_proposal_goes_from_the_form_to_the_mark(
    changhong: Account, group, rep: User, manager: User, director: User, client_for: SignIn
) -> None:
    client, url = client_for(rep), reverse("accounts:nominate", args=[changhong.pk])
    tab = reverse("accounts:key", args=[changhong.pk])
    assert "Propose as key account" in client.get(tab).content.decode()
    assert client.post(url, typed(client, url, 5, 4, 4, 3)).status_code == 302
    waiting = client.get(tab).content.decode()
    assert "waiting for signature" in waiting
    assert "Propose as key account" not in waiting
    for person in (manager, director):
        approval = Approval.objects.waiting().get()
        client_for(person).post(reverse("followups:approve", args=[approval.pk]))
    page = client.get(tab).content.decode()
    assert "2027-11-24" in page
    assert "Why it is one" in page
    assert "sales 的依据" in page


def test_a_proposal_that_lacks_something_is_asked_about_once(
    changhong: Account, group, rep: User, manager: User, client_for: SignIn
) -> None:
    client, url = client_for(rep), reverse("accounts:nominate", args=[changhong.pk])
    data = typed(client, url, 5, 4, 2, 1)
    asked = client.post(url, data)
    assert asked.status_code == 422
    page = asked.content.decode()
    assert "12 points of 20, 14 are wanted; in good financial health: 1, 2 wanted" in page
    assert "finance 的依据" in page
    assert client.post(url, data | {"anyway": "on"}).status_code == 302
    assert Nomination.objects.get().total == 12
    assert "12 points of 20" in client_for(manager).get(reverse("followups:approvals")).content.decode()


def test_a_score_needs_its_reason_and_nothing_typed_is_lost(
    changhong: Account, group, rep: User, client_for: SignIn
) -> None:
    client, url = client_for(rep), reverse("accounts:nominate", args=[changhong.pk])
    answer = client.post(url, typed(client, url, 5, 4, 4, 3) | {"strength_reason": " ", "sales_score": "9"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"strength_reason", "sales_score"}
    assert "innovation 的依据" in answer.content.decode()


def test_nobody_to_decide_is_said_on_the_form(changhong: Account, rep: User, manager: User, client_for: SignIn) -> None:
    client, url = client_for(rep), reverse("accounts:nominate", args=[changhong.pk])
    answer = client.post(url, typed(client, url, 5, 4, 4, 3))
    assert answer.status_code == 422
    assert "Ask an admin to name its members" in answer.content.decode()


def test_a_returned_one_shows_why_and_is_handed_in_again(
    changhong: Account, group, rep: User, manager: User, client_for: SignIn, now: datetime
) -> None:
    client, url = client_for(rep), reverse("accounts:nominate", args=[changhong.pk])
    client.post(url, typed(client, url, 5, 4, 4, 3))
    made = Nomination.objects.get()
    send_back(Approval.objects.waiting().get(), actor=manager, now=now, comment="财务状况要有依据")
    page = client.get(reverse("accounts:key", args=[changhong.pk])).content.decode()
    assert "财务状况要有依据" in page
    assert "waiting for signature" not in page  # whom the returned round never reached has nothing to sign
    again = reverse("accounts:nominate_again", args=[made.pk])
    assert again in page
    client.post(again, dict(opened(client, again)) | {"finance_reason": "审计报告"})
    made.refresh_from_db()
    assert (made.state, made.finance_reason) == ("SUBMITTED", "审计报告")
    page = client.get(reverse("accounts:key", args=[changhong.pk])).content.decode()
    assert "财务状况要有依据" in page


def test_nobody_fills_in_a_second_proposal_while_one_is_under_way(
    changhong: Account, group, rep: User, client_for: SignIn
) -> None:
    client, url = client_for(rep), reverse("accounts:nominate", args=[changhong.pk])
    client.post(url, typed(client, url, 5, 4, 4, 3))
    shown = client.get(url, follow=True)
    assert shown.redirect_chain == [(reverse("accounts:key", args=[changhong.pk]), 302)]
    assert "A proposal for this customer is under way already." in shown.content.decode()


def test_a_link_to_a_proposal_leads_to_its_customer(changhong: Account, rep: User, client_for: SignIn) -> None:
    made = NominationFactory(account=changhong)
    answer = client_for(rep).get(made.get_absolute_url())
    assert answer.url == f"{reverse('accounts:key', args=[changhong.pk])}#nomination-{made.pk}"


def test_ending_asks_why_and_can_be_taken_back(rep: User, manager: User, client_for: SignIn) -> None:
    account = key_account(rep, "苏州汇川技术有限公司", "NATIONAL", date(2027, 1, 1))
    client, url = client_for(manager), reverse("accounts:end_key", args=[account.pk])
    assert client.post(url, {"reason": ""}).status_code == 422
    ended = client.post(url, {"reason": "被收购，采购收归总部"}, follow=True).content.decode()
    assert "被收购，采购收归总部" in ended
    assert "Undo" in ended


@pytest.mark.parametrize("count", [1, 3])
def test_the_tab_costs_the_same_however_many_proposals(
    changhong: Account, group, rep: User, manager: User, director: User, client_for: SignIn, count: int, now: datetime,
    django_assert_num_queries,
) -> None:  # fmt: skip
    client, url = client_for(rep), reverse("accounts:nominate", args=[changhong.pk])
    for _number in range(count):
        client.post(url, typed(client, url, 5, 4, 4, 3))
        for person in (manager, director):
            approve(Approval.objects.waiting().get(), actor=person, now=now)
    tab = reverse("accounts:key", args=[changhong.pk])
    with django_assert_num_queries(15):
        client.get(tab)


def test_an_admin_sets_the_numbers_and_names_who_decides(admin: User, director: User, rep: User, client_for) -> None:
    client, url = client_for(admin), reverse("accounts:key_settings")
    assert client.post(url, dict(opened(client, url)) | {"total_wanted": "21"}).status_code == 422
    client.post(url, dict(opened(client, url)) | {"total_wanted": "15", "review_months": "6"})
    assert KeyAccountRule.objects.values_list("total_wanted", "each_wanted", "review_months").get() == (15, 2, 6)
    assert client.post(reverse("accounts:join_key_group"), {"user": rep.pk}).status_code == 422
    client.post(reverse("accounts:join_key_group"), {"user": director.pk})
    assert "何云" in client.get(url).content.decode()
    signer = KeyAccountSigner.objects.get()
    gone = client.post(reverse("accounts:leave_key_group", args=[signer.pk]), follow=True).content.decode()
    assert "何云 taken out of the key-account group" in gone


def test_a_dealer_finds_no_such_tab_at_his_own_customer(changhong: Account, dealer: User, client_for: SignIn) -> None:
    AccountMemberFactory(account=changhong, user=dealer)
    NominationFactory(account=changhong, finance_reason="负债率八成")
    client = client_for(dealer)
    tab = reverse("accounts:key", args=[changhong.pk])
    assert tab not in client.get(changhong.get_absolute_url()).content.decode()
    assert client.get(tab).status_code == 404
    assert "负债率八成" not in client.get(reverse("accounts:history", args=[changhong.pk])).content.decode()


def test_a_dealer_reads_that_his_customer_is_a_key_account_but_not_our_points(
    changhong: Account, rep: User, dealer: User, client_for: SignIn
) -> None:
    AccountMemberFactory(account=changhong, user=dealer)
    NominationFactory(account=changhong, state="APPROVED")
    Account.objects.filter(pk=changhong.pk).update(key_scope="NATIONAL")
    for person, reads in ((rep, True), (dealer, False)):
        page = client_for(person).get(reverse("accounts:key_accounts")).content.decode()
        assert "长虹精密" in page
        assert ("16 / 20" in page, "5 · 4 · 4 · 3" in page) == (reads, reads)
