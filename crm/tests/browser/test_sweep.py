"""Sweeping on the phone: one tap a unit, with and without a network, exactly once."""

import pytest
from playwright.sync_api import Page, expect

from accounts.actions.sweeps import create_place
from accounts.models import Knock, SweepPlace, SweepUnit
from accounts.sweeps.sweeping import doors
from crm.tests.browser.conftest import Opened, Site, eventually

pytestmark = pytest.mark.browser


@pytest.fixture
def place(rep) -> SweepPlace:
    """An estate of one building with four flats."""
    return create_place(name="阳光花园", doors=doors(["1"], 2, 2), owner=rep, actor=rep)


@pytest.fixture
def page(open_page: Opened, rep, place) -> Page:
    """The grid on the rep's phone, with everything installed."""
    page = open_page(rep, place.get_absolute_url())
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("shell.ready")
    return page


def tap(page: Page, number: str) -> None:
    """Tap a unit."""
    page.locator(f"[data-door='1-{number}']").click()


def states(place: SweepPlace) -> dict[str, str]:
    """Return what the server knows of each unit somebody was at."""
    units = SweepUnit.objects.filter(place=place).exclude(state="NOT_YET")
    return dict(units.values_list("number", "state"))


def test_one_tap_a_unit_and_the_cell_says_so_at_once(page: Page, place):
    page.get_by_role("radio", name="nobody in").check()
    tap(page, "101")
    tap(page, "102")
    expect(page.locator("[data-door='1-101']")).to_contain_text("nobody in")
    eventually(lambda: states(place) == {"101": "NOBODY", "102": "NOBODY"})
    expect(page.locator("main")).to_contain_text("2 of 4 units covered, 50 %")
    expect(page.locator("#toasts [data-toast]:visible")).to_have_count(1)  # the next doors stay in reach


def test_what_a_tap_notes_stays_chosen_after_an_undo(page: Page, place):
    page.get_by_role("radio", name="nobody in").check()
    tap(page, "101")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    eventually(lambda: states(place) == {})
    expect(page.get_by_role("radio", name="nobody in")).to_be_checked()


def test_taps_without_a_network_are_kept_and_sent_once(page: Page, site: Site, place):
    page.evaluate("outbox.ready")
    site.wire.cut()
    page.context.set_offline(True)
    page.get_by_role("radio", name="wants it").check()
    tap(page, "201")
    tap(page, "202")
    expect(page.locator("[data-door='1-202']")).to_contain_text("wants it")
    assert states(place) == {}
    site.wire.mend()
    page.context.set_offline(False)
    eventually(lambda: states(place) == {"201": "WANTS", "202": "WANTS"})
    page.wait_for_timeout(500)
    assert Knock.objects.count() == 2


def test_a_unit_tells_all_that_is_asked_at_the_door_and_can_be_taken_back(page: Page, place):
    tap(page, "101")
    page.wait_for_url("**/units/*/")
    page.get_by_role("radio", name="wants it").check()
    page.get_by_label("Who was met").fill("王芳")
    page.get_by_label("Renovation").select_option("PAINT")
    page.get_by_text("Who decides sits elsewhere").click()
    page.locator("[name=decider]").fill("李主任")
    page.get_by_label("Where to meet that person").select_option("WORK")
    page.get_by_label("Workplace or address").fill("税务局")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/sweeps/*/?building=1")
    expect(page.locator("main")).to_contain_text("李主任 · 税务局")
    assert SweepUnit.objects.get(place=place, number="101").person == "王芳"
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    eventually(lambda: states(place) == {})
