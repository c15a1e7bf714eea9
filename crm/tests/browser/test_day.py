"""A rep's day from the first stop to tomorrow's plan, on a phone and at a desk: each step leads to the next."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Account, Contact
from accounts.tests.factories import AccountFactory, ContactFactory
from crm.tests.browser.conftest import DESK, PHONE, Opened, Site, eventually, today
from crm.workdays import load_calendar
from followups.models import FollowUp
from pipeline.models import Opportunity
from pipeline.tests.factories import OpportunityFactory
from visits.models import DayPlan, PlanItem, Visit
from visits.tests.factories import DayPlanFactory, PlanItemFactory, VisitFactory

WORDS = "李敏说九月底前要定型，价格还可以谈。"


@pytest.fixture
def li_min(changhong: Account) -> Contact:
    """Who decides at the customer."""
    return ContactFactory(account=changhong, name="李敏", title="采购总监")


@pytest.fixture
def deal(changhong: Account) -> Opportunity:
    """What is being sold there."""
    return OpportunityFactory(account=changhong, name="二期产线")


@pytest.fixture
def stop(site: Site, rep, changhong: Account, li_min: Contact, deal: Opportunity) -> PlanItem:
    """Today's only stop, about the opportunity; a visit ten days ago; three other customers whose turn it is."""
    VisitFactory(account=changhong, user=rep, happened_on=today() - timedelta(days=10), said="约了这次谈定型。")
    AccountFactory.create_batch(3, owner=rep, tier="A", next_contact_on=today())
    plan = DayPlanFactory(user=rep, day=today(), state="APPROVED")
    return PlanItemFactory(plan=plan, account=changhong, contact=li_min, opportunity=deal, goal="定型时间", position=1)


def log_visit(page: Page, stop: PlanItem, li_min: Contact) -> None:
    """Fill in the form of the next stop: what was said, result, promise, next contact, stance, evidence."""
    page.locator(".next-stop").get_by_role("link", name="Log visit").click()
    sheet = page.locator(f"#visit-{stop.pk}")
    sheet.locator("[name=said]").fill(WORDS)
    sheet.get_by_role("radio", name="moved forward").check()
    sheet.get_by_role("radio", name="Tomorrow").check()
    sheet.locator("[name=next_step]").fill("送定型方案")
    sheet.locator("[name=commitment]").fill("给图纸")
    sheet.locator(f"[name=stance-{li_min.pk}]").select_option("SN")
    sheet.locator("[name=evidence]").first.check()
    sheet.get_by_role("button", name="Save").click()


@pytest.mark.journey
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_one_save_moves_everything_and_tomorrow_is_handed_in(
    site: Site, stop: PlanItem, li_min: Contact, deal: Opportunity, open_page: Opened, rep, manager, size
):
    page = open_page(rep, "/today/", size=size)
    card = page.locator(".next-stop")
    expect(card).to_contain_text("长虹精密")
    expect(card).to_contain_text("约了这次谈定型。")
    card.get_by_role("button", name="I am here").click()
    expect(card.locator("span[data-arrived]")).to_contain_text("Arrived")

    log_visit(page, stop, li_min)
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    tomorrow = load_calendar().add_workdays(today(), 1)
    visit = eventually(lambda: site.look(lambda: Visit.objects.filter(plan_item=stop).first()), page=page)
    fresh = site.look(lambda: Account.objects.get(pk=stop.account_id))
    assert (fresh.last_contact_on, fresh.next_contact_on) == (today(), tomorrow)
    assert site.look(lambda: Contact.objects.get(pk=li_min.pk)).stance == "SN"
    assert site.look(lambda: deal.evidence.get()).source_id == visit.pk
    assert site.look(lambda: Opportunity.objects.get(pk=deal.pk)).next_step == "送定型方案"
    promised = site.look(lambda: FollowUp.objects.get(kind="promise"))
    assert (promised.params["text"], promised.recipient_id) == ("给图纸", rep.pk)

    page.goto(f"/accounts/{stop.account_id}/")
    past = page.locator(".timeline:not(.ahead)")
    expect(past).to_contain_text(WORDS)
    expect(past).to_contain_text("李敏: not known → sponsor")

    page.goto("/today/")
    page.get_by_role("button", name="Take over these").click()
    page.wait_for_url("**/plan/**")
    page.get_by_role("button", name="Hand in").click()
    expect(page.locator("#toasts")).to_contain_text("Handed in.")
    plan = site.look(lambda: DayPlan.objects.get(user=rep, day=tomorrow))
    assert (plan.state, site.look(plan.items.count) >= 3) == ("SUBMITTED", True)

    theirs = open_page(manager, "/approvals/", size=size)
    expect(theirs.locator("main")).to_contain_text("陈思远")
