"""The list of customers: who sees what, filters, order, columns, downloads, bulk change of owner."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Account, Industry
from accounts.tests.factories import AccountFactory, AccountMemberFactory, TurnoverFactory
from crm.models import UndoEntry
from crm.undo import undo
from teams.models import User

SignIn = Callable[[User], Client]
LIST = "/accounts/"


@pytest.fixture(autouse=True)
def _day(time_machine_at_noon) -> None:
    """Every page is opened on 24 November 2026."""


@pytest.fixture
def time_machine_at_noon(now):
    """Freeze the clock the request reads."""
    time_machine = pytest.importorskip("time_machine")
    with time_machine.travel(now, tick=False):
        yield


def names(client: Client, query: str = "") -> list[str]:
    """Return the names the list shows, in order."""
    response = client.get(f"{LIST}?{query}")
    assert response.status_code == 200
    return [account.name for account in response.context["page"].items]


def test_everybody_sees_his_own_and_no_others(
    changhong: Account, rep: User, outsider: User, manager: User, admin: User, client_for: SignIn
) -> None:
    foreign = AccountFactory(name="成都天奥", owner=outsider)
    assert names(client_for(rep)) == [changhong.name]
    assert names(client_for(outsider)) == [foreign.name]
    assert names(client_for(manager)) == [changhong.name]
    assert names(client_for(admin)) == []
    AccountMemberFactory(account=foreign, user=rep)
    assert set(names(client_for(rep))) == {changhong.name, foreign.name}


@pytest.mark.parametrize("query", ["长虹", "密科", "jmkj", "chjm", "65881402", "1402", "虹精 苏州"])
def test_a_customer_is_found_by_any_part(query: str, changhong: Account, rep: User, client_for: SignIn) -> None:
    AccountFactory(name="昆山华鑫", owner=rep, phone="0512-57001234")
    assert names(client_for(rep), f"q={query}") == [changhong.name]


def test_what_nobody_is_called_finds_nobody(changhong: Account, rep: User, client_for: SignIn) -> None:
    response = client_for(rep).get(LIST, {"q": "不存在"})
    assert "No customer fits these filters" in response.content.decode()
    assert 'value="不存在"' in response.content.decode()


def test_filters_narrow_together(rep: User, today: date, client_for: SignIn) -> None:
    steel = Industry.objects.create(name="钢铁")
    a = AccountFactory(
        owner=rep, name="甲", tier="A", industry=steel, city="苏州", province="江苏", last_contact_on=today
    )
    b = AccountFactory(
        owner=rep, name="乙", tier="B", city="无锡", province="江苏", last_contact_on=today - timedelta(days=61)
    )
    c = AccountFactory(owner=rep, name="丙", kind="PROSPECT", next_contact_on=today - timedelta(days=1))
    client = client_for(rep)
    assert set(names(client, "tier=A&tier=B")) == {a.name, b.name}
    assert names(client, "tier=none") == [c.name]
    assert names(client, f"industry={steel.pk}") == [a.name]
    assert set(names(client, "province=江苏")) == {a.name, b.name}
    assert names(client, "province=江苏&city=无") == [b.name]
    assert names(client, "kind=PROSPECT") == [c.name]
    assert set(names(client, "quiet=60")) == {b.name, c.name}
    assert names(client, "next=overdue") == [c.name]
    assert set(names(client, "next=none")) == {a.name, b.name}
    assert names(client, "tier=A&next=overdue") == []


def test_a_group_is_shown_to_any_depth(changhong: Account, rep: User, client_for: SignIn) -> None:
    branch = AccountFactory(name="分公司", owner=rep, parent=changhong)
    office = AccountFactory(name="办事处", owner=rep, parent=branch)
    AccountFactory(name="别家", owner=rep)
    assert set(names(client_for(rep), f"group={changhong.pk}")) == {changhong.name, branch.name, office.name}


def test_archived_customers_are_shown_only_when_asked_for(
    changhong: Account, rep: User, now, client_for: SignIn
) -> None:
    Account.objects.filter(pk=changhong.pk).update(archived_at=now)
    assert names(client_for(rep)) == []
    assert names(client_for(rep), "archived=yes") == [changhong.name]


def test_order_by_the_offered_columns_only(rep: User, client_for: SignIn) -> None:
    for name, tier in (("c", "B"), ("a", ""), ("b", "A")):
        AccountFactory(owner=rep, name=name, tier=tier)
    client = client_for(rep)
    assert names(client) == ["a", "b", "c"]
    assert names(client, "sort=-name") == ["c", "b", "a"]
    assert names(client, "sort=tier") == ["b", "c", "a"]
    assert names(client, "sort=-tier") == ["a", "c", "b"]
    assert names(client, "sort=owner__password") == ["a", "b", "c"]


def test_columns_can_be_chosen_and_the_sum_is_that_of_the_whole_list(
    changhong: Account, rep: User, today: date, client_for: SignIn
) -> None:
    TurnoverFactory(account=changhong, booked_on=today, amount=Decimal(250_000))
    TurnoverFactory(account=changhong, booked_on=today - timedelta(days=400), amount=Decimal(999))
    TurnoverFactory(account=AccountFactory(owner=rep, tier="B"), booked_on=today, amount=Decimal(50_000))
    client = client_for(rep)
    assert client.get(LIST).context["totals"] == {"turnover": Decimal(300_000)}
    assert client.get(LIST, {"tier": "B"}).context["totals"] == {"turnover": Decimal(50_000)}
    page = client.get(LIST, {"col": ["phone"]})
    assert [column.key for column in page.context["columns"]] == ["name", "phone"]
    assert page.context["totals"] == {}


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_with_one_and_with_three_rows(
    count: int, rep: User, today: date, client_for: SignIn, django_assert_num_queries
) -> None:
    for account in AccountFactory.create_batch(
        count, owner=rep, industry=Industry.objects.get_or_create(name="钢铁")[0]
    ):
        TurnoverFactory(account=account, booked_on=today, amount=1)
    client = client_for(rep)
    client.get(LIST)
    # session, user, absences, menu (2); own choice, count, rows, sums, saved views; owners, teams, industries to choose
    with django_assert_num_queries(13):
        client.get(LIST)


def test_a_part_of_the_page_is_answered_to_htmx(changhong: Account, rep: User, client_for: SignIn) -> None:
    response = client_for(rep).get(LIST, {"q": "长虹"}, headers={"HX-Request": "true"})
    assert "<html" not in response.content.decode()
    assert changhong.name in response.content.decode()


def test_a_download_holds_exactly_what_is_shown(
    changhong: Account, rep: User, outsider: User, today: date, client_for: SignIn
) -> None:
    AccountFactory(owner=rep, name='=HYPERLINK("http://x")', tier="A", next_contact_on=today)
    AccountFactory(owner=outsider, name="别人的", tier="A")
    query = "tier=A&col=tier&col=next&sort=name"
    client = client_for(rep)
    book = load_workbook(io.BytesIO(client.get(f"{reverse('accounts:export')}?{query}&format=xlsx").content))
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0] == ("Name", "Tier", "Next contact")
    assert [(row[0], row[1], row[2].date()) for row in rows[1:]] == [('=HYPERLINK("http://x")', "A", today)]
    assert book.active["A2"].data_type == "s"
    text = client.get(f"{reverse('accounts:export')}?{query}&format=csv").content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text)))[1] == ['\'=HYPERLINK("http://x")', "A", today.isoformat()]


def test_who_may_not_export_is_refused(changhong: Account, admin: User, client_for: SignIn) -> None:
    assert client_for(admin).get(reverse("accounts:export")).status_code == 403


def test_suggestions_hold_only_customers_the_person_sees(
    changhong: Account, rep: User, outsider: User, client_for: SignIn
) -> None:
    url = reverse("accounts:options")
    found = client_for(rep).get(url, {"field": "parent", "parent": "ch"}).content.decode()
    assert f"{changhong.name} #{changhong.pk}" in found
    assert changhong.name not in client_for(outsider).get(url, {"field": "parent", "parent": "ch"}).content.decode()


def test_giving_customers_away_is_shown_first_then_done_then_taken_back(
    changhong: Account, rep: User, teammate: User, manager: User, now, client_for: SignIn
) -> None:
    client, url = client_for(manager), reverse("accounts:hand_over")
    preview = client.post(url, {"ids": [changhong.pk]})
    assert "Give 1 customer to somebody else" in preview.content.decode()
    assert changhong.name in preview.content.decode()
    assert Account.objects.get(pk=changhong.pk).owner == rep
    done = client.post(url, {"ids": [changhong.pk], "sure": "1", "to": teammate.pk}, follow=True)
    assert Account.objects.get(pk=changhong.pk).owner == teammate
    assert "1 customer given to 刘婷" in done.content.decode()
    undo(UndoEntry.objects.get(), actor=manager, now=now)
    assert Account.objects.get(pk=changhong.pk).owner == rep


def test_a_whole_filtered_list_is_given_away(rep: User, teammate: User, manager: User, client_for: SignIn) -> None:
    AccountFactory.create_batch(3, owner=rep, tier="A")
    kept = AccountFactory(owner=rep, tier="B")
    data = {"everything": "1", "query": "tier=A", "sure": "1", "to": teammate.pk}
    client_for(manager).post(reverse("accounts:hand_over"), data)
    assert Account.objects.filter(owner=teammate).count() == 3
    assert Account.objects.get(pk=kept.pk).owner == rep


def test_nobody_gives_away_what_he_does_not_see_or_to_whom_he_does_not_lead(
    changhong: Account, rep: User, outsider: User, other_manager: User, manager: User, client_for: SignIn
) -> None:
    url, data = reverse("accounts:hand_over"), {"ids": [changhong.pk], "sure": "1", "to": outsider.pk}
    client_for(other_manager).post(url, data)
    assert client_for(rep).post(url, data).status_code == 403
    answer = client_for(manager).post(url, data)
    assert answer.status_code == 422
    assert Account.objects.get(pk=changhong.pk).owner == rep


def test_choosing_nobody_says_so(manager: User, client_for: SignIn) -> None:
    answer = client_for(manager).post(reverse("accounts:hand_over"), {}, follow=True)
    assert "Choose at least one customer first." in answer.content.decode()


def test_a_dealer_is_given_a_customer_and_then_sees_it(
    changhong: Account, dealer: User, manager: User, rep: User, client_for: SignIn
) -> None:
    other = AccountFactory(name="昆山博瑞", owner=rep)
    assert names(client_for(dealer)) == []
    client = client_for(manager)
    given = client.post(reverse("accounts:hand_over"), {"ids": [changhong.pk], "to": dealer.pk, "sure": "1"})
    assert given.status_code == 302
    client.post(reverse("accounts:new_member", args=[other.pk]), {"user": dealer.pk, "role": "SUPPORT"})
    assert set(names(client_for(dealer))) == {changhong.name, other.name}


def test_customers_of_who_left_are_found_for_handing_over(
    changhong: Account, rep: User, teammate: User, manager: User, client_for: SignIn
) -> None:
    AccountFactory(name="刘婷的客户", owner=teammate)
    User.objects.filter(pk=rep.pk).update(is_active=False)
    client = client_for(manager)
    assert names(client, f"owner={rep.pk}") == [changhong.name]
    assert "陈思远 (left)" in client.get(LIST).content.decode()
    Account.objects.filter(pk=changhong.pk).update(owner=teammate)
    assert "陈思远 (left)" not in client.get(LIST).content.decode()


def test_an_empty_list_says_why(rep: User, admin: User, client_for: SignIn) -> None:
    assert "No customers yet" in client_for(rep).get(LIST).content.decode()
    assert "Your role sees no customers" in client_for(admin).get(LIST).content.decode()
    industry = Industry.objects.create(name="钢铁")
    nothing = client_for(rep).get(LIST, {"q": "不存在", "tier": ["A", "none"], "industry": industry.pk})
    assert "Search: 不存在 · Tier: A、No tier yet · Industry: 钢铁" in nothing.content.decode()


def test_a_phone_says_which_contact_a_day_is_of(changhong: Account, rep: User, today: date, client_for: SignIn) -> None:
    Account.objects.filter(pk=changhong.pk).update(next_contact_on=today)
    shown = client_for(rep).get(LIST).content.decode()
    assert 'data-label="Next contact"' in shown
    assert 'data-label="Next"' not in shown
