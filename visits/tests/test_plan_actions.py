"""Making a day's plan: stops, their order, what a change does to a signature."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from accounts.tests.factories import AccountFactory
from crm.audit import history_of
from crm.editing import EditConflict
from crm.undo import CannotUndo, undo
from followups.actions.settings import set_rule
from followups.models import Approval, FollowUp
from teams.tests.factories import AbsenceFactory
from visits.actions.plans import (
    CannotPlan,
    Position,
    add_stop,
    add_suggested,
    change_stop,
    hand_in,
    mark_arrived,
    move_stop,
    plan_for,
    remove_stop,
    reorder,
    take_back,
    waiting_approval,
)
from visits.choices import ItemState, PlanState, Purpose, Suggestion
from visits.models import DayPlan, PlanItem
from visits.rules import TOMORROW as TOMORROW_RULE
from visits.rules import VISIT_TOMORROW
from visits.suggesting import Cause, suggest
from visits.tests.factories import DayPlanFactory, PlanItemFactory

TOMORROW = date(2026, 11, 25)


@pytest.fixture
def plan(rep):
    """Chen Siyuan's plan for tomorrow, still empty."""
    return plan_for(rep, TOMORROW)


def names_in_order(plan):
    return [item.account.called for item in plan.items.kept().in_order().select_related("account")]


def three_stops(plan, actor, now):
    return [
        add_stop(plan, account=AccountFactory(short_name=name, owner=actor), actor=actor, now=now)
        for name in ("一", "二", "三")
    ]


def test_a_person_has_one_plan_a_day(rep):
    assert plan_for(rep, TOMORROW) == plan_for(rep, TOMORROW)


def test_a_stop_is_planned_with_its_purpose_and_recorded(plan, rep, changhong, now):
    item = add_stop(
        plan, account=changhong, actor=rep, now=now, purpose=Purpose.ORDER, goal="谈框架协议", starts_at=time(10, 30)
    )

    assert (item.purpose, item.goal, item.starts_at) == (Purpose.ORDER, "谈框架协议", time(10, 30))
    assert [entry.action for entry in history_of(item)] == ["plan_item.added"]


def test_the_same_customer_is_planned_once(plan, rep, changhong, now):
    first = add_stop(plan, account=changhong, actor=rep, now=now, goal="样品")

    assert add_stop(plan, account=changhong, actor=rep, now=now, goal="其他") == first
    assert plan.items.get().goal == "样品"


def test_a_stop_taken_out_comes_back_when_it_is_added_again(plan, rep, changhong, now):
    item = add_stop(plan, account=changhong, actor=rep, now=now, goal="样品")
    remove_stop(item, actor=rep, now=now)

    again = add_stop(plan, account=changhong, actor=rep, now=now, goal="报价")

    assert (again.pk, again.state, again.goal) == (item.pk, ItemState.OPEN, "报价")


@pytest.mark.parametrize("who", ["teammate", "outsider", "manager", "director"])
def test_nobody_else_changes_a_plan(request, plan, changhong, now, who):
    with pytest.raises(PermissionDenied):
        add_stop(plan, account=changhong, actor=request.getfixturevalue(who), now=now)
    assert not plan.items.exists()


def test_who_stands_in_may_change_a_plan(plan, teammate, rep, changhong, now):
    teammate.stands_in_for = frozenset({rep.pk})

    assert add_stop(plan, account=changhong, actor=teammate, now=now).plan == plan


def test_a_day_that_is_over_is_not_planned(rep, changhong, now):
    yesterday = plan_for(rep, date(2026, 11, 23))

    with pytest.raises(CannotPlan, match="over"):
        add_stop(yesterday, account=changhong, actor=rep, now=now)


def test_the_day_ends_by_the_persons_own_clock(rep, changhong):
    after_midnight_in_shanghai = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)

    with pytest.raises(CannotPlan):
        add_stop(plan_for(rep, date(2026, 11, 24)), account=changhong, actor=rep, now=after_midnight_in_shanghai)


def test_proposals_are_taken_over_with_their_reasons(plan, rep, changhong, now):
    causes = [(changhong.pk, Cause(Suggestion.PROMISE, TOMORROW, text="送样品"))]

    [item] = add_suggested(plan, proposals=suggest(causes, on=TOMORROW), actor=rep, now=now)

    assert (item.suggestion, item.goal) == (Suggestion.PROMISE, "送样品")
    assert Cause.from_json(item.causes[0]).since == TOMORROW
    assert add_suggested(plan, proposals=suggest(causes, on=TOMORROW), actor=rep, now=now) == []


def test_stops_are_moved_and_stay_whole(plan, rep, now):
    one, _two, three = three_stops(plan, rep, now)

    move_stop(three, by=-1, actor=rep, now=now)
    assert names_in_order(plan) == ["一", "三", "二"]

    move_stop(one, by=-1, actor=rep, now=now)
    assert names_in_order(plan) == ["一", "三", "二"]

    reorder(plan, items=[_two.pk], actor=rep, now=now)
    assert names_in_order(plan) == ["二", "一", "三"]


