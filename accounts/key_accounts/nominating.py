"""Who is a key account (customer-development): four criteria of equal weight, each scored 0 to 5 with a reason.

It brings large sales or has large potential, absorbs technology and innovates, is strong in its market, and is in good
financial health. What a proposal needs is ours, editable: one criterion alone misleads, so besides the sum every one of
the four has to reach something. No database and no clock.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

SALES, INNOVATION, STRENGTH, FINANCE = CRITERIA = ("sales", "innovation", "strength", "finance")
TOP_SCORE: Final = 5
TOP_TOTAL: Final = TOP_SCORE * len(CRITERIA)


@dataclass(frozen=True)
class Bar:
    """What a proposal needs: so many points together, and so many for each criterion."""

    total: int
    each: int

    def __post_init__(self) -> None:
        if not (0 <= self.total <= TOP_TOTAL and 0 <= self.each <= TOP_SCORE):
            raise ValueError("the sum wanted goes from 0 to 20, the score wanted of each criterion from 0 to 5")


@dataclass(frozen=True)
class Lack:
    """What a proposal does not reach: a criterion, or "" for the sum; what it has, what is wanted."""

    criterion: str
    score: int
    wanted: int


def total_of(scores: Mapping[str, int]) -> int:
    """Return the points of the four criteria together; what nobody scored counts nothing."""
    return sum(scores.get(criterion, 0) for criterion in CRITERIA)


def lacks(scores: Mapping[str, int], bar: Bar) -> list[Lack]:
    """Return what a proposal lacks, the sum first; nothing for one that reaches all."""
    total = total_of(scores)
    found = [Lack("", total, bar.total)] if total < bar.total else []
    return found + [
        Lack(criterion, scores.get(criterion, 0), bar.each)
        for criterion in CRITERIA
        if scores.get(criterion, 0) < bar.each
    ]


def review_day(on: date, months: int) -> date:
    """Return the same day so many months later, or that month's last: by then somebody looks again."""
    years, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(years, month + 1, min(on.day, monthrange(years, month + 1)[1]))
