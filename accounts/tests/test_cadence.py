"""Days between contacts."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.cadence import days_owed, gap_of, next_due, visits_a_month
from crm.workdays import WorkCalendar

DAYS = {"A": 14, "B": 30, "C": 90}
CALENDAR = WorkCalendar()


def test_the_next_contact_falls_on_a_working_day() -> None:
    friday = date(2026, 11, 20)
    assert next_due(friday, "A", DAYS, CALENDAR) == date(2026, 12, 4)
    sunday_in_a_fortnight = date(2026, 11, 22)
    assert next_due(sunday_in_a_fortnight, "A", DAYS, CALENDAR) == date(2026, 12, 7)


def test_national_day_moves_it_behind_the_holiday() -> None:
    assert next_due(date(2026, 9, 18), "A", DAYS, CALENDAR) == date(2026, 10, 8)


def test_without_a_first_contact_nothing_is_due() -> None:
    assert next_due(None, "A", DAYS, CALENDAR) is None


def test_a_customer_without_tier_counts_like_the_rarest() -> None:
    assert gap_of("", DAYS) == 90
    assert gap_of("B", DAYS) == 30


def test_without_any_days_nothing_is_due() -> None:
    assert next_due(date(2026, 11, 20), "A", {}, CALENDAR) is None
    assert days_owed(date(2026, 1, 1), "A", {}, on=date(2026, 11, 20)) == 0


@pytest.mark.parametrize(("ago", "late"), [(0, 0), (14, 0), (15, 1), (45, 31)])
def test_days_owed_begin_after_the_gap(ago: int, late: int) -> None:
    on = date(2026, 11, 24)
    assert days_owed(on - timedelta(days=ago), "A", DAYS, on=on) == late


def test_visits_a_month_leave_out_the_untiered() -> None:
    assert visits_a_month({"A": 7, "B": 2, "C": 3, "": 50}, DAYS) == Decimal("18.0")


@pytest.mark.property
@given(
    last=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    tier=st.sampled_from(["A", "B", "C", ""]),
    gap=st.integers(1, 400),
)
def test_due_is_a_working_day_not_before_the_gap(last: date, tier: str, gap: int) -> None:
    due = next_due(last, tier, {"A": gap, "B": gap, "C": gap}, CALENDAR)
    assert due is not None
    assert CALENDAR.is_workday(due)
    assert due >= last + timedelta(days=gap)
