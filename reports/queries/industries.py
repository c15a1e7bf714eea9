"""The industry map (growing-key-accounts): industry by size of customer, what we have there and what is still white."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Sum

from accounts.models import Turnover
from accounts.querysets import YEAR
from accounts.sizes import CHOICES, size_at
from accounts.tiers.tiering import window_start
from reports.scope import Scope

SHARE, WHITE = "share", "white"
LEVELS = 5


@dataclass
class Cell:
    """One industry and size: companies known, those that bought within a year, turnover of that year and of the last.

    What is known and bought nothing, or sent back all it bought, is the white space.
    """

    known: int = 0
    buying: int = 0
    turnover: Decimal = Decimal(0)
    before: Decimal = Decimal(0)

    @property
    def white(self) -> int:
        """Return how many known companies bought nothing within a year."""
        return self.known - self.buying

    @property
    def share(self) -> int | None:
        """Return the part of the known companies that buys, in percent; None where nobody is known."""
        return self.buying * 100 // self.known if self.known else None

    @property
    def trend(self) -> int | None:
        """Return by how many percent turnover grew on the year before; None where nothing was left of that year."""
        return int((self.turnover - self.before) * 100 / self.before) if self.before > 0 else None

    def add(self, other: "Cell") -> None:
        """Add another cell."""
        self.known += other.known
        self.buying += other.buying
        self.turnover += other.turnover
        self.before += other.before


@dataclass
class IndustryRow:
    """An industry: its cells by size, and all together."""

    pk: int | None
    name: str
    cells: dict[str, Cell] = field(default_factory=lambda: {key: Cell() for key, _label in CHOICES})
    total: Cell = field(default_factory=Cell)

    @property
    def labelled(self) -> list[tuple[str, Any, Cell]]:
        """Return size, what it is called, which stands above none of them on a phone, and the cell."""
        return [(key, label, self.cells[key]) for key, label in CHOICES]


@dataclass(frozen=True)
class Shade:
    """One step of the map's legend: how dark, and from what to what."""

    level: int
    words: str


class Heat:
    """How dark each field of the map is: by the share that buys, or by how many are still white."""

    def __init__(self, rows: "Iterable[IndustryRow]", by: str) -> None:
        self.by = by if by in (SHARE, WHITE) else SHARE
        most = max((cell.white for row in rows for cell in row.cells.values()), default=0)
        self.step = max(-(-most // LEVELS), 1)
        self.most = most

    def level(self, cell: Cell) -> int:
        """Return how dark a field is, 0 to 5; nothing at all stays light."""
        if self.by == WHITE:
            return min(-(-cell.white // self.step), LEVELS)
        return min(-(-(cell.share or 0) // (100 // LEVELS)), LEVELS)

    @property
    def legend(self) -> list[Shade]:
        """Return the steps with what they stand for; those no field of this map can have are left out."""
        step, top, unit = (self.step, self.most, "") if self.by == WHITE else (100 // LEVELS, 100, " %")
        found = [Shade(0, f"0{unit}")]
        for level in range(1, LEVELS + 1):
            low, high = (level - 1) * step + 1, min(level * step, top)
            if low <= high:
                found.append(Shade(level, f"{low}–{high}{unit}" if low < high else f"{low}{unit}"))
        return found


def whitest(rows: "Iterable[IndustryRow]") -> tuple[str, Any, Cell] | None:
    """Return the field with most white space: industry, size, and the field; None where all buy."""
    fields = ((row.name, label, cell) for row in rows for _key, label, cell in row.labelled)
    best = max(fields, key=lambda each: (each[2].white, each[2].known), default=None)
    return best if best and best[2].white else None


def industry_map(scope: Scope) -> list[IndustryRow]:
    """Return the industries of the scope's customers, those with the largest turnover first; two queries."""
    now, last, older = scope.today, window_start(scope.today, YEAR), window_start(scope.today, 2 * YEAR)
    recent = Q(booked_on__gt=last, booked_on__lte=now)
    buys = Exists(Turnover.objects.buyers(now).filter(account=OuterRef("pk")))
    counted = (
        scope.accounts()
        .annotate(size=size_at(), buys=buys)
        .order_by()
        .values("industry", "industry__name", "size")
        .annotate(known=Count("pk"), buying=Count("pk", filter=Q(buys=True)))
    )
    rows: dict[int | None, IndustryRow] = {}
    for each in counted:
        row = rows.setdefault(each["industry"], IndustryRow(each["industry"], each["industry__name"] or ""))
        row.cells[each["size"]].add(Cell(each["known"], each["buying"]))
    _add_turnover(rows, scope, recent, Q(booked_on__gt=older, booked_on__lte=last))
    for row in rows.values():
        for cell in row.cells.values():
            row.total.add(cell)
    return sorted(rows.values(), key=lambda row: (row.pk is None, -row.total.turnover, -row.total.known, row.name))


def _add_turnover(rows: dict[int | None, IndustryRow], scope: Scope, recent: Q, earlier: Q) -> None:
    booked: Any = Turnover.objects.filter(account__in=scope.accounts().order_by().values("pk")).filter(recent | earlier)
    sums = (
        booked.annotate(size=size_at("account__employees"))
        .order_by()
        .values("account__industry", "size")
        .annotate(turnover=Sum("amount", filter=recent), before=Sum("amount", filter=earlier))
    )
    for each in sums:
        cell = rows[each["account__industry"]].cells[each["size"]]
        cell.add(Cell(turnover=each["turnover"] or Decimal(0), before=each["before"] or Decimal(0)))


def whole(rows: list[IndustryRow]) -> IndustryRow:
    """Return all industries together."""
    found = IndustryRow(None, "")
    for row in rows:
        for key, cell in row.cells.items():
            found.cells[key].add(cell)
        found.total.add(row.total)
    return found
