"""Periods a manager looks at."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.periods import Period, PeriodKind, period_containing, same_days_before, same_days_last_year

kinds = st.sampled_from(PeriodKind)
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("kind", "first", "last", "label"),
    [
        (PeriodKind.WEEK, date(2026, 11, 23), date(2026, 11, 29), "11-23 – 11-29"),
        (PeriodKind.MONTH, date(2026, 11, 1), date(2026, 11, 30), "2026-11"),
        (PeriodKind.QUARTER, date(2026, 10, 1), date(2026, 12, 31), "2026 Q4"),
        (PeriodKind.YEAR, date(2026, 1, 1), date(2026, 12, 31), "2026"),
    ],
)
def test_the_period_around_24_november_2026(kind, first, last, label):
    period = period_containing(kind, date(2026, 11, 24))
    assert (period.first, period.last, period.label) == (first, last, label)


@pytest.mark.property
@given(kinds, days)
def test_periods_of_a_kind_follow_one_another_without_gap(kind, day):
    period = period_containing(kind, day)
    assert period.holds(day)
    assert period.next().first == period.last + timedelta(days=1)
    assert period.next().previous() == period


@pytest.mark.property
@given(kinds, days)
def test_the_compared_days_are_never_more_than_have_passed(kind, day):
    period = period_containing(kind, day)
    before = same_days_before(period, day)
    assert before.first == period.previous().first
    if day < period.last:
        assert (before.last - before.first).days <= (day - period.first).days
    else:
        assert before == period.previous()  # a whole month with a whole month, however long


def test_a_running_quarter_is_compared_with_as_many_days():
    quarter = period_containing(PeriodKind.QUARTER, date(2026, 11, 24))
    assert same_days_before(quarter, date(2026, 11, 24)) == Period(
        PeriodKind.QUARTER, date(2026, 7, 1), date(2026, 8, 24)
    )


@pytest.mark.parametrize(
    ("kind", "day", "first", "last"),
    [
        (PeriodKind.WEEK, date(2026, 11, 24), date(2025, 11, 24), date(2025, 11, 25)),
        (PeriodKind.MONTH, date(2024, 2, 29), date(2023, 2, 1), date(2023, 2, 28)),
        (PeriodKind.QUARTER, date(2026, 11, 24), date(2025, 10, 1), date(2025, 11, 24)),
        (PeriodKind.YEAR, date(2026, 1, 1), date(2025, 1, 1), date(2025, 1, 1)),
    ],
)
def test_last_year_is_looked_at_as_far_as_this_one_has_come(kind, day, first, last):
    found = same_days_last_year(period_containing(kind, day), day)
    assert (found.first, found.last) == (first, last)
