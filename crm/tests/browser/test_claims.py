"""Two reps want one customer: what the second one sees, and how the manager decides it on the phone."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from accounts.models import Account, Claim
from accounts.tests.factories import AccountFactory, ClaimFactory
from crm.tests.browser.conftest import PHONE, Opened, Site, today
from teams.models import User


@pytest.fixture
def held(site: Site, changhong: Account, manager: User) -> Claim:
    """Chen Siyuan holds Changhong."""
    return ClaimFactory(account=changhong, protected_until=today() + timedelta(days=40))


def owner_of(site: Site, account: Account) -> str:
    return site.look(lambda: str(Account.objects.get(pk=account.pk).owner))


def test_a_second_claim_is_seen_before_it_is_filed_and_decided_on_the_phone(
    site: Site, held: Claim, open_page: Opened, rep: User, teammate: User, manager: User
):
    page = open_page(teammate, "/accounts/claims/new/", size=PHONE)
    page.get_by_label("Company", exact=True).fill(held.account.name)
    page.get_by_label("Notes").fill("去年在展会上认识采购总监")
    page.get_by_role("button", name="File the claim").click()

    # Asked, with everything typed still there; of the holder only his team, for Liu Ting does not see the customer.
    expect(page.get_by_text("The same company: held by 华东一区")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("陈思远")
    expect(page.get_by_label("Notes")).to_have_value("去年在展会上认识采购总监")
    page.get_by_label("The same company").check()
    page.get_by_role("button", name="File the claim").click()
    expect(page.locator("main")).to_contain_text("赵敏 decides")
    assert owner_of(site, held.account) == "陈思远"

    signing = open_page(manager, "/approvals/", size=PHONE)
    card = signing.locator(".list-row", has_text="刘婷")
    expect(card).to_contain_text("Somebody holds this customer")
    card.get_by_role("link").first.click()
    expect(signing.locator("main")).to_contain_text("去年在展会上认识采购总监")
    signing.get_by_role("button", name="Approve").last.click()
    expect(signing.locator("#toasts")).not_to_be_empty()
    assert owner_of(site, held.account) == "刘婷"

    page.reload()
    page.get_by_role("link", name="Open the customer").click()
    expect(page.locator("main")).to_contain_text("Protected until")
    theirs = open_page(rep, held.account.get_absolute_url(), size=PHONE)
    expect(theirs.locator("h1")).to_contain_text("This page is not here")


def test_a_customer_of_the_pool_is_one_tap_away_and_the_tap_can_be_taken_back(
    site: Site, open_page: Opened, rep: User, teammate: User
):
    pooled = site.look(lambda: AccountFactory(name="无锡华鑫轴承有限公司", owner=None, team=rep.team))
    slow = open_page(teammate, "/accounts/pool/", size=PHONE)
    page = open_page(rep, "/accounts/pool/", size=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.get_by_role("button", name="Claim 无锡华鑫轴承有限公司").click()
    expect(page.locator("h1")).to_contain_text("无锡华鑫轴承有限公司")
    assert owner_of(site, pooled) == "陈思远"

    slow.get_by_role("button", name="Claim 无锡华鑫轴承有限公司").click()
    expect(slow.locator("#toasts")).to_contain_text("陈思远 was a moment quicker. Choose another one.")

    page.locator("#toasts").get_by_role("button", name="Undo").click()
    page.wait_for_load_state()
    slow.goto("/accounts/pool/")
    expect(slow.locator("main")).to_contain_text("无锡华鑫轴承有限公司")
