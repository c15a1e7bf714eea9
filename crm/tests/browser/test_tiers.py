"""Quarter's end at a desk: tier rules as a draft, who would move, signed by the director, applied, seen, taken back."""

from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Account, TierPolicy
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


def draft(page: Page) -> None:
    """Write a draft by which half of all are A, watching what it would do."""
    page.get_by_role("link", name="New draft").click()
    assert moving(page) == "3 customers move"
    page.locator("[name=cut_a]").fill("50")
    page.locator("[name=cut_b]").fill("60")
    page.locator("[name=cut_b]").blur()
    eventually(lambda: moving(page) == "6 customers move", page=page)
    expect(page.locator("#effect")).to_contain_text("the best 50 % of customers")
    page.locator("[name=name]").fill("第四季度")
    page.get_by_role("button", name="Keep as a draft").click()


@pytest.mark.journey
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_rules_are_drafted_simulated_signed_applied_and_rolled_back(
    site: Site, ten: list[Account], open_page: Opened, admin, director, rep, size
):
    page = open_page(admin, "/accounts/tiers/", size=size)
    draft(page)
    page.get_by_role("link", name="Ask for the signature").click()
    page.locator("#sheet").get_by_role("button", name="Ask for the signature").click()
    expect(page.locator(".tier-steps")).to_contain_text("何云 is asked to sign.")
    address = page.url
    assert page.get_by_role("link", name="Apply", exact=True).count() == 0

    theirs = open_page(director, "/approvals/", size=size)
    if size == PHONE:
        theirs.get_by_text("Tier rules “第四季度”").first.click()
    expect(theirs.locator("main")).to_contain_text("6 customers move")
    theirs.get_by_role("button", name="Approve", exact=True).click()
    eventually(lambda: site.look(lambda: TierPolicy.objects.get(name="第四季度").state) == "APPROVED", page=theirs)
    assert tiers(site) == "C" * 10

    page.goto(address)
    expect(page.locator(".tier-steps")).to_contain_text("何云 signed.")
    page.get_by_role("link", name="Apply", exact=True).click()
    page.get_by_role("button", name="Apply", exact=True).click()
    eventually(lambda: tiers(site) != "C" * 10, page=page)
    assert tiers(site) == "CCCCBAAAAA"

    seen = open_page(rep, f"/accounts/{ten[9].pk}/tier/", size=size)
    expect(seen.locator("main")).to_contain_text("第四季度")
    expect(seen.locator(".timeline")).to_contain_text("place 1 of 10")

    page.goto("/accounts/tiers/")
    expect(page.locator("main")).to_contain_text("第四季度")
    page.get_by_role("button", name="Go back to “ABC”").click()
    eventually(lambda: tiers(site) == "C" * 10, page=page)


def test_the_weights_move_with_sliders_and_say_their_sum(site: Site, ten, open_page: Opened, admin):
    page = open_page(admin, "/accounts/tiers/new/", size=DESK)
    expect(page.locator("[data-sum]")).to_have_text("Together 100 %.")
    slider = page.locator("[data-slides=id_weight_turnover]")
    slider.evaluate("(each) => { each.value = 50; each.dispatchEvent(new Event('input', { bubbles: true })); }")
    expect(page.locator("[name=weight_turnover]")).to_have_value("50")
    expect(page.locator("[data-sum]")).to_have_text("Together 90 %; it must be 100.")
    expect(page.locator("#effect")).to_contain_text("The weights add up to 90; together they must make 100.")
    page.locator("[name=weight_margin]").fill("10")
    expect(page.locator("[data-sum]")).to_have_text("Together 100 %.")
    expect(page.locator("#effect")).to_contain_text("margin 10 %")


def test_without_a_script_a_draft_is_written_with_the_numbers(site: Site, ten, open_page: Opened, admin):
    page = open_page(admin, "/accounts/tiers/new/", size=PHONE, java_script_enabled=False)
    assert page.locator("input[type=range]:visible").count() == 0
    page.locator("[name=weight_turnover]").fill("50")
    page.locator("[name=weight_margin]").fill("10")
    page.get_by_role("button", name="Keep as a draft").click()
    weights = site.look(lambda: TierPolicy.objects.get(state="DRAFT").weights)
    assert weights == {"turnover": 50, "margin": 10, "potential": 25, "credit": 15}
    expect(page.locator("#effect")).to_contain_text("margin 10 %")
