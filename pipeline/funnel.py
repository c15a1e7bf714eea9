"""Sums and shares of the funnel (growing-key-accounts). Numbers in, numbers out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, pairwise

WHOLE = 100


@dataclass(frozen=True)
class Totals:
    """How many, worth how much, and how much of it weighted by the funnel band.

    `unrated` of them are worth something in a currency nobody gave a rate for; no sum holds them.
    """

    count: int = 0
    value: Decimal = Decimal(0)
    weighted: Decimal = Decimal(0)
    unrated: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(
            self.count + other.count,
            self.value + other.value,
            self.weighted + other.weighted,
            self.unrated + other.unrated,
        )


def weighted(amount: Decimal | None, band: int) -> Decimal:
    """Return amount × funnel band, in the amount's currency; no amount counts as zero. `band` is a percentage."""
    return (amount or Decimal(0)) * band / WHOLE


def totals(rows: Iterable[tuple[Decimal | None, int]]) -> Totals:
    """Return the totals of (amount, band) pairs."""
    return sum((Totals(1, amount or Decimal(0), weighted(amount, band)) for amount, band in rows), Totals())


def reached(standing: Sequence[int], *, won: int = 0) -> list[int]:
    """Return how many came at least as far as each step, from how many stand there now and how many were won."""
    return list(accumulate(reversed(standing), initial=won))[:0:-1]


def conversion(counts: Sequence[int]) -> list[Decimal | None]:
    """Return the share (0 to 1) that went on from each step to the next; None where nobody had come so far.

    `counts` are how many came at least as far as each step, first step first; the answer is one shorter.
    """
    return [Decimal(after) / before if before else None for before, after in pairwise(counts)]
