"""The working calendar: overrides, published years, years nobody knows yet."""

import json
from datetime import date, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from crm import workdays
from crm.models import CalendarDay
from crm.workdays import Kind, WorkCalendar, forget_calendar, known_year, load_calendar

CALENDAR = WorkCalendar()
DAYS = st.dates(date(1990, 1, 1), date(2095, 12, 31))

# The row "workdays per year" that belongs to the data.
WORKDAYS_A_YEAR = {
    2010: 250, 2011: 250, 2012: 249, 2013: 250, 2014: 250, 2015: 249, 2016: 250, 2017: 249,
    2018: 250, 2019: 250, 2020: 249, 2021: 250, 2022: 249, 2023: 249, 2024: 251, 2025: 248,
}  # fmt: skip


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("day", "kind", "name"),
    [
        (date(2026, 2, 11), Kind.WORKDAY, ""),
        (date(2026, 2, 17), Kind.HOLIDAY, "Spring Festival"),
        (date(2026, 1, 4), Kind.MAKE_UP, "New Year's Day"),
        (date(2026, 1, 10), Kind.WEEKEND, ""),
    ],
)
def test_a_published_year_knows_holidays_and_make_up_days(day, kind, name):
    found = CALENDAR.day_kind(day)
    assert (found.kind, str(found.name), found.provisional) == (kind, name, False)


def test_a_year_nobody_announced_is_provisional_and_never_raises():
    new_year = CALENDAR.day_kind(date(2027, 1, 1))
    assert (new_year.kind, str(new_year.name), new_year.provisional) == (Kind.HOLIDAY, "New Year's Day", True)
    assert CALENDAR.day_kind(date(2027, 1, 4)).provisional
    assert CALENDAR.next_workday(date(2027, 1, 1)) == date(2027, 1, 4)
    assert CALENDAR.unknown_years([date(2026, 5, 1), date(2028, 1, 1), date(2027, 1, 1)]) == [2027, 2028]
    assert known_year(2026)
    assert not known_year(2027)


@pytest.mark.parametrize("day", [date(1949, 10, 1), date(2150, 10, 1)])
def test_a_year_beyond_every_library_is_monday_to_friday(day):
    assert CALENDAR.is_workday(day) == (day.weekday() < 5)


def test_the_admins_word_stands_above_the_calendar():
    shut, open_saturday, free_saturday = date(2026, 3, 2), date(2026, 3, 7), date(2026, 1, 4)
    calendar = WorkCalendar({shut: False, open_saturday: True, free_saturday: False}, names={shut: "厂庆"})
    assert calendar.day_kind(shut).kind == Kind.HOLIDAY
    assert calendar.day_kind(shut).name == "厂庆"
    assert calendar.day_kind(open_saturday).kind == Kind.MAKE_UP
    assert calendar.day_kind(free_saturday).kind == Kind.WEEKEND


def test_a_year_is_settled_once_a_worked_weekend_is_entered():
    calendar = WorkCalendar({date(2027, 1, 9): True})
    assert not calendar.day_kind(date(2027, 3, 1)).provisional
    assert calendar.unknown_years([date(2027, 3, 1), date(2028, 3, 1)]) == [2028]


def test_another_weekend():
    calendar = WorkCalendar(weekend=(4, 5))
    assert calendar.day_kind(date(2026, 3, 6)).kind == Kind.WEEKEND
    assert calendar.is_workday(date(2026, 3, 8))


def test_counting_steps_over_a_long_holiday():
    # National Day 2025: closed from 1 to 8 October, worked on Sunday 28 September and Saturday 11 October.
    assert CALENDAR.add_workdays(date(2025, 9, 30), 1) == date(2025, 10, 9)
    assert CALENDAR.add_workdays(date(2025, 9, 30), 3) == date(2025, 10, 11)
    assert CALENDAR.add_workdays(date(2025, 10, 9), -2) == date(2025, 9, 29)
    assert CALENDAR.add_workdays(date(2025, 10, 1), 0) == date(2025, 10, 9)
    assert CALENDAR.previous_workday(date(2025, 10, 8)) == date(2025, 9, 30)
    assert CALENDAR.workdays_between(date(2025, 9, 30), date(2025, 10, 9)) == 1
    assert CALENDAR.workdays_between(date(2025, 10, 9), date(2025, 9, 30)) == -1


@pytest.mark.property
@given(DAYS, st.integers(1, 60))
def test_adding_and_counting_agree(day, n):
    later = CALENDAR.add_workdays(day, n)
    assert CALENDAR.is_workday(later)
    assert CALENDAR.workdays_between(day, later) == n
    assert CALENDAR.add_workdays(later, -n) < later


@pytest.mark.property
@given(DAYS)
def test_next_and_previous_enclose_the_day(day):
    after, before = CALENDAR.next_workday(day), CALENDAR.previous_workday(day)
    assert before <= day <= after
    assert (before == day == after) == CALENDAR.is_workday(day)
    assert after - before < timedelta(days=15)


@pytest.mark.property
@given(DAYS, DAYS, DAYS)
def test_counts_add_up(first, second, third):
    counted = CALENDAR.workdays_between
    assert counted(first, third) == counted(first, second) + counted(second, third)


@pytest.mark.django_db
def test_the_calendar_is_read_once_a_minute(django_assert_num_queries, monkeypatch):
    CalendarDay.objects.create(day=date(2026, 3, 2), is_workday=False, name="厂庆")
    now = 100.0
    monkeypatch.setattr(workdays._kept, "clock", lambda: now)
    with django_assert_num_queries(1):
        assert not load_calendar().is_workday(date(2026, 3, 2))
        assert load_calendar().day_kind(date(2026, 3, 2)).name == "厂庆"
    now += 60
    with django_assert_num_queries(1):
        load_calendar()
    forget_calendar()
    with django_assert_num_queries(1):
        load_calendar()


@pytest.mark.answers
@pytest.mark.parametrize("year", range(2010, 2026))
def test_it_agrees_with_the_published_notices(year, data_dir):
    off = {}
    for notice in (year, year + 1):  # the notice of a year also names days of the December before
        listed = json.loads((data_dir / "cn_holidays" / f"{notice}.json").read_text(encoding="utf-8"))["days"]
        off |= {date.fromisoformat(entry["date"]): entry["isOffDay"] for entry in listed}
    first = date(year, 1, 1)
    days = [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
    for day in days:
        assert CALENDAR.is_workday(day) == (not off[day] if day in off else day.weekday() < 5), day
    assert sum(CALENDAR.is_workday(day) for day in days) == WORKDAYS_A_YEAR[year]
    assert CALENDAR.workdays_between(first - timedelta(days=1), days[-1]) == WORKDAYS_A_YEAR[year]
