"""What the manager sees of a plan, and what his signature does."""

from datetime import date

import pytest

from accounts.tests.factories import AccountFactory
from crm.undo import undo
from followups.actions.approvals import approve, send_back
from visits.actions.plans import add_stop, hand_in, plan_for, waiting_approval
from visits.choices import PlanState, Suggestion
from visits.models import PlanItem
from visits.queries.signatures import signature_of
from visits.signing import describe
from visits.suggesting import Cause
from visits.tests.factories import DayPlanFactory, PlanItemFactory

TOMORROW = date(2026, 11, 25)


@pytest.fixture
def waiting(rep, manager, now):
    """Chen Siyuan's plan of four stops, handed in."""
    plan = plan_for(rep, TOMORROW)
    for name in ("一", "二", "三", "四"):
        add_stop(plan, account=AccountFactory(short_name=name, owner=rep), actor=rep, now=now, goal="样品")
    return hand_in(plan, actor=rep, now=now)


def description(plan):
    approval = waiting_approval(plan)
    return describe([approval])[approval.pk]


def test_signing_makes_the_plan_signed_and_can_be_taken_back(waiting, manager, now):
    entry = approve(waiting_approval(waiting), actor=manager, now=now, comment="好")

    waiting.refresh_from_db()
    assert waiting.state == PlanState.APPROVED
    assert (signature_of(waiting).signer, signature_of(waiting).comment) == ("赵敏", "好")

    undo(entry, actor=manager, now=now)
    waiting.refresh_from_db()
    assert waiting.state == PlanState.SUBMITTED


def test_a_returned_plan_carries_the_comment_and_can_be_handed_in_again(waiting, rep, manager, now):
    send_back(waiting_approval(waiting), actor=manager, now=now, comment="A 类客户没有安排")

    waiting.refresh_from_db()
    assert (waiting.state, signature_of(waiting).comment) == (PlanState.RETURNED, "A 类客户没有安排")
    assert hand_in(waiting, actor=rep, now=now).state == PlanState.SUBMITTED


def test_the_whole_plan_is_shown_with_its_reasons(waiting, manager):
    item = PlanItem.objects.filter(plan=waiting).order_by("position")[0]
    item.causes = [Cause(Suggestion.PROMISE, TOMORROW, text="送样品").as_json()]
    item.save(update_fields=["causes"])

    shown = description(waiting)

    assert shown.title == "Plan for 2026-11-25"
    assert shown.url == f"/plans/{waiting.pk}/"
    assert shown.rows[0] == ["", "一", "regular contact", "样品", "Promised for 11-25: 送样品"]
    assert len(shown.rows) == 4
    assert shown.exceptions == []


def test_too_few_stops_without_goals_are_named(rep, manager, now):
    plan = plan_for(rep, TOMORROW)
    add_stop(plan, account=AccountFactory(owner=rep), actor=rep, now=now)

    assert description(hand_in(plan, actor=rep, now=now)).exceptions == [
        "1 stop, fewer than 4",
        "1 stop without a goal",
    ]


def test_a_day_off_is_named(rep, manager, now):
    plan = plan_for(rep, date(2026, 11, 28))
    for _ in range(4):
        add_stop(plan, account=AccountFactory(owner=rep), actor=rep, now=now, goal="样品")

    assert description(hand_in(plan, actor=rep, now=now)).exceptions == ["Not a working day"]


def test_a_customers_that_are_due_and_not_visited_this_week_are_named(waiting, rep):
    def customer(name, **fields):
        return AccountFactory(short_name=name, owner=rep, tier="A", **fields)

    customer("华润微", next_contact_on=date(2026, 11, 20), last_contact_on=date(2026, 11, 2))
    customer("从未见过", next_contact_on=None)
    customer("本周见过", next_contact_on=date(2026, 11, 20), last_contact_on=date(2026, 11, 23))
    customer("还不到期", next_contact_on=date(2026, 12, 20), last_contact_on=date(2026, 11, 2))
    PlanItemFactory(plan=waiting, account=customer("已安排", next_contact_on=date(2026, 11, 20)), goal="样品")

    assert description(waiting).exceptions == ["2 tier A customers due, no visit this week: 华润微, 从未见过"]


def test_describing_many_plans_costs_the_same(rep, teammate, waiting, manager, now, django_assert_num_queries):
    for day in (date(2026, 11, 26), date(2026, 11, 27)):
        plan = DayPlanFactory(user=teammate, day=day)
        PlanItemFactory(plan=plan)
        hand_in(plan, actor=teammate, now=now)
    one = [waiting_approval(waiting)]
    three = list(type(one[0]).objects.waiting())

    with django_assert_num_queries(3):
        describe(one)
    with django_assert_num_queries(3):
        assert len(describe(three)) == 3
