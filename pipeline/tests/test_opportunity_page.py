"""The page of an opportunity and what is done from it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from accounts.choices import Stance
from accounts.tests.factories import ContactFactory
from crm.workdays import load_calendar
from pipeline.models import Decider, Evidence, LossReason, Opportunity, Pipeline
from pipeline.tests.factories import EvidenceFactory, OpportunityFactory, default_pipeline, show_required

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _frozen(now):
    """Stand still at 10:40 on Tuesday, 24 November 2026."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def deal(changhong) -> Opportunity:
    """Chen Siyuan's opportunity at the first point."""
    return OpportunityFactory(account=changhong, name="总装线改造")


@pytest.fixture
def client(client_for, rep):
    """Chen Siyuan's browser."""
    return client_for(rep)


def url(name: str, deal: Opportunity, *more: int) -> str:
    return reverse(f"pipeline:{name}", args=[deal.pk, *more])


def test_the_page_shows_both_tracks_and_what_is_missing(client, changhong):
    deal = OpportunityFactory(
        account=changhong,
        our_step=default_pipeline().steps.get(code="C"),
        customer_step=default_pipeline().steps.get(code="E"),
    )
    page = client.get(url("opportunity", deal))

    assert "We are 2 steps ahead of the customer" in page.text
    assert "No sponsor, no sale" in page.text
    assert [point.step.code for point in page.context["here"]] == ["E", "C"]
    missing = {item.criterion.text for point in page.context["here"] for side in point.sides for item in side.missing}
    assert "The decision process is known" in missing


def test_with_a_sponsor_the_flag_is_down(client, changhong):
    deal = OpportunityFactory(account=changhong, step="C")
    sponsor = ContactFactory(account=changhong, name="李敏", stance=Stance.SPONSOR)
    Decider.objects.create(opportunity=deal, contact=sponsor, role="D")

    page = client.get(url("opportunity", deal))
    assert "No sponsor, no sale" not in page.text
    assert "李敏" in page.text


def test_entering_the_last_point_counts_down_thirty_working_days(client, changhong):
    deal = OpportunityFactory(account=changhong, step="A", step_since=datetime(2026, 11, 23, 1, tzinfo=UTC))

    countdown = client.get(url("opportunity", deal)).context["countdown"]
    assert countdown.left == 29
    assert countdown.due_on == load_calendar().add_workdays(date(2026, 11, 23), 30)


def test_an_opportunity_without_a_customer_has_a_page(client, rep):
    deal = OpportunityFactory(account=None, owner=rep)

    page = client.get(url("opportunity", deal))
    assert page.status_code == 200
    assert "Give the opportunity a customer first" in page.text
    assert client.get(url("people", deal)).status_code == 200


@pytest.mark.parametrize("key", ["seven-steps", "vehicle-fleet", "home-improvement"])
def test_a_pipeline_of_one_track_shows_ours_only(key, client, changhong):
    deal = OpportunityFactory(account=changhong, pipeline=Pipeline.objects.get(key=key))

    page = client.get(url("opportunity", deal)).text
    assert "Two processes side by side" not in page
    assert "ahead of the customer" not in page


def test_the_page_costs_the_same_with_one_and_three(client, deal, changhong, rep, django_assert_num_queries):
    load_calendar()
    client.get(url("opportunity", deal))
    criteria = list(deal.our_step.criteria.all())

    def add() -> None:
        EvidenceFactory(opportunity=deal, criterion=criteria[0], contact=ContactFactory(account=changhong))
        Decider.objects.create(opportunity=deal, contact=ContactFactory(account=changhong), role="D")

    add()
    with django_assert_num_queries(12):
        client.get(url("opportunity", deal))
    add()
    add()
    with django_assert_num_queries(12):
        client.get(url("opportunity", deal))


