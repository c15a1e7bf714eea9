"""Save works without a connection, sends exactly once, and shows nobody else's words."""

import pytest
from playwright.sync_api import Page, expect

from crm import pwa
from crm.tests.browser.conftest import Opened, OwnBrowser, Site, Watch, cookies_of, eventually
from crm.tests.browser.rig import posted, received

WORDS = "当面谈了价格,下周二带方案来。"
PILL = "#sync-state"


def said() -> list[str]:
    """Return what the server has, in the order it came."""
    return [fields["said"][0] for _, _, fields in received]


def everything_kept(page: Page) -> str:
    """Return all that lies on the device, as whoever holds it could read it."""
    return page.evaluate(
        """async () => {
          const rows = [];
          for (const store of ["outbox", "drafts", "facts"]) rows.push(...(await device.all(store)));
          const pages = [];
          for (const name of await caches.keys())
            for (const request of await (await caches.open(name)).keys())
              if (name.startsWith("pages-")) pages.push(await (await caches.match(request)).text());
          return JSON.stringify([rows, pages, {...localStorage}, {...sessionStorage}]);
        }"""
    )


@pytest.fixture
def page(rig: Site, open_page: Opened, rep) -> Page:
    """A note in the rep's browser, with everything installed."""
    page = open_page(rep, "/rig/note/")
    page.evaluate("shell.ready")
    return page


@pytest.fixture
def sheet(page: Page) -> Page:
    """The page with a stop of the day."""
    page.goto("/rig/sheet/")
    page.evaluate("outbox.ready")
    return page


def log(page: Page, words: str = WORDS) -> None:
    """Open the sheet, say something, save."""
    page.get_by_role("link", name="Tell").click()
    page.keyboard.insert_text(words)
    page.get_by_role("button", name="Save").click()


def go_offline(page: Page, site: Site) -> None:
    """Pull the cable, and let the browser notice."""
    site.wire.cut()
    page.context.set_offline(True)


def go_online(page: Page, site: Site) -> None:
    """Put the cable back."""
    site.wire.mend()
    page.context.set_offline(False)


def test_saving_with_a_connection_sends_at_once(page: Page):
    page.fill("#said", WORDS)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/rig/sheet/")
    assert said() == [WORDS]
    expect(page.locator("#toasts")).to_contain_text("Kept by the server.")
    expect(page.locator(PILL)).to_have_text("Synced")


def test_the_sheet_closes_and_the_stop_is_done_before_anything_is_sent(sheet: Page, rig: Site):
    go_offline(sheet, rig)
    log(sheet)
    expect(sheet.locator("#log-7")).to_be_hidden()
    expect(sheet.locator("[data-stop='7']")).to_have_class("list-row done")
    expect(sheet.locator("[data-stop-state]")).to_have_text("Waiting to be sent")
    expect(sheet.locator(PILL)).to_have_text("Offline · 1 waiting")
    assert said() == []
    go_online(sheet, rig)
    eventually(said, page=sheet)
    expect(sheet.locator("[data-stop-state]")).to_be_empty()
    expect(sheet.locator(PILL)).to_have_text("Synced")
    assert said() == [WORDS]


def test_three_taps_log_a_visit(sheet: Page):
    taps: list[str] = []
    sheet.expose_function("tapped", lambda what: taps.append(what))
    sheet.evaluate("addEventListener('pointerdown', (event) => tapped(event.target.textContent.trim()), true)")
    sheet.get_by_role("link", name="Tell").tap()
    assert sheet.evaluate("document.activeElement.id") == "said"
    sheet.keyboard.insert_text(WORDS)  # the microphone of the phone's own keyboard is the second tap
    sheet.get_by_role("button", name="Save").tap()
    eventually(said, page=sheet)
    assert len(taps) == 2


def test_a_double_tap_saves_once(sheet: Page):
    sheet.get_by_role("link", name="Tell").click()
    sheet.keyboard.insert_text(WORDS)
    sheet.get_by_role("button", name="Save").evaluate("(button) => { button.click(); button.click(); }")
    eventually(said, page=sheet)
    sheet.wait_for_timeout(500)
    assert said() == [WORDS]


