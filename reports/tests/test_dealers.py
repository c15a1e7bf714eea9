"""Dealers: each sees its own page and customers and nothing of another's; figures, targets, log-ins."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.actions.accounts import edit_account
from accounts.actions.dealers import LoginRefused, give_login, set_dealer_year, take_login
from accounts.actions.qualification import add_rival, judge
from accounts.dealing import reached, standings
from accounts.forms.dealers import LoginForm
from accounts.models import Account, AccountPlan, Contact, DealerLogin, DealerYear, Nomination
from accounts.tests.factories import (
    AccountFactory,
    AccountPlanFactory,
    ContactFactory,
    DealerLoginFactory,
    NominationFactory,
    TurnoverFactory,
)
from accounts.tests.test_account_page import opened
from crm.editing import EditConflict
from crm.undo import CannotUndo, undo
from pipeline.models import Opportunity
from pipeline.tests.factories import OpportunityFactory
from teams.choices import Role
from teams.models import User
from teams.tests.factories import UserFactory
from visits.models import Visit
from visits.tests.factories import VisitFactory

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _day(now: datetime):
    """It is 10:40 on 24 November 2026."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def feng(rep: User, dealer: User) -> Account:
    """The firm of Feng Da, who signs in for it."""
    account = AccountFactory(name="苏州冯达工控经销有限公司", short_name="冯达工控", kind="DEALER", owner=rep)
    DealerLoginFactory(account=account, user=dealer)
    return account


@pytest.fixture
def xu(rep: User) -> Account:
    """The firm of Xu Qiang, another dealer of the same rep."""
    account = AccountFactory(name="无锡许强机电有限公司", short_name="许强机电", kind="DEALER", owner=rep)
    DealerLoginFactory(account=account, user=UserFactory(name="许强", role=Role.DEALER, team=rep.team))
    return account


def dealt(dealer: Account, name: str) -> Account:
    """Return a customer given to a dealer, with a person, a chance and a visit there."""
    account = AccountFactory(name=name, owner=dealer.owner, dealer=dealer)
    ContactFactory(account=account, name=f"{name}的采购")
    OpportunityFactory(account=account, owner=dealer.owner, name=f"{name}的项目")
    VisitFactory(account=account, user=dealer.owner, said=f"{name}要降价")
    return account


def test_a_dealer_sees_its_own_page_and_customers(feng, xu, changhong, dealer):
    own = dealt(feng, "昆山沪光")
    dealt(xu, "江阴长电")
    assert set(Account.objects.visible_to(dealer)) == {feng, own}
    assert [contact.account for contact in Contact.objects.visible_to(dealer)] == [own]
    assert [chance.account for chance in Opportunity.objects.visible_to(dealer)] == [own]
    assert [visit.account for visit in Visit.objects.visible_to(dealer)] == [own]


def test_what_we_think_of_its_customers_is_not_for_a_dealer(feng, rep, dealer):
    own = dealt(feng, "昆山沪光")
    NominationFactory(account=own)
    AccountPlanFactory(account=own)
    assert not Nomination.objects.visible_to(dealer).exists()
    assert not AccountPlan.objects.visible_to(dealer).exists()


def test_neither_rank_nor_profile_of_its_customers_are_for_a_dealer(feng, rep, dealer, client_for: SignIn):
    """They tell how many customers the firm has, and how many of its opportunities it wins."""
    own = dealt(feng, "昆山沪光")
    for client, status, seen in ((client_for(rep), 200, True), (client_for(dealer), 404, False)):
        assert client.get(reverse("accounts:tier", args=[own.pk])).status_code == status
        assert client.get(reverse("reports:profile_of", args=[own.pk]), headers={"HX-Request": "true"}).status_code == (
            status
        )
        page = client.get(own.get_absolute_url()).content.decode()
        assert (reverse("accounts:tier", args=[own.pk]) in page) == seen
        assert (reverse("reports:profile_of", args=[own.pk]) in page) == seen


def test_what_we_judge_of_its_customers_is_not_for_a_dealer(feng, rep, dealer, today, client_for: SignIn):
    """Whether it can buy, what its credit and its potential are, who else sells there."""
    own = dealt(feng, "昆山沪光")
    edit_account(own, changes={"credit": 1, "potential": 4, "phone": "0512-57000000"}, version=own.version, actor=rep)
    judge(own, aspect="ABILITY", verdict="FAILED", evidence="欠款三百万", actor=rep, on=today)
    add_rival(own, name="汇川", actor=rep)
    columns = "col=phone&col=qualification&col=credit&col=potential&col=order&col=wallet"
    urls = (own.get_absolute_url(), reverse("accounts:history", args=[own.pk]), f"/accounts/?{columns}")
    words = ("not qualified", "failed", "1 of 5", "4 of 5", "Credit standing", "credit standing", "Competitor added")
    for person, told in ((rep, True), (dealer, False)):
        pages = [client_for(person).get(url).content.decode() for url in urls]
        assert all("0512-57000000" in page for page in pages)
        assert [any(word in page for page in pages) for word in words] == [told] * len(words)


