"""Lines of plans, risks, calls and swept places: they follow whoever takes over, and come back with him."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from accounts.actions.claims import release
from accounts.actions.giving import give_account, give_loose, take_back
from accounts.actions.inquiries import give_inquiry
from accounts.handover.preview import loose_of, things_of
from accounts.models import Account, AccountRisk, Inquiry, PlanRow, SweepPlace
from accounts.tests.factories import (
    AccountFactory,
    AccountPlanFactory,
    AccountRiskFactory,
    InquiryFactory,
    PlanRowFactory,
    SweepPlaceFactory,
)
from crm.undo import undo
from followups.models import FollowUp
from followups.planning import plan_follow_ups
from teams.models import User


@pytest.fixture(autouse=True)
def _day(now: datetime):
    """Everything happens at 10:40 on 24 November 2026."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def line(changhong: Account, rep: User, today: date) -> PlanRow:
    """Chen Siyuan is named responsible for a line."""
    plan = AccountPlanFactory(account=changhong)
    return PlanRowFactory(plan=plan, responsible=rep, due_on=today + timedelta(days=5))


def open_items(kind: str) -> list[str]:
    """Return who is reminded of a kind of thing, once the rules have run."""
    rows = FollowUp.objects.open().filter(kind=kind).select_related("recipient").order_by("pk")
    return [str(row.recipient) for row in rows]


def named(model: Any, field: str = "responsible") -> list[str]:
    return [str(getattr(row, field) or "owner") for row in model.objects.order_by("pk")]


def test_lines_and_risks_that_name_the_giver_fall_to_the_new_owner(
    line, changhong, rep, teammate, manager, today, now
) -> None:
    AccountRiskFactory(account=changhong, responsible=rep)
    done = PlanRowFactory(plan=line.plan, responsible=rep, done_on=today)
    PlanRowFactory(plan=line.plan, responsible=manager)
    [along] = things_of([changhong.pk])[changhong.pk]
    assert (str(along.label), len(along.things)) == ("lines of account plans", 2)
    plan_follow_ups(on=today, now=now)

    given = give_account(changhong, giver=rep, to=teammate, actor=manager, now=now)
    plan_follow_ups(on=today, now=now)
    assert (named(PlanRow), named(AccountRisk)) == (["owner", "陈思远", "赵敏"], ["owner"])
    assert PlanRow.objects.get(pk=done.pk).responsible == rep
    assert open_items("account-plan-action") == ["刘婷"]

    take_back(given.before, actor=manager, now=now)
    plan_follow_ups(on=today, now=now)
    assert (named(PlanRow), named(AccountRisk)) == (["陈思远", "陈思远", "赵敏"], ["陈思远"])
    assert open_items("account-plan-action") == ["陈思远"]


def test_in_the_pool_a_line_asks_nobody_and_whoever_claims_the_customer_later(
    line, changhong, rep, manager, today, now
) -> None:
    plan_follow_ups(on=today, now=now)
    entry = release(changhong, reason="项目停摆", actor=rep, now=now)
    plan_follow_ups(on=today, now=now)
    assert (named(PlanRow), open_items("account-plan-action")) == (["owner"], [])

    undo(entry, actor=rep, now=now)
    plan_follow_ups(on=today, now=now)
    assert (named(PlanRow), open_items("account-plan-action")) == (["陈思远"], ["陈思远"])


def test_lines_at_a_colleagues_customer_fall_to_that_colleague(rep, teammate, outsider, manager, today, now) -> None:
    theirs = AccountFactory(name="无锡华鑫", owner=outsider)
    PlanRowFactory(plan=AccountPlanFactory(account=theirs), responsible=rep, due_on=today)
    assert [str(along.label) for along in loose_of(rep)] == ["lines of account plans"]

    give_loose(giver=rep, to=teammate, actor=manager, now=now)
    plan_follow_ups(on=today, now=now)

    assert open_items("account-plan-action") == ["孙磊"]


def test_who_came_in_and_waits_is_answered_by_the_new_owner(changhong, rep, teammate, manager, today, now) -> None:
    waiting = InquiryFactory(account=changhong)
    InquiryFactory(account=changhong, answered_at=now)
    plan_follow_ups(on=today, now=now)
    assert open_items("first-contact-due") == ["陈思远"]

    given = give_account(changhong, giver=rep, to=teammate, actor=manager, now=now)
    assert [str(row.given_to) for row in Inquiry.objects.order_by("pk")] == ["刘婷", "陈思远"]
    assert open_items("first-contact-due") == ["刘婷"]

    take_back(given.before, actor=manager, now=now)
    waiting.refresh_from_db()
    assert waiting.given_to == rep
    assert open_items("first-contact-due") == ["陈思远"]


def test_of_the_pool_the_manager_answers_who_came_in(changhong, rep, manager, now) -> None:
    InquiryFactory(account=changhong)
    release(changhong, reason="项目停摆", actor=rep, now=now)

    assert Inquiry.objects.get().given_to == manager


def test_a_call_given_away_and_back_reminds_again(changhong, rep, teammate, manager, today, now) -> None:
    call = InquiryFactory(account=changhong)
    plan_follow_ups(on=today, now=now)
    give_inquiry(call, to=teammate, actor=manager, now=now)
    give_inquiry(call, to=rep, actor=manager, now=now)

    assert open_items("first-contact-due") == ["陈思远"]


def test_swept_places_go_with_what_belongs_to_no_customer(rep, teammate, outsider, manager, now) -> None:
    place = SweepPlaceFactory(name="阳光花园", owner=rep)
    SweepPlaceFactory(owner=rep, archived_at=now)
    assert [(str(along.label), [thing.text for thing in along.things]) for along in loose_of(rep)] == [
        ("swept places", ["阳光花园"])
    ]

    given = give_loose(giver=rep, to=outsider, actor=manager, now=now)
    assert [str(row.owner) for row in SweepPlace.objects.order_by("pk")] == ["孙磊", "陈思远"]
    place.refresh_from_db()
    assert place.team == outsider.team

    take_back(given.before, actor=manager, now=now)
    place.refresh_from_db()
    assert (place.owner, place.team) == (rep, rep.team)
