"""Sweeping a place unit by unit (tracking-and-reports, 扫楼 and 扫单位): nobody is skipped, and nobody is forgotten.

No database and no clock: what was found at a door, the day and the calendar in; the next day, the layout of a place
and how far it has been covered out.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Protocol

NOT_YET: Final = "NOT_YET"
MOST_UNITS: Final = 2_000
MOST_BUILDINGS: Final = 60
# "1-6", "东区 1 至 6 栋", and with what is written twice: "A1-A6", "3号楼至8号楼".
_SPAN: Final = re.compile(r"(\D*?)(\d+)(\D*?)\s*[-~～至到]\s*(?:\1)?(\d+)(\D*)")
_PARTS: Final = re.compile(r"[,，、;；\n]+")


class Workdays(Protocol):
    """What is asked of the working calendar."""

    def next_workday(self, day: date) -> date:
        """Return the day itself or the first working day after it."""

    def previous_workday(self, day: date) -> date:
        """Return the day itself or the last working day before it."""


class BadLayout(ValueError):
    """The buildings cannot be laid out as written; the code says why: empty, backwards, many."""


def buildings_from(text: str) -> list[str]:
    """Return the names of the buildings a person writes, each once, in order: "1-6", "A, B", "3 号楼, 5-8 号楼".

    Raises BadLayout.
    """
    found: list[str] = []
    for part in filter(None, (piece.strip() for piece in _PARTS.split(text))):
        span = _SPAN.fullmatch(part)
        if span is None or span[3].strip() not in ("", span[5].strip()):
            found.append(part)
            continue
        before, first, last, after = span[1], int(span[2]), int(span[4]), span[5].strip()
        if last < first:
            raise BadLayout("backwards")
        if last - first >= MOST_BUILDINGS:
            raise BadLayout("many")
        found.extend(f"{before}{number}{after}" for number in range(first, last + 1))
    names = list(dict.fromkeys(found))
    if not names:
        raise BadLayout("empty")
    if len(names) > MOST_BUILDINGS:
        raise BadLayout("many")
    return names


@dataclass(frozen=True, slots=True)
class Door:
    """Where a unit lies: its building, its floor and its number on the door."""

    building: str
    floor: int
    number: str


def doors(buildings: Iterable[str], floors: int, per_floor: int) -> list[Door]:
    """Return every unit of a place: 101, 102 … on the first floor of each building, 201 … on the second.

    Raises BadLayout where there would be more than `MOST_UNITS`.
    """
    names = list(buildings)
    if len(names) * floors * per_floor > MOST_UNITS:
        raise BadLayout("many")
    return [
        Door(name, floor, f"{floor}{place:02d}")
        for name in names
        for floor in range(1, floors + 1)
        for place in range(1, per_floor + 1)
    ]


def next_day(
    *, on: date, progress: str, install_on: date | None, gaps: Mapping[str, int], ahead: int, calendar: Workdays
) -> date | None:
    """Return the working day on which a unit is to be called on again; None where nothing is to come.

    The further a renovation is, the sooner (`gaps`: days per progress, 0 means never). The call before the planned
    installation, `ahead` days earlier, is never missed: it comes first where it is sooner. An unknown progress waits as
    long as the longest. The text says "follow their renovation closely, let none go"; the days are ours, editable.
    """
    gap = gaps[progress] if progress in gaps else max(gaps.values(), default=0)
    days = [on + timedelta(days=gap)] if gap else []
    if install_on is not None and install_on > on:
        days.append(max(install_on - timedelta(days=ahead), on + timedelta(days=1)))
    if not days:
        return None
    found = calendar.previous_workday(min(days))
    return found if found > on else calendar.next_workday(on + timedelta(days=1))


@dataclass(frozen=True)
class Coverage:
    """How far a place has been swept: units per state."""

    states: Mapping[str, int]

    @property
    def units(self) -> int:
        """Return how many units there are."""
        return sum(self.states.values())

    @property
    def covered(self) -> int:
        """Return how many somebody has been at."""
        return self.units - self.states.get(NOT_YET, 0)

    @property
    def percent(self) -> int:
        """Return the share covered, rounded down: 100 only when nobody was skipped."""
        return self.covered * 100 // self.units if self.units else 0


def coverage(states: Iterable[str]) -> Coverage:
    """Return how far the units in these states are covered."""
    return Coverage(Counter(states))
