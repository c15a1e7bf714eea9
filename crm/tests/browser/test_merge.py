"""A manager merges a customer that was filed twice, and takes it back."""

import re

import pytest
from playwright.sync_api import expect

from accounts.actions.duplicates import find_duplicates
from accounts.models import Account
from accounts.tests.factories import AccountFactory, ContactFactory
from crm.tests.browser.conftest import DESK, PHONE, Opened, Site


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_two_filings_become_one_and_two_again(site: Site, changhong: Account, open_page: Opened, rep, manager, size):
    twin = AccountFactory(owner=rep, name="蘇州長虹精密科技股份有限公司", phone="0512-65881499")
    ContactFactory(account=changhong, name="王建国")
    ContactFactory(account=twin, name="王建国")
    ContactFactory(account=twin, name="李敏")
    site.look(find_duplicates)

    def live() -> int:
        return site.look(lambda: Account.objects.live().count())

    page = open_page(manager, "/accounts/duplicates/", size=size)
    expect(page.locator(".pair")).to_contain_text("same name but for the legal form")
    page.get_by_role("link", name="Compare").click()
    expect(page.locator("main")).to_contain_text("2 people there")
    page.get_by_label("0512-65881499").check()
    page.get_by_role("button", name="Merge").click()

    expect(page.locator("h1")).to_contain_text("长虹精密")
    assert live() == 1
    page.goto(f"{site.url}/accounts/{twin.pk}/")
    expect(page).to_have_url(re.compile(rf"/accounts/{changhong.pk}/$"))
    expect(page.locator("body")).to_contain_text("was merged into this one")

    page.goto(f"{site.url}/accounts/duplicates/")
    expect(page.locator("main")).to_contain_text("Nothing to look at")
    page.get_by_role("main").get_by_role("button", name="Undo").click()
    expect(page.locator(".pair")).to_have_count(1)
    assert live() == 2
