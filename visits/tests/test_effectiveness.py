"""Which visits count as effective, and their rate."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visits.effectiveness import effective_rate, is_effective


@pytest.mark.parametrize(
    ("goal_reached", "commitment", "effective"),
    [(True, "", True), (None, "送样品", True), (False, "送样品", True), (False, "", False), (None, "  ", False)],
)
def test_the_goal_or_a_commitment_makes_a_visit_effective(goal_reached, commitment, effective):
    assert is_effective(goal_reached=goal_reached, commitment=commitment) is effective


@pytest.mark.property
@given(st.integers(1, 10_000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_the_rate_lies_between_none_and_all(counts):
    effective, total = counts
    rate = effective_rate(effective, total)

    assert Decimal(0) <= rate <= Decimal(100)
    assert abs(rate - Decimal(effective * 100) / total) <= Decimal("0.05")


def test_without_visits_there_is_no_rate():
    assert effective_rate(0, 0) is None
    assert effective_rate(2, 3) == Decimal("66.7")


def test_more_effective_visits_than_visits_are_refused():
    with pytest.raises(ValueError, match="4 of 3"):
        effective_rate(4, 3)