def test_a_dealer_neither_filters_nor_sorts_by_what_we_judge(feng, dealer, client_for: SignIn):
    first, second = dealt(feng, "昆山沪光"), dealt(feng, "江阴长电")
    Account.objects.filter(pk=first.pk).update(qualification="FAILED", ability=1, willingness=1)
    Account.objects.filter(pk=second.pk).update(ability=5, willingness=5)
    client = client_for(dealer)
    plain = [account.pk for account in client.get("/accounts/").context["page"].items]
    for query in ("qualification=FAILED", "sort=-order", "sort=order"):
        assert [account.pk for account in client.get(f"/accounts/?{query}").context["page"].items] == plain


PAGES = (
    "account",
    "people",
    "tier",
    "history",
    "timeline",
    "ahead",
    "group",
    "dealer",
    "edit",
    "key",
    "plan",
    "new_risk",
)


@pytest.mark.parametrize("name", PAGES)
def test_a_dealer_opens_no_page_of_another(name: str, feng, xu, dealer, client_for: SignIn):
    for account in (xu, dealt(xu, "江阴长电")):
        assert client_for(dealer).get(reverse(f"accounts:{name}", args=[account.pk])).status_code == 404


@pytest.mark.parametrize("url", ["/accounts/", "/accounts/dealers/", "/accounts/key/", "/opportunities/", "/search/"])
def test_no_list_of_a_dealer_names_another_or_its_customers(url: str, feng, xu, dealer, client_for: SignIn):
    dealt(feng, "昆山沪光")
    dealt(xu, "江阴长电")
    for query in ({}, {"q": "长电"}, {"q": "许强"}):
        page = client_for(dealer).get(url, query).content.decode()
        assert "江阴长电" not in page
        assert "许强机电" not in page


def test_a_customer_taken_from_a_dealer_is_gone_at_once(feng, dealer, rep, client_for: SignIn):
    own = dealt(feng, "昆山沪光")
    assert client_for(dealer).get(own.get_absolute_url()).status_code == 200
    client, url = client_for(rep), reverse("accounts:edit", args=[own.pk])
    client.post(url, dict(opened(client, url)) | {"dealer": ""})
    assert client_for(dealer).get(own.get_absolute_url()).status_code == 404


def test_a_customer_is_given_to_a_dealer_on_its_own_page_and_only_to_a_dealer(
    feng, changhong, dealer, rep, client_for: SignIn
):
    client, url = client_for(rep), reverse("accounts:edit", args=[changhong.pk])
    assert client.post(url, dict(opened(client, url)) | {"dealer": "长虹"}).status_code == 422
    client.post(url, dict(opened(client, url)) | {"dealer": "冯达"})
    changhong.refresh_from_db()
    assert changhong.dealer == feng
    assert client_for(dealer).get(changhong.get_absolute_url()).status_code == 200
    assert "冯达工控" in client.get(changhong.get_absolute_url()).content.decode()


def test_only_dealers_are_suggested_where_a_dealer_is_asked_for(feng, rep, client_for: SignIn):
    AccountFactory(owner=rep, name="苏州冯氏食品")
    labels = client_for(rep).get("/accounts/options/", {"field": "dealer", "dealer": "冯"}).context["labels"]
    assert [label.split(" #")[0] for label in labels] == [feng.name]


def test_who_leads_says_who_signs_in_and_can_take_it_back(xu, feng, dealer, manager, rep, outsider, changhong, now):
    with pytest.raises(PermissionDenied):
        give_login(feng, user=dealer, actor=rep)
    with pytest.raises(LoginRefused, match="for another dealer"):
        give_login(xu, user=dealer, actor=manager)
    for account, person in ((feng, outsider), (changhong, UserFactory(role=Role.DEALER))):
        with pytest.raises(LoginRefused, match="Only a person with the role"):
            give_login(account, user=person, actor=manager)
    entry = take_login(feng.logins.get(), actor=manager, now=now)
    assert not Account.objects.visible_to(dealer).exists()
    undo(entry, actor=manager, now=now)
    assert set(Account.objects.visible_to(dealer)) == {feng}
    again = take_login(feng.logins.get(), actor=manager, now=now)
    give_login(xu, user=dealer, actor=manager)
    with pytest.raises(CannotUndo, match="for another dealer"):
        undo(again, actor=manager, now=now)


