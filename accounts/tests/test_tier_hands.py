"""A tier set by hand: with a reason, until a day, and then somebody is asked what now."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.actions.ratings import add_scale, edit_scale, rate_account
from accounts.actions.tier_hands import OverrideRefused, end_expired_overrides, end_override, override_tier
from accounts.actions.tier_rounds import run_again
from accounts.models import Account, AccountRating, TierChange, TierPolicy
from accounts.rules import HAND_ENDED, HAND_RULE
from accounts.tests.factories import AccountFactory, TurnoverFactory
from accounts.tests.tier_steps import tiers
from crm.audit import history_of
from crm.workdays import load_calendar
from followups.models import FollowUp
from followups.planning import plan_follow_ups
from followups.rules import RuleContext
from teams.models import User


@pytest.fixture
def ten(rep: User, today: date) -> list[Account]:
    """Ten customers of tier C, each selling a thousand more than the one before."""
    accounts = AccountFactory.create_batch(10, owner=rep, tier="C", potential=3, credit=3)
    for number, account in enumerate(accounts, start=1):
        TurnoverFactory(account=account, booked_on=today - timedelta(days=30), amount=Decimal(1000 * number))
    return accounts


@pytest.fixture
def until(ten, manager: User, today: date, now: datetime) -> date:
    """The smallest is A by the hand of Zhao Min until this day."""
    day = today + timedelta(days=30)
    override_tier(ten[0], to="A", until=day, reason="战略客户", actor=manager, on=today, now=now)
    return day


def asked() -> list[FollowUp]:
    return list(FollowUp.objects.open().filter(kind=HAND_ENDED))


def test_a_tier_set_by_hand_stays_until_its_day(ten, until: date, admin: User, now: datetime) -> None:
    TierPolicy.objects.update(applies_itself=True)
    run_again(actor=admin, on=until, now=now)
    assert tiers(ten) == "ACCCCCCBBA"
    assert end_expired_overrides(on=until, now=now) == 0
    assert end_expired_overrides(on=until + timedelta(days=1), now=now) == 1
    assert tiers(ten)[0] == "C"
    kinds = list(TierChange.objects.filter(account=ten[0]).order_by("pk").values_list("kind", "reason"))
    assert kinds == [("OVERRIDE", "战略客户"), ("OVERRIDE_ENDED", f"Set by hand until {until}")]


def test_the_computed_tier_counts_though_it_lies_within_the_margin(ten, manager, today, now) -> None:
    TierPolicy.objects.update(margin=Decimal(9))
    override_tier(ten[8], to="A", until=today + timedelta(days=9), reason="战略客户", actor=manager, on=today, now=now)
    assert end_override(ten[8], actor=manager, on=today).tier == "B"


def test_a_hand_setting_can_be_ended_early_and_once(ten, until: date, manager: User, today: date) -> None:
    assert end_override(ten[0], actor=manager, on=today).tier == "C"
    end_override(ten[0], actor=manager, on=today)
    assert TierChange.objects.filter(account=ten[0]).count() == 2


@pytest.mark.parametrize(("reason", "days", "says"), [("  ", 9, "Say why"), ("战略", 0, "after today")])
def test_a_hand_setting_needs_a_reason_and_an_end(reason, days, says, changhong: Account, manager, today, now) -> None:
    until = today + timedelta(days=days)
    with pytest.raises(OverrideRefused, match=says):
        override_tier(changhong, to="A", until=until, reason=reason, actor=manager, on=today, now=now)
    assert tiers([changhong]) == "-"


# --- what now ---------------------------------------------------------------------------------------------------------
def test_who_set_it_is_asked_what_now_and_the_rule_yields_the_same(ten, until: date, manager, now) -> None:
    day = until + timedelta(days=1)
    end_expired_overrides(on=day, now=now)
    (item,) = asked()
    assert (item.recipient, item.account_id, item.due_on) == (manager, ten[0].pk, date(2026, 12, 25))
    assert item.params == {"account": ten[0].called, "tier": "A", "now": "C"}
    context = RuleContext(on=day, calendar=load_calendar(), params={"keep_days": 30})
    assert [due.key for due in HAND_RULE.plan(context)] == [item.key]
    later = RuleContext(on=day + timedelta(days=31), calendar=load_calendar(), params={"keep_days": 30})
    assert list(HAND_RULE.plan(later)) == []


def test_where_who_set_it_has_left_the_leader_of_the_team_is_asked(ten, until, manager, other_manager, now) -> None:
    User.objects.filter(pk=manager.pk).update(is_active=False)
    team = ten[0].team
    team.manager = other_manager
    team.save(update_fields=["manager"])
    end_expired_overrides(on=until + timedelta(days=1), now=now)
    assert [item.recipient for item in asked()] == [other_manager]


def test_setting_it_again_answers_the_question(ten, until: date, manager: User, now: datetime) -> None:
    day = until + timedelta(days=1)
    end_expired_overrides(on=day, now=now)
    again = day + timedelta(days=90)
    override_tier(ten[0], to="A", until=again, reason="仍是战略客户", actor=manager, on=day, now=now)
    assert asked() == []
    plan_follow_ups(on=day, now=now)
    assert asked() == []


def test_who_ends_it_early_is_not_asked(ten, until: date, manager: User, today: date, now: datetime) -> None:
    end_override(ten[0], actor=manager, on=today)
    plan_follow_ups(on=today, now=now)
    assert asked() == []


# --- further criteria -------------------------------------------------------------------------------------------------
def test_a_customer_is_rated_by_further_criteria_and_history_says_so(changhong, admin: User, rep: User) -> None:
    scale = add_scale(name="创新意愿", hint="0 观望，5 率先尝试", actor=admin)
    rate_account(changhong, ratings={scale.pk: 4, 999: 3}, actor=rep)
    rate_account(changhong, ratings={scale.pk: 4}, actor=rep)
    rate_account(changhong, ratings={scale.pk: None}, actor=rep)
    assert not AccountRating.objects.exists()
    told = [entry.changes for entry in history_of(changhong) if entry.action == "account.rated"]
    assert told == [{"ratings": {"创新意愿": [4, None]}}, {"ratings": {"创新意愿": [None, 4]}}]
    assert not edit_scale(scale, changes={"is_active": False}, version=1, actor=admin).is_active
