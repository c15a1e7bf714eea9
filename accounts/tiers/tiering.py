"""Which tier each customer earns (growing-key-accounts, ABC): its score among the others, cut into A, B and C.

Rows in, proposals out: no database, no clock, and the order of the rows does not matter.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from typing import Final

from accounts.tiers.scoring import (
    CENT,
    HUNDRED,
    NOTHING,
    Customer,
    Scored,
    check_weights,
    knows_enough,
    others_of,
    scored,
)

TIERS: Final = ("A", "B", "C")
UNTIERED: Final = ""
LONGEST_WINDOW: Final = 60  # months of turnover that count, at most; ours
ALL: Final = (*TIERS, UNTIERED)


class By(StrEnum):
    """What the cuts are cuts of."""

    CUSTOMERS = "CUSTOMERS"
    TURNOVER = "TURNOVER"
    SCORE = "SCORE"


@dataclass(frozen=True)
class Cuts:
    """Up to which share (percent, best first) goes A, and A with B; the rest is C."""

    a: Decimal
    b: Decimal

    def __post_init__(self) -> None:
        if not 0 < self.a < self.b < HUNDRED:
            raise ValueError("the share for A lies below that for A and B, and both below 100")


@dataclass(frozen=True)
class Points:
    """From how many points on a customer is A, and from how many B; below it is C."""

    a: Decimal
    b: Decimal

    def __post_init__(self) -> None:
        if not 0 < self.b < self.a <= HUNDRED:
            raise ValueError("the points for B lie above 0 and below those for A, which are at most 100")


@dataclass(frozen=True)
class Rules:
    """Everything that decides a tier.

    A customer needs `min_criteria` known criteria of `min_weight` percent together, else it gets no tier. `margin`
    (ours, so that nobody flips each month) is how far beyond a cut, in the cut's own unit, one has to be to move.
    """

    weights: Mapping[str, int]
    cuts: Cuts | Points
    by: By = By.CUSTOMERS
    min_criteria: int = 1
    min_weight: int = 0
    margin: Decimal = NOTHING

    def __post_init__(self) -> None:
        check_weights(self.weights)
        if isinstance(self.cuts, Points) != (self.by == By.SCORE):
            raise ValueError("points cut a score, shares cut customers or turnover")
        if not margin_fits(self.cuts, self.margin):
            raise ValueError("the margin leaves room on both sides of the cuts")

    @property
    def weighed(self) -> list[tuple[str, int]]:
        """Return the criteria that count, with their weights."""
        return [(key, weight) for key, weight in self.weights.items() if weight]


def margin_fits(cuts: Cuts | Points, margin: Decimal) -> bool:
    """Return whether one can still rise to A and fall to C beyond the margin."""
    low, high = sorted((cuts.a, cuts.b))
    is_reached = high + margin <= HUNDRED if isinstance(cuts, Points) else high + margin < HUNDRED
    return 0 <= margin < low and is_reached


def tier_by_cumulated_share(turnover: Mapping[int, Decimal], cuts: Cuts) -> dict[int, str]:
    """Return each customer's tier by what it brings alone (growing-key-accounts, 70/20/10), best first.

    A customer is A while what those before it bring is less than `cuts.a` percent of all turnover, B while it is less
    than `cuts.b`, else C; who brings nothing is C. Equal amounts are parted by id.
    """
    ranked = sorted(turnover, key=lambda pk: (-turnover[pk], pk))
    return dict(zip(ranked, _by_turnover([turnover[pk] for pk in ranked], cuts.a, cuts.b), strict=True))


def window_start(on: date, months: int) -> date:
    """Return the day after which turnover counts: the same day so many months before, or that month's last."""
    years, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    return date(years, month + 1, min(on.day, monthrange(years, month + 1)[1]))


# --- cutting: tiers of customers in their order, best first -----------------------------------------------------------
def _by_turnover(amounts: Sequence[Decimal], a: Decimal, b: Decimal) -> list[str]:
    """Cut by the share of turnover that lies before each; who brings nothing has no share in it."""
    whole = sum((amount for amount in amounts if amount > 0), NOTHING)
    found, before = [], NOTHING
    for amount in amounts:
        share = before * HUNDRED
        found.append("C" if amount <= 0 or share >= b * whole else "A" if share < a * whole else "B")
        before += max(amount, NOTHING)
    return found