def test_pressing_without_evidence_names_what_is_missing_and_asks_for_it(client, deal):
    second = deal.pipeline.steps.get(position=2)
    data = {"track": "OURS", "to": second.pk, "seen": deal.our_step_id, "on": "2026-11-24"}
    answer = client.post(url("move", deal), data)

    assert answer.status_code == 422
    assert "To move on, show this first: A first profile of the customer is written;" in answer.text
    deal.refresh_from_db()
    assert deal.our_step.position == 1

    lines = {f"shows_{item.pk}": "拜访纪要" for item in answer.context["form"].missing}
    moved = client.post(url("move", deal), {**data, **lines}, follow=True)
    assert "Moved to E Feasibility." in moved.text
    assert Evidence.objects.filter(opportunity=deal, text="拜访纪要").count() == 2


def test_half_of_what_is_missing_moves_nothing_and_keeps_nothing(client, deal):
    second = deal.pipeline.steps.get(position=2)
    data = {"track": "OURS", "to": second.pk, "seen": deal.our_step_id, "on": "2026-11-24"}
    missing = client.post(url("move", deal), data).context["form"].missing
    answer = client.post(url("move", deal), {**data, f"shows_{missing[0].pk}": "拜访纪要"})

    assert answer.status_code == 422
    assert "拜访纪要" in answer.text
    assert not Evidence.objects.exists()


def test_a_future_day_is_refused_and_what_was_typed_stays(client, deal):
    show_required(deal)
    second = deal.pipeline.steps.get(position=2)
    data = {"track": "OURS", "to": second.pk, "seen": deal.our_step_id, "on": "2026-11-25"}
    answer = client.post(url("move", deal), data)

    assert answer.status_code == 422
    assert "lies in the future" in answer.text
    assert 'value="2026-11-25"' in answer.text


def test_moving_from_the_board_returns_to_the_board_and_offers_undo(client, deal):
    show_required(deal)
    second = deal.pipeline.steps.get(position=2)
    data = {
        "track": "OURS",
        "to": second.pk,
        "seen": deal.our_step_id,
        "on": "2026-11-24",
        "next": "/opportunities/?by=step",
    }
    answer = client.post(url("move", deal), data)
    assert answer.url == "/opportunities/?by=step"
    assert "data-undo" in client.get(answer.url).text

    elsewhere = client.post(url("move", deal), {**data, "next": "https://evil.example/"})
    assert elsewhere.status_code == 422


def test_the_move_page_asks_for_what_the_chosen_step_needs(client, deal):
    third = deal.pipeline.steps.get(position=3)
    page = client.get(url("move", deal), {"track": "OURS", "to": third.pk})

    assert {item.step.position for item in page.context["form"].missing} == {1, 2}
    assert client.get(url("move", deal), {"to": "x", "track": "NONE"}).status_code == 200


def test_evidence_is_added_as_a_page_and_as_a_fragment(client, deal, changhong):
    criterion = deal.our_step.criteria.filter(track="OURS")[0]
    li = ContactFactory(account=changhong, name="李敏")
    data = {"kind": "WORD", "text": "李敏电话确认", "contact": li.pk, "on": "2026-11-23", "client_id": str(uuid4())}

    assert "What shows it" in client.get(url("evidence", deal, criterion.pk)).text
    answer = client.post(url("evidence", deal, criterion.pk), data, headers={"HX-Request": "true"})
    assert 'id="points"' in answer.text
    assert "李敏电话确认" in answer.text
    client.post(url("evidence", deal, criterion.pk), data)
    assert Evidence.objects.get().contact == li


def test_evidence_without_words_comes_back_into_its_place(client, deal):
    criterion = deal.our_step.criteria.all()[0]
    data = {"kind": "WORD", "text": "", "on": "2026-11-23", "client_id": str(uuid4())}

    fragment = client.post(url("evidence", deal, criterion.pk), data, headers={"HX-Request": "true"})
    assert fragment.headers["HX-Retarget"] == f"#show-{criterion.pk}"
    assert client.post(url("evidence", deal, criterion.pk), data).status_code == 422
    elsewhere = Pipeline.objects.get(key="seven-steps").steps.get(position=1).criteria.all()[0]
    assert client.get(url("evidence", deal, elsewhere.pk)).status_code == 404


