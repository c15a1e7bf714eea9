"""Planning the next working day in three taps."""

from datetime import date

import pytest
import time_machine

from accounts.tests.factories import AccountFactory
from visits.choices import PlanState, Suggestion
from visits.models import DayPlan, PlanItem
from visits.tests.factories import DayPlanFactory, PlanItemFactory

TOMORROW = date(2026, 11, 25)
PAGE = "/plan/2026-11-25/"
QUERIES = 18


@pytest.fixture(autouse=True)
def _on_tuesday_morning():
    with time_machine.travel("2026-11-24T02:40:00Z", tick=False):
        yield


@pytest.fixture
def browser(client_for, rep):
    """Chen Siyuan's browser."""
    return client_for(rep)


@pytest.fixture
def due(rep):
    """Three customers of tier A who are due."""
    return [
        AccountFactory(owner=rep, short_name=name, tier="A", next_contact_on=date(2026, 11, 20 + number))
        for number, name in enumerate(("一", "二", "三"))
    ]


def test_tomorrow_is_the_next_working_day(browser):
    assert browser.get("/plan/").url == PAGE
    with time_machine.travel("2026-11-27T02:00:00Z", tick=False):
        assert browser.get("/plan/").url == "/plan/2026-11-30/"


def test_the_drafted_plan_is_handed_in_with_two_more_taps(browser, rep, manager, due):
    assert "Take over the first 3" in browser.get(PAGE).content.decode()

    browser.post(f"{PAGE}suggested/", {"account": [account.pk for account in due]})
    browser.post(f"{PAGE}hand-in/")

    plan = DayPlan.objects.get()
    assert (plan.state, plan.items.count()) == (PlanState.SUBMITTED, 3)
    assert "赵敏 has it to sign" in browser.get(PAGE).content.decode()


def test_a_single_proposal_keeps_its_reason(browser, due):
    browser.post(f"{PAGE}add/", {"account": due[0].pk, "proposed": "1"})

    item = PlanItem.objects.get()
    assert (item.suggestion, item.causes[0]["tier"]) == (Suggestion.CADENCE, "A")


def test_a_customer_is_found_by_name_and_added(browser, rep, changhong):
    assert "长虹精密" in browser.get(PAGE, {"q": "长虹"}).content.decode()

    browser.post(f"{PAGE}add/", {"account": changhong.pk})

    html = browser.get(PAGE, {"q": "长虹"}).content.decode()
    assert "in the plan" in html
    assert PlanItem.objects.get().suggestion == Suggestion.OWN


def test_a_foreign_customer_is_not_found_and_not_added(browser, outsider):
    foreign = AccountFactory(owner=outsider, name="孙磊的客户", short_name="孙磊客户")

    assert "孙磊客户" not in browser.get(PAGE, {"q": "孙磊"}).content.decode()
    assert browser.post(f"{PAGE}add/", {"account": foreign.pk}).status_code == 404
    assert browser.post(f"{PAGE}add/", {"account": "x"}).status_code == 404


def test_one_tap_from_the_list_draws_the_plan_anew_without_leaving(browser, due):
    response = browser.post(f"{PAGE}add/", {"account": due[0].pk}, headers={"HX-Request": "true"})

    html = response.content.decode()
    assert response.status_code == 200
    assert "1 stop" in html
    assert "<html" not in html


def test_a_day_that_is_over_says_so(browser, changhong):
    response = browser.post("/plan/2026-11-23/add/", {"account": changhong.pk}, follow=True)

    assert "This day is over" in response.content.decode()
    assert not PlanItem.objects.exists()


def test_moving_and_taking_out(browser, rep, due):
    browser.post(f"{PAGE}suggested/", {"account": [account.pk for account in due]})
    first, second, _third = PlanItem.objects.order_by("position")

    browser.post(f"/plan/stops/{first.pk}/move/", {"to": "down"})
    assert PlanItem.objects.order_by("position").first() == second

    response = browser.post(f"/plan/stops/{first.pk}/remove/", follow=True)
    assert "taken out of the plan" in response.content.decode()
    assert PlanItem.objects.kept().count() == 2


def test_a_stop_gets_its_time_and_goal(browser, rep, changhong):
    item = PlanItemFactory(plan__user=rep, plan__day=TOMORROW, account=changhong)
    fields = {"starts_at": "10:30", "purpose": "ORDER", "goal": "谈框架", "version": item.version}

    assert browser.post(f"/plan/stops/{item.pk}/", fields).url == PAGE

    item.refresh_from_db()
    assert (str(item.starts_at), item.purpose, item.goal) == ("10:30:00", "ORDER", "谈框架")


def test_a_stop_that_somebody_changed_meanwhile_shows_both_values(browser, rep, changhong):
    item = PlanItemFactory(plan__user=rep, plan__day=TOMORROW, account=changhong)
    browser.post(f"/plan/stops/{item.pk}/", {"purpose": "ORDER", "goal": "谈框架", "version": 1})

    response = browser.post(f"/plan/stops/{item.pk}/", {"purpose": "ORDER", "goal": "谈价格", "version": 1})

    html = response.content.decode()
    assert "谈框架" in html
    assert "谈价格" in html


def test_taking_back(browser, rep, manager, due):
    browser.post(f"{PAGE}suggested/", {"account": [account.pk for account in due]})
    browser.post(f"{PAGE}hand-in/")

    browser.post(f"{PAGE}take-back/")

    assert DayPlan.objects.get().state == PlanState.DRAFT


def test_where_nobody_stands_above_the_page_says_that_it_counts_as_signed(browser, due):
    browser.post(f"{PAGE}suggested/", {"account": [account.pk for account in due]})

    assert "nobody stands above you" in browser.post(f"{PAGE}hand-in/", follow=True).content.decode()


def test_the_manager_reads_the_plan_and_the_owner_goes_where_he_makes_it(browser, client_for, rep, manager, changhong):
    item = PlanItemFactory(plan__user=rep, plan__day=TOMORROW, account=changhong, goal="谈样品")
    address = f"/plans/{item.plan_id}/"

    html = client_for(manager).get(address).content.decode()

    assert "谈样品" in html
    assert "fewer than 4" in html
    assert browser.get(address).url == PAGE


def test_somebody_elses_stop_is_read_and_not_changed(client_for, rep, manager, teammate, changhong):
    item = PlanItemFactory(plan__user=rep, plan__day=TOMORROW, account=changhong)

    assert (
        "<form"
        not in client_for(manager).get(f"/plan/stops/{item.pk}/").content.decode().split("<main")[1].split("</main")[0]
    )
    changed = {"purpose": "ORDER", "goal": "x", "version": 1}
    assert client_for(manager).post(f"/plan/stops/{item.pk}/", changed).status_code == 403
    assert client_for(teammate).get(f"/plan/stops/{item.pk}/").status_code == 404


def test_an_address_of_a_day_that_does_not_exist_is_missing(browser):
    assert browser.get("/plan/2026-02-31/").status_code == 404


def test_the_page_costs_the_same_with_one_stop_and_with_three(browser, rep, due, django_assert_num_queries):
    plan = DayPlanFactory(user=rep, day=TOMORROW)
    PlanItemFactory(plan=plan)
    browser.get(PAGE)
    with django_assert_num_queries(QUERIES):
        browser.get(PAGE)
    PlanItemFactory(plan=plan)
    PlanItemFactory(plan=plan)
    AccountFactory(owner=rep, tier="B", next_contact_on=TOMORROW)
    with django_assert_num_queries(QUERIES):
        browser.get(PAGE)
