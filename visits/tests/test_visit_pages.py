"""Logging a visit on the page, the list, one visit, correcting and deleting it."""

import io
import uuid
from datetime import date

import pytest
import time_machine
from openpyxl import load_workbook

from accounts.choices import Stance
from accounts.tests.factories import AccountFactory, ContactFactory
from followups.models import FollowUp
from pipeline.models import Evidence
from pipeline.tests.factories import OpportunityFactory
from visits.choices import ItemState
from visits.models import Visit
from visits.tests.factories import PlanItemFactory, VisitFactory

TODAY = date(2026, 11, 24)
LIST_QUERIES = 12
PAGE_QUERIES = 10


@pytest.fixture(autouse=True)
def _on_tuesday_morning():
    with time_machine.travel("2026-11-24T02:40:00Z", tick=False):
        yield


@pytest.fixture
def browser(client_for, rep):
    """Chen Siyuan's browser."""
    return client_for(rep)


@pytest.fixture
def li_min(changhong):
    """Li Min buys at Changhong."""
    return ContactFactory(account=changhong, name="李敏", title="采购经理")


def form(account, **fields):
    return {"client_id": str(uuid.uuid4()), "account": account.pk, "happened_on": "2026-11-24"} | fields


# --- the form ---------------------------------------------------------------------------------------------------------
def test_the_form_of_a_stop_knows_customer_person_and_opportunity(browser, rep, changhong, li_min):
    line_two = OpportunityFactory(account=changhong, name="二期扩容")
    item = PlanItemFactory(
        plan__user=rep, plan__day=TODAY, account=changhong, contact=li_min, opportunity=line_two, purpose="ORDER"
    )

    page = browser.get("/visits/new/", {"item": item.pk})

    html = page.content.decode()
    sheet = page.context["sheet"]
    assert (sheet.customer.account, sheet.values["opportunity"], sheet.values["purpose"]) == (
        changhong,
        str(line_two.pk),
        "ORDER",
    )
    assert [(person.name, person.is_met) for person in sheet.people] == [("李敏 采购经理", True)]
    assert str(line_two.our_step.criteria.first()) in html
    assert 'name="result" value="FORWARD"><span>' in html  # offered, and never chosen by itself
    assert "checked" not in html.split('name="result"')[1].split("</fieldset>")[0]


def test_the_form_opens_for_a_customer_and_an_opportunity(browser, changhong):
    line_two = OpportunityFactory(account=changhong)

    sheet = browser.get("/visits/new/", {"account": changhong.pk, "opportunity": line_two.pk}).context["sheet"]

    assert (sheet.customer.account, sheet.values["opportunity"]) == (changhong, str(line_two.pk))


def test_the_stops_of_the_day_and_who_was_met_last_are_one_tap_away(browser, rep, changhong):
    stop = PlanItemFactory(plan__user=rep, plan__day=TODAY, account=AccountFactory(owner=rep, short_name="今日站"))
    days = {"七": None} | {name: date(2026, 11, day) for day, name in enumerate("一二三四五六", start=1)}
    for name, day in days.items():
        AccountFactory(owner=rep, short_name=name, last_contact_on=day)

    page = browser.get("/visits/new/").context["page"]

    assert [(name, item) for _pk, name, item in page.quick] == [("今日站", stop.pk)] + [
        (name, None) for name in "六五四三二"
    ]


def test_foreign_customers_and_stops_are_not_offered(browser, outsider, teammate):
    foreign = AccountFactory(owner=outsider, name="孙磊的客户")
    theirs = PlanItemFactory(plan__user=teammate, plan__day=TODAY)

    for query in ({"account": foreign.pk}, {"item": theirs.pk}, {"account": "x"}, {"item": "9" * 30}):
        assert browser.get("/visits/new/", query).context["sheet"].customer is None
    assert "孙磊的客户" not in browser.get("/visits/new/", {"q": "孙磊"}).content.decode()


