"""A seller leaves: customers go to others with all that is open; what is over stays; every one can come back."""

from datetime import date, datetime, timedelta

import pytest
import time_machine

from accounts.actions.handing import choose_receivers, plan_hand_over
from accounts.actions.handover_run import pause, resume, start, start_taking_back, stop
from accounts.models import Account, Claim, HandOver
from accounts.tests.factories import AccountFactory, ClaimFactory
from crm.audit import history_of
from followups.actions.items import complete, promise
from followups.checkup import faults
from followups.dispatching import dispatch_due
from followups.models import FollowUp, Notification
from pipeline.models import Opportunity
from pipeline.tests.factories import OpportunityFactory
from teams.models import User
from visits.models import PlanItem
from visits.tests.factories import DayPlanFactory, PlanItemFactory


@pytest.fixture(autouse=True)
def _day(now: datetime):
    """Everything happens at 10:40 on 24 November 2026."""
    with time_machine.travel(now, tick=False):
        yield


def begun(hand_over: HandOver, actor: User, on: date, now: datetime, run) -> HandOver:
    """Start a hand-over and let the worker do it; return it as it then stands."""
    with run(execute=True):
        start(hand_over, actor=actor, on=on, now=now)
    return HandOver.objects.get(pk=hand_over.pk)


def outcome(hand_over: HandOver) -> dict[str, str]:
    """Return what became of each customer, by name; "" is what belongs to none."""
    rows = hand_over.items.values_list("account__short_name", "state")
    return {name or "": state for name, state in rows}


@pytest.fixture
def tianao(rep: User) -> Account:
    return AccountFactory(name="成都天奥电子", short_name="天奥", owner=rep, tier="A")


@pytest.fixture
def plan(changhong: Account, tianao: Account, rep: User, teammate: User, manager: User, today: date) -> HandOver:
    """Chen Siyuan leaves today; Liu Ting gets everything."""
    return plan_hand_over(giver=rep, reason="LEAVES", day=today, rest_to=teammate, actor=manager)


def test_what_is_open_goes_along_and_what_is_over_stays(
    plan, changhong, rep, teammate, manager, today, now, django_capture_on_commit_callbacks
) -> None:
    deal = OpportunityFactory(account=changhong, name="二期产线")
    won = OpportunityFactory(account=changhong, name="一期", state="WON", closed_on=today)
    alone = OpportunityFactory(account=None, owner=rep, name="还没有客户")
    stop_ahead = PlanItemFactory(plan=DayPlanFactory(user=rep, day=today + timedelta(days=1)), account=changhong)
    passed = PlanItemFactory(plan=DayPlanFactory(user=rep, day=today - timedelta(days=1)), account=changhong)
    said = promise(changhong, recipient=rep, text="送样品", due_on=today, actor=rep, now=now, account_id=changhong.pk)
    own = promise(rep, recipient=rep, text="体检", due_on=today, actor=rep, now=now)

    done = begun(plan, manager, today, now, django_capture_on_commit_callbacks)

    assert (done.state, outcome(done)) == ("DONE", {"长虹精密": "DONE", "天奥": "DONE", "": "DONE"})
    changhong.refresh_from_db()
    assert (changhong.owner, changhong.team) == (teammate, teammate.team)
    owners = {row.name: row.owner for row in Opportunity.objects.all()}
    assert owners == {"二期产线": teammate, "一期": rep, "还没有客户": teammate}
    stops = {item.pk: (item.plan.user, item.state) for item in PlanItem.objects.select_related("plan__user")}
    new = PlanItem.objects.get(plan__user=teammate)
    assert stops == {stop_ahead.pk: (rep, "DROPPED"), passed.pk: (rep, "OPEN"), new.pk: (teammate, "OPEN")}
    assert new.plan.day == stop_ahead.plan.day
    said.refresh_from_db()
    own.refresh_from_db()
    assert (said.recipient, own.recipient) == (teammate, rep)
    first = FollowUp.objects.filter(kind="first-visit").order_by("due_on")
    assert [(item.recipient, item.account_id) for item in first] == [
        (teammate, plan.items.get(account__tier="A").account_id),
        (teammate, changhong.pk),
    ]
    assert faults(now=now) == []
    del deal, won, alone