def test_a_time_brings_a_stop_to_its_place(plan, rep, now):
    one, two, three = three_stops(plan, rep, now)
    change_stop(one, changes={"starts_at": time(15, 0)}, version=one.version, actor=rep, now=now)
    change_stop(three, changes={"starts_at": time(9, 0)}, version=three.version, actor=rep, now=now)

    assert names_in_order(plan) == ["三", "二", "一"]
    assert PlanItem.objects.get(pk=two.pk).starts_at is None


def test_two_people_changing_the_goal_of_a_stop_are_told(plan, rep, changhong, now):
    item = add_stop(plan, account=changhong, actor=rep, now=now)
    change_stop(item, changes={"goal": "报价"}, version=1, actor=rep, now=now)

    with pytest.raises(EditConflict):
        change_stop(item, changes={"goal": "样品"}, version=1, actor=rep, now=now)
    assert PlanItem.objects.get(pk=item.pk).goal == "报价"


def test_a_stop_taken_out_can_be_put_back(plan, rep, changhong, now):
    item = add_stop(plan, account=changhong, actor=rep, now=now)

    entry = remove_stop(item, actor=rep, now=now)
    assert names_in_order(plan) == []

    undo(entry, actor=rep, now=now)
    assert names_in_order(plan) == ["长虹精密"]


def test_putting_back_is_refused_once_the_stop_was_changed(plan, rep, changhong, now):
    item = add_stop(plan, account=changhong, actor=rep, now=now)
    entry = remove_stop(item, actor=rep, now=now)
    add_stop(plan, account=changhong, actor=rep, now=now)

    with pytest.raises(CannotUndo, match="长虹精密"):
        undo(entry, actor=rep, now=now)


def test_a_stop_that_is_done_stays(rep, now):
    done = PlanItemFactory(plan__user=rep, plan__day=date(2026, 11, 24), state=ItemState.DONE)

    with pytest.raises(CannotPlan, match="done"):
        remove_stop(done, actor=rep, now=now)


def test_the_manager_of_the_team_is_asked(plan, rep, manager, changhong, now):
    add_stop(plan, account=changhong, actor=rep, now=now)

    handed_in = hand_in(plan, actor=rep, now=now)

    assert (handed_in.state, handed_in.submitted_at) == (PlanState.SUBMITTED, now)
    assert [step.approver for step in waiting_approval(plan).steps.all()] == [manager]


def test_handing_in_twice_asks_once(plan, rep, manager, changhong, now):
    add_stop(plan, account=changhong, actor=rep, now=now)
    hand_in(plan, actor=rep, now=now)
    hand_in(plan, actor=rep, now=now)

    assert Approval.objects.count() == 1


def test_an_empty_plan_is_not_handed_in(plan, rep, manager, now):
    with pytest.raises(CannotPlan, match="at least one stop"):
        hand_in(plan, actor=rep, now=now)


def test_a_manager_does_not_sign_his_own(manager, director, firm, now):
    firm.manager = director
    firm.save(update_fields=["manager"])
    own = DayPlanFactory(user=manager, day=TOMORROW)
    PlanItemFactory(plan=own)

    hand_in(own, actor=manager, now=now)

    assert [step.approver for step in waiting_approval(own).steps.all()] == [director]


def test_while_the_manager_is_away_his_deputy_may_sign(plan, rep, manager, teammate, changhong, now):
    AbsenceFactory(user=manager, deputy=teammate, starts_on=date(2026, 11, 24), ends_on=date(2026, 11, 30))
    add_stop(plan, account=changhong, actor=rep, now=now)
    hand_in(plan, actor=rep, now=now)
    teammate.stands_in_for = frozenset({manager.pk})

    assert list(Approval.objects.to_sign(teammate)) == [waiting_approval(plan)]
    assert DayPlan.objects.visible_to(teammate).filter(pk=plan.pk).exists()


def test_where_only_the_rep_stands_in_the_next_manager_above_is_asked(
    plan, rep, manager, director, firm, changhong, now
):
    firm.manager = director
    firm.save(update_fields=["manager"])
    AbsenceFactory(user=manager, deputy=rep, starts_on=date(2026, 11, 24), ends_on=date(2026, 11, 30))
    add_stop(plan, account=changhong, actor=rep, now=now)

    hand_in(plan, actor=rep, now=now)

    assert [step.approver for step in waiting_approval(plan).steps.all()] == [director]


def test_an_absent_manager_alone_is_asked_all_the_same(plan, rep, manager, changhong, now):
    AbsenceFactory(user=manager, starts_on=date(2026, 11, 24), ends_on=date(2026, 11, 30))
    add_stop(plan, account=changhong, actor=rep, now=now)

    hand_in(plan, actor=rep, now=now)

    assert [step.approver for step in waiting_approval(plan).steps.all()] == [manager]


