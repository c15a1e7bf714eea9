"""A year of the working calendar as a page shows it. Pure: no database, no clock."""

import calendar
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from crm.workdays import DayKind, Kind, WorkCalendar


@dataclass(frozen=True)
class Cell:
    """One day of a month's sheet; `is_own` says that the firm itself has spoken about it."""

    day: date
    kind: DayKind
    is_own: bool

    @property
    def mark(self) -> str:
        """Return 休 for a holiday and 班 for a worked weekend, as every Chinese calendar does; else nothing."""
        return {Kind.HOLIDAY: "休", Kind.MAKE_UP: "班"}.get(self.kind.kind, "")


@dataclass(frozen=True)
class Month:
    """One month: weeks from Monday on, with None for days of its neighbours, and its working days."""

    first: date
    weeks: list[list[Cell | None]]
    workdays: int


def months_of(year: int, work: WorkCalendar, own: Collection[date]) -> list[Month]:
    """Return the twelve months of a year."""
    return [_month(year, number, work, own) for number in range(1, 13)]


def _month(year: int, number: int, work: WorkCalendar, own: Collection[date]) -> Month:
    weeks: list[list[Cell | None]] = []
    workdays = 0
    for week in calendar.Calendar().monthdatescalendar(year, number):
        cells = [Cell(day, work.day_kind(day), day in own) if day.month == number else None for day in week]
        workdays += sum(cell.kind.is_workday for cell in cells if cell)
        weeks.append(cells)
    return Month(date(year, number, 1), weeks, workdays)


def year_to_announce(today: date, work: WorkCalendar) -> int | None:
    """Return next year when its make-up days are still unknown on 1 November or later: then the notice is due."""
    coming = date(today.year + 1, 1, 1)
    return coming.year if today.month >= 11 and work.unknown_years([coming]) else None
