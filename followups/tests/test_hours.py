"""When a person may be disturbed."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.workdays import WorkCalendar
from followups.hours import EVENING, MORNING, at_wall_time, morning_for, next_allowed

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def test_a_reminder_comes_at_half_past_eight_of_a_working_day():
    assert morning_for(date(2026, 11, 24), SHANGHAI, CALENDAR) == at("2026-11-24 08:30")


def test_what_falls_on_a_day_off_comes_on_the_next_working_day():
    assert morning_for(date(2026, 11, 28), SHANGHAI, CALENDAR) == at("2026-11-30 08:30")
    assert morning_for(date(2026, 10, 1), SHANGHAI, CALENDAR) == at("2026-10-08 08:30")


def test_a_make_up_saturday_is_a_working_day():
    assert morning_for(date(2026, 10, 10), SHANGHAI, CALENDAR) == at("2026-10-10 08:30")


@pytest.mark.parametrize(
    ("now", "allowed"),
    [
        ("2026-11-24 10:40", "2026-11-24 10:40"),
        ("2026-11-24 06:00", "2026-11-24 08:30"),
        ("2026-11-24 19:00", "2026-11-25 08:30"),
        ("2026-11-27 22:00", "2026-11-30 08:30"),
        ("2026-10-03 11:00", "2026-10-08 08:30"),
    ],
)
def test_nobody_is_disturbed_outside_working_hours(now: str, allowed: str):
    assert next_allowed(at(now), SHANGHAI, CALENDAR) == at(allowed)


@pytest.mark.parametrize(
    "zone", ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "UTC"]
)
@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 5), date(2026, 10, 25)])
def test_the_morning_is_half_past_eight_on_the_clocks_there_even_when_they_change(zone: str, day: date):
    every_day = WorkCalendar(weekend=())
    local = morning_for(day, ZoneInfo(zone), every_day).astimezone(ZoneInfo(zone))
    assert local.time() == MORNING
    assert local.date() >= day


@pytest.mark.property
@settings(deadline=None)
@given(
    st.integers(0, 4 * 366 * 24 * 60).map(
        lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.sampled_from(["Asia/Shanghai", "America/New_York", "Europe/London", "Pacific/Auckland"]),
)
def test_the_allowed_instant_is_never_earlier_and_always_in_working_hours(now: datetime, name: str):
    zone = ZoneInfo(name)
    allowed = next_allowed(now, zone, CALENDAR)
    local = allowed.astimezone(zone)
    assert allowed >= now
    assert CALENDAR.is_workday(local.date())
    assert MORNING <= local.time() < EVENING
    assert next_allowed(allowed, zone, CALENDAR) == allowed


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        ("Europe/Berlin", "2026-03-29 02:30", "2026-03-29 01:00"),  # jumped over: 03:00 is the first time there is
        ("Europe/Berlin", "2026-10-25 02:30", "2026-10-25 00:30"),  # shown twice: the first of the two
        ("America/Santiago", "2026-09-06 00:00", "2026-09-06 04:00"),  # midnight itself is jumped over
        ("Asia/Shanghai", "2026-03-29 02:30", "2026-03-28 18:30"),
    ],
)
def test_a_time_the_clocks_jump_over_counts_from_the_jump_and_one_shown_twice_the_first_time(
    zone: str, wall: str, instant: str
):
    said = datetime.fromisoformat(wall)
    assert at_wall_time(said.date(), said.time(), ZoneInfo(zone)) == datetime.fromisoformat(f"{instant}+00:00")
