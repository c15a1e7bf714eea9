"""The industry map (growing-key-accounts): industry by size of customer, what we have there and what is still white."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, Sum, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Turnover
from accounts.tiers.tiering import window_start
from reports.scope import Scope

YEAR = 12
# Employees from the first number up; the words are ours, as the texts leave the sizes open.
SIZES: tuple[tuple[str, int, int | None, str | Promise], ...] = (
    ("large", 1000, None, _("1,000 people and more")),
    ("middle", 200, 999, _("200 to 999")),
    ("small", 50, 199, _("50 to 199")),
    ("tiny", 0, 49, _("below 50")),
    ("unknown", -1, -1, _("size not known")),
)


@dataclass
class Cell:
    """One industry and size: companies known, those that bought within a year, turnover of that year and of the last.

    What is known and bought nothing is the white space.
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
        """Return by how many percent turnover grew on the year before; None where there was none."""
        return int((self.turnover - self.before) * 100 / self.before) if self.before else None

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
    cells: dict[str, Cell] = field(default_factory=lambda: {key: Cell() for key, *_rest in SIZES})
    total: Cell = field(default_factory=Cell)

    @property
    def labelled(self) -> list[tuple[Any, Cell]]:
        """Return the cells with what their size is called, which stands above none of them on a phone."""
        return [(label, self.cells[key]) for key, _low, _high, label in SIZES]


def size_at(path: str) -> Case:
    """Return the size of a customer as an expression; `path` leads to its number of employees."""
    known = [(key, low, high) for key, low, high, _label in SIZES if key != "unknown"]
    cases = [
        When(Q(**{f"{path}__gte": low}) & (Q() if high is None else Q(**{f"{path}__lte": high})), then=Value(key))
        for key, low, high in known
    ]
    return Case(*cases, default=Value("unknown"), output_field=CharField())


def industry_map(scope: Scope) -> list[IndustryRow]:
    """Return the industries of the scope's customers, those with the largest turnover first; two queries."""
    now, last, older = scope.today, window_start(scope.today, YEAR), window_start(scope.today, 2 * YEAR)
    recent = Q(booked_on__gt=last, booked_on__lte=now)
    bought = Turnover.objects.filter(recent, account=OuterRef("pk"), amount__gt=0)
    counted = (
        scope.accounts()
        .annotate(size=size_at("employees"), buys=Exists(bought))
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
