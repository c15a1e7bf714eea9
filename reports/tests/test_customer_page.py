"""A customer's page with every room in it: what lies ahead, searching, group, correcting a line, reaching people."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actions.accounts import edit_account
from accounts.models import Account, TierChange
from accounts.tests.factories import AccountFactory, AccountMemberFactory, ContactFactory, TurnoverFactory
from accounts.tests.test_account_page import opened, page
from followups.tests.factories import FollowUpFactory
from pipeline.tests.factories import OpportunityFactory
from teams.models import User
from visits.tests.factories import PlanItemFactory, VisitFactory

SignIn = Callable[[User], Client]
PART = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _day(now):
    """Every page is opened on 24 November 2026."""
    time_machine = pytest.importorskip("time_machine")
    with time_machine.travel(now, tick=False):
        yield


# --- ahead ---
def ahead(client: Client, account: Account) -> list[tuple[str, str]]:
    """Return what stands above the timeline: day and title."""
    answer = client.get(reverse("accounts:ahead", args=[account.pk]), headers=PART)
    return [(f"{each.on:%m-%d}", each.title) for each in answer.context["coming"]]


def test_what_lies_ahead_comes_from_every_room_the_nearest_first(
    changhong: Account, rep: User, today: date, client_for: SignIn
) -> None:
    Account.objects.filter(pk=changhong.pk).update(next_contact_on=today - timedelta(days=1))
    OpportunityFactory(
        account=changhong, name="产线改造", next_step="送样", next_step_on=today + timedelta(days=3), owner=rep
    )
    PlanItemFactory(account=changhong, plan__user=rep, plan__day=today + timedelta(days=1), goal="见王总")
    promise = {"text": "寄图纸", "made_on": "2026-11-20"}
    FollowUpFactory(recipient=rep, account_id=changhong.pk, due_on=today + timedelta(days=2), params=promise)
    assert ahead(client_for(rep), changhong) == [
        ("11-23", "Next contact, overdue"),
        ("11-25", "regular contact · 见王总"),
        ("11-26", "寄图纸"),
        ("11-27", "产线改造: 送样"),
    ]


def test_a_colleague_sees_neither_anothers_promises_nor_his_plan(
    changhong: Account, rep: User, outsider: User, today: date, client_for: SignIn
) -> None:
    AccountMemberFactory(account=changhong, user=outsider)
    PlanItemFactory(account=changhong, plan__user=rep, plan__day=today)
    FollowUpFactory(recipient=rep, account_id=changhong.pk)
    assert len(ahead(client_for(rep), changhong)) == 2
    assert ahead(client_for(outsider), changhong) == []


@pytest.mark.parametrize("count", [1, 3])
def test_what_lies_ahead_costs_the_same_with_one_and_with_three(
    count: int, changhong: Account, rep: User, today: date, client_for: SignIn, django_assert_num_queries
) -> None:
    for days in range(count):
        day = today + timedelta(days=days)
        OpportunityFactory(account=changhong, next_step_on=day, owner=rep)
        PlanItemFactory(account=changhong, plan__user=rep, plan__day=day)
        FollowUpFactory(recipient=rep, account_id=changhong.pk)
    client, url = client_for(rep), reverse("accounts:ahead", args=[changhong.pk])
    client.get(url, headers=PART)
    with django_assert_num_queries(7):  # session, user, absences; customer, follow-ups, next steps, stops
        client.get(url, headers=PART)


# --- searching what happened ---
def happened(client: Client, account: Account, **query: str) -> list[str]:
    """Return the texts of the entries shown."""
    answer = client.get(reverse("accounts:timeline", args=[account.pk]), query, headers=PART)
    return [entry.text for entry in answer.context["entries"]]


def test_the_timeline_is_searched_by_every_word_in_text_title_and_name(
    changhong: Account, rep: User, today: date, client_for: SignIn
) -> None:
    VisitFactory(account=changhong, user=rep, happened_on=today, said="预算已批，ABB 出局")
    VisitFactory(account=changhong, user=rep, happened_on=today - timedelta(days=1), said="预算没有批")
    client = client_for(rep)
    assert happened(client, changhong, q="预算") == ["预算已批，ABB 出局", "预算没有批"]
    assert happened(client, changhong, q="abb 预算") == ["预算已批，ABB 出局"]
    assert happened(client, changhong, q="陈思远 没有") == ["预算没有批"]
    assert "Nothing that happened says “竞品”." in page(client, changhong, "?q=竞品")


def test_a_search_reaches_far_back_and_goes_on_by_its_cursor(
    changhong: Account, rep: User, today: date, client_for: SignIn
) -> None:
    TierChange.objects.bulk_create(
        TierChange(
            account=changhong,
            before="B",
            after="A",
            kind="COMPUTED",
            reason="季度重评" if number % 10 else f"特批 {number}",
            happened_on=today - timedelta(days=number + 1),
        )
        for number in range(400)
    )
    client, url = client_for(rep), reverse("accounts:timeline", args=[changhong.pk])
    first = client.get(url, {"q": "特批"}, headers=PART).context
    second = client.get(url, {"q": "特批", "before": first["cursor"]}, headers=PART).context
    texts = [entry.text for entry in [*first["entries"], *second["entries"]]]
    assert texts == [f"特批 {number}" for number in range(0, 400, 10)]
    assert second["cursor"] == ""


# --- the group ---
def test_a_group_stands_on_the_page_of_each_of_its_companies(
    changhong: Account, rep: User, outsider: User, today: date, client_for: SignIn
) -> None:
    top = AccountFactory(name="长江控股集团", owner=rep)
    Account.objects.filter(pk=changhong.pk).update(parent=top)
    branch = AccountFactory(name="长虹昆山分公司", owner=rep, parent=changhong)
    AccountFactory(name="长江物流", owner=outsider, parent=top)
    TurnoverFactory(account=changhong, booked_on=today, amount=Decimal(300))
    TurnoverFactory(account=branch, booked_on=today, amount=Decimal(200))
    client = client_for(rep)
    for account in (top, changhong, branch):
        shown = client.get(reverse("accounts:group", args=[account.pk])).context
        (highest,) = shown["group"].tops
        assert (highest.account, highest.total[0], highest.size) == (top, Decimal(500), 2)
        assert highest.below[0].below[0].account == branch
        assert shown["group"].hidden == 1
        assert reverse("accounts:group", args=[account.pk]) in page(client, account)
    assert reverse("accounts:group", args=[changhong.pk]) not in page(client, AccountFactory(owner=rep))


def test_a_company_above_that_is_anothers_is_named_but_leads_nowhere(
    changhong: Account, rep: User, outsider: User, client_for: SignIn
) -> None:
    top = AccountFactory(name="长江控股集团", owner=outsider)
    Account.objects.filter(pk=changhong.pk).update(parent=top)
    client = client_for(rep)
    assert "长江控股集团" in page(client, changhong)
    assert top.get_absolute_url() not in page(client, changhong)
    assert top.get_absolute_url() not in client.get("/accounts/", {"col": "parent"}).content.decode()
    url = reverse("accounts:edit", args=[changhong.pk])
    assert client.post(url, opened(client, url) | {"city": "昆山"}).status_code == 302
    changhong.refresh_from_db()
    assert (changhong.city, changhong.parent) == ("昆山", top)


# --- one line at a time ---
def test_a_line_is_corrected_where_it_stands(changhong: Account, rep: User, client_for: SignIn) -> None:
    client, url = client_for(rep), f"{reverse('accounts:edit', args=[changhong.pk])}?only=province,city,address"
    asked = client.get(url, headers=PART)
    assert [field.name for field in asked.context["form"].visible_fields()] == ["province", "city", "address"]
    assert "<html" not in asked.content.decode()
    client.post(url, opened(client, url) | {"city": "昆山"})
    changhong.refresh_from_db()
    assert (changhong.city, changhong.name) == ("昆山", "苏州长虹精密科技有限公司")


def test_a_line_that_somebody_else_corrected_meanwhile_asks(
    changhong: Account, rep: User, manager: User, client_for: SignIn
) -> None:
    client, url = client_for(rep), f"{reverse('accounts:edit', args=[changhong.pk])}?only=phone"
    typed = opened(client, url) | {"phone": "0512-1111"}
    edit_account(changhong, changes={"city": "昆山"}, version=1, actor=manager)
    assert client.post(url, typed).status_code == 302
    again = opened(client, url) | {"phone": "0512-2222"}
    edit_account(changhong, changes={"phone": "0512-3333"}, version=3, actor=manager)
    asked = client.post(url, again)
    assert asked.status_code == 409
    assert "0512-2222" in asked.content.decode()
    assert "0512-3333" in asked.content.decode()


def test_a_person_whose_superior_left_keeps_him_on_an_edit(changhong: Account, rep: User, now, client_for) -> None:
    boss = ContactFactory(account=changhong, name="王建国", archived_at=now)
    contact = ContactFactory(account=changhong, name="李敏", reports_to=boss)
    client, url = client_for(rep), reverse("accounts:edit_contact", args=[contact.pk])
    client.post(url, opened(client, url) | {"title": "采购总监", "buying_roles": ["USER"]})
    contact.refresh_from_db()
    assert (contact.title, contact.reports_to) == ("采购总监", boss)


# --- reaching people, and doing something ---
def test_a_key_person_is_reached_in_every_way_that_is_known(changhong: Account, rep: User, client_for: SignIn) -> None:
    wang = ContactFactory(account=changhong, name="王建国", mobile="13812347042", wechat="wjg")
    shown = page(client_for(rep), changhong)
    assert f'data-open="call-{wang.pk}"' in shown
    assert f'id="call-{wang.pk}"' in shown
    assert 'href="tel:13812347042"' in shown
    assert 'data-copy="wjg"' in shown


def test_who_sells_starts_a_visit_or_an_opportunity_from_the_page(
    changhong: Account, rep: User, clerk: User, client_for: SignIn
) -> None:
    started = [f"{reverse(name)}?account={changhong.pk}" for name in ("visits:new", "pipeline:new")]
    for url in started:
        assert url in page(client_for(rep), changhong)
        assert url not in page(client_for(clerk), changhong)
        assert client_for(rep).get(url).status_code == 200
