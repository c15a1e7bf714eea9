"""Sums and shares of the funnel."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.funnel import Totals, conversion, reached, totals, weighted

AMOUNTS = st.one_of(st.none(), st.decimals(0, 10**12, places=4))
ROWS = st.lists(st.tuples(AMOUNTS, st.integers(0, 100)), max_size=30)
COUNTS = st.lists(st.integers(0, 10_000), max_size=8)


def test_an_amount_counts_by_its_band():
    assert weighted(Decimal(3_800_000), 75) == Decimal(2_850_000)
    assert weighted(None, 75) == 0


def test_totals_add_up():
    assert totals([(Decimal(100), 25), (None, 50), (Decimal(200), 100)]) == Totals(3, Decimal(300), Decimal(225))


def test_who_stands_further_on_has_come_through_the_steps_before():
    assert reached([10, 6, 0, 4], won=2) == [22, 12, 6, 6]


def test_conversion_is_the_share_that_went_on():
    assert conversion([22, 11, 0, 0]) == [Decimal("0.5"), Decimal(0), None]


def test_a_funnel_without_steps_has_no_conversion():
    assert reached([]) == []
    assert conversion([]) == []


@pytest.mark.property
@settings(deadline=None)
@given(rows=ROWS)
def test_weighted_is_never_more_than_the_total(rows: list[tuple[Decimal | None, int]]):
    found = totals(rows)

    assert 0 <= found.weighted <= found.value


@pytest.mark.property
@settings(deadline=None)
@given(standing=COUNTS, won=st.integers(0, 100))
def test_conversion_of_what_was_reached_lies_between_nothing_and_all(standing: list[int], won: int):
    counts = reached(standing, won=won)

    assert len(counts) == len(standing)
    assert counts == sorted(counts, reverse=True)
    assert all(share is None or 0 <= share <= 1 for share in conversion(counts))
