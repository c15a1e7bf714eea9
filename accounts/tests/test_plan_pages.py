"""The page of an account plan: a year, its lines, money, risks, what is known; on the screen and on paper."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.actions.plans import edit_row
from accounts.models import Account, AccountPlan, AccountRisk, PlanRow
from accounts.tests.factories import AccountMemberFactory, AccountPlanFactory, AccountRiskFactory, PlanRowFactory
from accounts.tests.test_account_page import opened
from followups.models import Comment, Delivery
from teams.models import User

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _day(now: datetime):
    """Every page is opened at 10:40 on 24 November 2026."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def url(changhong: Account) -> str:
    """The tab of Changhong's plan."""
    return reverse("accounts:plan", args=[changhong.pk])


def test_an_empty_page_shows_a_good_line_and_how_to_begin(changhong: Account, rep: User, client_for, url: str) -> None:
    page = client_for(rep).get(url).content.decode()
    assert "No plan for 2026 yet" in page
    assert "Downtime below 0.5 % for four weeks" in page
    assert "Start the plan for 2026" in page
    assert "Begin from the plan" not in page


def test_a_plan_is_started_and_filled_line_by_line(
    changhong: Account, rep: User, teammate: User, client_for: SignIn, url: str
) -> None:
    AccountMemberFactory(account=changhong, user=teammate)
    client = client_for(rep)
    client.post(reverse("accounts:start_plan", args=[changhong.pk]), {"year": "2026"})
    plan = AccountPlan.objects.get()
    new = reverse("accounts:new_row", args=[plan.pk])
    empty = client.post(new, dict(opened(client, new)) | {"goal": " ", "action": "先试用"})
    assert empty.status_code == 422
    assert "先试用" in empty.content.decode()
    data = dict(opened(client, new)) | {"goal": "份额到 45%", "responsible": teammate.pk, "due_on": "2026-11-24"}
    client.post(new, data)
    client.post(new, data)
    page = client.get(url).content.decode()
    assert page.count('<td class="cell-main cell-text">份额到 45%</td>') == 1
    row = PlanRow.objects.get()
    assert (row.responsible, row.due_on) == (teammate, date(2026, 11, 24))
    done = client.post(reverse("accounts:finish_row", args=[row.pk]), follow=True).content.decode()
    assert "done 11-24" in done
    assert "Undo" in done


def test_a_day_that_has_passed_is_refused_and_an_old_one_may_stay(
    changhong: Account, rep: User, client_for: SignIn, url: str
) -> None:
    plan, client = AccountPlanFactory(account=changhong), client_for(rep)
    new = reverse("accounts:new_row", args=[plan.pk])
    wrong = client.post(new, dict(opened(client, new)) | {"goal": "份额到 45%", "due_on": "2026-11-23"})
    assert wrong.status_code == 422
    assert wrong.context["form"].errors == {
        "due_on": ["2026-11-23 has passed. Choose today or a later day, or leave it empty until a day is agreed."]
    }
    assert not PlanRow.objects.exists()
    row = PlanRowFactory(plan=plan, due_on=date(2026, 11, 20))
    assert "overdue 2026-11-20" in client.get(url).content.decode()
    edit = reverse("accounts:edit_row", args=[row.pk])
    assert client.post(edit, dict(opened(client, edit)) | {"due_on": "2026-11-23"}).status_code == 422
    client.post(edit, dict(opened(client, edit)) | {"feedback": "等对方排期"})
    row.refresh_from_db()
    assert (row.due_on, row.feedback) == (date(2026, 11, 20), "等对方排期")


def test_no_countermeasure_is_due_on_a_day_that_has_passed(changhong: Account, rep: User, client_for) -> None:
    client, new = client_for(rep), reverse("accounts:new_risk", args=[changhong.pk])
    typed = {"kind": "CREDIT", "text": "付款变慢", "likelihood": "4", "effect": "4", "due_on": "2026-11-23"}
    wrong = client.post(new, dict(opened(client, new)) | typed)
    assert (wrong.status_code, set(wrong.context["form"].errors)) == (422, {"due_on"})
    risk = AccountRiskFactory(account=changhong, due_on=date(2026, 11, 20))
    edit = reverse("accounts:edit_risk", args=[risk.pk])
    assert client.post(edit, dict(opened(client, edit)) | {"due_on": "2026-11-22"}).status_code == 422
    client.post(edit, dict(opened(client, edit)) | {"countermeasure": "预付三成"})
    risk.refresh_from_db()
    assert (risk.due_on, risk.countermeasure) == (date(2026, 11, 20), "预付三成")


def test_the_next_year_begins_from_this_one(changhong: Account, rep: User, client_for: SignIn, url: str) -> None:
    PlanRowFactory(plan=AccountPlanFactory(account=changhong, policy="设备更新补贴"), goal="份额到 45%")
    client = client_for(rep)
    page = client.get(url, {"year": "2027"}).content.decode()
    assert "Begin from the plan of 2026" in page
    answer = client.post(
        reverse("accounts:start_plan", args=[changhong.pk]), {"year": "2027", "copy": "1"}, follow=True
    ).content.decode()
    assert "份额到 45%" in answer
    assert "设备更新补贴" in answer


@pytest.mark.parametrize("year", ["", "1999", "99999", "二〇二六", "-1", "２０２６"])
def test_a_year_that_is_none_is_this_year(changhong: Account, rep: User, client_for, url: str, year: str) -> None:
    assert client_for(rep).get(url, {"year": year}).context["year"] == 2026


