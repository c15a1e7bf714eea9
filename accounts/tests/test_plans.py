"""Account plans: lines from goal to feedback, their follow-ups, next year's plan, risks."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.actions.accounts import change_owner
from accounts.actions.members import remove_member
from accounts.actions.plans import (
    PlanRefused,
    add_row,
    edit_plan,
    edit_row,
    finish_row,
    remove_row,
    reopen_row,
    start_plan,
)
from accounts.actions.risks import RiskClosed, add_risk, close_risk, edit_risk, reopen_risk
from accounts.members.reads import people_of
from accounts.models import AccountPlan, AccountRisk, PlanRow
from accounts.plans.due import DayPassed
from accounts.plans.risks import HIGH, LOW, MEDIUM, gravity, weight
from accounts.plans.rules import COUNTERMEASURE, PLAN_ACTION, PLAN_REVIEW
from accounts.tests.factories import AccountFactory, AccountMemberFactory, AccountPlanFactory, PlanRowFactory
from crm.editing import EditConflict
from crm.undo import CannotUndo, undo
from crm.workdays import WorkCalendar
from followups.models import FollowUp
from followups.planning import plan_follow_ups
from followups.rules import RuleContext, all_rules
from followups.wording import wording

ROW = {
    "goal": "驱动器份额从 30% 到 45%",
    "strategy": "由技术部带入二厂",
    "action": "三月底前在三号线完成试用",
    "due_on": date(2026, 12, 18),
}


@pytest.fixture
def plan(changhong, rep) -> AccountPlan:
    """The plan of Changhong for 2026."""
    return start_plan(changhong, year=2026, actor=rep)


@pytest.fixture
def row(plan, rep, teammate, now) -> PlanRow:
    """Liu Ting is to have the test done by 18 December."""
    AccountMemberFactory(account=plan.account, user=teammate)
    return add_row(plan, values=ROW | {"responsible": teammate}, actor=rep, now=now)


def open_items(kind: str) -> list[tuple[str, date]]:
    items = FollowUp.objects.open().filter(kind=kind).select_related("recipient").order_by("due_on", "pk")
    return [(str(item.recipient), item.due_on) for item in items]


# --- risks ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("likelihood", "effect", "word"), [(1, 5, LOW), (2, 4, MEDIUM), (3, 5, HIGH), (5, 5, HIGH)])
def test_a_risk_is_as_grave_as_likelihood_times_effect(likelihood, effect, word):
    assert gravity(likelihood, effect) == word


@pytest.mark.property
@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 4))
def test_more_of_either_is_never_less_grave(likelihood, effect, more):
    order = [LOW, MEDIUM, HIGH]
    before = order.index(gravity(likelihood, effect))
    assert order.index(gravity(min(5, likelihood + more), effect)) >= before
    assert order.index(gravity(likelihood, min(5, effect + more))) >= before
    assert weight(likelihood, effect) == weight(effect, likelihood)


def test_a_risk_is_on_the_scale():
    with pytest.raises(ValueError, match="1 to 5"):
        weight(0, 3)


@pytest.mark.django_db
def test_a_countermeasure_is_followed_until_the_risk_is_closed(changhong, rep, manager, now):
    values = {"kind": "SUPPLY", "text": "伺服电机交期 16 周", "likelihood": 4, "effect": 4, "due_on": date(2026, 12, 4)}
    risk = add_risk(changhong, values=values, actor=rep, now=now)
    assert add_risk(changhong, values=values, actor=rep, now=now, client_id=risk.client_id) == risk
    assert open_items(COUNTERMEASURE.kind) == [("陈思远", date(2026, 12, 4))]
    changes = {"countermeasure": "备两个月库存", "responsible": manager}
    edit_risk(risk, changes=changes, version=1, actor=rep, now=now)
    assert open_items(COUNTERMEASURE.kind) == [("赵敏", date(2026, 12, 4))]
    words = wording(COUNTERMEASURE.kind, FollowUp.objects.get().params)
    assert (words.title, words.reason) == ("备两个月库存", "Against a risk at 长虹精密: 伺服电机交期 16 周")
    entry = close_risk(risk, actor=rep, now=now)
    assert open_items(COUNTERMEASURE.kind) == []
    with pytest.raises(RiskClosed):
        close_risk(risk, actor=rep, now=now)
    undo(entry, actor=rep, now=now)
    assert open_items(COUNTERMEASURE.kind) == [("赵敏", date(2026, 12, 4))]
    close_risk(risk, actor=rep, now=now)
    assert reopen_risk(risk, actor=rep, now=now).closed_on is None


# --- the plan ---------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_there_is_one_plan_a_year(plan, changhong, rep, manager):
    assert start_plan(changhong, year=2026, actor=manager) == plan
    assert plan.made_by == rep
    assert str(plan) == "苏州长虹精密科技有限公司 2026"


@pytest.mark.django_db
def test_next_year_takes_over_what_is_known_and_what_is_not_done(plan, row, changhong, rep, director, today, now):
    edit_plan(
        plan,
        changes={
            "sponsor": director,
            "policy": "设备更新补贴",
            "budget": Decimal("120000.0000"),
            "review_on": date(2026, 12, 1),
        },
        version=1,
        actor=rep,
    )
    PlanRowFactory(plan=plan, goal="已完成的", done_on=today)
    remove_row(PlanRowFactory(plan=plan, goal="拿掉的"), actor=rep, now=now)
    edit_row(row, changes={"feedback": "试用通过一半"}, version=row.version, actor=rep, now=now)
    plan.refresh_from_db()
    following = start_plan(changhong, year=2027, actor=rep, like=plan)
    assert (following.sponsor, following.policy) == (director, "设备更新补贴")
    assert (following.budget, following.spent, following.review_on) == (None, None, None)
    (copied,) = following.rows.all()
    assert (copied.goal, copied.responsible, copied.due_on, copied.feedback) == (row.goal, row.responsible, None, "")


@pytest.mark.parametrize(
    ("budget", "spent", "left"),
    [(None, Decimal(5), None), (Decimal(100), None, Decimal(100)), (Decimal(100), Decimal(130), Decimal(-30))],
)
def test_what_is_left_of_the_budget(budget, spent, left):
    assert AccountPlan(budget=budget, spent=spent).left == left


@pytest.mark.django_db
def test_two_people_change_different_facts_and_are_asked_about_the_same(plan, rep, manager, director):
    edit_plan(plan, changes={"policy": "碳排放新规"}, version=1, actor=manager)
    merged = edit_plan(plan, changes={"environment": "出口放缓"}, version=1, actor=rep)
    assert (merged.policy, merged.environment) == ("碳排放新规", "出口放缓")
    with pytest.raises(EditConflict):
        edit_plan(plan, changes={"policy": "设备补贴"}, version=1, actor=rep)


# --- its lines --------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_line_with_a_day_is_a_follow_up_of_who_is_responsible(row, rep, teammate, plan, now):
    assert open_items(PLAN_ACTION.kind) == [("刘婷", date(2026, 12, 18))]
    item = FollowUp.objects.get()
    assert (item.subject_kind, item.subject_id, item.account_id) == ("plan_row", row.pk, plan.account_id)
    words = wording(item.kind, item.params)
    assert (words.title, words.reason) == ("三月底前在三号线完成试用", "It stands in the plan of 长虹精密 for 2026.")
    assert add_row(plan, values=ROW, actor=rep, now=now, client_id=row.client_id) == row
    add_row(plan, values={"goal": "还没有日期"}, actor=rep, now=now)
    assert FollowUp.objects.count() == 1


@pytest.mark.django_db
def test_another_day_or_person_moves_the_follow_up_at_once(row, rep, today, now):
    edit_row(row, changes={"due_on": date(2027, 1, 8)}, version=1, actor=rep, now=now)
    assert open_items(PLAN_ACTION.kind) == [("刘婷", date(2027, 1, 8))]
    edit_row(row, changes={"responsible": None}, version=2, actor=rep, now=now)
    assert open_items(PLAN_ACTION.kind) == [("陈思远", date(2027, 1, 8))]
    edit_row(row, changes={"due_on": None}, version=3, actor=rep, now=now)
    assert open_items(PLAN_ACTION.kind) == []
    plan_follow_ups(on=today, now=now)
    assert open_items(PLAN_ACTION.kind) == []


@pytest.mark.django_db
def test_a_new_day_lies_ahead_and_one_typed_before_midnight_still_arrives(plan, row, rep, today, now):
    yesterday = today - timedelta(days=1)
    with pytest.raises(DayPassed):
        add_row(plan, values=ROW | {"due_on": yesterday}, actor=rep, now=now)
    with pytest.raises(DayPassed):
        edit_row(row, changes={"due_on": yesterday}, version=1, actor=rep, now=now)
    edit_row(row, changes={"due_on": today}, version=1, actor=rep, now=now)
    later = now + timedelta(days=60)
    assert add_row(plan, values=ROW, actor=rep, now=later, client_id=row.client_id) == row
    edit_row(row, changes={"due_on": today, "method": "每周看"}, version=2, actor=rep, now=later)
    row.refresh_from_db()
    assert (row.due_on, row.method) == (today, "每周看")
    assert PlanRow.objects.count() == 1


@pytest.mark.django_db
def test_done_closes_the_follow_up_and_undo_asks_again(row, rep, today, now):
    entry = finish_row(row, actor=rep, now=now)
    row.refresh_from_db()
    assert (row.done_on, open_items(PLAN_ACTION.kind)) == (today, [])
    plan_follow_ups(on=today, now=now)
    assert open_items(PLAN_ACTION.kind) == []
    with pytest.raises(PlanRefused, match="done already"):
        finish_row(row, actor=rep, now=now)
    undo(entry, actor=rep, now=now)
    assert open_items(PLAN_ACTION.kind) == [("刘婷", date(2026, 12, 18))]
    finish_row(row, actor=rep, now=now)
    reopen_row(row, actor=rep, now=now)
    assert open_items(PLAN_ACTION.kind) == [("刘婷", date(2026, 12, 18))]


@pytest.mark.django_db
def test_a_line_is_taken_out_with_its_follow_up_and_put_back(row, rep, now):
    entry = remove_row(row, actor=rep, now=now)
    assert (list(PlanRow.objects.kept()), open_items(PLAN_ACTION.kind)) == ([], [])
    with pytest.raises(PlanRefused, match="taken out meanwhile"):
        edit_row(row, changes={"goal": "别的"}, version=2, actor=rep, now=now)
    undo(entry, actor=rep, now=now)
    assert open_items(PLAN_ACTION.kind) == [("刘婷", date(2026, 12, 18))]


@pytest.mark.django_db
def test_undo_refuses_over_what_was_changed_since(row, rep, manager, now):
    entry = finish_row(row, actor=rep, now=now)
    edit_row(row, changes={"feedback": "试用通过"}, version=2, actor=manager, now=now)
    with pytest.raises(CannotUndo):
        undo(entry, actor=rep, now=now)


@pytest.mark.django_db
def test_the_owner_is_reminded_of_a_review_some_days_ahead(plan, rep, today):
    def due(on: date) -> list[tuple[int, date]]:
        rows = PLAN_REVIEW.plan(RuleContext(on, WorkCalendar(), {"lead_days": 7}))
        return [(found.recipient_id, found.due_on) for found in rows]

    assert {PLAN_REVIEW, PLAN_ACTION, COUNTERMEASURE} <= set(all_rules())
    # A Sunday: it falls on the Friday before.
    edit_plan(plan, changes={"review_on": date(2026, 12, 6)}, version=1, actor=rep)
    assert due(today) == []
    assert due(today + timedelta(days=5)) == [(rep.pk, date(2026, 12, 4))]


@pytest.mark.django_db
def test_responsible_is_somebody_of_the_customer(changhong, rep, teammate, outsider, manager, dealer, firm, director):
    firm.manager = director
    firm.save(update_fields=["manager"])
    for person in (outsider, dealer):
        AccountMemberFactory(account=changhong, user=person)
    assert set(people_of(changhong)) == {rep, outsider, manager, director}


@pytest.mark.django_db
def test_who_left_the_customer_is_reminded_of_nothing_there(plan, row, rep, teammate, manager, outsider, today, now):
    account = plan.account
    values = {"kind": "SUPPLY", "text": "交期", "likelihood": 4, "effect": 4, "due_on": date(2026, 12, 4)}
    add_risk(account, values=values | {"responsible": teammate}, actor=rep, now=now)
    add_row(plan, values=ROW | {"responsible": manager}, actor=rep, now=now)
    due = date(2026, 12, 18)
    assert open_items(PLAN_ACTION.kind) == [("刘婷", due), ("赵敏", due)]
    assert open_items(COUNTERMEASURE.kind) == [("刘婷", date(2026, 12, 4))]
    remove_member(account.members.get(), actor=manager, now=now)
    plan_follow_ups(on=today, now=now)
    assert open_items(PLAN_ACTION.kind) == [("陈思远", due), ("赵敏", due)]
    assert open_items(COUNTERMEASURE.kind) == [("陈思远", date(2026, 12, 4))]
    change_owner(account, to=outsider, actor=manager)
    plan_follow_ups(on=today, now=now)
    assert open_items(PLAN_ACTION.kind) == [("孙磊", due), ("孙磊", due)]


@pytest.mark.django_db
def test_a_dealer_reads_no_plan_and_no_risk_of_his_customer(dealer, rep, now):
    own = AccountFactory(owner=dealer)
    PlanRowFactory(plan=AccountPlanFactory(account=own))
    add_risk(own, values={"kind": "CREDIT", "text": "x", "likelihood": 1, "effect": 1}, actor=rep, now=now)
    for model in (AccountPlan, PlanRow, AccountRisk):
        assert not model.objects.visible_to(dealer).exists()