def test_what_is_a_dealer_no_more_lets_nobody_in_and_binds_nobody(feng, xu, dealer, rep, manager):
    dealt(feng, "昆山沪光")
    feng = edit_account(feng, changes={"kind": "CUSTOMER"}, version=feng.version, actor=rep)
    assert not Account.objects.visible_to(dealer).exists()
    edit_account(feng, changes={"kind": "DEALER"}, version=feng.version, actor=rep)
    assert Account.objects.visible_to(dealer).count() == 2
    Account.objects.filter(pk=feng.pk).update(kind="CUSTOMER")
    assert dealer in LoginForm().fields["user"].queryset
    give_login(xu, user=dealer, actor=manager)
    assert set(Account.objects.visible_to(dealer)) == {xu}


def test_a_log_in_is_given_on_the_dealers_page(rep, manager, client_for: SignIn):
    account = AccountFactory(kind="DEALER", owner=rep)
    person = UserFactory(name="许强", role=Role.DEALER)
    client, tab = client_for(manager), reverse("accounts:dealer", args=[account.pk])
    assert "Nobody signs in for it." in client.get(tab).content.decode()
    client.post(reverse("accounts:new_login", args=[account.pk]), {"user": person.pk})
    assert "许强" in client.get(tab).content.decode()
    login = DealerLogin.objects.get()
    gone = client.post(reverse("accounts:drop_login", args=[account.pk, login.pk]), follow=True).content.decode()
    assert "许强 signs in for" in gone


def test_figures_count_the_customers_given_to_it_this_year(feng, xu, rep, manager, today):
    own = dealt(feng, "昆山沪光")
    TurnoverFactory(account=own, booked_on=date(2026, 3, 1), amount=Decimal(600_000))
    TurnoverFactory(account=own, booked_on=date(2025, 12, 31), amount=Decimal(999))
    TurnoverFactory(account=dealt(xu, "江阴长电"), booked_on=today, amount=Decimal(1))
    VisitFactory(account=feng, user=rep, happened_on=today)
    changes = {"regions": "苏州、无锡", "target": Decimal(800_000)}
    set_dealer_year(feng, year=2026, changes=changes, version=1, actor=manager)
    first, second = standings([feng, xu], on=today)
    assert (first.customers, first.turnover, first.target, first.share) == (1, Decimal(600_000), Decimal(800_000), 75)
    assert (first.regions, first.visited) == ("苏州、无锡", 1)
    assert (second.regions, second.target, second.share, second.visited) == ("", None, None, 0)


@pytest.mark.property
@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_a_target_is_reached_exactly_from_a_hundred_percent(turnover, target):
    assert (reached(Decimal(turnover), Decimal(target)) >= 100) is (turnover >= target)


def test_regions_and_target_are_written_by_who_leads_and_last_year_s_regions_are_there(
    feng, rep, manager, client_for: SignIn
):
    DealerYear.objects.create(account=feng, year=2025, regions="苏州", target=Decimal(1))
    with pytest.raises(PermissionDenied):
        set_dealer_year(feng, year=2026, changes={"regions": "全国"}, version=1, actor=rep)
    client, url = client_for(manager), reverse("accounts:edit_dealer", args=[feng.pk])
    assert opened(client, url)["regions"] == "苏州"
    assert client.post(url, dict(opened(client, url)) | {"target": "很多"}).status_code == 422
    client.post(url, dict(opened(client, url)) | {"target": "80万"})
    row = feng.dealer_years.get(year=2026)
    assert (row.regions, row.target) == ("苏州", Decimal(800_000))
    with pytest.raises(EditConflict):
        set_dealer_year(feng, year=2026, changes={"regions": "无锡"}, version=1, actor=manager)


def test_a_customer_that_is_no_dealer_has_no_such_tab(changhong, rep, client_for: SignIn):
    tab = reverse("accounts:dealer", args=[changhong.pk])
    assert tab not in client_for(rep).get(changhong.get_absolute_url()).content.decode()
    assert client_for(rep).get(tab).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_however_long(rep, count, client_for: SignIn, django_assert_num_queries):
    for _number in range(count):
        dealt(AccountFactory(kind="DEALER", owner=rep), "客户")
    client = client_for(rep)
    with django_assert_num_queries(11):
        client.get(reverse("accounts:dealers"))
