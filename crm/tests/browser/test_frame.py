"""The frame in a browser: an input method, the palette, the keyboard, messages, both themes small and large."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.models import Account
from accounts.tests.factories import AccountFactory
from crm.tests.browser.conftest import DESK, PHONE, Opened, Site, eventually

SEARCH = "/search/"
SMALL = {"width": 320, "height": 640}


@pytest.fixture
def customers(site: Site, changhong: Account, rep) -> list[Account]:
    """Three customers, the search finds one by 长虹."""
    return [changhong, AccountFactory(name="昆山恒远机械", owner=rep), AccountFactory(name="无锡海纳电子", owner=rep)]


@pytest.fixture
def page(customers: list[Account], open_page: Opened, rep) -> Page:
    """The list of customers on a desk."""
    page = open_page(rep, "/accounts/", size=DESK, service_workers="block")
    page.wait_for_load_state("networkidle")
    return page


def compose(page: Page, *steps: str, chosen: str) -> None:
    """Type as an input method does: letters that are no word yet, then the word."""
    tools = page.context.new_cdp_session(page)
    for text in steps:
        tools.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
        page.wait_for_timeout(200)
    tools.send("Input.insertText", {"text": chosen})


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.textContent.trim() || document.activeElement.tagName")


def test_a_word_typed_in_pinyin_asks_the_server_once(page: Page, site: Site):
    before = site.count(SEARCH)
    page.keyboard.press("Control+k")
    eventually(lambda: page.evaluate("document.activeElement.matches('#palette input')"), page=page)
    compose(page, "c", "ch", "cha", "chang", chosen="长虹")
    expect(page.locator("#palette [role=option]", has_text="长虹")).to_have_count(1)
    assert site.count(SEARCH) - before == 1


def test_the_enter_that_takes_a_candidate_opens_nothing(page: Page):
    page.keyboard.press("/")
    compose(page, "chang", chosen="")
    page.locator("#palette input").dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    expect(page.locator("#palette")).to_be_visible()
    assert page.url.endswith("/accounts/")


def test_enter_opens_what_is_chosen_and_escape_gives_the_focus_back(page: Page, customers: list[Account]):
    link = page.get_by_role("link", name="昆山恒远机械")
    link.focus()
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    assert focused(page) == "昆山恒远机械"
    page.keyboard.press("Control+k")
    page.keyboard.type("无锡海纳")
    page.locator("#palette [role=option]", has_text="无锡海纳电子").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/accounts/{customers[2].pk}/")


def test_rows_are_walked_by_letters_and_pages_reached_by_two(page: Page):
    page.keyboard.press("j")
    first = focused(page)
    page.keyboard.press("j")
    assert focused(page) != first
    page.keyboard.press("k")
    assert focused(page) == first
    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_url("**/today/")


@pytest.mark.parametrize(
    ("keys", "address"),
    [("n", "/visits/new/"), ("o", "/opportunities/new/"), ("g t", "/today/"), ("g c", "/accounts/")],
)
def test_a_letter_does_from_every_page_what_the_help_says(page: Page, keys: str, address: str):
    page.goto("/me/")
    for key in keys.split():
        page.keyboard.press(key)
    page.wait_for_url(f"**{address}")


def test_a_letter_typed_with_an_input_method_or_into_a_field_is_text(page: Page):
    page.goto("/search/")
    page.locator("#search-q").focus()
    page.keyboard.type("no?/")
    page.locator("body").dispatch_event("keydown", {"key": "n", "isComposing": True})
    assert page.locator("#search-q").input_value() == "no?/"
    assert page.url.endswith("/search/")


def test_the_help_names_only_what_the_person_may_and_gives_the_focus_back(page: Page, open_page: Opened, admin):
    link = page.get_by_role("link", name="昆山恒远机械")
    link.focus()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_contain_text("Log a visit")
    page.keyboard.press("Escape")
    assert focused(page) == "昆山恒远机械"

    theirs = open_page(admin, "/me/", size=DESK, service_workers="block")
    theirs.keyboard.press("?")
    expect(theirs.locator("#keys")).to_be_visible()
    expect(theirs.locator("#keys")).not_to_contain_text("Log a visit")


def test_nothing_in_focus_hides_under_a_bar(page: Page):
    page.set_viewport_size({"width": 390, "height": 500})
    page.goto("/visits/new/")
    hidden = page.evaluate(
        """() => [...document.querySelectorAll("main a, main button, main input, main select, main textarea")]
            .filter((each) => each.offsetParent)
            .filter((each) => {
                each.focus();
                if (document.activeElement !== each || each.closest(".savebar")) return false;
                const { top, bottom } = each.getBoundingClientRect();
                return bottom > document.querySelector(".savebar").getBoundingClientRect().top + 1
                    || top < document.querySelector(".top").getBoundingClientRect().bottom - 1;
            })
            .map((each) => each.outerHTML.slice(0, 80))"""
    )
    assert hidden == []


def test_letters_do_nothing_while_typing_or_when_switched_off(customers, open_page: Opened, site: Site, rep):
    site.look(lambda: type(rep).objects.filter(pk=rep.pk).update(single_keys=False))
    page = open_page(rep, "/accounts/", size=DESK, service_workers="block")
    page.keyboard.press("j")
    page.keyboard.press("?")
    assert page.evaluate("document.activeElement.tagName") == "BODY"
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()


def test_a_message_stays_while_it_has_the_focus_and_says_itself(page: Page):
    page.clock.install()
    page.evaluate("crm.toast('Moved.', { action: { label: 'Undo', onClick: () => {} } })")
    toast = page.get_by_role("status").filter(has_text="Moved.")
    toast.get_by_role("button", name="Undo").focus()
    page.clock.run_for(30_000)
    expect(toast).to_be_visible()
    page.evaluate("document.activeElement.blur()")
    page.clock.run_for(9_000)
    expect(page.get_by_text("Moved.")).to_have_count(0)


def test_a_form_is_sent_once_however_often_it_is_tapped(page: Page, site: Site):
    page.goto("/me/")
    page.evaluate(
        "const form = document.querySelector('main form[method=post]'); form.requestSubmit(); form.requestSubmit()"
    )
    page.wait_for_load_state("networkidle")
    assert site.count("/me/", "POST") == 1


def test_the_menu_closes_on_escape_and_outside(page: Page):
    menu = page.locator(".top details.menu")
    menu.locator("summary").click()
    expect(menu).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [SMALL, DESK], ids=["small", "desk"])
def test_nothing_runs_off_the_side_and_axe_finds_nothing(
    customers, open_page: Opened, site: Site, rep, theme: str, size
):
    site.look(lambda: type(rep).objects.filter(pk=rep.pk).update(theme=theme))
    page = open_page(rep, "/accounts/", size=size, service_workers="block", bypass_csp=True)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert Axe().run(page).response["violations"] == []


def test_sign_in_is_right_in_the_theme_of_the_cookie(site: Site, open_page: Opened):
    page = open_page(None, "/account/login/", size=PHONE, bypass_csp=True)
    page.context.add_cookies([{"name": "theme", "value": "dark", "url": site.url}])
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 21, 28)"
    assert Axe().run(page).response["violations"] == []


def test_the_open_tab_of_a_long_row_is_in_sight_on_a_phone(changhong: Account, open_page: Opened, rep):
    page = open_page(rep, f"/accounts/{changhong.pk}/history/", size=PHONE, service_workers="block")
    expect(page.locator(".tabs [aria-current]")).to_be_in_viewport(ratio=1)
