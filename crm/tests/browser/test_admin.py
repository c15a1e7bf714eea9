"""An admin's quarter's end at a desk: a policy as a draft, who would move, applied, seen everywhere, rolled back."""

from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Account
from accounts.tests.factories import AccountFactory, TurnoverFactory
from crm.tests.browser.conftest import DESK, PHONE, Opened, Site, eventually, today


@pytest.fixture
def ten(site: Site, rep) -> list[Account]:
    """Ten customers of tier C, each selling a thousand more than the one before."""
    accounts = [AccountFactory(owner=rep, name=f"客户{number:02}", tier="C", potential=3) for number in range(1, 11)]
    for number, account in enumerate(accounts, start=1):
        TurnoverFactory(account=account, booked_on=today(), amount=Decimal(1000 * number))
    return accounts


def tiers(site: Site) -> str:
    """Return the tiers of the ten customers, in order."""
    return site.look(lambda: "".join(Account.objects.order_by("name").values_list("tier", flat=True)))


def moving(page: Page) -> str:
    """Return what the simulation says."""
    return page.locator("#effect .note b").inner_text()


@pytest.mark.journey
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_policy_is_drafted_simulated_applied_and_rolled_back(
    site: Site, ten: list[Account], open_page: Opened, admin, rep, size
):
    page = open_page(admin, "/accounts/tiers/", size=size)
    page.get_by_role("link", name="New draft").click()
    before = moving(page)
    page.locator("[name=cut_a]").fill("50")
    page.locator("[name=cut_b]").fill("60")
    page.locator("[name=cut_b]").blur()
    eventually(lambda: moving(page) != before, page=page)
    assert moving(page) == "6 customers move"
    assert tiers(site) == "C" * 10

    page.locator("[name=name]").fill("第四季度")
    page.get_by_role("button", name="Keep as a draft").click()
    page.get_by_role("link", name="Apply").click()
    assert tiers(site) == "C" * 10
    page.get_by_role("button", name="Move 6 customers").click()
    eventually(lambda: tiers(site) != "C" * 10, page=page)
    applied = tiers(site)
    assert applied.count("C") == 4

    theirs = open_page(rep, "/accounts/", size=size)
    row = theirs.locator("tr", has_text="客户10")
    expect(row).to_contain_text(applied[-1])

    page.goto("/accounts/tiers/")
    expect(page.locator("main")).to_contain_text("第四季度")
    page.get_by_role("button", name="Go back to this one").click()
    eventually(lambda: tiers(site) != applied, page=page)