def test_an_answer_that_is_lost_after_the_work_was_done_makes_no_second_one(sheet: Page, rig: Site):
    rig.broken.add("/rig/sync/")
    log(sheet)
    eventually(said, page=sheet)
    expect(sheet.locator(PILL)).to_contain_text("1 waiting")
    rig.broken.clear()
    sheet.evaluate("outbox.flush(true)")
    expect(sheet.locator(PILL)).to_have_text("Synced")
    assert said() == [WORDS]
    assert rig.count("/rig/sync/", "POST") >= 2


def test_two_windows_send_an_item_once(sheet: Page, rig: Site):
    go_offline(sheet, rig)
    log(sheet)
    expect(sheet.locator(PILL)).to_contain_text("1 waiting")
    go_online(sheet, rig)
    second = sheet.context.new_page()
    second.goto("/rig/sheet/")
    eventually(said, page=sheet)
    expect(second.locator(PILL)).to_have_text("Synced")
    assert rig.count("/rig/sync/", "POST") == 1


def test_a_killed_browser_sends_after_its_next_start(rig: Site, own_browser: OwnBrowser, rep):
    page = own_browser.start()
    session = rig.look(lambda: cookies_of(rep, rig))
    own_browser.context.add_cookies(session)
    page.goto(f"{rig.url}/rig/sheet/")
    page.evaluate("shell.ready")
    go_offline(page, rig)
    log(page)
    expect(page.locator(PILL)).to_contain_text("1 waiting")
    own_browser.kill()
    assert said() == []
    rig.wire.mend()
    page = own_browser.start()
    own_browser.context.add_cookies(session)  # the browser writes its cookies down only every half minute
    page.goto(f"{rig.url}/rig/sheet/")
    eventually(said, page=page)
    assert said() == [WORDS]
    expect(page.locator(PILL)).to_have_text("Synced")


def test_a_session_that_has_ended_keeps_the_item_and_asks_to_sign_in(sheet: Page, rig: Site, rep):
    sheet.context.clear_cookies()
    log(sheet)
    expect(sheet.locator("#toasts")).to_contain_text("You have been signed out.")
    expect(sheet.locator(PILL)).to_have_text("Sign in to send 1")
    sheet.context.add_cookies(rig.look(lambda: cookies_of(rep, rig)))
    sheet.evaluate("outbox.flush(true)")
    expect(sheet.locator(PILL)).to_have_text("Synced")
    assert said() == [WORDS]


def test_what_the_server_refuses_needs_the_person_and_can_be_corrected(page: Page, rig: Site):
    page.fill("#said", WORDS)
    page.fill("#count", "three")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-form-errors]")).to_contain_text("Enter a whole number.")
    expect(page.locator("#said")).to_have_value(WORDS)
    expect(page.locator(PILL)).to_have_text("1 need you")
    page.goto("/outbox/")
    expect(page.locator("[data-outbox-list]")).to_contain_text("Enter a whole number.")
    page.get_by_role("button", name="Open and edit").click()
    expect(page.locator("#said")).to_have_value(WORDS)
    page.fill("#count", "3")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/rig/sheet/")
    expect(page.locator(PILL)).to_have_text("Synced")
    assert said() == [WORDS]


def test_somebody_else_neither_sees_nor_sends_it(sheet: Page, rig: Site, rep, teammate):
    go_offline(sheet, rig)
    log(sheet)
    expect(sheet.locator(PILL)).to_contain_text("1 waiting")
    go_online_as(sheet, rig, teammate)
    sheet.goto("/rig/sheet/")
    sheet.evaluate("shell.ready")
    expect(sheet.locator(PILL)).to_have_text("Synced")
    expect(sheet.locator("[data-stop-state]")).to_be_empty()
    assert WORDS not in everything_kept(sheet)
    assert said() == []
    sheet.context.clear_cookies()
    sheet.context.add_cookies(rig.look(lambda: cookies_of(rep, rig)))
    sheet.goto("/rig/sheet/")
    eventually(said, page=sheet)
    assert [user for user, _, _ in received] == [rep.pk]


