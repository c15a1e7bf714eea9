"""Paper: black on white whatever the theme, tables as tables, what is folded unfolded, nothing to press."""

import pytest
from playwright.sync_api import Page

from accounts.models import Account
from accounts.tests.factories import AccountPlanFactory, AccountRiskFactory, PlanRowFactory
from crm.tests.browser.conftest import Opened, Site
from pipeline.tests.factories import EvidenceFactory, OpportunityFactory
from visits.tests.factories import VisitFactory

# A sheet of A4 between its margins.
SHEET = {"width": 703, "height": 1000}


@pytest.fixture
def sheet(site: Site, open_page: Opened, rep) -> Page:
    """A page on paper, of somebody whose device is dark."""
    page = open_page(rep, "/offline/", size=SHEET, service_workers="block", color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    return page


def style(page: Page, selector: str, name: str) -> str:
    return page.eval_on_selector(selector, f"each => getComputedStyle(each).{name}")


def pressed(page: Page) -> list[str]:
    """Return what can still be pressed on paper."""
    return page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, textarea, .btn, .chip-link, nav, summary.btn")]
            .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height > 1)
            .map((each) => each.outerHTML.slice(0, 60))"""
    )


def test_a_list_is_a_table_on_paper(sheet: Page, site: Site, changhong: Account, rep):
    site.look(lambda: VisitFactory(account=changhong, user=rep, said="确认了验收标准。"))
    sheet.goto("/visits/")
    assert style(sheet, "main tbody tr", "display") == "table-row"
    assert style(sheet, "main thead", "display") == "table-header-group"
    assert pressed(sheet) == []


def test_colours_are_those_of_paper_and_the_foot_says_who_printed_it(sheet: Page, site: Site, changhong: Account, rep):
    sheet.goto(f"/accounts/{changhong.pk}/")
    assert style(sheet, "body", "backgroundColor") == "rgb(255, 255, 255)"
    assert style(sheet, "main h1", "color") == "rgb(0, 0, 0)"
    assert str(rep) in sheet.locator(".print-foot").inner_text()
    assert f"/accounts/{changhong.pk}/" in sheet.locator(".print-foot").inner_text()
    assert pressed(sheet) == []


def test_what_is_folded_on_the_screen_is_open_on_paper(sheet: Page, site: Site, changhong: Account, rep):
    deal = site.look(lambda: OpportunityFactory(account=changhong, owner=rep))
    asked = site.look(lambda: deal.pipeline.steps.last().criteria.first())
    site.look(lambda: EvidenceFactory(opportunity=deal, criterion=asked, text="立项通知 2026-11"))
    sheet.goto(f"/opportunities/{deal.pk}/")
    assert sheet.get_by_text("立项通知 2026-11").first.is_visible()
    assert len(sheet.pdf(format="A4")) > 10_000


def test_an_account_plan_is_a_table_on_a_wide_sheet_with_lines_to_sign(
    sheet: Page, site: Site, changhong: Account, rep
):
    plan = site.look(lambda: AccountPlanFactory(account=changhong))
    site.look(lambda: PlanRowFactory(plan=plan, strategy="由技术部带入二厂", standard="停机率低于 0.5%"))
    site.look(lambda: AccountRiskFactory(account=changhong))
    sheet.set_viewport_size({"width": 1030, "height": 700})
    sheet.goto(f"/accounts/{changhong.pk}/plan/?year=2026")
    # One sheet beside another: a foot of another format would stand on a sheet of its own.
    assert [style(sheet, part, "page") for part in ("main", ".print-foot")] == ["wide", "wide"]
    assert b"/MediaBox [0 0 594" not in sheet.pdf(format="A4", prefer_css_page_size=True)
    assert "?year=2026" in sheet.locator(".print-foot").inner_text()
    assert style(sheet, ".plan-rows tbody tr", "display") == "table-row"
    assert sheet.get_by_text("停机率低于 0.5%").is_visible()
    assert sheet.locator(".print-sign > *").count() == 3
    assert sheet.locator(".print-sign").is_visible()
    assert sheet.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert pressed(sheet) == []
