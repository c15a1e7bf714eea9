"""How turnover is spread over customers: rules that hold for any firm, and the arithmetic on one that is small."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models.tier import reference_shares
from accounts.tiers.concentration import concentration, reference_curve
from accounts.tiers.drift import walked_back
from accounts.tiers.tiering import ALL, Cuts, tier_by_cumulated_share

amounts = st.lists(st.decimals(min_value=-10_000, max_value=10_000_000, places=2), max_size=60)
bought = amounts.filter(lambda row: any(amount > 0 for amount in row))
moves = st.lists(st.tuples(st.sampled_from(ALL), st.sampled_from(ALL), st.integers(0, 50)), max_size=20)


def test_ten_customers_of_whom_two_bring_most() -> None:
    spread = concentration(map(Decimal, [50, 30, 5, 5, 2, 2, 2, 2, 1, 1, 0, -7]))
    assert (spread.customers, spread.turnover, spread.best(20)) == (10, 100, 2)
    assert (spread.share_of(2), spread.needed_for(80), spread.percent_of(spread.needed_for(80))) == (80, 2, 20)
    assert (spread.needed_for(81), spread.needed_for(100), spread.share_of(0), spread.share_of(99)) == (3, 10, 0, 100)


@pytest.mark.parametrize(("customers", "best"), [(85, 17), (89, 18), (92, 18), (98, 20), (790, 158), (1, 1), (2, 1)])
def test_a_fifth_is_the_nearest_whole_number_of_customers(customers: int, best: int) -> None:
    assert concentration([Decimal(1)] * customers).best(20) == best


def test_a_firm_that_sold_nothing_has_no_curve() -> None:
    spread = concentration([Decimal(0), Decimal(-5)])
    assert (spread.customers, spread.turnover, spread.best(20), spread.needed_for(80), spread.curve) == (0, 0, 0, 0, [])


def test_the_reference_is_a_curve_too() -> None:
    assert reference_curve(reference_shares()) == [(0, 0), (10, 70), (30, 90), (100, 100)]


def test_tiers_by_turnover_alone() -> None:
    turnover = {1: Decimal(5), 2: Decimal(80), 3: Decimal(15), 4: Decimal(0), 5: Decimal(-3), 6: Decimal(0)}
    cuts = Cuts(Decimal(80), Decimal(95))
    assert tier_by_cumulated_share(turnover, cuts) == {2: "A", 3: "B", 1: "C", 4: "C", 6: "C", 5: "C"}


@pytest.mark.property
@given(bought)
def test_the_curve_rises_from_nothing_to_all_and_ever_more_slowly(row: list[Decimal]) -> None:
    curve = concentration(row).curve
    assert (curve[0], curve[-1]) == ((0, 0), (100, 100))
    slopes = [(right[1] - left[1]) / (right[0] - left[0]) for left, right in pairwise(curve)]
    assert all(slope >= 0 for slope in slopes)
    assert all(later <= earlier + Decimal("1e-9") for earlier, later in pairwise(slopes))


@pytest.mark.property
@given(bought, st.randoms())
def test_the_order_of_the_customers_does_not_matter(row: list[Decimal], random) -> None:
    mixed = row.copy()
    random.shuffle(mixed)
    assert concentration(mixed) == concentration(row)


@pytest.mark.property
@given(bought, st.integers(1, 100))
def test_no_fewer_customers_bring_so_much(row: list[Decimal], percent: int) -> None:
    spread = concentration(row)
    needed = spread.needed_for(percent)
    assert spread.cumulated[needed - 1] >= spread.turnover * percent / 100
    assert needed == 1 or spread.cumulated[needed - 2] < spread.turnover * percent / 100


@pytest.mark.property
@given(amounts)
def test_a_customer_who_sells_more_never_has_the_worse_tier(row: list[Decimal]) -> None:
    turnover = dict(enumerate(row))
    found = tier_by_cumulated_share(turnover, Cuts(Decimal(80), Decimal(95)))
    best_first = sorted(turnover, key=lambda pk: (-turnover[pk], pk))
    assert [found[pk] for pk in best_first] == sorted(found.values())


@pytest.mark.property
@given(st.fixed_dictionaries({tier: st.integers(0, 500) for tier in ALL}), moves)
def test_walking_back_undoes_what_the_changes_did(before: dict[str, int], changes: list[tuple[str, str, int]]) -> None:
    now = dict(before)
    for start, end, count in changes:
        now[start] -= count
        now[end] += count
    assert walked_back(now, changes, 0) == before
