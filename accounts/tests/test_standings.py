"""Before and after: the matrix, the shares of each tier, what two sets of rules part."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.tiers.standings import Differing, Standing, differing, groups, matrix, per_owner, shares
from accounts.tiers.tiering import ALL

ROWS = [
    Standing(1, "A", "A", Decimal(70), owner="chen"),
    Standing(2, "B", "C", Decimal(10), owner="chen"),
    Standing(3, "B", "B", Decimal(20), owner="liu"),
]


def test_the_matrix_holds_every_customer_once() -> None:
    rows = [Standing(1, "A", "B", Decimal(100)), Standing(2, "A", "A", Decimal(50)), Standing(3, "", "B", Decimal(7))]
    found = matrix(rows)
    assert (found["A", "B"].customers, found["A", "B"].turnover) == (1, 100)
    assert found["C", "A"].customers == 0
    assert len(found) == 16
    assert sum(cell.customers for cell in found.values()) == 3


def test_a_seller_gives_each_tier_the_part_his_customers_take() -> None:
    before, after = shares(groups(ROWS)), shares(groups(ROWS, after=True))
    assert (before["A"].staff, before["B"].staff) == (25, 75)
    assert (before["A"].turnover, after["C"].staff) == (70, 25)
    assert per_owner(ROWS)["chen"][1] == {"A": 1, "C": 1}
    assert all(share.customers == 0 for share in shares([]).values())


def test_two_sets_of_rules_are_parted_by_those_they_treat_differently_the_largest_first() -> None:
    other = [
        Standing(1, "A", "B", Decimal(70)),
        Standing(2, "B", "C", Decimal(10)),
        Standing(3, "B", "A", Decimal(20)),
        Standing(9, "", "A", Decimal(99)),
    ]
    assert differing(ROWS, other) == [
        Differing(1, "A", "A", "B", Decimal(70)),
        Differing(3, "B", "B", "A", Decimal(20)),
    ]


@pytest.mark.property
@given(
    st.lists(
        st.builds(
            Standing,
            id=st.integers(),
            before=st.sampled_from(ALL),
            after=st.sampled_from(ALL),
            turnover=st.decimals(-10, 10_000_000, places=2, allow_nan=False),
            owner=st.sampled_from(["chen", "liu", "sun"]),
        ),
        min_size=1,
        max_size=30,
    ),
    st.booleans(),
)
def test_shares_add_up_to_the_whole(rows, after) -> None:
    found = shares(groups(rows, after=after))
    for part in ("customers", "staff"):
        assert abs(sum(getattr(share, part) for share in found.values()) - 100) < Decimal("0.0000001")
    whole = sum(share.turnover for share in found.values())
    assert whole == 0 or abs(whole - 100) < Decimal("0.0000001")
