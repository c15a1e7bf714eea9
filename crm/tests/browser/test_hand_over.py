"""A seller leaves: planned and begun at a desk, the brief read on a phone, taken back; his own phone forgets."""

import re
from contextlib import suppress
from datetime import timedelta

import pytest
from playwright.sync_api import Error, Page, expect

from accounts.models import Account
from accounts.tests.factories import AccountFactory, ContactFactory
from crm.tests.browser.conftest import DESK, Opened, OwnBrowser, Site, cookies_of, eventually, today
from followups.dispatching import dispatch_due
from pipeline.tests.factories import OpportunityFactory
from teams.actions.people import deactivate_user
from teams.models import User
from visits.tests.factories import VisitFactory

KEPT = """async () => {
  const [outbox, drafts, keys] = await Promise.all(["outbox", "drafts", "keys"].map((name) => device.all(name)));
  return [outbox.length, drafts.length, keys.length, (await caches.keys()).filter((name) => name.startsWith("pages-"))];
}"""


def owner_of(site: Site, account: Account) -> str:
    return site.look(lambda: str(Account.objects.get(pk=account.pk).owner))


@pytest.fixture
def tianao(site: Site, rep: User) -> Account:
    """A second customer of Chen Siyuan, of tier A."""
    return AccountFactory(name="成都天奥电子", short_name="天奥", owner=rep, tier="A")


@pytest.mark.journey
def test_customers_go_over_are_read_on_a_phone_and_come_back(
    site: Site, changhong: Account, tianao: Account, open_page: Opened, rep: User, teammate: User, manager: User
):
    ContactFactory(account=changhong, name="李敏", title="总经理", buying_roles=["DECIDER"], stance="PS")
    OpportunityFactory(account=changhong, name="二期产线", next_step="送样", next_step_on=today())
    VisitFactory(account=changhong, said="预算已批", happened_on=today() - timedelta(days=3))

    page = open_page(manager, "/accounts/hand-overs/", size=DESK)
    page.get_by_role("link", name="Plan a hand-over").first.click()
    page.get_by_label("Who leaves or moves").select_option(label="陈思远 · 华东一区")
    page.get_by_label("Everything to").select_option(label="刘婷 · 华东一区")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("h1")).to_contain_text("Hand-over of 陈思远")
    row = page.locator("tr", has_text="刘婷").first
    expect(row).to_contain_text("open opportunities 1")
    assert owner_of(site, changhong) == "陈思远"

    page.get_by_role("link", name="Start").click()
    expect(page.locator("main")).to_contain_text("2 customers go to 刘婷")
    page.get_by_role("button", name="Hand over now").click()
    expect(page.locator("main")).to_contain_text("handed over 2")
    assert (owner_of(site, changhong), owner_of(site, tianao)) == ("刘婷", "刘婷")

    site.look(dispatch_due)
    phone = open_page(teammate, "/notifications/")
    phone.locator("li, .list-row", has_text="You have new customers: 2").get_by_role(
        "button", name=re.compile("Open")
    ).click()
    expect(phone.locator("h1")).to_contain_text("Customers from 陈思远")
    for words in ("长虹", "李敏 总经理", "预算已批", "二期产线", "送样", "First visit to 天奥 as its new owner"):
        expect(phone.locator("main")).to_contain_text(words)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390

    page.get_by_role("button", name="Take back").click()
    expect(page.locator("main")).to_contain_text("taken back 2")
    assert (owner_of(site, changhong), owner_of(site, tianao)) == ("陈思远", "陈思远")
    phone.reload()
    expect(phone.locator("main")).to_contain_text("No customer of this hand-over is yours")


def test_the_phone_of_who_left_forgets_everything_at_its_next_contact(
    site: Site, changhong: Account, own_browser: OwnBrowser, rep: User, admin: User, now
):
    page: Page = own_browser.start()
    own_browser.context.add_cookies(site.look(lambda: cookies_of(rep, site)))
    page.goto(f"{site.url}/today/")
    page.evaluate("shell.ready")
    page.goto(f"{site.url}/visits/new/?account={changhong.pk}")
    page.locator("textarea[name=said]").first.fill("预算已批，只差签字")
    page.evaluate("drafts.flush()")
    eventually(lambda: page.evaluate(KEPT)[1] == 1, page=page)
    assert page.evaluate(KEPT)[2] == 1

    site.look(lambda: deactivate_user(rep, actor=admin, now=now))
    with suppress(Error):  # the page that is left may send itself to sign in before the new one is there
        page.goto(f"{site.url}/today/")

    expect(page).to_have_url(re.compile("/login/"))
    eventually(lambda: page.evaluate(KEPT) == [0, 0, 0, []], page=page)
    assert page.evaluate("localStorage.length") == 0
