"""The stall clock."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.workdays import WorkCalendar
from pipeline.choices import ProgressKind
from pipeline.stalls import Stall, overdue_since, stall_line, stall_of, stall_reason

CALENDAR = WorkCalendar()
TUESDAY = date(2026, 11, 24)
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))


def stall(progressed_on: date, *, expected_days: int = 5, next_step_on: date | None = None) -> Stall | None:
    return stall_of(
        progressed_on, expected_days=expected_days, next_step_on=next_step_on, on=TUESDAY, calendar=CALENDAR
    )


def test_five_working_days_may_pass_and_the_sixth_is_too_long():
    assert stall(date(2026, 11, 17)) is None
    assert stall(date(2026, 11, 16)) == Stall(8, date(2026, 11, 16))


def test_a_step_agreed_for_today_or_later_pauses_the_clock_and_a_missed_one_does_not():
    long_ago = date(2026, 10, 8)

    assert stall(long_ago, next_step_on=TUESDAY) is None
    assert stall(long_ago, next_step_on=date(2027, 6, 1)) is None
    assert stall(long_ago, next_step_on=date(2026, 11, 23)) is not None


def test_holidays_do_not_count():
    """National Day 2026: 1 to 7 October are free, 10 October is worked."""
    assert stall_line(date(2026, 10, 9), 2, CALENDAR) == date(2026, 9, 30)


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (ProgressKind.VISIT, "21 days: last progress was the visit of 11-03"),
        (ProgressKind.STAGE, "21 days: last progress was the move of 11-03"),
        (ProgressKind.OPENED, "21 days: nothing has moved since it was opened on 11-03"),
        ("", "21 days: last progress was on 11-03"),
    ],
)
def test_the_reason_says_what_moved_it_last(kind: str, sentence: str):
    assert stall_reason(Stall(21, date(2026, 11, 3), kind)) == sentence


def test_a_reason_long_ago_names_the_year():
    assert "2025-01-02" in stall_reason(Stall(691, date(2025, 1, 2)))


@pytest.mark.property
@settings(deadline=None)
@given(on=DAYS, back=st.integers(0, 400), expected=st.integers(0, 60))
def test_stalled_means_more_working_days_than_expected(on: date, back: int, expected: int):
    progressed_on = on - timedelta(days=back)
    found = stall_of(progressed_on, expected_days=expected, next_step_on=None, on=on, calendar=CALENDAR)

    assert (found is not None) == (CALENDAR.workdays_between(progressed_on, on) > expected)


@pytest.mark.property
@settings(deadline=None)
@given(on=DAYS, back=st.integers(0, 400), expected=st.integers(0, 60), ahead=st.integers(0, 400))
def test_what_is_agreed_for_later_is_never_stuck(on: date, back: int, expected: int, ahead: int):
    found = stall_of(
        on - timedelta(days=back),
        expected_days=expected,
        next_step_on=on + timedelta(days=ahead),
        on=on,
        calendar=CALENDAR,
    )

    assert found is None


@pytest.mark.property
@settings(deadline=None)
@given(since=DAYS, expected=st.integers(0, 60))
def test_overdue_begins_on_the_first_working_day_that_is_too_late(since: date, expected: int):
    day = overdue_since(since, expected, CALENDAR)

    assert CALENDAR.is_workday(day)
    assert CALENDAR.workdays_between(since, day) == expected + 1
