"""Which tier each customer earns (growing-key-accounts, ABC): turnover, growth potential and credit, weighted.

Rows in, proposals out: no database, no clock, and the order of the rows does not matter. One criterion alone misleads
(its example: a large floor or many passers-by may sell little of ours), so three are always weighed.
"""

from bisect import bisect_left
from calendar import monthrange
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Final

HUNDRED: Final = Decimal(100)
TOP_RATING: Final = 5
TIERS: Final = ("A", "B", "C")
UNTIERED: Final = ""
ALL: Final = (*TIERS, UNTIERED)
_CENT: Final = Decimal("0.01")
_NOTHING: Final = Decimal(0)


@dataclass(frozen=True)
class Weights:
    """How much each criterion counts, in percent; together 100."""

    turnover: int
    potential: int
    credit: int

    def __post_init__(self) -> None:
        if (
            min(self.turnover, self.potential, self.credit) < 0
            or self.turnover + self.potential + self.credit != HUNDRED
        ):
            raise ValueError("weights are percentages that add up to 100")


@dataclass(frozen=True)
class Cuts:
    """Up to which share of the customers (percent, best first) goes A, and A with B; the rest is C."""

    a: Decimal
    b: Decimal

    def __post_init__(self) -> None:
        if not 0 < self.a < self.b < HUNDRED:
            raise ValueError("the share for A lies below that for A and B, and both below 100")


def tier_by_cumulated_share(turnover: Mapping[int, Decimal], cuts: Cuts) -> dict[int, str]:
    """Return each customer's tier by what it brings alone (growing-key-accounts, 70/20/10), best first.

    A customer is A while what those before it bring is less than `cuts.a` percent of all turnover, B while it is less
    than `cuts.b`, else C; who brings nothing is C. Equal amounts are parted by id.
    """
    ranked = sorted(turnover, key=lambda pk: (-turnover[pk], pk))
    whole = sum((amount for amount in turnover.values() if amount > 0), _NOTHING)
    found, before = {}, _NOTHING
    for pk in ranked:
        amount = turnover[pk]
        share = before * HUNDRED
        found[pk] = "C" if amount <= 0 or share >= cuts.b * whole else "A" if share < cuts.a * whole else "B"
        before += amount
    return found


