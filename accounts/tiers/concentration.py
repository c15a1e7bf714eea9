"""How much hangs on few customers (customer-development: 20 % of them bring 80 % of income; elsewhere 12 % brought 57).

Sums in, shares out: no database, no clock, and the order of the customers does not matter. Whoever bought nothing, or
returned more than he bought, is no part of it.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate
from typing import Final

from accounts.tiers.scoring import HUNDRED

STEPS: Final = 100
Point = tuple[Decimal, Decimal]  # share of customers, share of turnover, both in percent


@dataclass(frozen=True)
class Concentration:
    """What the best one, two, three … customers bought together."""

    cumulated: tuple[Decimal, ...]

    @property
    def customers(self) -> int:
        """Return how many bought."""
        return len(self.cumulated)

    @property
    def turnover(self) -> Decimal:
        """Return what all bought."""
        return self.cumulated[-1] if self.cumulated else Decimal(0)

    def best(self, percent: int) -> int:
        """Return how many customers the best `percent` are: the nearest whole number, at least one where one bought."""
        share = (Decimal(self.customers) * percent / HUNDRED).to_integral_value(ROUND_HALF_UP)
        return max(int(share), min(self.customers, 1))

    def share_of(self, customers: int) -> Decimal:
        """Return what the best so many bring of the turnover, in percent."""
        if not customers or not self.cumulated:
            return Decimal(0)
        return self.cumulated[min(customers, self.customers) - 1] * HUNDRED / self.turnover

    def needed_for(self, percent: int) -> int:
        """Return how many customers, the best ones, bring `percent` of the turnover."""
        if not self.cumulated:
            return 0
        return bisect_left(self.cumulated, self.turnover * percent / HUNDRED) + 1

    def percent_of(self, customers: int) -> Decimal:
        """Return which share of the customers so many are, in percent."""
        return Decimal(customers) * HUNDRED / max(self.customers, 1)

    @property
    def curve(self) -> list[Point]:
        """Return the curve from nobody and nothing to everybody and all, in a hundred steps at most."""
        places = sorted({self.customers * step // STEPS for step in range(STEPS + 1)})
        return [(self.percent_of(place), self.share_of(place)) for place in places] if self.customers else []


def concentration(amounts: Iterable[Decimal]) -> Concentration:
    """Return how the turnover is spread, from what each customer bought."""
    return Concentration(tuple(accumulate(sorted((amount for amount in amounts if amount > 0), reverse=True))))


def reference_curve(reference: Mapping[str, Mapping[str, int]]) -> list[Point]:
    """Return the curve of the reference shares: 10 % of the customers bring 70 %, 30 % bring 90 %, as they are set."""
    customers = accumulate((Decimal(row["customers"]) for row in reference.values()), initial=Decimal(0))
    turnover = accumulate((Decimal(row["turnover"]) for row in reference.values()), initial=Decimal(0))
    return list(zip(customers, turnover, strict=True))