def test_where_nobody_stands_above_the_plan_counts_as_signed(plan, rep, changhong, now):
    add_stop(plan, account=changhong, actor=rep, now=now)

    assert hand_in(plan, actor=rep, now=now).state == PlanState.APPROVED
    assert "day_plan.signed_by_nobody_above" in {entry.action for entry in history_of(plan)}
    assert waiting_approval(plan) is None


def test_a_plan_that_waits_can_be_taken_back(plan, rep, manager, changhong, now):
    add_stop(plan, account=changhong, actor=rep, now=now)
    hand_in(plan, actor=rep, now=now)

    assert take_back(plan, actor=rep, now=now).state == PlanState.DRAFT
    assert waiting_approval(plan) is None
    with pytest.raises(CannotPlan, match="any more"):
        take_back(plan, actor=rep, now=now)


def test_a_change_makes_a_plan_that_waits_a_draft_of_a_new_version(plan, rep, manager, changhong, now):
    add_stop(plan, account=changhong, actor=rep, now=now)
    before = hand_in(plan, actor=rep, now=now)

    add_stop(plan, account=AccountFactory(owner=rep), actor=rep, now=now)

    plan.refresh_from_db()
    assert (plan.state, plan.version > before.version) == (PlanState.DRAFT, True)
    assert waiting_approval(plan) is None


def test_the_order_of_the_day_needs_no_new_signature(plan, rep, manager, now):
    one, *_ = three_stops(plan, rep, now)
    hand_in(plan, actor=rep, now=now)

    move_stop(one, by=1, actor=rep, now=now)

    plan.refresh_from_db()
    assert plan.state == PlanState.SUBMITTED


def test_a_stop_that_is_saved_unchanged_needs_no_new_signature(plan, rep, manager, changhong, now):
    item = add_stop(plan, account=changhong, actor=rep, now=now, goal="样品")
    hand_in(plan, actor=rep, now=now)

    change_stop(item, changes={"goal": "样品"}, version=item.version, actor=rep, now=now)

    plan.refresh_from_db()
    assert plan.state == PlanState.SUBMITTED


@pytest.fixture
def stop(rep):
    return PlanItemFactory(plan__user=rep, plan__day=date(2026, 11, 24))


def test_the_first_arrival_counts_and_the_place_may_come_later(stop, rep, now):
    mark_arrived(stop, at=now, actor=rep, now=now)
    later = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    place = Position(Decimal("31.299000"), Decimal("120.585000"), 35)

    arrived = mark_arrived(stop, at=later, actor=rep, now=later, position=place)

    assert (arrived.arrived_at, arrived.accuracy) == (now, 35)
    assert mark_arrived(stop, at=later, actor=rep, now=later, position=place).version == arrived.version


def test_a_clock_that_runs_ahead_is_not_believed(stop, rep, now):
    assert mark_arrived(stop, at=datetime(2026, 11, 25, tzinfo=UTC), actor=rep, now=now).arrived_at == now


def test_nobody_arrives_for_somebody_else(stop, teammate, now):
    with pytest.raises(PermissionDenied):
        mark_arrived(stop, at=now, actor=teammate, now=now)


def reminders():
    """Return the reminders of stops, and the states of what is to be sent about each."""
    return [
        (
            item.params["customer"],
            item.params.get("goal"),
            item.state,
            set(item.deliveries.values_list("state", flat=True)),
        )
        for item in FollowUp.objects.filter(kind=VISIT_TOMORROW).order_by("pk")
    ]


def test_a_stop_of_tomorrow_is_reminded_of_from_the_moment_it_is_planned(plan, rep, changhong, now):
    item = add_stop(plan, account=changhong, actor=rep, now=now)
    assert reminders() == [("长虹精密", None, "OPEN", {"DUE"})]

    change_stop(item, changes={"goal": "定交期"}, version=item.version, actor=rep, now=now)
    assert reminders() == [("长虹精密", "定交期", "OPEN", {"DUE"})]


def test_a_stop_taken_out_drops_its_reminder_and_put_back_has_it_again(plan, rep, changhong, now):
    item = add_stop(plan, account=changhong, actor=rep, now=now)

    entry = remove_stop(item, actor=rep, now=now)
    assert reminders() == [("长虹精密", None, "CANCELLED", {"CANCELLED"})]

    undo(entry, actor=rep, now=now)
    assert reminders() == [("长虹精密", None, "OPEN", {"DUE"})]

    remove_stop(item, actor=rep, now=now)
    add_stop(plan, account=changhong, actor=rep, now=now)
    assert reminders() == [("长虹精密", None, "OPEN", {"DUE"})]


def test_with_the_rule_switched_off_planning_reminds_nobody(plan, rep, admin, changhong, now):
    set_rule(TOMORROW_RULE, is_on=False, params={}, version=0, actor=admin)

    add_stop(plan, account=changhong, actor=rep, now=now)

    assert reminders() == []
