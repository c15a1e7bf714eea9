"""A manager's Monday at a desk: a number, the list behind it, the opportunity, a comment that arrives, plans signed."""

import re
from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Account
from crm.tests.browser.conftest import DESK, PHONE, Opened, Site, today
from crm.workdays import load_calendar
from followups.dispatching import dispatch_due
from pipeline.models import Opportunity
from pipeline.tests.factories import OpportunityFactory
from visits.choices import PlanState
from visits.models import DayPlan
from visits.tests.factories import DayPlanFactory, PlanItemFactory


def next_workday() -> date:
    """Return the day the plan is for."""
    return load_calendar().add_workdays(today(), 1)


@pytest.fixture
def deals(site: Site, changhong: Account) -> list[Opportunity]:
    """Three open opportunities, one that was won."""
    won = OpportunityFactory(
        account=changhong, name="二期产线", state="WON", closed_on=today(), amount=Decimal(1_200_000)
    )
    return [won, *(OpportunityFactory(account=changhong, expected_on=today()) for _ in range(3))]


def number_of(page: Page, label: str) -> str:
    """Return what stands under a heading of the dashboard."""
    return page.locator(".kpi", has_text=label).locator(".value").inner_text()


@pytest.mark.journey
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_from_a_number_to_a_comment_that_reaches_the_rep(
    site: Site, deals: list[Opportunity], open_page: Opened, manager, rep, size
):
    page = open_page(manager, "/dashboard/", size=size)
    expect(page.locator("h1")).to_contain_text("All teams")

    page.locator(".side-by-side a").first.click()
    expect(page.locator("main")).to_contain_text("二期产线")
    expect(page.locator("main")).not_to_contain_text(deals[1].name)

    page.get_by_role("link", name=re.compile("二期产线")).first.click()
    expect(page.locator("h1")).to_contain_text("二期产线")
    page.get_by_label("Comment").fill("下周带我一起去见李敏。")
    page.get_by_role("button", name="Comment").click()
    expect(page.locator("main")).to_contain_text("下周带我一起去见李敏。")

    site.look(dispatch_due)
    theirs = open_page(rep, "/notifications/")
    expect(theirs.locator("main")).to_contain_text("赵敏")
    theirs.get_by_role("button", name=re.compile("Open")).first.click()
    expect(theirs.locator("main")).to_contain_text("下周带我一起去见李敏。")


@pytest.mark.journey
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_plan_is_handed_in_returned_and_signed(site: Site, changhong: Account, open_page: Opened, rep, manager, size):
    plan = DayPlanFactory(user=rep, day=next_workday())
    PlanItemFactory(plan=plan, account=changhong, goal="定型时间")

    def state() -> str:
        return site.look(lambda: DayPlan.objects.get(pk=plan.pk).state)

    theirs = open_page(rep, f"/plan/{plan.day.isoformat()}/")
    theirs.get_by_role("button", name="Hand in").click()
    expect(theirs.locator("#plan")).to_contain_text("Handed in.")

    page = open_page(manager, "/approvals/", size=size)
    place = page.locator(".pane-read" if size == DESK else ".pane-list")
    expect(place).to_contain_text("陈思远")
    place.get_by_role("link", name="Return").click()
    asked = page.get_by_role("dialog") if size == DESK else page.locator("main")
    asked.get_by_role("textbox").fill("先去恒远。")
    asked.get_by_role("button", name="Return").click()
    expect(page.locator("#toasts")).not_to_be_empty()
    assert state() == PlanState.RETURNED

    theirs.reload()
    expect(theirs.locator("#plan")).to_contain_text("先去恒远。")
    theirs.get_by_role("button", name="Hand in").click()
    expect(theirs.locator("#plan")).to_contain_text("Handed in.")

    page.goto("/approvals/")
    if size == DESK:
        page.keyboard.press("a")
    else:
        page.locator(".pane-list").get_by_role("button", name="Approve").click()
    expect(page.locator("#toasts")).not_to_be_empty()
    assert state() == PlanState.APPROVED
    theirs.reload()
    expect(theirs.locator("#plan")).to_contain_text("Signed by 赵敏")
