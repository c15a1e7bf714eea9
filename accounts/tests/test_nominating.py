"""The four scores of a key account: what a proposal lacks."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.key_accounts.nominating import CRITERIA, Bar, Lack, lacks, review_day, total_of

OURS = Bar(total=14, each=2)

SCORES = st.fixed_dictionaries(dict.fromkeys(CRITERIA, st.integers(0, 5)))
BARS = st.builds(Bar, total=st.integers(0, 20), each=st.integers(0, 5))


def scored(*scores: int) -> dict[str, int]:
    return dict(zip(CRITERIA, scores, strict=True))


@pytest.mark.parametrize(
    ("scores", "found"),
    [
        (scored(5, 4, 4, 3), []),
        (scored(4, 4, 4, 2), []),
        (scored(3, 3, 3, 3), [Lack("", 12, 14)]),
        # A customer that buys much and pays badly: one criterion alone misleads.
        (scored(5, 5, 5, 1), [Lack("finance", 1, 2)]),
        (scored(5, 0, 3, 1), [Lack("", 9, 14), Lack("innovation", 0, 2), Lack("finance", 1, 2)]),
        ({"sales": 5}, [Lack("", 5, 14), Lack("innovation", 0, 2), Lack("strength", 0, 2), Lack("finance", 0, 2)]),
    ],
)
def test_a_proposal_lacks_points_together_or_for_one_criterion(scores: dict[str, int], found: list[Lack]) -> None:
    assert lacks(scores, OURS) == found


@pytest.mark.parametrize(("total", "each"), [(21, 2), (-1, 2), (14, 6), (14, -1)])
def test_what_is_wanted_lies_within_what_can_be_scored(total: int, each: int) -> None:
    with pytest.raises(ValueError, match="0 to 20"):
        Bar(total, each)


@pytest.mark.property
@given(SCORES, BARS)
def test_nothing_is_lacking_exactly_where_all_is_reached(scores: dict[str, int], bar: Bar) -> None:
    reached = total_of(scores) >= bar.total and min(scores.values()) >= bar.each
    assert (lacks(scores, bar) == []) is reached


@pytest.mark.property
@given(SCORES, BARS, st.sampled_from(CRITERIA))
def test_a_better_score_lacks_nothing_new(scores: dict[str, int], bar: Bar, criterion: str) -> None:
    better = scores | {criterion: min(5, scores[criterion] + 1)}
    before = {lack.criterion for lack in lacks(scores, bar)}
    assert {lack.criterion for lack in lacks(better, bar)} <= before


@pytest.mark.property
@given(SCORES, BARS)
def test_every_lack_says_by_how_much(scores: dict[str, int], bar: Bar) -> None:
    for lack in lacks(scores, bar):
        assert lack.score < lack.wanted
        assert lack.score == (scores[lack.criterion] if lack.criterion else total_of(scores))


def test_a_review_is_on_the_same_day_or_the_last_of_its_month() -> None:
    assert review_day(date(2026, 11, 24), 12) == date(2027, 11, 24)
    assert review_day(date(2026, 8, 31), 6) == date(2027, 2, 28)


@pytest.mark.property
@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 60))
def test_a_review_lies_so_many_months_ahead(on: date, months: int) -> None:
    day = review_day(on, months)
    assert (day.year * 12 + day.month) - (on.year * 12 + on.month) == months
    assert day.day == on.day or day.day < on.day