def window_start(on: date, months: int) -> date:
    """Return the day after which turnover counts: the same day so many months before, or that month's last."""
    years, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    return date(years, month + 1, min(on.day, monthrange(years, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Customer:
    """What is known of a customer: turnover in the window, potential and credit 0 to 5 (None: nobody rated it)."""

    id: int
    turnover: Decimal
    potential: int | None = None
    credit: int | None = None

    @property
    def is_known(self) -> bool:
        """Return whether there is enough to judge by: turnover, or at least one rating."""
        return self.turnover > 0 or self.potential is not None or self.credit is not None


@dataclass(frozen=True, slots=True)
class Proposal:
    """The tier a customer earns, its place among `of` customers (0: too little is known), and what it was judged by.

    `below` is how many others sell less; the scores, 0 to 100, are worked out when they are asked for, because a run
    over very many customers needs those of a few.
    """

    id: int
    tier: str
    rank: int
    of: int
    below: int
    potential: int
    credit: int
    weights: Weights

    @property
    def turnover_score(self) -> Decimal:
        """Return the share of the others that sell less, in percent."""
        return (Decimal(self.below) * HUNDRED / max(self.of - 1, 1)).quantize(_CENT)

    @property
    def potential_score(self) -> Decimal:
        """Return the rating of the growth potential."""
        return _rated(self.potential)

    @property
    def credit_score(self) -> Decimal:
        """Return the rating of the credit standing."""
        return _rated(self.credit)

    @property
    def score(self) -> Decimal:
        """Return the weighted mean of the three."""
        points = _points(self.below, self.potential, self.credit, self.weights, max(self.of - 1, 1))
        return (Decimal(points) / (TOP_RATING * max(self.of - 1, 1))).quantize(_CENT)


def _rated(value: int) -> Decimal:
    return (Decimal(value) * HUNDRED / TOP_RATING).quantize(_CENT)


def _points(below: int, potential: int, credit: int, weights: Weights, others: int) -> int:
    """Return the score times 5 times the number of others: a whole number, so that equals are equal.

    Turnover counts by place and not by amount, so that one giant does not press all others to nothing; what nobody
    rated counts nothing.
    """
    rated = potential * weights.potential + credit * weights.credit
    return TOP_RATING * below * weights.turnover + rated * others


def _sold(customer: Customer) -> Decimal:
    """Return what counts as turnover; more returned than bought is none."""
    return customer.turnover if customer.turnover > 0 else _NOTHING


def _last_place(share: Decimal, customers: int) -> int:
    """Return how many customers a share holds; a started one counts, so that the best of a few is an A."""
    return int((share * customers / HUNDRED).to_integral_value(ROUND_CEILING))


def propose(customers: Iterable[Customer], weights: Weights, cuts: Cuts) -> dict[int, Proposal]:
    """Return the tier each customer earns, by id; "" for those of whom too little is known.

    Equal scores are parted by turnover, then by id, so that the same data always give the same tiers.
    """
    everybody = list(customers)
    known = [customer for customer in everybody if customer.is_known]
    count, others = len(known), max(len(known) - 1, 1)
    amounts = sorted(_sold(customer) for customer in known)
    scored = []
    for customer in known:
        below = bisect_left(amounts, _sold(customer))
        grows, pays = customer.potential or 0, customer.credit or 0
        points = _points(below, grows, pays, weights, others)
        scored.append((-points, -customer.turnover, customer.id, below, grows, pays))
    scored.sort()
    last_a, last_b = _last_place(cuts.a, count), _last_place(cuts.b, count)
    found = {row.id: Proposal(row.id, UNTIERED, 0, count, 0, 0, 0, weights) for row in everybody if not row.is_known}
    for rank, (_score, _amount, pk, below, grows, pays) in enumerate(scored, start=1):
        tier = "A" if rank <= last_a else "B" if rank <= last_b else "C"
        found[pk] = Proposal(pk, tier, rank, count, below, grows, pays, weights)
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """A customer before and after: tiers, turnover, and whose he is (None: nobody's)."""

    id: int
    before: str
    after: str
    turnover: Decimal
    owner: Hashable = None
    is_fixed: bool = False

    @property
    def moves(self) -> bool:
        """Return whether the tier changes; what was set by hand stays."""
        return self.before != self.after


@dataclass(frozen=True)
class Cell:
    """So many customers with so much turnover."""

    customers: int = 0
    turnover: Decimal = Decimal(0)


def matrix(standings: Iterable[Standing]) -> dict[tuple[str, str], Cell]:
    """Return customers and turnover from each tier to each, all sixteen cells."""
    counts: Counter[tuple[str, str]] = Counter()
    sums: dict[tuple[str, str], Decimal] = {}
    for row in standings:
        key = (row.before, row.after)
        counts[key] += 1
        sums[key] = sums.get(key, Decimal(0)) + row.turnover
    return {(x, y): Cell(counts[x, y], sums.get((x, y), Decimal(0))) for x in ALL for y in ALL}


@dataclass(frozen=True)
class Share:
    """Percent of the customers, of the turnover and of the sellers' work that a tier takes."""

    customers: Decimal
    turnover: Decimal
    staff: Decimal


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    return part * HUNDRED / whole if whole else Decimal(0)


def shares(rows: Iterable[Standing], *, after: bool = False) -> dict[str, Share]:
    """Return what each tier ("" included) takes of customers, turnover and staff, in percent; each adds up to 100.

    Staff is counted as each seller's customers: whoever keeps four customers, one of them A, gives A a quarter of a
    seller. What belongs to nobody takes no staff.
    """
    customers: Counter[str] = Counter()
    money: dict[str, Decimal] = dict.fromkeys(ALL, Decimal(0))
    books: dict[Hashable, Counter[str]] = {}
    for row in rows:
        tier = row.after if after else row.before
        customers[tier] += 1
        money[tier] += max(row.turnover, Decimal(0))
        if row.owner is not None:
            books.setdefault(row.owner, Counter())[tier] += 1
    staff = {tier: sum((Decimal(book[tier]) / book.total() for book in books.values()), Decimal(0)) for tier in ALL}
    all_customers, all_money = Decimal(customers.total()), sum(money.values(), Decimal(0))
    return {
        tier: Share(
            _percent(Decimal(customers[tier]), all_customers),
            _percent(money[tier], all_money),
            _percent(staff[tier], Decimal(len(books))),
        )
        for tier in ALL
    }


def per_owner(rows: Iterable[Standing]) -> Mapping[Hashable, tuple[Counter[str], Counter[str]]]:
    """Return for each owner how many customers per tier he keeps, before and after."""
    found: dict[Hashable, tuple[Counter[str], Counter[str]]] = {}
    for row in rows:
        before, after = found.setdefault(row.owner, (Counter(), Counter()))
        before[row.before] += 1
        after[row.after] += 1
    return found
