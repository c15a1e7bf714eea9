"""Which tier a customer earns: examples, and rules that hold for any customers."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.tiering import (
    ALL,
    Customer,
    Cuts,
    Standing,
    Weights,
    matrix,
    per_owner,
    propose,
    shares,
    tier_by_cumulated_share,
)

WEIGHTS = Weights(60, 25, 15)
CUTS = Cuts(Decimal(10), Decimal(30))


def ten() -> list[Customer]:
    """Ten customers who differ by turnover alone."""
    return [Customer(number, Decimal(number * 1000), 3, 3) for number in range(1, 11)]


def tiers(customers: Sequence[Customer], weights: Weights = WEIGHTS, cuts: Cuts = CUTS) -> dict[int, str]:
    return {key: proposal.tier for key, proposal in propose(customers, weights, cuts).items()}


def test_one_in_ten_is_a_and_two_are_b() -> None:
    found = tiers(ten())
    assert [key for key, tier in found.items() if tier == "A"] == [10]
    assert sorted(key for key, tier in found.items() if tier == "B") == [8, 9]
    assert sum(tier == "C" for tier in found.values()) == 7


def test_the_score_is_the_weighted_mean_of_its_parts() -> None:
    best = propose(ten(), WEIGHTS, CUTS)[10]
    assert (best.turnover_score, best.potential_score, best.credit_score) == (100, 60, 60)
    assert best.score == Decimal("84.00")  # 60 + 15 + 9
    assert (best.rank, best.of) == (1, 10)


def test_potential_and_credit_lift_a_smaller_customer_past_a_larger_one() -> None:
    rows = [Customer(1, Decimal(1000), 0, 0), Customer(2, Decimal(900), 5, 5), Customer(3, Decimal(10), 0, 0)]
    assert tiers(rows) == {1: "C", 2: "A", 3: "C"}


def test_what_nobody_rated_scores_nothing() -> None:
    rows = [Customer(1, Decimal(0), None, 3), Customer(2, Decimal(0), 1, 3)]
    assert propose(rows, WEIGHTS, CUTS)[1].score == Decimal("9.00")
    assert propose(rows, WEIGHTS, CUTS)[2].score == Decimal("14.00")


def test_of_whom_nothing_is_known_gets_no_tier_and_takes_nobodys_place() -> None:
    found = tiers([*ten(), *[Customer(number, Decimal(0)) for number in range(20, 120)]])
    assert found[20] == ""
    assert found[10] == "A"
    assert found[7] == "C"


def test_equal_scores_are_parted_by_turnover_then_by_id() -> None:
    rows = [Customer(3, Decimal(5), 1, 1), Customer(2, Decimal(5), 1, 1), Customer(1, Decimal(5), 1, 1)]
    found = propose(rows, WEIGHTS, CUTS)
    assert [found[key].rank for key in (1, 2, 3)] == [1, 2, 3]


def test_refunds_count_as_no_turnover() -> None:
    assert propose([Customer(1, Decimal(-5), 2), Customer(2, Decimal(5), 2)], WEIGHTS, CUTS)[1].turnover_score == 0


def test_nobody_at_all() -> None:
    assert propose([], WEIGHTS, CUTS) == {}
    assert all(share.customers == 0 for share in shares([]).values())


@pytest.mark.parametrize("wrong", [(60, 25, 14), (120, -10, -10), (0, 0, 0)])
def test_weights_that_do_not_add_up_are_refused(wrong: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="add up"):
        Weights(*wrong)


@pytest.mark.parametrize("wrong", [(0, 30), (30, 30), (40, 30), (10, 100)])
def test_cuts_that_overlap_are_refused(wrong: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="below"):
        Cuts(Decimal(wrong[0]), Decimal(wrong[1]))


def test_the_matrix_holds_every_customer_once() -> None:
    rows = [
        Standing(1, "A", "B", Decimal(100)),
        Standing(2, "A", "A", Decimal(50)),
        Standing(3, "", "B", Decimal(7)),
    ]
    found = matrix(rows)
    assert (found["A", "B"].customers, found["A", "B"].turnover) == (1, 100)
    assert found["C", "A"].customers == 0
    assert len(found) == 16
    assert sum(cell.customers for cell in found.values()) == 3


def test_a_seller_gives_each_tier_the_part_his_customers_take() -> None:
    rows = [
        Standing(1, "A", "A", Decimal(70), owner="chen"),
        Standing(2, "B", "C", Decimal(10), owner="chen"),
        Standing(3, "B", "B", Decimal(20), owner="liu"),
    ]
    before, after = shares(rows), shares(rows, after=True)
    assert (before["A"].staff, before["B"].staff) == (25, 75)
    assert (before["A"].turnover, after["C"].staff) == (70, 25)
    assert per_owner(rows)["chen"][1] == {"A": 1, "C": 1}


def test_the_first_seventy_percent_of_turnover_are_a_and_the_one_that_crosses_it_too() -> None:
    amounts = {
        1: Decimal(10),
        2: Decimal(60),
        3: Decimal(20),
        4: Decimal(9),
        5: Decimal(1),
        6: Decimal(0),
        7: Decimal(-5),
    }
    found = tier_by_cumulated_share(amounts, Cuts(Decimal(70), Decimal(90)))
    assert found == {2: "A", 3: "A", 1: "B", 4: "C", 5: "C", 6: "C", 7: "C"}
    assert tier_by_cumulated_share({2: Decimal(50), 1: Decimal(50)}, Cuts(Decimal(50), Decimal(90))) == {1: "A", 2: "B"}
    assert tier_by_cumulated_share({}, CUTS) == {}


RATING = st.none() | st.integers(0, 5)
MONEY = st.decimals(Decimal(0), Decimal(10_000_000), places=2, allow_nan=False)
CUSTOMERS = st.lists(
    st.builds(
        Customer,
        id=st.integers(1, 10_000),
        turnover=MONEY | st.sampled_from([Decimal(0), Decimal(500)]),
        potential=RATING,
        credit=RATING,
    ),
    min_size=1,
    max_size=40,
    unique_by=lambda customer: customer.id,
)
WEIGHTINGS = st.integers(0, 100).flatmap(
    lambda first: st.integers(0, 100 - first).map(lambda second: Weights(first, second, 100 - first - second))
)
CUTTINGS = st.tuples(st.integers(1, 98), st.integers(1, 98)).map(
    lambda pair: Cuts(Decimal(min(pair)), Decimal(max(pair) + 1))
)


@pytest.mark.property
@given(CUSTOMERS, WEIGHTINGS, CUTTINGS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(customers, weights, cuts, random) -> None:
    mixed = list(customers)
    random.shuffle(mixed)
    assert propose(mixed, weights, cuts) == propose(customers, weights, cuts)


@pytest.mark.property
@given(CUSTOMERS, WEIGHTINGS, CUTTINGS, MONEY, st.data())
def test_selling_more_never_lowers_ones_own_tier(customers, weights, cuts, more, data) -> None:
    mine = data.draw(st.sampled_from(customers))
    grown = [replace(row, turnover=row.turnover + more) if row.id == mine.id else row for row in customers]
    order = "ABC"
    before, after = tiers(customers, weights, cuts)[mine.id], tiers(grown, weights, cuts)[mine.id]
    assert before == "" or order.index(after) <= order.index(before)


@pytest.mark.property
@given(CUSTOMERS, WEIGHTINGS, CUTTINGS)
def test_tiers_are_as_large_as_the_cuts_say(customers, weights, cuts) -> None:
    found = propose(customers, weights, cuts)
    known = [proposal for proposal in found.values() if proposal.tier]
    count = len(known)
    in_a = sum(proposal.tier == "A" for proposal in known)
    in_b = sum(proposal.tier == "B" for proposal in known)
    assert in_a == -(-count * int(cuts.a) // 100)
    assert in_a + in_b == -(-count * int(cuts.b) // 100)


@pytest.mark.property
@given(
    st.lists(
        st.builds(
            Standing,
            id=st.integers(),
            before=st.sampled_from(ALL),
            after=st.sampled_from(ALL),
            turnover=MONEY,
            owner=st.sampled_from(["chen", "liu", "sun"]),
        ),
        min_size=1,
        max_size=30,
    ),
    st.booleans(),
)
def test_shares_add_up_to_the_whole(rows, after) -> None:
    found = shares(rows, after=after)
    for part in ("customers", "staff"):
        assert abs(sum(getattr(share, part) for share in found.values()) - 100) < Decimal("0.0000001")
    whole = sum(share.turnover for share in found.values())
    assert whole == 0 or abs(whole - 100) < Decimal("0.0000001")