def go_online_as(page: Page, site: Site, user) -> None:
    """Put the cable back after somebody else has signed in on the same device."""
    page.goto("about:blank")
    page.context.clear_cookies()
    page.context.add_cookies(site.look(lambda: cookies_of(user, site)))
    go_online(page, site)


# --- Nothing unsent is left behind unnoticed, and nothing readable stays ---


def sign_out(page: Page) -> None:
    page.locator("details.menu > summary").click()
    page.locator("[data-sign-out] button").click()


def test_with_nothing_unsent_it_just_happens(sheet: Page):
    sign_out(sheet)
    sheet.wait_for_url("**/account/login/**")
    assert [name for name in sheet.evaluate("caches.keys()") if "pages-" in name or name == "meta"] == []


def test_what_waits_is_sent_first(sheet: Page, rig: Site):
    rig.broken.add("/rig/sync/")
    log(sheet)
    expect(sheet.locator(PILL)).to_contain_text("1 waiting")
    received.clear()
    rig.broken.clear()
    sign_out(sheet)
    sheet.wait_for_url("**/account/login/**")
    assert said() == [WORDS]


def test_what_cannot_be_sent_stays_locked_and_is_sent_after_the_next_sign_in(sheet: Page, rig: Site, rep):
    rig.broken.add("/rig/sync/")
    log(sheet)
    expect(sheet.locator(PILL)).to_contain_text("1 waiting")
    received.clear()
    sign_out(sheet)
    ask = sheet.get_by_role("dialog", name="Something has not been sent yet")
    expect(ask).to_contain_text("The stop")
    ask.get_by_role("button", name="Stay signed in").click()
    sign_out(sheet)
    ask.get_by_role("button", name="Sign out").click()
    sheet.wait_for_url("**/account/login/**")
    received.clear()
    rig.broken.clear()
    rows = sheet.evaluate(
        """() => new Promise((done) => {
          indexedDB.open("crm").onsuccess = (opened) => {
            const tx = opened.target.result.transaction(["outbox", "keys"]);
            tx.objectStore("outbox").getAll().onsuccess = (outbox) =>
              (tx.objectStore("keys").getAll().onsuccess = (keys) =>
                done([outbox.target.result.map((row) => Object.keys(row.box)), keys.target.result.length]));
          };
        })"""
    )
    assert rows == [[["key", "iv", "data"]], 0]
    sheet.context.add_cookies(rig.look(lambda: cookies_of(rep, rig)))
    sheet.goto("/rig/sheet/")
    eventually(said, page=sheet)
    assert said() == [WORDS]


# --- Everything that waits, and what can be done about it ---


@pytest.fixture
def waiting(sheet: Page, rig: Site) -> Page:
    rig.broken.add("/rig/sync/")
    log(sheet)
    expect(sheet.locator(PILL)).to_contain_text("1 waiting")
    received.clear()
    sheet.goto("/outbox/")
    return sheet


def test_it_shows_what_waits_and_sends_it_on_demand(waiting: Page, rig: Site):
    expect(waiting.locator("[data-outbox-list]")).to_contain_text("The stop")
    expect(waiting.locator("[data-outbox-list]")).to_contain_text("waiting to be sent")
    rig.broken.clear()
    waiting.locator("[data-outbox-list]").get_by_role("button", name="Send now").click()
    expect(waiting.locator("[data-outbox-summary]")).to_have_text("Everything has been sent.")
    assert said() == [WORDS]


def test_the_words_can_be_read(waiting: Page):
    waiting.locator("[data-outbox-list]").get_by_role("button", name="Look").click()
    expect(waiting.locator("#item-view")).to_contain_text(f"Said: {WORDS}")


