"""What changing many customers at once would do: which ones change, which are left and why. No database, no clock."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Reason(StrEnum):
    """Why a customer is left as it is."""

    SAME = "same"
    ARCHIVED = "archived"
    MEANWHILE = "meanwhile"
    CIRCLE = "circle"
    DEALER = "dealer"
    GONE = "gone"


@dataclass(frozen=True)
class Row:
    """A customer as it is; `values` by field, a row of another table by its key."""

    pk: int
    name: str
    version: int
    is_archived: bool
    values: Mapping[str, Any]
    is_dealer: bool = False


@dataclass(frozen=True)
class Change:
    """What is written to one customer: field → (before, after)."""

    pk: int
    name: str
    version: int
    fields: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Skip:
    """A customer that is left, and why."""

    pk: int
    name: str
    reason: Reason


@dataclass(frozen=True)
class Plan:
    """What would happen."""

    changes: list[Change]
    skipped: list[Skip]

    def count_of(self, reason: Reason) -> int:
        """Return how many are left for this reason."""
        return sum(1 for skip in self.skipped if skip.reason == reason)


def plan_changes(
    rows: Iterable[Row],
    wanted: Mapping[str, Any],
    *,
    expected: Mapping[int, int],
    above: Collection[int] = (),
) -> Plan:
    """Return what setting `wanted` (field → value) does to the rows chosen.

    `expected` are the versions somebody looked at, by key: what another person changed since is left alone. `above` are
    the wanted parent and all companies above it: none of them can come to stand below it.
    """
    changes, skipped = [], []
    seen = set()
    for row in rows:
        seen.add(row.pk)
        differing = {name: (row.values[name], value) for name, value in wanted.items() if row.values[name] != value}
        reason = _reason(row, differing, expected=expected, above=above)
        if reason is None:
            changes.append(Change(row.pk, row.name, row.version, differing))
        else:
            skipped.append(Skip(row.pk, row.name, reason))
    skipped += [Skip(pk, "", Reason.GONE) for pk in expected if pk not in seen]
    return Plan(changes, skipped)


def _reason(
    row: Row, differing: Mapping[str, Any], *, expected: Mapping[int, int], above: Collection[int]
) -> Reason | None:
    if row.is_archived:
        return Reason.ARCHIVED
    if row.version != expected.get(row.pk, row.version):
        return Reason.MEANWHILE
    if not differing:
        return Reason.SAME
    if row.is_dealer and "tier" in differing:
        return Reason.DEALER
    return Reason.CIRCLE if "parent" in differing and row.pk in above else None
