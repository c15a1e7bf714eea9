"""What a customer leaves us, and many together: the arithmetic."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.profits.profit import Profit, Tail, in_order, sums_of

money = st.decimals(min_value=-1_000_000, max_value=1_000_000, places=2)
profits = st.builds(
    Profit,
    id=st.integers(1, 10_000),
    sold=money,
    bought_for=money,
    uncosted=st.one_of(st.none(), money),
    minutes=st.integers(0, 10_000),
    hourly=st.one_of(st.none(), st.decimals(min_value=0, max_value=1000, places=2)),
)


def test_profit_is_margin_less_the_time_spent() -> None:
    profit = Profit(1, Decimal(10_000), Decimal(7_000), None, 90, Decimal(120))
    assert (profit.margin, profit.serving, profit.profit, profit.percent) == (3_000, 180, 2_820, Decimal("28.2"))


def test_a_cost_nobody_knows_makes_the_profit_unknown_and_never_a_loss() -> None:
    profit = Profit(1, Decimal(10_000), Decimal(0), Decimal(4_000), 90, Decimal(120))
    assert (profit.margin, profit.profit, profit.percent, profit.earns_nothing) == (None, None, None, False)


def test_what_leaves_not_a_cent_earns_nothing() -> None:
    assert Profit(1, Decimal(100), Decimal(100), None, 0, None).earns_nothing
    assert Profit(1, Decimal(0), Decimal(0), None, 60, Decimal(120)).earns_nothing
    assert not Profit(1, Decimal("100.01"), Decimal(100), None, 0, None).earns_nothing


def test_a_customer_is_empty_that_neither_bought_nor_took_time() -> None:
    def seen(sold: int, minutes: int, uncosted: Decimal | None = None) -> Profit:
        return Profit(1, Decimal(sold), Decimal(0), uncosted, minutes, None)

    assert seen(0, 0).is_empty
    assert not seen(1, 0).is_empty
    assert not seen(0, 1).is_empty
    assert not seen(0, 0, uncosted=Decimal(5)).is_empty, "it bought, and gave as much back"


def test_the_tail_takes_its_share_of_customers_and_of_hours() -> None:
    idle = Profit(1, Decimal(0), Decimal(0), None, 90, Decimal(120))
    good = Profit(2, Decimal(1_000), Decimal(400), None, 270, Decimal(120))
    tail = Tail(sums_of([idle]), sums_of([idle, good]))
    assert (idle.hours, tail.every.hours) == (Decimal("1.5"), 6)
    assert (tail.customers_percent, tail.effort_percent) == (50, 25)
    assert Tail(sums_of([]), sums_of([])).customers_percent == 0
    assert tail.every.percent == -12, "1,000 less 400 less 720 for six hours"
    assert Profit(3, Decimal("0.5"), Decimal(0), None, 0, None).percent == 100


def test_profit_is_margin_less_serving_in_the_sums_too_and_the_rest_is_told_apart() -> None:
    rows = [
        Profit(1, Decimal(10_000), Decimal(7_000), None, 60, Decimal(100)),
        Profit(2, Decimal(5_000), Decimal(0), Decimal(5_000), 600, Decimal(100)),
    ]
    sums = sums_of(rows)
    assert (sums.known, sums.unknown) == (1, 1)
    assert (sums.sold, sums.known_sold, sums.uncosted) == (15_000, 10_000, 5_000)
    assert (sums.serving, sums.known_serving) == (1_100, 100)
    assert sums.profit == sums.margin - sums.known_serving == 2_900


@pytest.mark.property
@given(st.lists(profits, max_size=30))
def test_margin_less_serving_is_the_profit_of_any_number(rows: list[Profit]) -> None:
    sums = sums_of(rows)
    assert sums.profit == sums.margin - sums.known_serving


@pytest.mark.property
@given(st.lists(profits, max_size=30))
def test_the_sums_are_those_of_the_parts(rows: list[Profit]) -> None:
    known = [row for row in rows if row.is_known]
    sums, tail = sums_of(rows), Tail(sums_of(row for row in rows if row.earns_nothing), sums_of(rows))
    assert (sums.customers, sums.unknown) == (len(rows), len(rows) - len(known))
    assert sums.profit == sum((row.profit for row in known if row.profit is not None), Decimal(0))
    assert tail.sums.profit <= 0
    assert 0 <= tail.customers_percent <= 100
    assert 0 <= tail.effort_percent <= 100


@pytest.mark.property
@given(st.lists(profits, max_size=30, unique_by=lambda row: row.id), st.sampled_from(["profit", "-percent", "", "x"]))
def test_every_customer_keeps_its_place_and_what_is_not_known_stands_last(rows: list[Profit], sort: str) -> None:
    ordered = in_order(rows, sort)
    name = sort.removeprefix("-") if sort.removeprefix("-") in ("profit", "percent") else "profit"
    values = [getattr(row, name) for row in ordered]
    known = [value for value in values if value is not None]
    assert sorted(row.id for row in ordered) == sorted(row.id for row in rows)
    assert known == sorted(known, reverse=sort.startswith("-"))
    assert values == [*known, *[None] * (len(values) - len(known))]
    assert in_order(rows[::-1], sort) == ordered
