"""What is typed survives a reload, a killed browser, another window, and another person."""

import pytest
from playwright.sync_api import Page, expect

from crm.tests.browser.conftest import Opened, OwnBrowser, Site, cookies_of
from crm.tests.browser.rig import posted

WORDS = "李敏说九月底前要定型,价格还可以谈。"


@pytest.fixture
def page(rig: Site, open_page: Opened, rep) -> Page:
    """A note, open in the rep's browser."""
    page = open_page(rep, "/rig/note/")
    page.evaluate("drafts.ready")
    return page


def draft_of(page: Page) -> str:
    """Return what the device has kept of the form on the page."""
    return page.evaluate(
        """async () => {
          const [row] = (await device.rowsOf("drafts", outbox.user)).filter((each) => each.state === "open");
          return row ? (await device.unseal(outbox.user, row.box)).values.said?.[0] : "";
        }"""
    )


def test_what_is_typed_is_kept_within_400_ms(page: Page):
    page.fill("#said", WORDS)
    page.wait_for_timeout(400)
    assert draft_of(page) == WORDS


def test_a_reload_while_typing_keeps_everything(page: Page):
    page.locator("#said").press_sequentially("abc def")
    page.check("[value=SAME]", force=True)
    page.reload()
    expect(page.locator("#said")).to_have_value("abc def")
    expect(page.locator("[value=SAME]")).to_be_checked()
    expect(page.locator("[data-draft-notice]")).to_contain_text("Restored draft from")


def test_the_caret_stands_where_it_stood(page: Page):
    page.fill("#said", "first second")
    page.evaluate("document.getElementById('said').setSelectionRange(5, 5)")
    page.locator("#said").press_sequentially("!")
    page.reload()
    expect(page.locator("#said")).to_have_value("first! second")
    assert page.evaluate("document.getElementById('said').selectionStart") == 6


def test_discarding_gives_the_empty_form_back_and_keeps_the_words_for_a_week(page: Page):
    page.fill("#said", WORDS)
    page.wait_for_timeout(400)
    page.reload()
    page.get_by_role("button", name="Discard").click()
    expect(page.locator("#said")).to_have_value("")
    page.reload()
    expect(page.locator("#said")).to_have_value("")
    page.goto("/outbox/")
    expect(page.locator("[data-past-list]")).to_contain_text("discarded")


def test_a_password_is_never_kept(page: Page):
    page.fill("#secret", "hunter2hunter2")
    page.fill("#said", "x")
    page.wait_for_timeout(400)
    kept = page.evaluate(
        """async () => {
          const [row] = await device.rowsOf("drafts", outbox.user);
          return JSON.stringify(await device.unseal(outbox.user, row.box));
        }"""
    )
    assert "hunter2" not in kept
    assert "csrf" not in kept


def test_a_word_being_composed_is_not_disturbed(page: Page):
    page.focus("#said")
    typing = page.context.new_cdp_session(page)
    for text in ("c", "ch", "chang"):
        typing.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
        page.wait_for_timeout(200)
    typing.send("Input.insertText", {"text": "长虹"})
    expect(page.locator("#said")).to_have_value("长虹")
    page.wait_for_timeout(400)
    assert draft_of(page) == "长虹"


def test_two_windows_keep_a_draft_each(page: Page):
    page.fill("#said", "from the first window")
    page.wait_for_timeout(400)
    second = page.context.new_page()
    second.goto("/rig/note/")
    expect(second.locator("[data-draft-notice]")).to_contain_text("open in another window")
    second.fill("#said", "from the second window")
    second.wait_for_timeout(400)
    page.locator("#said").press_sequentially(", and more")
    page.wait_for_timeout(400)
    kept = page.evaluate(
        """async () => {
          const rows = await device.rowsOf("drafts", outbox.user);
          return Promise.all(rows.map(async (row) => (await device.unseal(outbox.user, row.box)).values.said[0]));
        }"""
    )
    assert set(kept) >= {"from the second window"}
    assert any("from the first window" in text for text in kept)


def test_a_killed_browser_gives_the_text_back(rig: Site, own_browser: OwnBrowser, rep):
    page = own_browser.start()
    own_browser.context.add_cookies(rig.look(lambda: cookies_of(rep, rig)))
    page.goto(f"{rig.url}/rig/note/")
    page.evaluate("drafts.ready")
    page.fill("#said", WORDS)
    page.wait_for_timeout(400)
    own_browser.kill()
    page = own_browser.start()
    own_browser.context.add_cookies(rig.look(lambda: cookies_of(rep, rig)))
    page.goto(f"{rig.url}/rig/note/")
    expect(page.locator("#said")).to_have_value(WORDS)


def test_nobody_else_is_given_the_draft(page: Page, rig: Site, teammate):
    page.evaluate("outbox.ready.then(() => shell.ready)")
    page.fill("#said", WORDS)
    page.wait_for_timeout(400)
    page.context.clear_cookies()
    page.context.add_cookies(rig.look(lambda: cookies_of(teammate, rig)))
    page.goto("/rig/note/")
    page.evaluate("drafts.ready")
    expect(page.locator("#said")).to_have_value("")
    everything = page.evaluate(
        """async () => JSON.stringify([await device.all("drafts"), await device.all("keys"), {...localStorage}])"""
    )
    assert WORDS not in everything
    page.goto("/outbox/")
    page.evaluate("drafts.ready")
    expect(page.locator("[data-draft-list]")).to_be_empty()


# --- A form that is posted as forms are has a draft too ---


@pytest.fixture
def plain(rig: Site, open_page: Opened, rep) -> Page:
    """A form that is posted."""
    plain = open_page(rep, "/rig/plain/")
    plain.evaluate("drafts.ready")
    return plain


def test_what_was_posted_is_not_offered_again(plain: Page):
    plain.fill("#said", "right")
    plain.get_by_role("button", name="Post").click()
    plain.wait_for_url("**/rig/note/")
    assert posted == ["right"]
    plain.goto("/rig/plain/")
    plain.evaluate("drafts.ready")
    expect(plain.locator("#said")).to_have_value("")


def test_a_refused_form_stays_a_draft(plain: Page):
    plain.fill("#said", "wrong")
    plain.wait_for_timeout(400)  # what is older is never lost
    plain.get_by_role("button", name="Post").click()
    expect(plain.locator("#said")).to_have_value("wrong")
    plain.goto("/rig/note/")
    plain.goto("/rig/plain/")
    expect(plain.locator("#said")).to_have_value("wrong")


def test_a_session_that_ended_meanwhile_loses_nothing(plain: Page, rig: Site, rep):
    plain.fill("#said", "typed for long")
    plain.context.clear_cookies()
    plain.get_by_role("button", name="Post").click()
    plain.wait_for_load_state()
    plain.context.add_cookies(rig.look(lambda: cookies_of(rep, rig)))
    plain.goto("/rig/plain/")
    expect(plain.locator("#said")).to_have_value("typed for long")
