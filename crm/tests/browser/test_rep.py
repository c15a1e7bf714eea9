"""A rep's day on a phone: the next stop, a visit logged without a network, tomorrow's plan."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Account, Contact
from accounts.tests.factories import AccountFactory, ContactFactory
from crm.tests.browser.conftest import Opened, OwnBrowser, Site, cookies_of, eventually, today
from visits.choices import ItemState
from visits.models import DayPlan, PlanItem, Visit
from visits.tests.factories import DayPlanFactory, PlanItemFactory

WORDS = "李敏说九月底前要定型,价格还可以谈。\n竞品:海天报了更低的价。"


@pytest.fixture
def li_min(changhong: Account) -> Contact:
    """Somebody to meet."""
    return ContactFactory(account=changhong, name="李敏", title="采购总监")


@pytest.fixture
def stop(site: Site, rep, changhong: Account, li_min: Contact) -> PlanItem:
    """The next stop of today, and another one after it."""
    plan = DayPlanFactory(user=rep, day=today())
    PlanItemFactory(plan=plan, account=AccountFactory(name="昆山恒远机械有限公司", owner=rep), position=2)
    return PlanItemFactory(plan=plan, account=changhong, contact=li_min, goal="定型时间", position=1)


@pytest.fixture
def page(site: Site, stop: PlanItem, open_page: Opened, rep) -> Page:
    """Today on the rep's phone, kept on the device."""
    page = open_page(rep, "/today/")
    page.evaluate("shell.ready")
    eventually(lambda: page.evaluate("caches.match('/today/').then(Boolean)"), page=page)
    return page


def log(page: Page, stop: PlanItem) -> None:
    """Log the visit as a rep does: one tap, a dictation, one tap."""
    page.locator(".next-stop").get_by_role("link", name="Log visit").click()
    page.keyboard.insert_text(WORDS)
    page.locator(f"#visit-{stop.pk}").get_by_role("button", name="Save").click()


def visits(site: Site) -> list[Visit]:
    """Return what the server has."""
    return site.look(lambda: list(Visit.objects.select_related("account", "plan_item")))


@pytest.mark.journey
def test_a_visit_logged_without_a_network_in_a_browser_that_is_killed_arrives_once(
    site: Site, own_browser: OwnBrowser, stop: PlanItem, rep
):
    page = own_browser.start()
    session = site.look(lambda: cookies_of(rep, site))
    own_browser.context.add_cookies(session)
    page.goto(f"{site.url}/today/")
    page.evaluate("shell.ready")
    eventually(lambda: page.evaluate("caches.match('/today/').then(Boolean)"), page=page)

    site.wire.cut()
    own_browser.context.set_offline(True)
    page.reload()
    expect(page.locator("#kept-banner")).to_contain_text("As of ")
    log(page, stop)
    expect(page.locator(".next-stop [data-stop-state]")).to_have_text("Waiting to be sent")
    expect(page.locator("#sync-state")).to_have_text("Offline · 1 waiting")
    own_browser.kill()
    assert visits(site) == []

    site.wire.mend()
    page = own_browser.start()
    own_browser.context.add_cookies(session)
    page.goto(f"{site.url}/today/")
    eventually(lambda: visits(site), page=page)
    expect(page.locator("#sync-state")).to_have_text("Synced")
    page.reload()
    page.evaluate("outbox.ready")

    (visit,) = visits(site)
    assert (visit.said.replace("\r", ""), visit.account, visit.user, visit.origin) == (
        WORDS,
        stop.account,
        rep,
        "OFFLINE",
    )
    assert visit.plan_item == stop
    assert visit.plan_item.state == ItemState.DONE
    assert site.look(lambda: Account.objects.get(pk=stop.account_id).last_contact_on) == today()