def test_money_is_typed_as_people_write_it_and_the_difference_is_shown(
    changhong: Account, rep: User, director: User, client_for: SignIn, url: str
) -> None:
    plan = AccountPlanFactory(account=changhong)
    client, edit = client_for(rep), reverse("accounts:edit_plan", args=[plan.pk])
    wrong = client.post(edit, dict(opened(client, edit)) | {"budget": "一点点", "spent": "-5"})
    assert wrong.status_code == 422
    assert set(wrong.context["form"].errors) == {"budget", "spent"}
    assert "一点点" in wrong.content.decode()
    typed = {"budget": "12万", "spent": "150,000", "sponsor": director.pk, "review_on": "2026-12-01"}
    client.post(edit, dict(opened(client, edit)) | typed)
    plan.refresh_from_db()
    assert (plan.budget, plan.spent, plan.sponsor) == (Decimal(120000), Decimal(150000), director)
    assert plan.review_on == date(2026, 12, 1)
    page = client.get(url).content.decode()
    assert "more than the budget" in page
    assert "何云" in page


def test_the_same_field_changed_by_two_people_is_asked_about(
    changhong: Account, rep: User, manager: User, client_for: SignIn, now: datetime
) -> None:
    row = PlanRowFactory(plan=AccountPlanFactory(account=changhong))
    client, edit = client_for(rep), reverse("accounts:edit_row", args=[row.pk])
    data = dict(opened(client, edit)) | {"goal": "份额到 50%", "method": "每周看数据"}
    edit_row(row, changes={"goal": "份额到 40%"}, version=1, actor=manager, now=now)
    asked = client.post(edit, data)
    assert asked.status_code == 409
    assert "份额到 40%" in asked.content.decode()
    assert "每周看数据" in asked.content.decode()


def test_risks_stand_with_the_gravest_first_and_closed_ones_last(
    changhong: Account, rep: User, client_for: SignIn, url: str, today: date
) -> None:
    AccountRiskFactory(account=changhong, text="交期不稳", kind="SUPPLY", likelihood=5, effect=5, closed_on=today)
    AccountRiskFactory(account=changhong, text="行业下行", kind="MARKET", likelihood=2, effect=2)
    client, new = client_for(rep), reverse("accounts:new_risk", args=[changhong.pk])
    typed = {"kind": "CREDIT", "text": "付款变慢", "likelihood": "4", "effect": "4"}
    assert client.post(new, dict(opened(client, new)) | typed | {"likelihood": "7"}).status_code == 422
    client.post(new, dict(opened(client, new)) | typed)
    shown = client.get(url)
    assert [risk.text for risk in shown.context["risks"]] == ["付款变慢", "行业下行", "交期不稳"]
    assert "4 × 4 = 16" in shown.content.decode()
    found = AccountRisk.objects.get(text="付款变慢")
    closed = client.post(reverse("accounts:close_risk", args=[found.pk]), follow=True).content.decode()
    assert "closed 11-24" in closed


def test_a_manager_comments_and_the_owner_is_told(
    changhong: Account, rep: User, manager: User, client_for: SignIn
) -> None:
    plan = AccountPlanFactory(account=changhong)
    client_for(manager).post(
        reverse("followups:comments", args=["account_plan", plan.pk]),
        {"text": "预算太紧", "client_id": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"},
    )
    assert Comment.objects.get().text == "预算太紧"
    assert Delivery.objects.filter(recipient=rep, kind="comment", channel="IN_APP").count() == 1


def test_links_lead_to_the_customers_page(changhong: Account, rep: User, client_for: SignIn, url: str) -> None:
    plan = AccountPlanFactory(account=changhong)
    row, risk = PlanRowFactory(plan=plan), AccountRiskFactory(account=changhong)
    client = client_for(rep)
    assert client.get(reverse("accounts:plan_itself", args=[plan.pk])).url == f"{url}?year=2026"
    assert client.get(reverse("accounts:plan_row", args=[row.pk])).url == f"{url}?year=2026#row-{row.pk}"
    assert client.get(reverse("accounts:risk", args=[risk.pk])).url == f"{url}#risks"


def test_history_tells_what_was_changed_but_no_dealer(
    changhong: Account, rep: User, dealer: User, client_for: SignIn, now: datetime
) -> None:
    AccountMemberFactory(account=changhong, user=dealer)
    row = PlanRowFactory(plan=AccountPlanFactory(account=changhong))
    edit_row(row, changes={"feedback": "对方嫌贵"}, version=1, actor=rep, now=now)
    history = reverse("accounts:history", args=[changhong.pk])
    assert "对方嫌贵" in client_for(rep).get(history).content.decode()
    assert "对方嫌贵" not in client_for(dealer).get(history).content.decode()
    assert client_for(dealer).get(reverse("accounts:plan", args=[changhong.pk])).status_code == 404


def test_who_may_not_sell_reads_and_is_offered_nothing(
    changhong: Account, clerk: User, client_for: SignIn, url: str
) -> None:
    PlanRowFactory(plan=AccountPlanFactory(account=changhong))
    page = client_for(clerk).get(url).content.decode()
    assert "份额从 30% 到 45%" in page
    assert "Add a line" not in page
    assert "/done/" not in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_however_long_the_plan(
    changhong: Account, rep: User, teammate: User, client_for: SignIn, url: str, count: int, django_assert_num_queries
) -> None:
    plan = AccountPlanFactory(account=changhong)
    for number in range(count):
        PlanRowFactory(plan=plan, responsible=teammate)
        AccountRiskFactory(account=changhong, responsible=teammate)
        AccountPlanFactory(account=changhong, year=2025 - number)
    client = client_for(rep)
    with django_assert_num_queries(10):
        client.get(url)
