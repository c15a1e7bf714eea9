"""What a customer leaves us: its margin, less what the time spent on it costs (growing-key-accounts: most leave none).

No database, no clock. A customer with a booking whose cost nobody knows has no known profit; it is never taken for one
that earns nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final

from accounts.tiers.scoring import HUNDRED

MINUTES_AN_HOUR: Final = 60
_CENTS: Final = Decimal("0.0001")
_NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Profit:
    """What one customer bought, what that cost, and the minutes spent on it.

    `uncosted` is what it bought without a known cost, None where every cost is known; `hourly` is what an hour costs,
    None where nobody said: then time costs nothing.
    """

    id: int
    sold: Decimal
    bought_for: Decimal
    uncosted: Decimal | None
    minutes: int
    hourly: Decimal | None

    @property
    def is_known(self) -> bool:
        """Return whether every cost is known."""
        return self.uncosted is None

    @property
    def margin(self) -> Decimal | None:
        """Return what the bookings left; None where a cost is not known."""
        return self.sold - self.bought_for if self.is_known else None

    @property
    def serving(self) -> Decimal:
        """Return what the time costs."""
        return ((self.hourly or _NOTHING) * self.minutes / MINUTES_AN_HOUR).quantize(_CENTS)

    @property
    def profit(self) -> Decimal | None:
        """Return what is left in the end; None where a cost is not known."""
        return None if self.margin is None else self.margin - self.serving

    @property
    def percent(self) -> Decimal | None:
        """Return the profit in percent of the turnover; None where one is not known or there is none."""
        return percent(self.profit, self.sold)

    @property
    def hours(self) -> Decimal:
        """Return the time spent."""
        return Decimal(self.minutes) / MINUTES_AN_HOUR

    @property
    def earns_nothing(self) -> bool:
        """Return whether it is known to leave nothing, or less."""
        return self.profit is not None and self.profit <= 0

    @property
    def is_empty(self) -> bool:
        """Return whether it neither bought nor took time."""
        return not self.sold and not self.minutes and self.is_known


def percent(profit: Decimal | None, sold: Decimal) -> Decimal | None:
    """Return a profit in percent of the turnover; None where one is not known or there is none."""
    return profit * HUNDRED / sold if profit is not None and sold > 0 else None


@dataclass(frozen=True)
class Sums:
    """What several customers bought and left together; margin and profit are those of the ones with known costs.

    So the profit is the margin less `known_serving`, the time of those customers, and not less all the time spent.
    """

    customers: int
    sold: Decimal
    margin: Decimal
    minutes: int
    serving: Decimal
    profit: Decimal
    unknown: int
    uncosted: Decimal
    known_sold: Decimal
    known_serving: Decimal

    @property
    def known(self) -> int:
        """Return of how many every cost is known."""
        return self.customers - self.unknown

    @property
    def hours(self) -> Decimal:
        """Return the time spent."""
        return Decimal(self.minutes) / MINUTES_AN_HOUR

    @property
    def percent(self) -> Decimal | None:
        """Return the profit in percent of what those with a known one bought."""
        return percent(self.profit, self.known_sold)


def sums_of(rows: Iterable[Profit]) -> Sums:
    """Return what several customers bought and left together."""
    every = list(rows)
    known = [row for row in every if row.is_known]

    def total(among: list[Profit], name: str) -> Decimal:
        return sum((getattr(row, name) or _NOTHING for row in among), _NOTHING)

    return Sums(
        customers=len(every),
        sold=total(every, "sold"),
        margin=total(known, "margin"),
        minutes=sum(row.minutes for row in every),
        serving=total(every, "serving"),
        profit=total(known, "profit"),
        unknown=len(every) - len(known),
        uncosted=total(every, "uncosted"),
        known_sold=total(known, "sold"),
        known_serving=total(known, "serving"),
    )


@dataclass(frozen=True)
class Tail:
    """The customers that earn nothing, beside all."""

    sums: Sums
    every: Sums

    @property
    def customers_percent(self) -> Decimal:
        """Return which share of the customers they are."""
        return Decimal(self.sums.customers) * HUNDRED / max(self.every.customers, 1)

    @property
    def effort_percent(self) -> Decimal:
        """Return which share of the time goes to them."""
        return Decimal(self.sums.minutes) * HUNDRED / max(self.every.minutes, 1)


SORTS: Final = ("sold", "margin", "minutes", "serving", "profit", "percent")
USUAL_SORT: Final = "profit"


def in_order(rows: Iterable[Profit], asked: str) -> list[Profit]:
    """Return the customers in the order asked for ("-" descends; the least profit first), what is not known last."""
    name = asked.removeprefix("-") if asked.removeprefix("-") in SORTS else USUAL_SORT
    value: Any = attrgetter(name)
    every = sorted(rows, key=attrgetter("id"))
    known = sorted((row for row in every if value(row) is not None), key=value, reverse=asked == f"-{name}")
    return [*known, *(row for row in every if value(row) is None)]
