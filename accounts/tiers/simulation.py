"""What a tier policy would do, as figures that can be kept: worked out once, by a page or by a worker, then shown."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from heapq import nlargest
from typing import Any

from accounts.cadence import visits_a_month
from accounts.models import TierPolicy
from accounts.tiers.runs import TierRun
from accounts.tiers.standings import (
    Books,
    Cell,
    Differing,
    Matrix,
    Share,
    Standing,
    differing,
    groups,
    matrix,
    per_owner,
    shares,
)
from accounts.tiers.tiering import ALL

# So many customers of a cell of the matrix are named, fewer where the figures are kept.
SHOWN_OF_CELL = 200
KEPT_OF_CELL = 50
# What makes one set of rules; everything else about a policy is its life.
RULE_FIELDS = (
    *("name", "weights", "cut_by", "min_criteria", "min_weight", "window_months"),
    *("run_every", "applies_itself", "reference", "contact_days"),
)
AMOUNTS = ("cut_a", "cut_b", "margin")


@dataclass(frozen=True)
class Named:
    """A customer the page can name: its way, what it sells, and what it was judged by."""

    id: int
    before: str
    after: str
    turnover: Decimal
    is_fixed: bool
    is_held: bool
    rank: int
    score: Decimal
    parts: list[Decimal]


@dataclass(frozen=True)
class Simulation:
    """What rules would do on a day. `listed` names the largest customers of each cell of the matrix."""

    policy: TierPolicy
    on: date
    cells: Matrix
    listed: list[Named]
    books: Books
    shares: dict[str, Share]
    fixed: int
    held: int
    out_of: int

    @property
    def moving(self) -> int:
        """Return how many customers move."""
        return sum(cell.customers for (before, after), cell in self.cells.items() if before != after)

    @property
    def fallen(self) -> int:
        """Return how many customers lose tier A."""
        return sum(cell.customers for (before, after), cell in self.cells.items() if before == "A" != after)

    def count(self, *, after: bool) -> Counter[str]:
        """Return customers by tier, as they stand or as they will."""
        found: Counter[str] = Counter()
        for way, cell in self.cells.items():
            found[way[after]] += cell.customers
        return found

    def visits(self, days: Mapping[str, int]) -> tuple[Decimal, Decimal]:
        """Return the contacts a month all customers ask for: now, by `days` between contacts, and by these rules."""
        then = visits_a_month(self.count(after=True), self.policy.contact_days)
        return visits_a_month(self.count(after=False), days), then


def _named(run: TierRun, row: Standing) -> Named:
    judged = run.proposals[row.id]
    return Named(
        row.id,
        row.before,
        row.after,
        row.turnover,
        row.is_fixed,
        judged.is_held,
        judged.rank,
        judged.score,
        judged.parts,
    )


def _largest(run: TierRun, shown: int) -> list[Named]:
    """Return the largest customers of every cell of the matrix."""
    cells: dict[tuple[str, str], list[Standing]] = {}
    for row in run.standings:
        cells.setdefault((row.before, row.after), []).append(row)
    picked = (nlargest(shown, rows, key=lambda row: (row.turnover, -row.id)) for rows in cells.values())
    return [_named(run, row) for rows in picked for row in rows]


def simulate(run: TierRun, *, shown: int = SHOWN_OF_CELL) -> Simulation:
    """Return the figures of a run."""
    return Simulation(
        policy=run.policy,
        on=run.on,
        cells=matrix(run.standings),
        listed=_largest(run, shown),
        books=per_owner(row for row in run.standings if row.owner is not None),
        shares=shares(groups(run.standings, after=True)),
        fixed=sum(row.is_fixed for row in run.standings),
        held=sum(proposal.is_held for proposal in run.proposals.values()),
        out_of=run.out_of,
    )


@dataclass(frozen=True)
class Comparison:
    """Two sets of rules on the same day, and the largest of those they treat differently."""

    first: Simulation
    second: Simulation
    parted: list[Differing]
    parted_count: int


def compare(first: TierRun, second: TierRun, *, shown: int = SHOWN_OF_CELL) -> Comparison:
    """Return what two runs over the same customers do differently."""
    found = differing(first.standings, second.standings)
    return Comparison(simulate(first, shown=shown), simulate(second, shown=shown), found[:KEPT_OF_CELL], len(found))


# --- kept with a job --------------------------------------------------------------------------------------------------
def kept_rules(policy: TierPolicy) -> dict[str, Any]:
    """Return what makes these rules, as JSON can hold it: the same rules are the same text."""
    plain = {name: getattr(policy, name) for name in RULE_FIELDS}
    return plain | {name: f"{Decimal(getattr(policy, name)):.2f}" for name in AMOUNTS}


def read_rules(kept: Mapping[str, Any]) -> TierPolicy:
    """Return kept rules as a policy that stands in no database."""
    return TierPolicy(**{**kept, **{name: Decimal(kept[name]) for name in AMOUNTS}})


def _plain(row: Any) -> list[Any]:
    """Return the values of a row as JSON can hold them."""
    values = (getattr(row, name) for name in row.__dataclass_fields__)
    return [_text(value) for value in values]


def _text(value: Any) -> Any:
    if isinstance(value, list):
        return [_text(each) for each in value]
    return str(value) if isinstance(value, Decimal) else value


def as_json(found: Simulation) -> dict[str, Any]:
    """Return a simulation as a job keeps it."""
    return {
        "rules": kept_rules(found.policy),
        "on": found.on.isoformat(),
        "cells": [[x, y, *_plain(cell)] for (x, y), cell in found.cells.items()],
        "listed": [_plain(row) for row in found.listed],
        "books": [[owner, dict(before), dict(after)] for owner, (before, after) in found.books.items()],
        "shares": {tier: _plain(share) for tier, share in found.shares.items()},
        "counts": [found.fixed, found.held, found.out_of],
    }


def _named_of(kept: Iterable[Any]) -> Named:
    pk, before, after, turnover, is_fixed, is_held, rank, score, parts = kept
    judged = Decimal(score), [Decimal(part) for part in parts]
    return Named(pk, before, after, Decimal(turnover), is_fixed, is_held, rank, *judged)


def from_json(kept: Mapping[str, Any]) -> Simulation:
    """Return a simulation that a job kept."""
    fixed, held, out_of = kept["counts"]
    return Simulation(
        policy=read_rules(kept["rules"]),
        on=date.fromisoformat(kept["on"]),
        cells={(x, y): Cell(count, Decimal(turnover)) for x, y, count, turnover in kept["cells"]},
        listed=[_named_of(row) for row in kept["listed"]],
        books={owner: (Counter(before), Counter(after)) for owner, before, after in kept["books"]},
        shares={tier: Share(*map(Decimal, kept["shares"][tier])) for tier in ALL},
        fixed=fixed,
        held=held,
        out_of=out_of,
    )


def comparison_as_json(found: Comparison) -> dict[str, Any]:
    """Return a comparison as a job keeps it."""
    both = {"first": as_json(found.first), "second": as_json(found.second)}
    return both | {"parted": [_plain(row) for row in found.parted], "parted_count": found.parted_count}


def comparison_from_json(kept: Mapping[str, Any]) -> Comparison:
    """Return a comparison that a job kept."""
    parted = [Differing(pk, now, one, two, Decimal(turnover)) for pk, now, one, two, turnover in kept["parted"]]
    return Comparison(from_json(kept["first"]), from_json(kept["second"]), parted, kept["parted_count"])