def test_deleting_asks_and_keeps_the_words_for_a_week(waiting: Page):
    waiting.locator("[data-outbox-list]").get_by_role("button", name="Delete").click()
    waiting.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(waiting.locator("[data-outbox-summary]")).to_have_text("Everything has been sent.")
    expect(waiting.locator("[data-past-list]")).to_contain_text("discarded")


# --- Devices that cannot do everything, or have no room left ---

# What a plain http address in the office network, or an old browser inside another app, does not have.
BARE = """
  delete Crypto.prototype.randomUUID; delete Crypto.prototype.subtle;
  delete Navigator.prototype.serviceWorker; delete Navigator.prototype.locks; delete Navigator.prototype.storage;
  delete window.BroadcastChannel; Object.defineProperty(window, "indexedDB", {value: undefined});
"""
# A transaction that finds no room is aborted; localStorage says so at once.
FULL = """() => {
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = function (row) {
    const request = put.call(this, row);
    this.transaction.abort();
    return request;
  };
  Storage.prototype.setItem = () => { throw new DOMException("no room", "QuotaExceededError"); };
}"""


@pytest.fixture
def bare(rig: Site, open_page: Opened, rep) -> Page:
    """The sheet on a device without service worker, database, locks, encryption and randomUUID."""
    page = open_page(None, "/account/login/")
    page.context.add_init_script(BARE)
    page.context.add_cookies(rig.look(lambda: cookies_of(rep, rig)))
    page.goto("/rig/sheet/")
    page.evaluate("outbox.ready")
    assert (
        page.evaluate("[window.indexedDB, navigator.serviceWorker, navigator.locks, crypto.randomUUID, crypto.subtle]")
        == [None] * 5
    )
    return page


def test_without_modern_browser_parts_an_item_waits_and_is_sent_once(bare: Page, rig: Site):
    go_offline(bare, rig)
    log(bare)
    expect(bare.locator(PILL)).to_have_text("Offline · 1 waiting")
    go_online(bare, rig)
    bare.reload()
    eventually(said, page=bare)
    expect(bare.locator(PILL)).to_have_text("Synced")
    assert (said(), rig.count("/rig/sync/", "POST")) == ([WORDS], 1)


def test_without_modern_browser_parts_a_reload_keeps_what_is_typed(bare: Page):
    bare.get_by_role("link", name="Tell").click()
    bare.keyboard.insert_text(WORDS)
    bare.wait_for_timeout(400)
    bare.reload()
    bare.evaluate("drafts.ready")
    bare.get_by_role("link", name="Tell").click()
    expect(bare.locator("#said")).to_have_value(WORDS)


def test_on_a_full_device_a_save_goes_the_plain_way_and_loses_nothing(page: Page, watch: Watch):
    watch.expected += ("The transaction has finished", "aborted")
    page.evaluate(FULL)
    page.fill("#said", WORDS)
    expect(page.locator("#toasts")).to_contain_text("This device has no room left.")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/rig/sheet/")
    assert posted == [WORDS]


def test_on_a_full_device_without_a_connection_the_words_stay_and_can_be_copied(rig: Site, sheet: Page, watch: Watch):
    watch.expected += ("The transaction has finished", "aborted")
    sheet.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sheet.evaluate(FULL)
    go_offline(sheet, rig)
    log(sheet)
    expect(sheet.locator("#toasts")).to_contain_text("This could not be kept on the device.")
    expect(sheet.locator("#said")).to_have_value(WORDS)
    sheet.locator("#toasts").get_by_role("button", name="Copy text").click()
    assert WORDS in sheet.evaluate("navigator.clipboard.readText()")
    assert said() == []


@pytest.mark.parametrize("clock", ["2019-01-01T08:00:00Z", "2031-01-01T08:00:00Z"])
def test_a_clock_that_is_wrong_delays_nothing(sheet: Page, rig: Site, clock: str):
    sheet.clock.set_fixed_time(clock)
    rig.broken.add("/rig/sync/")
    log(sheet)
    eventually(said, page=sheet)
    received.clear()
    rig.broken.clear()
    sheet.clock.set_fixed_time("2026-11-24T08:00:00Z")
    sheet.reload()
    eventually(said, page=sheet)
    expect(sheet.locator(PILL)).to_have_text("Synced")
    assert said() == [WORDS]


