"""Who sees which opportunity, and the conditions of lists."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from accounts.choices import Stance
from accounts.tests.factories import AccountFactory, AccountMemberFactory, ContactFactory
from crm.workdays import load_calendar
from pipeline.funnel import Totals
from pipeline.models import Decider, Opportunity
from pipeline.querysets import NO_NEXT_STEP, next_step_overdue, next_step_today
from pipeline.stalls import stall_of
from pipeline.tests.factories import OpportunityFactory
from pipeline.worth import Rates

pytestmark = pytest.mark.django_db


def seen(user) -> set[str]:
    return set(Opportunity.objects.visible_to(user).values_list("name", flat=True))


def test_an_opportunity_is_seen_through_its_customer_or_its_own_team(
    changhong, rep, teammate, outsider, manager, other_manager, director, clerk, compliance, dealer, admin
):
    OpportunityFactory(account=changhong, owner=rep, name="总装线")
    OpportunityFactory(account=changhong, owner=outsider, name="外区协助")
    OpportunityFactory(account=None, owner=teammate, name="无客户")
    OpportunityFactory(account=AccountFactory(owner=dealer), name="经销商的")
    AccountMemberFactory(account=changhong, user=teammate)

    assert seen(rep) == {"总装线", "外区协助"}
    assert seen(teammate) == {"总装线", "外区协助", "无客户"}
    assert seen(outsider) == {"外区协助"}
    assert seen(manager) == {"总装线", "外区协助", "无客户", "经销商的"}
    assert seen(other_manager) == {"外区协助"}
    assert seen(director) == seen(clerk) == {"总装线", "外区协助", "无客户", "经销商的"}
    assert seen(dealer) == {"经销商的"}
    assert seen(compliance) == seen(admin) == set()


def test_a_stand_in_sees_the_opportunities_of_the_absent(rep, outsider):
    OpportunityFactory(account=None, owner=rep, name="总装线")
    outsider.stands_in_for = frozenset({rep.pk})

    assert seen(outsider) == {"总装线"}


def test_the_value_is_a_sum_and_the_weighted_value_counts_by_band(rep, today):
    OpportunityFactory(account=None, owner=rep, step="F", amount=Decimal(1_000_000))
    OpportunityFactory(account=None, owner=rep, step="B", amount=Decimal(2_000_000))
    OpportunityFactory(account=None, owner=rep, step="A", amount=None)

    own = Rates("CNY")
    assert Opportunity.objects.sums(own, today) == Totals(3, Decimal(3_000_000), Decimal(1_750_000), unrated=0)
    assert Opportunity.objects.none().sums(own, today) == Totals()


@pytest.mark.parametrize("next_step_on", [None, date(2026, 11, 23), date(2026, 11, 24)])
@pytest.mark.parametrize("day", [date(2026, 10, 26), date(2026, 10, 27), date(2026, 11, 24)])
@pytest.mark.parametrize("hour", [0, 15])
def test_the_database_and_the_words_agree_on_what_is_stalled(day, next_step_on, hour, rep, today, now):
    """20 working days are expected; instants near midnight in Shanghai are looked at too."""
    progressed_at = datetime(day.year, day.month, day.day, hour, 59, tzinfo=UTC)
    deal = OpportunityFactory(account=None, owner=rep, step="F", next_step_on=next_step_on, progressed_at=progressed_at)
    local = day  # both hours lie on the same day in Shanghai
    stall = stall_of(
        local, expected_days=deal.our_step.expected_days, next_step_on=next_step_on, on=today, calendar=load_calendar()
    )

    assert Opportunity.objects.stalled(now).exists() == (stall is not None)


def test_only_what_is_open_stalls_or_waits_for_a_next_step(rep, today, now):
    long_ago = datetime(2026, 1, 5, tzinfo=UTC)
    OpportunityFactory(account=None, owner=rep, name="停滞", progressed_at=long_ago)
    OpportunityFactory(account=None, owner=rep, name="已赢", progressed_at=long_ago, state="WON", closed_on=today)
    OpportunityFactory(account=None, owner=rep, name="逾期", next_step_on=date(2026, 11, 23))
    OpportunityFactory(account=None, owner=rep, name="今天", next_step_on=today)

    def names(condition) -> set[str]:
        return set(Opportunity.objects.filter(condition).values_list("name", flat=True))

    assert set(Opportunity.objects.stalled(now).values_list("name", flat=True)) == {"停滞"}
    assert names(NO_NEXT_STEP) == {"停滞"}
    assert names(next_step_overdue(today)) == {"逾期"}
    assert names(next_step_today(today)) == {"今天"}


def test_no_sponsor_past_the_step_that_asks_for_one(changhong, rep):
    early = OpportunityFactory(account=changhong, step="D", name="早")
    late = OpportunityFactory(account=changhong, step="C", name="晚")
    sponsored = OpportunityFactory(account=changhong, step="C", name="有赞助者")
    Decider.objects.create(
        opportunity=sponsored, contact=ContactFactory(account=changhong, stance=Stance.SPONSOR), role="I"
    )
    Decider.objects.create(
        opportunity=late, contact=ContactFactory(account=changhong, stance=Stance.SUPPORTER), role="D"
    )

    assert list(Opportunity.objects.without_sponsor()) == [late]
    assert early.our_step.needs_sponsor is False
