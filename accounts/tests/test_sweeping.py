"""The pure rules of a sweep: how a place is laid out, how far it is covered, when to come again."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.sweeps.rules import GAPS
from accounts.sweeps.sweeping import BadLayout, buildings_from, coverage, doors, next_day
from crm.workdays import WorkCalendar

THURSDAY = date(2026, 11, 26)
DAYS = {str(key): days for key, days in GAPS.items()} | {"LIVED_IN": 0}


def come_again(progress: str = "", install_on: date | None = None) -> date | None:
    """Ask on a Thursday, with the installation called on two weeks ahead."""
    return next_day(on=THURSDAY, progress=progress, install_on=install_on, gaps=DAYS, ahead=14, calendar=WorkCalendar())


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("1-3", ["1", "2", "3"]),
        ("1~2、5", ["1", "2", "5"]),
        ("A, B ，C", ["A", "B", "C"]),
        ("3 号楼", ["3 号楼"]),
        ("9-11号楼", ["9号楼", "10号楼", "11号楼"]),
        ("东区 1 至 2", ["东区 1", "东区 2"]),
        ("1,1", ["1"]),
        ("3-3", ["3"]),
        ("A1-A3栋", ["A1栋", "A2栋", "A3栋"]),
        ("3号楼到4号楼", ["3号楼", "4号楼"]),
        ("1期-2号楼", ["1期-2号楼"]),
        ("1-60", [str(number) for number in range(1, 61)]),
    ],
)
def test_buildings_are_read_as_people_write_them(written, names):
    assert buildings_from(written) == names


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        (" , ", "empty"),
        ("6-1", "backwards"),
        ("1-999999999", "many"),
        ("1-61", "many"),
        ("1-40, A1-A21", "many"),
        ("A9-A8", "backwards"),
    ],
)
def test_what_cannot_be_laid_out_says_why(written, problem):
    with pytest.raises(BadLayout, match=problem):
        buildings_from(written)


def test_units_are_numbered_by_floor_and_place_and_there_is_an_end():
    assert [door.number for door in doors(["1"], 2, 3)] == ["101", "102", "103", "201", "202", "203"]
    assert len(doors(["1", "2"], 20, 50)) == 2_000
    with pytest.raises(BadLayout, match="many"):
        doors(["1", "2", "3"], 23, 29)


def test_the_further_the_renovation_the_sooner_the_call():
    assert come_again("NOT_BEGUN") == date(2026, 12, 25)  # the 26th is a Saturday
    assert come_again("PAINT") == date(2026, 11, 27)  # the 29th is a Sunday
    assert come_again("FITTING") == date(2026, 11, 27)
    assert come_again("LIVED_IN") is None


def test_the_call_before_the_installation_comes_first_where_it_is_sooner():
    assert come_again("NOT_BEGUN", install_on=date(2026, 12, 15)) == date(2026, 12, 1)
    assert come_again("PAINT", install_on=date(2027, 3, 1)) == date(2026, 11, 27)
    assert come_again("LIVED_IN", install_on=date(2026, 11, 30)) == date(2026, 11, 27), "no later than tomorrow"
    assert come_again("LIVED_IN", install_on=THURSDAY) is None, "what is installed needs no call"
    assert come_again("LIVED_IN", install_on=date(2026, 11, 20)) is None


@pytest.mark.property
@given(
    st.sampled_from(["", *DAYS]),
    st.none() | st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.integers(1, 90),
)
def test_the_next_call_is_a_working_day_ahead_and_before_the_installation(progress, install_on, on, ahead):
    calendar = WorkCalendar()
    found = next_day(on=on, progress=progress, install_on=install_on, gaps=DAYS, ahead=ahead, calendar=calendar)
    if found is None:
        assert progress == "LIVED_IN"
        assert install_on is None or install_on <= on
        return
    assert found > on
    assert calendar.is_workday(found)
    if progress != "LIVED_IN":
        assert found <= calendar.next_workday(on + timedelta(days=max(DAYS.values())))
    if install_on and install_on > on:
        assert found <= max(install_on, calendar.next_workday(on + timedelta(days=1)))


def test_the_share_covered_is_rounded_down():
    found = coverage(["NOT_YET", "TALKED", "REFUSED"])
    assert (found.units, found.covered, found.percent) == (3, 2, 66)
    assert coverage([]).percent == 0


def test_without_any_days_set_only_the_installation_calls():
    nothing = {"progress": "PAINT", "gaps": {}, "calendar": WorkCalendar(), "on": THURSDAY}
    assert next_day(**nothing, install_on=None, ahead=14) is None
    assert next_day(**nothing, install_on=date(2026, 12, 15), ahead=11) == date(2026, 12, 4)


@pytest.mark.property
@given(st.lists(st.sampled_from(["NOT_YET", "NOBODY", "TALKED", "WANTS", "REFUSED", "ORDERED"])))
def test_all_is_covered_only_when_nobody_was_skipped(states):
    found = coverage(states)
    assert found.units == len(states)
    assert (found.percent == 100) == (bool(states) and "NOT_YET" not in states)