def _last_place(share: Decimal, customers: int) -> int:
    """Return how many customers a share holds; a started one counts, so that the best of a few is an A."""
    return int((share * customers / HUNDRED).to_integral_value(ROUND_CEILING))


def _by_customers(customers: int, a: Decimal, b: Decimal) -> list[str]:
    last_a, last_b = _last_place(a, customers), _last_place(b, customers)
    return ["A"] * last_a + ["B"] * (last_b - last_a) + ["C"] * (customers - last_b)


def _by_score(points: Sequence[int], others: int, a: Decimal, b: Decimal) -> list[str]:
    from_a, from_b = a * HUNDRED * others, b * HUNDRED * others
    return ["A" if each >= from_a else "B" if each >= from_b else "C" for each in points]


def _cut(rows: Sequence[Scored], rules: Rules, shift: Decimal) -> list[str]:
    """Return the tiers of ranked customers with both cuts moved so that `shift` lets more customers into the better."""
    if rules.by == By.SCORE:
        a, b = rules.cuts.a - shift, rules.cuts.b - shift
        return _by_score([row.points for row in rows], others_of(len(rows)), a, b)
    a, b = rules.cuts.a + shift, rules.cuts.b + shift
    if rules.by == By.TURNOVER:
        return _by_turnover([row.customer.turnover for row in rows], a, b)
    return _by_customers(len(rows), a, b)


def hold(current: str, *, best: str, worst: str, earned: str) -> str:
    """Return the tier a customer keeps or gets: one beyond the margin moves, one within it stays where it is."""
    return earned if current == UNTIERED else min(max(current, best), worst)


@dataclass(frozen=True, slots=True)
class Proposal:
    """The tier a customer gets, its place among `of` customers (0: too little is known), and what it was judged by.

    `earned` is the tier by the cuts alone; the scores, 0 to 100, are worked out when they are asked for, because a run
    over very many customers needs those of a few.
    """

    id: int
    tier: str
    earned: str
    rank: int
    of: int
    points: int = 0
    marks: tuple[int, ...] = ()

    @property
    def score(self) -> Decimal:
        """Return the weighted mean of all criteria."""
        return (Decimal(self.points) / 100 / others_of(self.of)).quantize(CENT)

    @property
    def parts(self) -> list[Decimal]:
        """Return the points by each criterion that counts, in the order of the rules."""
        return [(Decimal(mark) / others_of(self.of)).quantize(CENT) for mark in self.marks]

    @property
    def is_held(self) -> bool:
        """Return whether the margin keeps the customer where it is."""
        return self.tier != self.earned


def propose(customers: Iterable[Customer], rules: Rules, *, holds: bool = True) -> dict[int, Proposal]:
    """Return the tier each customer gets, by id; "" for those of whom too little is known.

    `holds` says whether the margin counts: it does when the same rules are run again, not when they are new.
    """
    weights = rules.weighed
    known: list[Customer] = []
    unknown: list[Customer] = []
    for customer in customers:
        enough = knows_enough(customer, weights, criteria=rules.min_criteria, weight=rules.min_weight)
        (known if enough else unknown).append(customer)
    rows = scored(known, weights)
    earned = _cut(rows, rules, NOTHING)
    margin = rules.margin if holds else NOTHING
    best, worst = (_cut(rows, rules, margin), _cut(rows, rules, -margin)) if margin else (earned, earned)
    return {customer.id: Proposal(customer.id, UNTIERED, UNTIERED, 0, len(rows)) for customer in unknown} | {
        row.customer.id: Proposal(
            row.customer.id,
            hold(row.customer.tier, best=best[place], worst=worst[place], earned=earned[place]),
            earned[place],
            place + 1,
            len(rows),
            row.points,
            row.marks,
        )
        for place, row in enumerate(rows)
    }
