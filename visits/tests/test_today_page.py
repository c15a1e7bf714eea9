"""The first page of the day."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from accounts.tests.factories import AccountFactory, ContactFactory
from followups.actions.approvals import send_back
from followups.actions.items import promise
from followups.models import FollowUp
from followups.planning import plan_follow_ups
from pipeline.tests.factories import OpportunityFactory
from visits.actions.plans import add_stop, hand_in, plan_for, waiting_approval
from visits.choices import ItemState
from visits.models import PlanItem
from visits.tests.factories import PlanItemFactory, VisitFactory

TODAY = date(2026, 11, 24)
TOMORROW = date(2026, 11, 25)
QUERIES = 24


@pytest.fixture(autouse=True)
def _on_tuesday_morning():
    with time_machine.travel("2026-11-24T02:40:00Z", tick=False):
        yield


@pytest.fixture
def page(client_for, rep):
    """Return a function that opens the page as Chen Siyuan."""

    browser = client_for(rep)

    def opened(**options):
        return browser.get("/today/", **options)

    return opened


def planned(rep, name, **fields):
    account = AccountFactory(owner=rep, short_name=name)
    ContactFactory(account=account)
    OpportunityFactory(account=account)
    return PlanItemFactory(plan__user=rep, plan__day=TODAY, account=account, **fields)


def test_the_day_its_next_stop_and_what_is_done(page, rep, changhong):
    PlanItemFactory(plan__user=rep, plan__day=TODAY, account=AccountFactory(short_name="联滔"), state=ItemState.DONE)
    PlanItemFactory(plan__user=rep, plan__day=TODAY, account=changhong, position=1, goal="确认样品测试结论")
    VisitFactory(account=changhong, happened_on=date(2026, 11, 2), said="交期要缩短")

    html = page().content.decode()

    assert "Tue 24 Nov" in html
    assert "Planned 2 · done 1" in html
    assert "确认样品测试结论" in html
    assert "交期要缩短" in html
    assert "tel:0512-65881402" in html
    assert html.count('<dialog class="sheet" id="visit-') == 1


def test_the_next_stop_says_what_was_promised_there(page, rep, changhong, now):
    PlanItemFactory(plan__user=rep, plan__day=TODAY, account=changhong)
    text = "送二轮报价"
    promise(changhong, recipient=rep, text=text, due_on=TOMORROW, actor=rep, now=now, account_id=changhong.pk)

    assert page().context["page"].next_stop.promises == [text]


def test_what_needs_the_person_is_at_most_five_and_the_rest_is_counted(page, rep, changhong, now):
    for number in range(7):
        due_on = TODAY - timedelta(days=number)
        promise(changhong, recipient=rep, text=f"承诺{number}", due_on=due_on, actor=rep, now=now)

    response = page()

    assert [need.title for need in response.context["page"].needs] == ["承诺6", "承诺5", "承诺4", "承诺3", "承诺2"]
    assert "All 7" in response.content.decode()


def test_each_thing_that_needs_the_person_says_what_to_do_about_it(page, rep, changhong, now):
    kept = promise(changhong, recipient=rep, text="送样品", due_on=TODAY, actor=rep, now=now)
    missed = PlanItemFactory(plan__user=rep, plan__day=date(2026, 11, 20), account=changhong)
    stuck = OpportunityFactory(
        account=changhong, owner=rep, name="二期扩容", step_since=datetime(2026, 5, 1, tzinfo=UTC)
    )
    plan_follow_ups(on=TODAY, now=now)

    response = page()

    needs = response.context["page"].needs
    assert sorted((need.kind, need.stop_id, need.is_promise) for need in needs) == [
        ("promise", None, True),
        ("stage_overdue", None, False),
        ("visit_not_logged", missed.pk, False),
    ]
    html = response.content.decode()
    assert f'action="/follow-ups/{kept.pk}/done/"' in html
    assert f'href="/visits/new/?item={missed.pk}"' in html
    assert html.count(f'href="{stuck.get_absolute_url()}"') == 2


def test_other_peoples_plans_and_follow_ups_stay_theirs(page, rep, teammate, changhong, now):
    PlanItemFactory(plan__user=teammate, plan__day=TODAY)
    promise(changhong, recipient=teammate, text="刘婷的承诺", due_on=TODAY, actor=teammate, now=now)

    response = page()

    assert response.context["page"].stops == []
    assert "刘婷的承诺" not in response.content.decode()


def test_an_empty_day_offers_what_to_do(page):
    html = page().content.decode()

    assert "Nothing is planned for today" in html
    assert "/plan/2026-11-24/" in html


def test_the_next_working_day_is_drafted_from_who_is_due(page, rep, changhong):
    changhong.tier, changhong.next_contact_on, changhong.last_contact_on = "A", TOMORROW, date(2026, 11, 11)
    changhong.save()

    response = page()

    [(account, proposal)] = response.context["page"].draft.proposals
    assert (account, proposal.words) == (changhong, ["Tier A: contact owed since 11-25"])
    assert "Take over this one" in response.content.decode()


def test_a_plan_that_was_returned_says_why(page, rep, manager, changhong, now):
    plan = plan_for(rep, TOMORROW)
    add_stop(plan, account=changhong, actor=rep, now=now)
    hand_in(plan, actor=rep, now=now)
    assert "has returned it" not in page().content.decode()
    send_back(waiting_approval(plan), actor=manager, now=now, comment="还缺利维精密")

    html = page().content.decode()

    assert "赵敏 has returned it: 还缺利维精密" in html
    assert 'action="/plan/2026-11-25/hand-in/"' in html


def test_after_a_save_only_the_plan_is_drawn_anew(page, rep, changhong):
    PlanItemFactory(plan__user=rep, plan__day=TODAY, account=changhong)

    html = page(headers={"HX-Request": "true"}).content.decode()

    assert "长虹精密" in html
    assert "<html" not in html


def test_the_page_costs_the_same_with_one_stop_and_with_three(page, rep, django_assert_num_queries, now):
    planned(rep, "一")
    page()
    with django_assert_num_queries(QUERIES):
        page()
    for name in ("二", "三"):
        planned(rep, name)
        promise(
            ("account", PlanItem.objects.first().account_id), recipient=rep, text=name, due_on=TODAY, actor=rep, now=now
        )
    with django_assert_num_queries(QUERIES):
        page()


def test_arriving_is_kept_with_the_place_when_there_is_one(client_for, rep, changhong, now):
    item = PlanItemFactory(plan__user=rep, plan__day=TODAY, account=changhong)
    client = client_for(rep)

    assert client.post(f"/plan/stops/{item.pk}/arrive/").status_code == 302
    client.post(f"/plan/stops/{item.pk}/arrive/", {"latitude": "31.299", "longitude": "120.585", "accuracy": "35"})

    item.refresh_from_db()
    assert (item.arrived_at, item.accuracy) == (now, 35)


@pytest.mark.parametrize("place", [{"latitude": "north"}, {"latitude": "91", "longitude": "0"}, {"latitude": "NaN"}])
def test_a_place_that_makes_no_sense_is_left_out(client_for, rep, changhong, place):
    item = PlanItemFactory(plan__user=rep, plan__day=TODAY, account=changhong)

    client_for(rep).post(f"/plan/stops/{item.pk}/arrive/", place)

    item.refresh_from_db()
    assert item.arrived_at is not None
    assert item.latitude is None


def test_a_done_follow_up_needs_nobody(page, rep, changhong, now):
    promise(changhong, recipient=rep, text="已办", due_on=TODAY, actor=rep, now=now)
    FollowUp.objects.update(state="DONE")

    assert page().context["page"].needs == []