def test_a_save_answers_with_the_visit_and_the_way_back(browser, changhong):
    response = browser.post("/visits/new/", form(changhong, said="聊了预算", result="FORWARD"), follow=True)

    visit = Visit.objects.get()
    assert response.redirect_chain == [(f"/visits/{visit.pk}/", 302)]
    html = response.content.decode()
    assert "Saved." in html
    assert "data-undo" in html


def test_from_today_a_save_goes_back_to_today(browser, changhong):
    assert browser.post("/visits/new/", form(changhong, next="/today/")).url == "/today/"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "today"])
def test_a_save_never_leads_out_of_the_product(browser, changhong, target):
    assert browser.post("/visits/new/", form(changhong, next=target)).url.startswith("/visits/")


def test_the_whole_form_as_a_browser_without_a_script_sends_it(browser, rep, changhong, li_min):
    line_two = OpportunityFactory(account=changhong)
    criterion = line_two.our_step.criteria.filter(track="OURS").first()
    item = PlanItemFactory(plan__user=rep, plan__day=TODAY, account=changhong)

    browser.post(
        "/visits/new/",
        form(
            changhong,
            plan_item=item.pk,
            opportunity=line_two.pk,
            met=[li_min.pk],
            new_name=["周颖", ""],
            new_title=["工程师", ""],
            next_choice="tomorrow",
            next_step="报价",
            commitment="给布局图",
            goal_reached="no",
            evidence=[f"{line_two.pk}:{criterion.pk}"],
            **{f"stance-{li_min.pk}": "SP", f"evidence_text-{line_two.pk}-{criterion.pk}": "李敏说的"},
        ),
    )

    visit = Visit.objects.get()
    item.refresh_from_db()
    li_min.refresh_from_db()
    assert (visit.next_on, visit.goal_reached, item.state) == (date(2026, 11, 25), False, ItemState.DONE)
    assert li_min.stance == Stance.SUPPORTER
    assert Evidence.objects.get().text == "李敏说的"
    assert sorted(visit.contacts.values_list("name", flat=True)) == ["周颖", "李敏"]
    assert FollowUp.objects.get(kind="promise").params["text"] == "给布局图"


