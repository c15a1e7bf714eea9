"""The grid of targets: a team as the whole, its teams and people as parts, periods across, the difference below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipeline.choices import PeriodKind
from pipeline.models import Target
from pipeline.periods import Period, period_of
from pipeline.targets import difference, resolve, targets_within
from teams.choices import Role
from teams.models import Team, User


@dataclass(frozen=True)
class Cell:
    """One box: what is set, or (not set) what shorter periods add up to."""

    name: str
    period: Period
    target: Target | None
    derived: Decimal | None

    @property
    def value(self) -> Decimal | None:
        """Return what counts."""
        return self.target.value if self.target else self.derived

    @property
    def version(self) -> int:
        """Return the version a form must name; 0 where there is no target."""
        return self.target.version if self.target else 0


@dataclass(frozen=True)
class Row:
    """A team or a person with a cell for every period."""

    kind: str
    holder: Any
    cells: list[Cell]


@dataclass(frozen=True)
class Grid:
    """The whole, its parts, and by how much the parts differ from it in each period."""

    whole: Row
    parts: list[Row]
    differences: list[Decimal | None]

    @property
    def cells(self) -> list[tuple[Row, Cell]]:
        """Return every box with its row."""
        return [(row, cell) for row in [self.whole, *self.parts] for cell in row.cells]


def grid_of(team: Team, periods: Sequence[Period], *, metric: str) -> Grid:
    """Return the grid of a team with the teams right below it and its own sellers; four queries."""
    below = list(Team.objects.get_children(team).filter(is_active=True).order_by("path"))
    people = list(
        User.objects.filter(team=team, is_active=True, role__in=[Role.REP, Role.MANAGER]).order_by("name", "pk")
    )
    year = period_of(periods[0].first, PeriodKind.YEAR)
    held = targets_within(year, metric=metric, teams=[team, *below], users=people)

    def row(kind: str, holder: Any) -> Row:
        rows = held.get((kind, holder.pk), {})
        return Row(kind, holder, [_cell(kind, holder, period, rows) for period in periods])

    whole = row("team", team)
    parts = [row("team", one) for one in below] + [row("user", one) for one in people]
    differences = [
        difference(cell.value, [part.cells[place].value for part in parts]) for place, cell in enumerate(whole.cells)
    ]
    return Grid(whole, parts, differences)


def _cell(kind: str, holder: Any, period: Period, rows: Mapping[Period, Target]) -> Cell:
    values = {when: row.value for when, row in rows.items()}
    return Cell(f"{kind}_{holder.pk}_{period.first:%Y%m}", period, rows.get(period), resolve(values, period))
