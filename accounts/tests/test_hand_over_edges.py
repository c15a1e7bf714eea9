"""Hand-overs at their edges: who may still begin one, what the planner does not see, what the leaver had claimed."""

import uuid
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts.actions.claims import Filing, file_for
from accounts.actions.handing import CannotHandOver, plan_hand_over
from accounts.actions.handover_run import start, start_due
from accounts.models import Account, Claim, HandOver
from accounts.tests.factories import AccountFactory
from crm.audit import history_of
from followups.models import Approval
from teams.actions.people import deactivate_user
from teams.choices import Role
from teams.models import Team, User


@pytest.fixture(autouse=True)
def _day(now: datetime):
    """Everything happens at 10:40 on 24 November 2026."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def scheduled(changhong: Account, rep: User, teammate: User, manager: User, today: date, now: datetime) -> HandOver:
    """Chen Siyuan leaves tomorrow; Zhao Min has planned that Liu Ting gets everything."""
    tomorrow = today + timedelta(days=1)
    planned = plan_hand_over(giver=rep, reason="LEAVES", day=tomorrow, rest_to=teammate, actor=manager)
    return start(planned, actor=manager, on=today, now=now)


def on_its_day(scheduled: HandOver, today: date, now: datetime) -> tuple[int, str]:
    """Let the morning come; return how many began, and how this one stands."""
    begun = start_due(on=today + timedelta(days=1), now=now + timedelta(days=1))
    scheduled.refresh_from_db()
    return begun, scheduled.state


def test_what_was_planned_begins_on_its_day(scheduled: HandOver, rep: User, today: date, now: datetime) -> None:
    assert on_its_day(scheduled, today, now) == (1, "RUNNING")
    rep.refresh_from_db()
    assert not rep.is_active


def test_nothing_begins_in_the_name_of_who_left_himself(
    scheduled: HandOver, rep: User, manager: User, director: User, today: date, now: datetime
) -> None:
    deactivate_user(manager, actor=director, now=now)

    assert on_its_day(scheduled, today, now) == (0, "DRAFT")
    rep.refresh_from_db()
    assert rep.is_active
    assert "赵敏" in history_of(scheduled).get(action="hand_over.not_started").changes["reason"]


def test_nothing_begins_in_the_name_of_who_leads_nobody_any_more(
    scheduled: HandOver, rep: User, manager: User, today: date, now: datetime
) -> None:
    User.objects.filter(pk=manager.pk).update(role=Role.REP)

    assert on_its_day(scheduled, today, now) == (0, "DRAFT")
    rep.refresh_from_db()
    assert rep.is_active


def test_who_was_promoted_meanwhile_is_not_let_go_by_a_manager(
    changhong: Account, rep: User, teammate: User, manager: User, director: User, today: date, now: datetime
) -> None:
    planned = plan_hand_over(giver=rep, reason="LEAVES", day=today, rest_to=teammate, actor=manager)
    User.objects.filter(pk=rep.pk).update(role=Role.DIRECTOR)

    with pytest.raises(CannotHandOver, match="You may not end the access of 陈思远"):
        start(planned, actor=manager, on=today, now=now)
    rep.refresh_from_db()
    assert rep.is_active
    start(planned, actor=director, on=today, now=now)  # who stands above may


def test_the_planner_reads_that_customers_of_other_teams_stay(
    changhong: Account, rep: User, teammate: User, manager: User, director: User, west: Team, today: date, client_for
) -> None:
    AccountFactory(name="成都天奥", owner=rep, team=west)
    AccountFactory(name="归档了的", owner=rep, team=west, archived_at=datetime.now().astimezone())
    planned = plan_hand_over(giver=rep, reason="LEAVES", day=today, rest_to=teammate, actor=manager)
    sentence = "Customers of 陈思远 in teams you do not lead: 1. They stay with 陈思远"

    for page in ("page", "start"):
        shown = client_for(manager).get(reverse(f"accounts:handovers:{page}", args=[planned.pk])).content.decode()
        assert sentence in shown
        assert "成都天奥" not in shown
        assert (
            sentence
            not in client_for(director).get(reverse(f"accounts:handovers:{page}", args=[planned.pk])).content.decode()
        )


def test_what_the_leaver_had_claimed_waits_for_no_decision_any_more(
    rep: User, teammate: User, outsider: User, manager: User, director: User, today: date, now: datetime
) -> None:
    theirs = AccountFactory(name="无锡华鑫", owner=teammate)
    filing = Filing("华东", date(2026, 11, 1))
    for person in (rep, outsider):
        file_for(theirs, filing=filing, client_id=uuid.uuid4(), actor=person, now=now, on=today)
    deactivate_user(rep, actor=director, now=now)

    assert [(str(claim.claimant), claim.state) for claim in Claim.objects.order_by("pk")] == [
        ("陈思远", "ENDED"),
        ("孙磊", "WAITING"),
    ]
    assert Claim.objects.get(claimant=rep).reason == "陈思远 no longer works here"
    assert [str(row.requested_by) for row in Approval.objects.waiting()] == ["孙磊"]
