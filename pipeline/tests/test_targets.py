"""Targets: set, resolved, compared."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.editing import EditConflict
from crm.models import AuditEntry
from pipeline.actions.guards import CannotChange
from pipeline.actions.targets import set_target
from pipeline.choices import Metric, PeriodKind
from pipeline.models import Target
from pipeline.periods import Period, period_of, periods_of_year
from pipeline.targets import difference, resolve, target_for
from pipeline.tests.factories import TargetFactory

NOVEMBER = Period(date(2026, 11, 1), PeriodKind.MONTH)
AUTUMN = Period(date(2026, 10, 1), PeriodKind.QUARTER)
YEAR = Period(date(2026, 1, 1), PeriodKind.YEAR)


def test_periods_know_their_days_parts_and_names():
    assert period_of(date(2026, 11, 24), "QUARTER") == AUTUMN
    assert (AUTUMN.last, AUTUMN.label) == (date(2026, 12, 31), "2026 Q4")
    assert [part.label for part in AUTUMN.parts] == ["2026-10", "2026-11", "2026-12"]
    assert [part.label for part in YEAR.parts] == ["2026 Q1", "2026 Q2", "2026 Q3", "2026 Q4"]
    assert len(periods_of_year(2026, "MONTH")) == 12
    with pytest.raises(ValueError, match="no quarter begins"):
        Period(date(2026, 11, 1), PeriodKind.QUARTER)


def test_a_target_not_set_is_the_sum_of_its_parts():
    months = {NOVEMBER: Decimal(100), Period(date(2026, 3, 1), PeriodKind.MONTH): Decimal(50)}

    assert resolve(months, AUTUMN) == 100
    assert resolve(months, YEAR) == 150
    assert resolve(months | {AUTUMN: Decimal(400)}, YEAR) == 450
    assert resolve({YEAR: Decimal(1200)}, NOVEMBER) is None


def test_the_difference_between_parts_and_whole_is_shown():
    assert difference(Decimal(100), [Decimal(60), Decimal(30), None]) == -10
    assert difference(Decimal(100), [None]) is None
    assert difference(None, [Decimal(60)]) is None


@pytest.mark.property
@settings(deadline=None)
@given(day=st.dates(date(2000, 1, 1), date(2099, 12, 31)), kind=st.sampled_from(PeriodKind.values))
def test_every_day_lies_in_its_period_and_in_exactly_one_part(day: date, kind: str):
    period = period_of(day, kind)

    assert period.first <= day <= period.last
    assert kind == "MONTH" or len([part for part in period.parts if part.first <= day <= part.last]) == 1


@pytest.mark.django_db
def test_a_target_is_set_once_changed_and_taken_away(rep, manager):
    def put(value: Decimal | None) -> Target | None:
        return set_target(period=NOVEMBER, metric=Metric.WON_VALUE, value=value, actor=manager, user=rep)

    put(Decimal(100))
    put(Decimal(100))
    put(Decimal(120))
    assert (Target.objects.get().value, Target.objects.get().version) == (120, 2)
    assert put(None) is None
    assert put(None) is None
    assert not Target.objects.exists()
    actions = AuditEntry.objects.order_by("id").values_list("action", flat=True)
    assert list(actions) == ["target.set", "target.set", "target.removed"]


@pytest.mark.django_db
def test_what_cannot_be_a_target_is_refused(rep, east, manager):
    for wrong in ({}, {"user": rep, "team": east}, {"user": rep, "value": Decimal(-1)}):
        with pytest.raises(CannotChange):
            set_target(**{"period": NOVEMBER, "metric": "WON_VALUE", "value": Decimal(1), "actor": manager} | wrong)


@pytest.mark.django_db
def test_who_saw_an_old_target_is_asked(east, manager, director):
    given_ = {"period": NOVEMBER, "metric": Metric.WON_VALUE, "team": east}
    set_target(**given_, value=Decimal(100), actor=director, version=0)

    with pytest.raises(EditConflict) as conflict:
        set_target(**given_, value=Decimal(90), actor=manager, version=0)
    assert conflict.value.clashes[0].theirs == 100
    assert set_target(**given_, value=Decimal(90), actor=manager, version=1).value == 90


@pytest.mark.django_db
def test_the_target_of_people_and_teams_is_one_sum(rep, teammate, east, west, django_assert_num_queries):
    TargetFactory(user=rep, value=Decimal(100))
    TargetFactory(user=rep, starts_on=date(2026, 12, 1), value=Decimal(50))
    TargetFactory(user=teammate, metric=Metric.NEW_ACCOUNTS, value=Decimal(7))
    TargetFactory(team=west, period="QUARTER", starts_on=date(2026, 10, 1), value=Decimal(1000))

    with django_assert_num_queries(1):
        assert target_for(AUTUMN, users=[rep, teammate], teams=[west]) == 1150
    assert target_for(NOVEMBER, users=[rep, teammate]) == 100
    assert target_for(NOVEMBER, users=[teammate], metric=Metric.NEW_ACCOUNTS) == 7
    assert target_for(NOVEMBER, teams=[east]) is None