class Budget:
    """Every tap and key of the person on a page, also across pages; the microphone of the keyboard counts as a tap."""

    def __init__(self, page: Page) -> None:
        self.did: list[str] = []
        page.expose_function("counted", lambda what: self.did.append(what))
        script = """
          const count = (event) => event.isTrusted && counted(event.key || event.target.textContent.trim());
          ["pointerdown", "keydown"].forEach((name) => addEventListener(name, count, true));
        """
        page.add_init_script(script)
        page.evaluate(script)
        self.page = page

    def dictate(self, words: str) -> None:
        """Tap the microphone of the phone's own keyboard and speak."""
        self.did.append("microphone")
        self.page.keyboard.insert_text(words)


@pytest.mark.journey
def test_a_planned_visit_takes_three_taps(page: Page, site: Site, stop: PlanItem):
    budget = Budget(page)
    page.locator(".next-stop").get_by_role("link", name="Log visit").tap()
    assert page.evaluate("document.activeElement.name") == "said"
    budget.dictate(WORDS)
    page.get_by_role("button", name="Save").tap()

    expect(page.locator("#toasts")).to_contain_text("Saved.")
    assert [visit.said.replace("\r", "") for visit in visits(site)] == [WORDS]
    assert len(budget.did) == 3
    expect(page.locator(".next-stop")).to_contain_text("昆山恒远")
    expect(page.locator(f".list [data-stop='{stop.pk}']")).to_have_class("list-row done")


@pytest.mark.journey
def test_an_unplanned_visit_takes_four_taps_also_without_a_network(page: Page, site: Site, rep):
    met_last = site.look(lambda: AccountFactory(owner=rep, short_name="新城电缆", last_contact_on=today()))
    site.look(lambda: [AccountFactory(owner=rep) for _ in range(9)])
    page.goto("/visits/new/")
    eventually(
        lambda: page.evaluate("caches.match('/visits/new/').then((kept) => kept?.text() ?? '')").count("新城电缆"),
        page=page,
    )
    page.goto("/today/")
    page.evaluate("shell.ready")
    site.wire.cut()
    page.context.set_offline(True)
    budget = Budget(page)
    page.locator(".tabbar").get_by_role("link", name="Log visit").tap()
    page.locator("[data-quick]").get_by_role("link", name="新城电缆").tap()
    assert page.evaluate("document.activeElement.name") == "said"
    budget.dictate(WORDS)
    page.get_by_role("button", name="Save").tap()
    expect(page.locator("#sync-state")).to_have_text("Offline · 1 waiting")
    assert len(budget.did) == 4

    site.wire.mend()
    page.context.set_offline(False)
    eventually(lambda: visits(site), page=page)
    assert [visit.account for visit in visits(site)] == [met_last]


@pytest.mark.journey
def test_a_stop_of_the_day_is_chosen_with_all_that_was_planned(page: Page, site: Site, stop: PlanItem, li_min: Contact):
    page.goto("/visits/new/")
    page.locator("[data-quick]").get_by_role("link", name="长虹精密").click()
    expect(page.locator("[data-quick]")).to_be_hidden()
    expect(page.locator(f"[name=met][value='{li_min.pk}']")).to_be_checked()
    page.locator("[name=said]").fill(WORDS)
    page.get_by_role("button", name="Save").click()
    eventually(lambda: visits(site), page=page)
    assert [(visit.plan_item, visit.purpose) for visit in visits(site)] == [(stop, stop.purpose)]


@pytest.mark.journey
def test_tomorrows_plan_takes_three_taps(page: Page, site: Site, rep, manager):
    site.look(lambda: AccountFactory.create_batch(3, owner=rep, tier="A", next_contact_on=today()))
    page.reload()
    budget = Budget(page)
    page.get_by_role("button", name="Take over these").tap()
    page.wait_for_url("**/plan/**")
    page.get_by_role("button", name="Hand in").tap()
    expect(page.locator("#toasts")).to_contain_text("Handed in.")
    assert len(budget.did) == 2
    plan = site.look(lambda: DayPlan.objects.exclude(day=today()).get())
    assert (plan.user, plan.state, site.look(plan.items.count)) == (rep, "SUBMITTED", 3)