def test_ticked_evidence_names_its_opportunity(browser, changhong):
    line_two = OpportunityFactory(account=changhong)
    criterion = line_two.our_step.criteria.filter(track="OURS").first()

    browser.post("/visits/new/", form(changhong, evidence=[f"{line_two.pk}:{criterion.pk}"]))

    assert Visit.objects.get().opportunity == line_two


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"happened_on": "2026-11-25"}, "The visit lies in the future"),
        ({"account": "999999"}, "does not exist, or is not yours to see"),
        ({"account": ""}, "Choose the customer."),
        ({"next_choice": "date"}, "Choose the day of the next contact."),
        ({"next_on": "2026-11-20"}, "must not lie before the visit"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_keeps_what_was_typed(browser, changhong, fields, words):
    typed = form(changhong, said="样品测试通过，担心交期", commitment="给布局图", new_name=["周颖"]) | fields

    response = browser.post("/visits/new/", typed)

    html = response.content.decode()
    assert response.status_code == 422
    assert words in html
    assert "<title>Error:" in html
    assert "样品测试通过，担心交期" in html
    assert 'value="给布局图"' in html
    assert 'value="周颖"' in html
    assert not Visit.objects.exists()


def test_somebody_elses_stop_is_refused_in_words(browser, teammate, changhong):
    theirs = PlanItemFactory(plan__user=teammate, plan__day=TODAY)

    response = browser.post("/visits/new/", form(changhong, plan_item=theirs.pk, said="聊了预算"))

    assert "somebody else&#x27;s plan" in response.content.decode()
    assert "聊了预算" in response.content.decode()


def test_showing_the_people_of_the_chosen_customer_keeps_what_was_typed(browser, changhong, li_min):
    response = browser.post("/visits/new/", form(changhong, said="聊了预算", choose="1"))

    html = response.content.decode()
    assert response.status_code == 200
    assert "李敏 采购经理" in html
    assert "聊了预算" in html
    assert not Visit.objects.exists()


def test_sending_the_form_twice_makes_one_visit(browser, changhong):
    twice = form(changhong)

    addresses = {browser.post("/visits/new/", twice).url for _ in range(2)}

    assert len(addresses) == Visit.objects.count() == 1


def test_what_a_device_keeps_is_the_persons_own(browser, rep, outsider, changhong, li_min):
    line_two = OpportunityFactory(account=changhong, name="二期扩容")
    AccountFactory(owner=outsider, name="孙磊的客户")

    data = browser.get("/visits/offline-data/").json()

    [account] = data["accounts"]
    assert (data["today"], data["tomorrow"]) == ("2026-11-24", "2026-11-25")
    assert (account["id"], account["name"]) == (changhong.pk, "长虹精密")
    assert "zhjm" in account["search"]
    assert [person["name"] for person in account["contacts"]] == ["李敏"]
    [chance] = account["opportunities"]
    assert (chance["id"], chance["name"]) == (line_two.pk, "二期扩容")
    assert len(chance["criteria"]) > 0


# --- the list ---------------------------------------------------------------------------------------------------------
def test_the_list_is_filtered_by_everything_it_offers(browser, rep, manager, teammate, changhong, client_for):
    good = VisitFactory(
        account=changhong, said="样品测试", result="FORWARD", goal_reached=True, purpose="ORDER", kind="CALL"
    )
    other = VisitFactory(account=AccountFactory(owner=rep, name="无锡华润微"), happened_on=date(2026, 10, 1))
    theirs = VisitFactory(account=AccountFactory(owner=teammate), user=teammate)
    browser = client_for(manager)

    def found(**query):
        return {visit.pk for visit in browser.get("/visits/", query).context["page"].items}

    assert found() == {good.pk, other.pk, theirs.pk}
    assert found(q="样品") == {good.pk}
    assert found(q="chjm") == {good.pk}
    assert found(person=teammate.pk) == {theirs.pk}
    assert found(team=rep.team_id) == {good.pk, other.pk, theirs.pk}
    assert found(first="2026-11-01", last="2026-11-30") == {good.pk, theirs.pk}
    assert found(kind="CALL") == {good.pk}
    assert found(purpose="ORDER") == {good.pk}
    assert found(result="FORWARD") == {good.pk}
    assert found(result="none") == {other.pk, theirs.pk}
    assert found(effective="yes") == {good.pk}
    assert found(effective="no") == {other.pk, theirs.pk}
    assert found(account=changhong.pk) == {good.pk}


def test_nobody_sees_visits_of_customers_that_are_not_his(client_for, outsider, compliance, changhong):
    VisitFactory(account=changhong)

    for user in (outsider, compliance):
        assert client_for(user).get("/visits/").context["page"].items == []


def test_an_empty_list_says_what_appears_there_and_a_filtered_one_how_to_clear_it(browser):
    assert "No visit yet" in browser.get("/visits/").content.decode()
    assert "Clear filters" in browser.get("/visits/", {"kind": "CALL"}).content.decode()


def test_the_export_holds_what_the_list_shows(browser, changhong, li_min):
    visit = VisitFactory(account=changhong, said="=1+1", goal_reached=True, happened_on=date(2026, 11, 20))
    visit.contacts.add(li_min)
    VisitFactory(account=changhong, kind="CALL")

    response = browser.get("/visits/export/", {"kind": "VISIT", "col": ["person", "met", "effective", "said"]})

    rows = list(load_workbook(io.BytesIO(response.content)).active.values)
    assert len(rows) == 2
    assert rows[0] == ("Customer", "Person", "Met", "Effective visit", "What was said")
    row = dict(zip(rows[0], rows[1], strict=True))
    assert (row["Customer"], row["Person"], row["Met"], row["Effective visit"]) == (
        "苏州长虹精密科技有限公司",
        "陈思远",
        "李敏 采购经理",
        "yes",
    )
    assert row["What was said"].endswith("=1+1")


def test_the_list_costs_the_same_with_one_row_and_with_three(browser, changhong, li_min, django_assert_num_queries):
    VisitFactory(account=changhong).contacts.add(li_min)
    browser.get("/visits/")
    with django_assert_num_queries(LIST_QUERIES):
        browser.get("/visits/")
    for _ in range(2):
        VisitFactory(account=changhong).contacts.add(li_min)
    with django_assert_num_queries(LIST_QUERIES):
        browser.get("/visits/")


# --- one visit --------------------------------------------------------------------------------------------------------
def test_a_visit_shows_what_was_told_and_what_followed(browser, changhong, li_min):
    browser.post(
        "/visits/new/",
        form(
            changhong,
            said="样品测试通过",
            met=[li_min.pk],
            commitment="给布局图",
            next_on="2026-12-01",
            **{f"stance-{li_min.pk}": "SP"},
        ),
    )

    html = browser.get(Visit.objects.get().get_absolute_url()).content.decode()

    for words in ("样品测试通过", "李敏", "给布局图", "2026-12-01", "Supporter"):
        assert words in html


def test_a_visit_asks_one_question_about_people_nobody_judged(browser, changhong, li_min):
    browser.post("/visits/new/", form(changhong, met=[li_min.pk]))

    assert (
        "Nobody has said yet where 李敏 stands" in browser.get(Visit.objects.get().get_absolute_url()).content.decode()
    )


def test_correcting_on_the_page(browser, changhong, li_min):
    browser.post("/visits/new/", form(changhong))
    visit = Visit.objects.get()
    fields = {"said": "改过", "kind": "CALL", "happened_on": "2026-11-24", "version": visit.version, "met": [li_min.pk]}

    assert browser.post(f"/visits/{visit.pk}/edit/", fields).url == visit.get_absolute_url()

    visit.refresh_from_db()
    assert (visit.said, visit.kind, visit.contacts.get()) == ("改过", "CALL", li_min)


def test_a_correction_that_cannot_be_is_refused_with_what_was_typed(browser, changhong):
    browser.post("/visits/new/", form(changhong))
    visit = Visit.objects.get()
    fields = {"said": "改过", "kind": "CALL", "happened_on": "2026-12-24", "version": visit.version}

    response = browser.post(f"/visits/{visit.pk}/edit/", fields)

    html = response.content.decode()
    assert response.status_code == 422
    assert "lies in the future" in html
    assert "改过" in html


def test_on_another_day_correcting_is_explained(browser, changhong):
    browser.post("/visits/new/", form(changhong))
    visit = Visit.objects.get()

    with time_machine.travel("2026-11-26T02:40:00Z", tick=False):
        html = browser.get(f"/visits/{visit.pk}/edit/", follow=True).content.decode()

    assert "on the day it was logged" in html


def test_deleting_offers_the_way_back(browser, changhong):
    browser.post("/visits/new/", form(changhong))
    visit = Visit.objects.get()

    html = browser.post(f"/visits/{visit.pk}/archive/", follow=True).content.decode()

    assert "data-undo" in html
    assert not Visit.objects.live().exists()


def test_a_page_of_a_visit_costs_the_same_however_many_people_were_met(browser, changhong, django_assert_num_queries):
    visit = VisitFactory(account=changhong)
    visit.contacts.add(ContactFactory(account=changhong))
    browser.get(visit.get_absolute_url())
    with django_assert_num_queries(PAGE_QUERIES):
        browser.get(visit.get_absolute_url())
    visit.contacts.add(ContactFactory(account=changhong), ContactFactory(account=changhong))
    with django_assert_num_queries(PAGE_QUERIES):
        browser.get(visit.get_absolute_url())


def test_the_parts_on_other_pages(browser, client_for, outsider, changhong):
    line_two = OpportunityFactory(account=changhong)
    VisitFactory(account=changhong, opportunity=line_two, said="聊了预算")
    fragment = {"HX-Request": "true"}

    for address in (f"/accounts/{changhong.pk}/visits/", f"/opportunities/{line_two.pk}/visits/"):
        assert "聊了预算" in browser.get(address, headers=fragment).content.decode()
        assert browser.get(address).url.startswith("/visits/?")
        assert client_for(outsider).get(address, headers=fragment).status_code == 404
