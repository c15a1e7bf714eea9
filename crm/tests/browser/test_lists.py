"""A list at a desk: a cell corrected from the keyboard, many customers changed and taken back, a view kept, a file."""

import io
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from accounts.models import Account
from accounts.tests.factories import AccountFactory
from crm.models import Job
from crm.tests.browser.conftest import DESK, Opened, Site, eventually
from teams.models import SavedView


@pytest.fixture
def customers(site: Site, rep) -> list[Account]:
    """Three customers of Chen Siyuan, in the order the list shows them."""
    rows = [("Anhui Hengyuan", "昆山"), ("Borui", "苏州"), ("Changhong", "无锡")]
    return [AccountFactory(owner=rep, name=name, city=city, phone="0512-1") for name, city in rows]


def fresh(site: Site, account: Account) -> Account:
    return site.look(lambda: Account.objects.get(pk=account.pk))


def test_a_cell_is_corrected_with_the_keyboard_alone(site: Site, customers, open_page: Opened, rep):
    page = open_page(rep, "/accounts/?col=phone&col=place", size=DESK)
    page.keyboard.press("j")
    page.keyboard.press("F2")
    field = page.locator(".cell-open").get_by_label("Phone")
    expect(field).to_be_focused()

    field.fill("0512-7")
    page.keyboard.press("Escape")
    expect(page.locator(".cell-open")).to_have_count(0)
    assert fresh(site, customers[0]).phone == "0512-1"

    page.keyboard.press("Enter")
    field.fill("0512-7042")
    page.keyboard.press("Tab")
    expect(page.locator(".cell-open").get_by_label("Province")).to_be_focused()
    assert fresh(site, customers[0]).phone == "0512-7042"
    page.locator(".cell-open").get_by_label("City").fill("太仓")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr").first).to_contain_text("太仓")
    assert fresh(site, customers[0]).city == "太仓"
    expect(page.locator(".cell-open")).to_have_count(0)

    page.keyboard.press("Control+z")
    expect(page.locator("tbody tr").first).to_contain_text("昆山")


def test_two_clicks_open_a_cell_and_one_opens_the_customer(site: Site, customers, open_page: Opened, rep):
    page = open_page(rep, "/accounts/?col=place&col=owner", size=DESK)
    cell = page.locator("tbody tr").nth(1).locator("td").nth(2)
    cell.dblclick(position={"x": 4, "y": 4})
    expect(page.locator(".cell-open").get_by_label("City")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".cell-open")).to_have_count(0)
    cell.click(position={"x": 4, "y": 4})
    page.wait_for_url(f"**/accounts/{customers[1].pk}/")


def test_somebody_elses_value_is_shown_before_it_is_written_over(site: Site, customers, open_page: Opened, rep):
    page = open_page(rep, "/accounts/?col=phone", size=DESK)
    page.keyboard.press("j")
    page.keyboard.press("e")
    field = page.locator(".cell-open").get_by_label("Phone")
    field.fill("2")
    site.look(lambda: Account.objects.filter(pk=customers[0].pk).update(phone="3", version=2))
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="wrote “3” here meanwhile")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("tbody tr").first).to_contain_text("3")
    assert fresh(site, customers[0]).phone == "3"


def test_many_are_changed_after_a_look_and_taken_back(site: Site, customers, open_page: Opened, rep):
    page = open_page(rep, "/accounts/", size=DESK)
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-select-count]")).to_have_text("2 selected")
    page.get_by_role("button", name="Change facts").click()

    page.locator("main [name=city]").fill("太仓")
    page.get_by_role("button", name="Show what changes").click()
    expect(page.locator("h1")).to_have_text("Change 2 customers?")
    expect(page.locator("main")).to_contain_text("昆山 → 太仓")
    page.get_by_role("button", name="Change them").click()

    expect(page.locator("#toasts")).to_contain_text("2 customers changed")
    assert [fresh(site, each).city for each in customers] == ["太仓", "太仓", "无锡"]
    page.keyboard.press("Control+z")
    expect(page.locator("#toasts")).to_contain_text("Taken back.")
    assert [fresh(site, each).city for each in customers] == ["昆山", "苏州", "无锡"]


def test_a_view_with_its_columns_is_kept_and_handed_out(site: Site, customers, open_page: Opened, rep):
    page = open_page(rep, "/accounts/?city=苏州", size=DESK)
    page.get_by_text("Columns", exact=True).click()
    page.get_by_label("Phone", exact=True).check()
    page.get_by_role("button", name="Move Owner to the left").click()
    page.get_by_role("button", name="Show", exact=True).last.click()
    expect(page.locator("thead")).to_contain_text("Phone")

    page.get_by_role("link", name="Save this view").click()
    page.get_by_label("Name of the view").fill("苏州的电话")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="苏州的电话")).to_have_attribute("aria-current", "page")
    query = site.look(lambda: SavedView.objects.get().query)
    assert re.findall(r"col=(\w+)", query) == ["tier", "owner", "industry", "last", "next", "turnover", "phone"]

    page.get_by_text("Download", exact=True).click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Excel (.xlsx)").click()
    rows = list(load_workbook(io.BytesIO(waiting.value.path().read_bytes())).active.iter_rows(values_only=True))
    assert rows[0][:3] == ("Name", "Tier", "Owner")
    assert [row[0] for row in rows[1:]] == ["Borui"]


def test_chosen_rows_are_copied_as_cells(site: Site, customers, open_page: Opened, rep):
    page = open_page(rep, "/accounts/?col=phone&col=place", size=DESK)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.url)
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("Control+c")
    expect(page.locator("#toasts")).to_contain_text("Copied.")
    copied = eventually(lambda: page.evaluate("navigator.clipboard.readText()"), page=page)
    assert copied == "Anhui Hengyuan\t0512-1\t昆山"


def faults(page: Page) -> list[str]:
    """Return what axe finds, and whether the page must be scrolled sideways on a narrow phone."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    told = [f"{each['id']} at {each['nodes'][0]['target'][0]}" for each in found]
    size = page.viewport_size
    page.set_viewport_size({"width": 320, "height": 700})
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    page.set_viewport_size(size)
    return told + ([f"{wide} px sideways"] if wide > 0 else [])


def test_what_opens_is_whole_and_readable(site: Site, customers, open_page: Opened, rep):
    site.look(lambda: SavedView.objects.create(owner=rep, page="accounts:list", name="苏州", query="city=苏州"))
    page = open_page(rep, "/accounts/?col=phone&col=potential&col=turnover", size=DESK)
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("F2")
    expect(page.locator(".cell-open")).to_be_visible()
    assert faults(page) == []
    page.get_by_text("Columns", exact=True).click()
    assert faults(page) == []

    page.get_by_role("button", name="Change facts").click()
    page.locator("main [name=city]").fill("太仓")
    assert faults(page) == []
    page.get_by_role("button", name="Show what changes").click()
    expect(page.locator("h1")).to_have_text("Change 1 customer?")
    assert faults(page) == []
    page.goto("/views/")
    assert faults(page) == []

    result = {"text": "12,345 rows", "url": "/files/x/", "undo": None}
    job = {"kind": "teams.export_list", "title": "Download: Customers", "params": {"list": "accounts:list"}}
    done = site.look(lambda: Job.objects.create(owner=rep, state="DONE", result=result, **job))
    page.goto(f"/lists/work/{done.pk}/")
    expect(page.get_by_role("link", name="Download the file")).to_have_attribute("href", "/files/x/")
    assert faults(page) == []