def test_evidence_is_withdrawn_with_a_reason(client, deal):
    evidence = EvidenceFactory(opportunity=deal, criterion=deal.our_step.criteria.all()[0])
    other = EvidenceFactory(criterion=deal.our_step.criteria.all()[0])

    assert client.get(url("withdraw", deal, other.pk)).status_code == 404
    client.post(url("withdraw", deal, evidence.pk), {"reason": "李敏离职"})
    assert "李敏离职" in client.get(url("opportunity", deal)).text


@pytest.mark.parametrize(
    ("data", "day"),
    [
        ({"choice": "tomorrow", "text": "打电话"}, date(2026, 11, 25)),
        ({"choice": "monday"}, date(2026, 11, 30)),
        ({"choice": "tomorrow", "on": "2026-12-09"}, date(2026, 12, 9)),
        ({"choice": "clear", "text": "再说"}, None),
    ],
)
def test_a_next_step_is_one_chip_and_one_press(data, day, client, deal):
    client.post(url("next_step", deal), data)

    deal.refresh_from_db()
    assert deal.next_step_on == day


@pytest.mark.parametrize(
    ("data", "sentence"),
    [({}, "Choose a day"), ({"on": "2026-11-23"}, "A next step lies ahead"), ({"on": "nonsense"}, "date")],
)
def test_a_next_step_without_a_day_ahead_is_asked_again(data, sentence, client, deal):
    answer = client.post(url("next_step", deal), data)

    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_step_done_asks_for_the_one_after_it(client, deal):
    assert client.post(url("next_step_done", deal)).status_code == 422

    Opportunity.objects.update(next_step="打电话", next_step_on=date(2026, 11, 24))
    answer = client.post(url("next_step_done", deal), follow=True)
    assert "Done. What comes next?" in answer.text


def test_parts_in_the_decision_are_ticked(client, deal, changhong):
    li, wang = (ContactFactory(account=changhong, name=name) for name in ("李敏", "王强"))
    Decider.objects.create(opportunity=deal, contact=wang, role="U")

    client.post(url("people", deal), {f"person_{li.pk}": ["A", "D"]})
    assert set(Decider.objects.values_list("contact__name", "role")) == {("李敏", "A"), ("李敏", "D")}


def test_an_opportunity_is_edited_and_two_people_are_asked(client, deal, client_for, manager):
    page = client.get(url("edit", deal))
    form = page.context["form"]
    shown = {"name": deal.name, "account": form["account"].value(), "amount": "3,800,000", "seen": form["seen"].value()}
    shown |= {"version": "1", "expected_on": "", "odds": "", "product": "", "notes": ""}

    client_for(manager).post(url("edit", deal), {**shown, "odds": "60"})
    answer = client.post(url("edit", deal), {**shown, "odds": "80", "amount": "420万"})
    assert answer.status_code == 409
    assert "60" in answer.text
    deal.refresh_from_db()
    assert (deal.odds, deal.amount) == (60, Decimal(3_800_000))

    client.post(url("edit", deal), {**shown, "amount": "420万"})
    deal.refresh_from_db()
    assert (deal.odds, deal.amount) == (60, Decimal(4_200_000))


def test_an_unreadable_amount_stays_in_its_box(client, deal):
    answer = client.post(url("edit", deal), {"name": deal.name, "amount": "三百多", "version": "1"})

    assert answer.status_code == 422
    assert "三百多" in answer.text


def test_a_new_opportunity_comes_prefilled_from_the_customer(client, changhong, rep):
    page = client.get(reverse("pipeline:new"), {"account": changhong.pk})
    assert changhong.name in page.text

    form = page.context["form"]
    data = {
        "name": "涂装线搬迁",
        "account": form["account"].value(),
        "amount": "380万",
        "pipeline": default_pipeline().pk,
        "client_id": form["client_id"].value(),
        "next_step": "约技术交流",
        "next_step_on": "2026-11-27",
    }
    first, second = (client.post(reverse("pipeline:new"), data) for _ in range(2))
    deal = Opportunity.objects.get()
    assert first.url == second.url == deal.get_absolute_url()
    assert (deal.account, deal.amount, deal.owner, deal.next_step_on) == (
        changhong,
        3_800_000,
        rep,
        date(2026, 11, 27),
    )


