"""How many points a customer has (growing-key-accounts, ABC): several criteria, each weighed, because one misleads.

Its example: a shop with a large floor or many passers-by may sell little of ours. Whole numbers throughout, so that
equals are equal; no database, no clock.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum, auto
from typing import Final

HUNDRED: Final = Decimal(100)
TOP_RATING: Final = 5
CENT: Final = Decimal("0.01")
NOTHING: Final = Decimal(0)

TURNOVER: Final = "turnover"
MARGIN: Final = "margin"
POTENTIAL: Final = "potential"
CREDIT: Final = "credit"
WALLET: Final = "wallet"
STRATEGIC: Final = "strategic"
# What every firm can weigh; "rating:7" is a further rating from 0 to 5 that an admin defined.
CRITERIA: Final = (TURNOVER, MARGIN, POTENTIAL, CREDIT, WALLET, STRATEGIC)
RATING: Final = "rating:"


class Measure(Enum):
    """How a value becomes points from 0 to 100."""

    PLACE = auto()
    RATING = auto()
    PERCENT = auto()
    MARK = auto()


_MEASURES: Final = {
    TURNOVER: Measure.PLACE,
    MARGIN: Measure.PLACE,
    WALLET: Measure.PERCENT,
    STRATEGIC: Measure.MARK,
}

Value = Decimal | int | None


def measure_of(key: str) -> Measure:
    """Return how a criterion is measured."""
    return _MEASURES.get(key, Measure.RATING)


def check_weights(weights: Mapping[str, int]) -> None:
    """Raise ValueError unless the weights are percentages of known criteria that add up to 100."""
    if any(key not in CRITERIA and not key.startswith(RATING) for key in weights):
        raise ValueError("a weight belongs to a criterion")
    if min(weights.values(), default=-1) < 0 or sum(weights.values()) != HUNDRED:
        raise ValueError("weights are percentages that add up to 100")


def in_order(weights: Mapping[str, int]) -> dict[str, int]:
    """Return weights in the order of the criteria, further ratings last; a database may keep them in any."""
    own = [key for key in CRITERIA if key in weights]
    further = sorted((key for key in weights if key.startswith(RATING)), key=scale_of)
    return {key: weights[key] for key in [*own, *further]}


def scale_of(key: str) -> int:
    """Return the number of the further rating a criterion stands for."""
    return int(key.removeprefix(RATING))


@dataclass(frozen=True, slots=True)
class Customer:
    """What is known of a customer: turnover in the window, other values by criterion, and the tier it has now.

    Ratings go from 0 to 5, the share of wallet from 0 to 100, a mark is 1; None means that nobody said.
    """

    id: int
    turnover: Decimal
    values: Mapping[str, Value] = field(default_factory=dict)
    tier: str = ""

    def value(self, key: str) -> Value:
        """Return the value by one criterion; None where it is not known.

        Nothing bought is no turnover to judge by, and a mark that is not set says nothing; a margin below zero is
        known.
        """
        if key == TURNOVER:
            return self.turnover if self.turnover > 0 else None
        value = self.values.get(key)
        return None if key == STRATEGIC and not value else value


@dataclass(frozen=True, slots=True)
class Scored:
    """A customer with its points: `marks` by criterion, each 0 to 100 times `others`, and their weighted sum."""

    customer: Customer
    marks: tuple[int, ...]
    points: int


def others_of(customers: int) -> int:
    """Return among how many others a customer has its place."""
    return max(customers - 1, 1)


def knows_enough(customer: Customer, weights: Sequence[tuple[str, int]], *, criteria: int, weight: int) -> bool:
    """Return whether so many criteria, of so much weight together, are known; one always has to be."""
    known = [share for key, share in weights if customer.value(key) is not None]
    return len(known) >= max(criteria, 1) and sum(known) >= weight


def _sold(value: Value) -> Decimal:
    """Return what counts of an amount; more returned than bought, or earned below cost, is nothing."""
    return Decimal(value) if value is not None and value > 0 else NOTHING


def _marks(customers: Sequence[Customer], key: str, others: int) -> list[int]:
    """Return the points of all customers by one criterion, times `others`; what nobody said counts nothing.

    Money counts by place (how many sell less) and not by amount, so that one giant does not press all others down.
    """
    measure = measure_of(key)
    if measure is Measure.PLACE:
        amounts = [_sold(customer.value(key)) for customer in customers]
        ranked = sorted(amounts)
        return [100 * bisect_left(ranked, amount) for amount in amounts]
    factor = {Measure.RATING: 100 // TOP_RATING, Measure.PERCENT: 1, Measure.MARK: 100}[measure] * others
    return [int(customer.value(key) or 0) * factor for customer in customers]


def scored(customers: Iterable[Customer], weights: Sequence[tuple[str, int]]) -> list[Scored]:
    """Return customers with their points, best first; equals are parted by turnover, then by id."""
    rows = list(customers)
    others = others_of(len(rows))
    columns = [_marks(rows, key, others) for key, _weight in weights]
    shares = [weight for _key, weight in weights]
    found = [
        Scored(customer, marks, sum(map(int.__mul__, marks, shares)))
        for customer, marks in zip(rows, zip(*columns, strict=True), strict=True)
    ]
    found.sort(key=lambda row: (-row.points, -row.customer.turnover, row.customer.id))
    return found
