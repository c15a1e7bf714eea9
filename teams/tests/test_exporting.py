"""Which downloads stand out: many rows in any case, or several times what the person takes usually."""

from datetime import date, timedelta
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teams.exporting import FEW_ROWS, Export, Limits, unusual, usual_rows

ON = date(2026, 11, 24)
LIMITS = Limits(times=3, rows=500)


def taken(days_ago: int, rows: int) -> Export:
    """Return a download so many days before 24 November."""
    return Export(ON - timedelta(days=days_ago), "客户", rows)


def test_three_times_the_usual_stands_out() -> None:
    usual = [taken(days, 30) for days in (80, 60, 40)]
    found = unusual([*usual, taken(5, 100), taken(4, 80)], LIMITS, on=ON)
    assert [(one.export.rows, one.usual, one.is_many) for one in found] == [(100, 30, False)]


def test_many_rows_stand_out_whatever_was_before() -> None:
    found = unusual([taken(3, 500), taken(2, 499)], LIMITS, on=ON)
    assert [(one.export.rows, one.usual, one.is_many) for one in found] == [(500, None, True)]


def test_a_handful_never_stands_out_though_it_is_many_times_the_usual() -> None:
    assert unusual([taken(40, 1), taken(3, FEW_ROWS)], LIMITS, on=ON) == []


def test_what_lies_further_back_than_thirty_days_is_not_looked_at() -> None:
    assert unusual([taken(31, 5000)], LIMITS, on=ON) == []
    assert len(unusual([taken(30, 5000)], LIMITS, on=ON)) == 1


def test_the_usual_is_that_of_the_quarter_before_the_download_itself() -> None:
    exports = [taken(100, 900), taken(20, 10), taken(10, 30), taken(1, 60)]
    assert usual_rows(exports, before=ON - timedelta(days=1)) == 20
    assert usual_rows(exports, before=ON - timedelta(days=200)) is None


EXPORTS = st.lists(st.builds(taken, st.integers(0, 200), st.integers(0, 5000)), max_size=20)


@pytest.mark.property
@given(exports=EXPORTS, times=st.integers(2, 20), rows=st.integers(50, 5000))
def test_whoever_asks_for_more_is_told_less_and_every_flag_can_be_explained(exports, times, rows) -> None:
    found = unusual(exports, Limits(times, rows), on=ON)
    stricter = unusual(exports, Limits(times + 1, rows + 1), on=ON)
    assert {id(one.export) for one in stricter} <= {id(one.export) for one in found}
    for one in found:
        assert one.export.rows >= rows or (one.usual is not None and one.export.rows > one.usual * times)
        before = [each.rows for each in exports if 0 < (one.export.on - each.on).days <= 90]
        assert one.usual == (int(median(before)) if before else None)