@pytest.mark.journey
def test_arriving_calling_and_navigating_are_one_tap_each(page: Page, site: Site, stop: PlanItem, li_min: Contact):
    site.look(lambda: Contact.objects.filter(pk=li_min.pk).update(mobile="138 0512 8877"))
    page.reload()
    card = page.locator(".next-stop")
    assert card.get_by_role("link", name="Call").get_attribute("href") == "tel:13805128877"
    assert "uri.amap.com" in str(card.get_by_role("link", name="Navigate").get_attribute("href"))
    budget = Budget(page)
    card.get_by_role("button", name="I am here").tap()
    expect(card.locator("span[data-arrived]")).to_contain_text("Arrived")
    assert len(budget.did) == 1


@pytest.mark.journey
def test_after_a_save_something_can_be_added(page: Page, site: Site, stop: PlanItem):
    log(page, stop)
    expect(page.locator("#toasts")).to_contain_text("Where does 李敏 stand?")
    page.locator("#toasts").get_by_role("link", name="Add more").click()
    page.wait_for_url("**/visits/*/edit/")
    expect(page.locator("[name=said]")).to_have_value(WORDS)


@pytest.mark.journey
def test_everything_that_is_typed_arrives(page: Page, site: Site, stop: PlanItem, li_min: Contact):
    site.wire.cut()
    page.context.set_offline(True)
    page.locator(".next-stop").get_by_role("link", name="Log visit").click()
    sheet = page.locator(f"#visit-{stop.pk}")
    expect(sheet.locator("[name=met]")).to_be_checked()  # the person the stop was planned for
    sheet.get_by_role("button", name="New contact").click()
    sheet.locator("[name=new_name]").last.fill("周立")
    sheet.locator("[name=new_title]").last.fill("设备经理")
    sheet.locator("[name=said]").fill("谈了价格")
    sheet.get_by_role("button", name="Competitor").click()
    page.keyboard.insert_text("海天")
    sheet.get_by_role("radio", name="moved forward").check()
    sheet.get_by_role("radio", name="Tomorrow").check()
    sheet.locator("[name=next_step]").fill("送方案")
    sheet.locator("[name=commitment]").fill("给图纸")
    sheet.get_by_role("button", name="Save").click()
    expect(page.locator("#sync-state")).to_have_text("Offline · 1 waiting")
    site.wire.mend()
    page.context.set_offline(False)
    eventually(lambda: visits(site), page=page)

    (visit,) = visits(site)
    met = site.look(lambda: {(each.name, each.title, each.is_verified) for each in visit.contacts.all()})
    assert met == {("李敏", "采购总监", li_min.is_verified), ("周立", "设备经理", False)}
    assert visit.said.replace("\r", "") == "谈了价格\nCompetitor: 海天"
    assert (visit.result, visit.next_step, visit.commitment) == ("FORWARD", "送方案", "给图纸")
    assert visit.next_on > today()


@pytest.mark.journey
def test_a_new_visit_for_a_customer_found_without_a_network(page: Page, site: Site, rep, changhong: Account):
    site.look(lambda: [AccountFactory(owner=rep) for _ in range(9)])
    page.goto("/visits/new/")
    eventually(lambda: page.evaluate("caches.match('/visits/new/').then(Boolean)"), page=page)
    page.evaluate("shell.ready")
    site.wire.cut()
    page.context.set_offline(True)
    page.goto("/visits/new/")
    page.locator("[data-account-search]").fill("虹精")
    page.get_by_role("option", name="长虹精密").click()
    expect(page.locator("[data-met]")).to_contain_text("李敏")
    page.locator("[name=said]").fill(WORDS)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#sync-state")).to_have_text("Offline · 1 waiting")
    site.wire.mend()
    page.context.set_offline(False)
    eventually(lambda: visits(site), page=page)
    assert [visit.account for visit in visits(site)] == [changhong]


