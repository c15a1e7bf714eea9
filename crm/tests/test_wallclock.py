"""Wall times in zones that move their clocks."""

# ruff: noqa: DTZ001 - a wall time is a datetime without zone

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crm.wallclock import UnknownZone, is_zone, local, to_instant

ZONES = ["America/New_York", "Europe/London", "Europe/Berlin", "Australia/Lord_Howe", "Africa/Cairo"]
ZONES += ["America/Santiago", "Asia/Shanghai", "UTC"]
WALL_TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2037, 12, 31))


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        ("Asia/Shanghai", (2026, 11, 24, 9, 0), (2026, 11, 24, 1, 0)),
        ("America/New_York", (2026, 3, 8, 2, 30), (2026, 3, 8, 7, 0)),  # skipped: 3:00 is the first there is
        ("America/New_York", (2026, 3, 8, 2, 0), (2026, 3, 8, 7, 0)),
        ("America/New_York", (2026, 3, 8, 3, 0), (2026, 3, 8, 7, 0)),
        ("America/New_York", (2026, 11, 1, 1, 30), (2026, 11, 1, 5, 30)),  # shown twice: the first
        ("Europe/London", (2026, 3, 29, 1, 59), (2026, 3, 29, 1, 0)),
        ("Europe/Berlin", (2026, 10, 25, 2, 30), (2026, 10, 25, 0, 30)),
        ("Australia/Lord_Howe", (2026, 10, 4, 2, 15), (2026, 10, 3, 15, 30)),  # half an hour skipped
        ("Australia/Lord_Howe", (2026, 4, 5, 1, 45), (2026, 4, 4, 14, 45)),
        ("Africa/Cairo", (2026, 4, 24, 0, 20), (2026, 4, 23, 22, 0)),  # the day begins at 1:00
        ("America/Santiago", (2026, 9, 6, 0, 30), (2026, 9, 6, 4, 0)),
        ("Pacific/Apia", (2011, 12, 30, 12, 0), (2011, 12, 30, 10, 0)),  # a whole day skipped
        ("UTC", (2028, 2, 29, 0, 0), (2028, 2, 29, 0, 0)),
    ],
)
def test_a_wall_time_has_one_instant(zone, wall, instant):
    assert to_instant(datetime(*wall), zone) == datetime(*instant, tzinfo=UTC)


@pytest.mark.property
@settings(max_examples=300)
@given(WALL_TIMES, st.sampled_from(ZONES))
def test_a_time_that_exists_comes_back_and_others_move_forward(wall, zone):
    back = local(to_instant(wall, zone), zone).replace(tzinfo=None)
    assert back == wall or timedelta(0) < back - wall <= timedelta(days=1)


@pytest.mark.property
@settings(max_examples=300)
@given(st.datetimes(datetime(1990, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC)), st.sampled_from(ZONES))
def test_an_instant_comes_back_unless_its_wall_time_was_shown_before(instant, zone):
    shown = local(instant, zone)
    assume(shown.fold == 0)
    assert to_instant(shown.replace(tzinfo=None), zone) == instant


@pytest.mark.property
@settings(max_examples=200)
@given(st.integers(1990, 2037), st.integers(0, 366 * 24 * 12), st.sampled_from(ZONES))
def test_later_on_the_wall_is_never_an_earlier_instant_across_a_gap(year, five_minutes, zone):
    wall = datetime(year, 1, 1) + timedelta(minutes=5 * five_minutes)
    moved = local(to_instant(wall, zone), zone).replace(tzinfo=None)
    if moved != wall:
        just_before = to_instant(wall, zone) - timedelta(seconds=1)
        assert just_before.astimezone(ZoneInfo(zone)).replace(tzinfo=None) < wall


def test_wrong_arguments_are_refused():
    with pytest.raises(ValueError, match="carries no zone"):
        to_instant(datetime(2026, 1, 1, tzinfo=UTC), "UTC")
    with pytest.raises(ValueError, match="carries a zone"):
        local(datetime(2026, 1, 1), "UTC")


@pytest.mark.parametrize(
    "name", ["", "Mars/Base", "../../etc/passwd", "/etc/localtime", "Asia", "北京", "a\0b", "x" * 5000]
)
def test_an_unknown_zone_is_refused(name):
    assert not is_zone(name)
    with pytest.raises(UnknownZone):
        to_instant(datetime(2026, 1, 1), name)


def test_known_zones():
    assert all(is_zone(zone) for zone in ZONES)