def test_all_of_it_comes_back(
    plan, changhong, rep, teammate, manager, today, now, django_capture_on_commit_callbacks
) -> None:
    OpportunityFactory(account=changhong, name="二期产线")
    claim = ClaimFactory(account=changhong)
    stop_ahead = PlanItemFactory(plan=DayPlanFactory(user=rep, day=today + timedelta(days=1)), account=changhong)
    said = promise(changhong, recipient=rep, text="送样品", due_on=today, actor=rep, now=now, account_id=changhong.pk)
    done = begun(plan, manager, today, now, django_capture_on_commit_callbacks)

    with django_capture_on_commit_callbacks(execute=True):
        start_taking_back(done, actor=manager, now=now)

    done.refresh_from_db()
    assert (done.state, set(outcome(done).values())) == ("UNDONE", {"BACK"})
    changhong.refresh_from_db()
    said.refresh_from_db()
    stop_ahead.refresh_from_db()
    assert (changhong.owner, said.recipient, stop_ahead.state) == (rep, rep, "OPEN")
    in_force = Claim.objects.in_force().get()
    assert (in_force, in_force.claimant, in_force.protected_until) == (claim, rep, claim.protected_until)
    assert Opportunity.objects.get().owner == rep
    assert PlanItem.objects.get(plan__user=teammate).state == "DROPPED"
    assert not FollowUp.objects.open().filter(kind="first-visit").exists()
    assert [row.action for row in history_of(changhong)][:2] == ["account.owner_changed_back", "account.owner_changed"]


def test_what_was_changed_since_stays_and_is_named_the_rest_comes_back(
    plan, changhong, tianao, rep, teammate, manager, today, now, django_capture_on_commit_callbacks
) -> None:
    said = promise(changhong, recipient=rep, text="送样品", due_on=today, actor=rep, now=now, account_id=changhong.pk)
    done = begun(plan, manager, today, now, django_capture_on_commit_callbacks)
    said.refresh_from_db()
    complete(said, actor=teammate, now=now)

    with django_capture_on_commit_callbacks(execute=True):
        start_taking_back(done, actor=manager, now=now)

    assert outcome(done) == {"长虹精密": "KEPT", "天奥": "BACK", "": "BACK"}
    assert "送样品" in done.items.get(account=changhong).error
    changhong.refresh_from_db()
    tianao.refresh_from_db()
    assert (changhong.owner, tianao.owner) == (teammate, rep)


def test_a_customer_that_went_elsewhere_meanwhile_is_left_alone_and_said(
    plan, changhong, outsider, manager, today, now, django_capture_on_commit_callbacks
) -> None:
    Account.objects.filter(pk=changhong.pk).update(owner=outsider)
    done = begun(plan, manager, today, now, django_capture_on_commit_callbacks)
    assert outcome(done) == {"长虹精密": "FAILED", "天奥": "DONE", "": "DONE"}
    assert done.items.get(account=changhong).error == "It belongs to 孙磊 meanwhile."


def test_who_leaves_can_sign_in_no_more_from_that_moment(
    plan, rep, manager, today, now, client_for, django_capture_on_commit_callbacks
) -> None:
    browser = client_for(rep)
    assert browser.get("/today/").status_code == 200
    begun(plan, manager, today, now, django_capture_on_commit_callbacks)
    assert browser.get("/today/").status_code == 302
    assert browser.get("/accounts/export/").status_code == 302
    assert browser.get("/session/").status_code == 401


def test_pausing_stops_between_two_customers_and_going_on_does_the_rest(
    plan, teammate, manager, today, now, django_capture_on_commit_callbacks
) -> None:
    start(plan, actor=manager, on=today, now=now)  # the worker is not awake yet
    pause(plan, actor=manager)
    assert set(outcome(plan).values()) == {"WAITING"}
    with django_capture_on_commit_callbacks(execute=True):
        resume(plan, actor=manager)
    assert set(outcome(plan).values()) == {"DONE"}
    assert Account.objects.filter(owner=teammate).count() == 2


def test_stopping_leaves_the_rest_where_it_was(plan, rep, manager, today, now) -> None:
    start(plan, actor=manager, on=today, now=now)
    stop(plan, actor=manager, now=now)
    plan.refresh_from_db()
    assert (plan.state, set(outcome(plan).values())) == ("STOPPED", {"LEFT_OUT"})
    assert Account.objects.filter(owner=rep).count() == 2


def test_one_by_one_stands_above_the_rest(
    plan, changhong, outsider, teammate, manager, director, today, now, django_capture_on_commit_callbacks
) -> None:
    item = plan.items.get(account=changhong)
    assert choose_receivers(plan, chosen={item.pk: outsider}, actor=director) == 1
    begun(plan, manager, today, now, django_capture_on_commit_callbacks)
    assert {account.short_name: account.owner for account in Account.objects.all()} == {
        "长虹精密": outsider,
        "天奥": teammate,
    }


def test_the_receiver_and_the_leader_hear_of_it(
    plan, teammate, manager, today, now, django_capture_on_commit_callbacks
) -> None:
    begun(plan, manager, today, now, django_capture_on_commit_callbacks)
    dispatch_due()
    told = {line.recipient: (line.kind, line.params) for line in Notification.objects.exclude(kind="first-visit")}
    assert told[teammate][0] == "hand_over_received"
    assert told[teammate][1]["n"] == 2
    assert told[manager][0] == "hand_over_finished"