@pytest.mark.journey
def test_arriving_is_one_tap_and_fills_the_form(page: Page, site: Site, stop: PlanItem):
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 31.2989, "longitude": 120.5853, "accuracy": 35})
    page.get_by_role("button", name="I am here").click()
    eventually(lambda: site.look(lambda: PlanItem.objects.get(pk=stop.pk).arrived_at), page=page)
    log(page, stop)
    eventually(lambda: visits(site), page=page)

    (visit,) = visits(site)
    assert visit.started_at is not None
    assert (str(visit.latitude), str(visit.longitude), visit.accuracy) == ("31.298900", "120.585300", 35)


@pytest.mark.journey
def test_saving_can_be_taken_back(page: Page, site: Site, stop: PlanItem):
    log(page, stop)
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("Taken back.")
    expect(page.locator(".next-stop")).to_contain_text("长虹精密")
    assert site.look(lambda: Visit.objects.live().count()) == 0


@pytest.mark.journey
def test_the_keyboard_takes_a_save_back(page: Page, site: Site, stop: PlanItem):
    log(page, stop)
    expect(page.locator("#toasts").get_by_role("button", name="Undo")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.locator("#toasts")).to_contain_text("Taken back.")
    assert site.look(lambda: Visit.objects.live().count()) == 0


@pytest.mark.journey
def test_what_the_server_refuses_later_waits_in_the_outbox_and_can_be_mended(page: Page, site: Site, stop: PlanItem):
    site.wire.cut()
    page.context.set_offline(True)
    page.locator(".next-stop").get_by_role("link", name="Log visit").click()
    sheet = page.locator(f"#visit-{stop.pk}")
    sheet.locator("[name=said]").fill(WORDS)
    sheet.locator("summary").click()
    sheet.locator("[name=happened_on]").fill("2099-01-01")
    sheet.get_by_role("button", name="Save").click()
    expect(page.locator("#sync-state")).to_have_text("Offline · 1 waiting")
    expect(page.locator("#toasts")).to_contain_text("Saved on this device.")  # an answer now would reopen the form
    site.wire.mend()
    page.context.set_offline(False)
    expect(page.locator("#sync-state")).to_have_text("1 need you")

    page.locator("#sync-state").click()
    expect(page.locator("[data-outbox-list]")).to_contain_text("The visit lies in the future.")
    page.get_by_role("button", name="Open and edit").click()
    page.wait_for_url("**/visits/new/**")
    expect(page.locator("[name=said]")).to_have_value(WORDS)
    expect(page.locator("[data-form-errors]")).to_contain_text("The visit lies in the future.")
    page.locator("details.fold summary").last.click()
    page.locator("[name=happened_on]").fill(today().isoformat())
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#sync-state")).to_have_text("Synced")
    assert [(visit.plan_item, visit.said.replace("\r", "")) for visit in visits(site)] == [(stop, WORDS)]


@pytest.mark.journey
def test_what_the_server_refuses_is_shown_at_the_form(page: Page, site: Site, stop: PlanItem):
    page.locator(".next-stop").get_by_role("link", name="Log visit").click()
    sheet = page.locator(f"#visit-{stop.pk}")
    sheet.locator("[name=said]").fill(WORDS)
    sheet.locator("summary").click()
    sheet.locator("[name=happened_on]").fill("2099-01-01")
    sheet.get_by_role("button", name="Save").click()
    expect(sheet).to_be_visible()
    expect(sheet.locator("[data-form-errors]")).not_to_be_empty()
    expect(sheet.locator("[name=said]")).to_have_value(WORDS)
    sheet.locator("[name=happened_on]").fill(today().isoformat())
    sheet.get_by_role("button", name="Save").click()
    eventually(lambda: visits(site), page=page)
    assert len(visits(site)) == 1
