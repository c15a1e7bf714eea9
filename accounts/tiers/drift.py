"""How tiers were on an earlier day: today's, with every change since taken back. No database, no clock."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TypeVar

from accounts.tiers.tiering import ALL

N = TypeVar("N", int, Decimal)


def walked_back(now: Mapping[str, N], moves: Iterable[tuple[str, str, N]], nothing: N) -> dict[str, N]:
    """Return what each tier held before the `moves` (from, to, how much); it works for customers and for their money.

    A customer who did not exist yet counts as one without a tier.
    """
    found = dict.fromkeys(ALL, nothing) | dict(now)
    for before, after, moved in moves:
        found[after] -= moved
        found[before] += moved
    return found
