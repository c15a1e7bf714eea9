"""Customers before and after: who moves from where to where, what each tier takes. No database, no clock."""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from accounts.tiers.scoring import HUNDRED
from accounts.tiers.tiering import ALL

Books = dict[Hashable, tuple[Counter[str], Counter[str]]]


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

    def __add__(self, other: "Cell") -> "Cell":
        return Cell(self.customers + other.customers, self.turnover + other.turnover)


Matrix = dict[tuple[str, str], Cell]


def matrix(standings: Iterable[Standing]) -> Matrix:
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


@dataclass(frozen=True, slots=True)
class Group:
    """So many customers of one tier and one owner, with what they bought; more returned than bought is nothing."""

    tier: str
    owner: Hashable
    customers: int
    turnover: Decimal


def groups(rows: Iterable[Standing], *, after: bool = False) -> list[Group]:
    """Return customers by tier and owner, as they stand or as they will."""
    counts: Counter[tuple[str, Hashable]] = Counter()
    sums: dict[tuple[str, Hashable], Decimal] = {}
    for row in rows:
        key = (row.after if after else row.before, row.owner)
        counts[key] += 1
        sums[key] = sums.get(key, Decimal(0)) + max(row.turnover, Decimal(0))
    return [Group(tier, owner, count, sums[tier, owner]) for (tier, owner), count in counts.items()]


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    return part * HUNDRED / whole if whole else Decimal(0)


def shares(found: Iterable[Group]) -> dict[str, Share]:
    """Return what each tier ("" included) takes of customers, turnover and staff, in percent; each adds up to 100.

    Staff is counted as each seller's customers: whoever keeps four customers, one of them A, gives A a quarter of a
    seller. What belongs to nobody takes no staff.
    """
    customers: Counter[str] = Counter()
    money: dict[str, Decimal] = dict.fromkeys(ALL, Decimal(0))
    books: dict[Hashable, Counter[str]] = {}
    for group in found:
        customers[group.tier] += group.customers
        money[group.tier] += group.turnover
        if group.owner is not None:
            books.setdefault(group.owner, Counter())[group.tier] += group.customers
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


def per_owner(rows: Iterable[Standing]) -> Books:
    """Return for each owner how many customers per tier he keeps, before and after."""
    found: Books = {}
    for row in rows:
        before, after = found.setdefault(row.owner, (Counter(), Counter()))
        before[row.before] += 1
        after[row.after] += 1
    return found


@dataclass(frozen=True, slots=True)
class Differing:
    """A customer that two sets of rules put into different tiers."""

    id: int
    now: str
    first: str
    second: str
    turnover: Decimal


def differing(first: Iterable[Standing], second: Iterable[Standing]) -> list[Differing]:
    """Return the customers that two runs over the same customers part, the largest first."""
    others = {row.id: row for row in second}
    pairs = ((row, others[row.id]) for row in first if row.id in others)
    found = [
        Differing(one.id, one.before, one.after, two.after, one.turnover)
        for one, two in pairs
        if one.after != two.after
    ]
    return sorted(found, key=lambda row: (-row.turnover, row.id))