def test_a_next_step_of_a_new_one_needs_its_day(client):
    data = {"name": "车队", "pipeline": default_pipeline().pk, "client_id": str(uuid4()), "next_step": "打电话"}
    answer = client.post(reverse("pipeline:new"), data)

    assert "Say on which day the next step is." in answer.text
    assert not Opportunity.objects.exists()


def test_won_with_what_was_missing_written_on_the_spot(client, changhong):
    deal = OpportunityFactory(account=changhong, step="A")
    page = client.get(url("win", deal))
    assert "The contract is signed" in page.text
    assert client.post(url("win", deal), {"on": "2026-11-24"}).status_code == 422

    lines = {f"shows_{item.pk}": "合同扫描件" for item in page.context["form"].missing}
    client.post(url("win", deal), {"on": "2026-11-24", **lines})
    deal.refresh_from_db()
    assert (deal.state, deal.closed_on) == ("WON", date(2026, 11, 24))


def test_lost_needs_a_reason_and_can_be_reopened(client, deal):
    answer = client.post(url("lose", deal), {"on": "2026-11-24", "competitor": "华机"})
    assert answer.status_code == 422
    assert "Choose why it was lost." in answer.text
    assert "华机" in answer.text

    reason = LossReason.objects.get(name="Price")
    client.post(url("lose", deal), {"on": "2026-11-24", "reason": reason.pk})
    page = client.get(url("opportunity", deal)).text
    assert "Price" in page
    assert client.post(url("lose", deal), {"on": "2026-11-24", "reason": reason.pk}).status_code == 422
    assert client.post(url("reopen", deal), {"reason": ""}).status_code == 422
    client.post(url("reopen", deal), {"reason": "客户重启"})
    deal.refresh_from_db()
    assert deal.is_open
    assert client.post(url("reopen", deal), {"reason": "又一次"}).status_code == 422


def test_archived_restored_and_given_away(client, client_for, deal, manager, teammate):
    client.post(url("archive", deal))
    page = client.get(url("opportunity", deal)).text
    assert "This opportunity is archived" in page
    assert "archived. Restore it first." in client.post(url("archive", deal), follow=True).text
    given = client_for(manager).post(url("owner", deal), {"to": teammate.pk})
    assert given.status_code == 422

    client.post(url("restore", deal))
    client_for(manager).post(url("owner", deal), {"to": teammate.pk})
    deal.refresh_from_db()
    assert deal.owner == teammate


def test_it_is_printed_with_its_evidence(client, deal):
    EvidenceFactory(opportunity=deal, criterion=deal.our_step.criteria.all()[0], text="拜访纪要")
    page = client.get(url("print", deal)).text

    assert "拜访纪要" in page
    assert "Reviewed by" in page


def test_the_customers_page_shows_its_opportunities(client, changhong, django_assert_num_queries):
    load_calendar()
    address = reverse("pipeline:of_account", args=[changhong.pk])
    assert "Nothing is open here." in client.get(address, headers={"HX-Request": "true"}).text
    OpportunityFactory(account=changhong, name="总装线改造")
    with django_assert_num_queries(5):
        fragment = client.get(address, headers={"HX-Request": "true"})
    OpportunityFactory.create_batch(2, account=changhong)
    with django_assert_num_queries(5):
        client.get(address, headers={"HX-Request": "true"})
    assert "总装线改造" in fragment.text
    assert "<html" not in fragment.text
    assert "<html" in client.get(address).text


def test_a_clerk_reads_and_is_offered_no_work(client_for, clerk, deal):
    page = client_for(clerk).get(url("opportunity", deal)).text

    assert "总装线改造" in page
    assert "add no-print" not in page
    assert "Set the next step" not in page