def test_a_new_version_of_the_product_takes_nothing_from_a_form(page: Page, rig: Site, monkeypatch):
    page.fill("#said", WORDS)
    monkeypatch.setattr(pwa, "build_version", lambda: "next")
    page.evaluate("navigator.serviceWorker.getRegistration().then((registration) => registration.update())")
    eventually(lambda: "files-next" in page.evaluate("caches.keys()"), page=page)
    expect(page.locator("#said")).to_have_value(WORDS)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/rig/sheet/")
    assert said() == [WORDS]


# --- Pages that are kept, and pages that never are ---


def test_a_kept_page_opens_without_a_connection_and_says_how_old_it_is(sheet: Page, rig: Site):
    eventually(lambda: sheet.evaluate("caches.match('/rig/sheet/').then(Boolean)"), page=sheet)
    go_offline(sheet, rig)
    sheet.goto("/rig/sheet/")
    expect(sheet.locator("h1")).to_have_text("Sheet")
    expect(sheet.locator("#kept-banner")).to_contain_text("As of ")
    log(sheet)
    expect(sheet.locator(PILL)).to_have_text("Offline · 1 waiting")
    sheet.reload()
    expect(sheet.locator("[data-stop-state]")).to_have_text("Waiting to be sent")


def test_a_page_that_is_not_kept_is_replaced_by_one_that_says_so(sheet: Page, rig: Site):
    eventually(lambda: sheet.evaluate("caches.match('/offline/').then(Boolean)"), page=sheet)
    go_offline(sheet, rig)
    sheet.goto("/rig/plain/")
    expect(sheet.locator("h1")).to_have_text("You are offline")


def test_only_the_persons_own_pages_and_no_redirect_are_kept(sheet: Page, rig: Site):
    eventually(lambda: sheet.evaluate("caches.match('/rig/sheet/').then(Boolean)"), page=sheet)
    sheet.context.clear_cookies()
    sheet.goto("/rig/sheet/")
    assert "/account/login/" in sheet.url
    eventually(lambda: not sheet.evaluate("caches.match('/rig/sheet/').then(Boolean)"), page=sheet)
    kept = sheet.evaluate(
        """async () => (await Promise.all((await caches.keys()).map(async (name) =>
            (await (await caches.open(name)).keys()).map((request) => new URL(request.url).pathname)))).flat()"""
    )
    assert not [path for path in kept if path.startswith("/account/")]


def test_the_kill_switch_removes_it(sheet: Page, settings):
    settings.SERVICE_WORKER = False
    sheet.evaluate("navigator.serviceWorker.getRegistration().then((registration) => registration.update())")
    gone = "navigator.serviceWorker.getRegistrations().then((all) => !all.length)"
    eventually(lambda: sheet.evaluate(gone), page=sheet)
    assert sheet.evaluate("caches.keys()") == []


def test_what_is_said_once_is_not_kept(sheet: Page, rig: Site):
    eventually(lambda: sheet.evaluate("caches.match('/rig/sheet/').then(Boolean)"), page=sheet)
    sheet.evaluate(
        """() => { const form = Object.assign(document.createElement("form"), {method: "post", action: "/rig/say/"});
          form.append(document.querySelector("[name=csrfmiddlewaretoken]").cloneNode()); document.body.append(form);
          form.submit(); }"""
    )
    expect(sheet.locator("#toasts")).to_contain_text("Said once.")
    kept = "caches.match('/rig/sheet/').then((page) => page.text())"
    assert "Said once." not in sheet.evaluate(kept)
    sheet.reload()
    sheet.evaluate("outbox.ready")
    expect(sheet.locator("#toasts")).not_to_contain_text("Said once.")
