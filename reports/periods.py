"""Periods a manager looks at. Pure: no clock, no database."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class PeriodKind(StrEnum):
    """Length of a period."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both included. Weeks begin on Monday."""

    kind: PeriodKind
    first: date
    last: date

    @property
    def label(self) -> str:
        """Return a short name that reads the same in every language: 2026, 2026 Q4, 2026-11, 11-23 – 11-29."""
        if self.kind == PeriodKind.YEAR:
            return f"{self.first.year}"
        if self.kind == PeriodKind.QUARTER:
            return f"{self.first.year} Q{(self.first.month + 2) // 3}"
        if self.kind == PeriodKind.MONTH:
            return f"{self.first:%Y-%m}"
        return f"{self.first:%m-%d} – {self.last:%m-%d}"

    def previous(self) -> "Period":
        """Return the period before this one."""
        return period_containing(self.kind, self.first - timedelta(days=1))

    def next(self) -> "Period":
        """Return the period after this one."""
        return period_containing(self.kind, self.last + timedelta(days=1))

    def until(self, day: date) -> "Period":
        """Return this period as far as `day`: what can be compared when the period is not over."""
        return Period(self.kind, self.first, max(self.first, min(self.last, day)))

    def holds(self, day: date) -> bool:
        """Return whether `day` lies in it."""
        return self.first <= day <= self.last


def period_containing(kind: PeriodKind, day: date) -> Period:
    """Return the period of that length which holds `day`."""
    if kind == PeriodKind.WEEK:
        monday = day - timedelta(days=day.weekday())
        return Period(kind, monday, monday + timedelta(days=6))
    length = MONTHS[kind]
    month = (day.month - 1) // length * length + 1
    end_month = month + length - 1
    last = date(day.year, end_month, calendar.monthrange(day.year, end_month)[1])
    return Period(kind, date(day.year, month, 1), last)


def same_days_before(period: Period, today: date) -> Period:
    """Return as much of the previous period as has passed of `period`; all of it once that is over."""
    return _as_far(period.previous(), period, today)


def same_days_last_year(period: Period, today: date) -> Period:
    """Return the same part of the same period a year before; a week is compared with the one 52 weeks before."""
    if period.kind == PeriodKind.WEEK:
        year_before = period_containing(period.kind, period.first - timedelta(weeks=52))
    else:
        year_before = period_containing(period.kind, period.first.replace(year=period.first.year - 1))
    return _as_far(year_before, period, today)


def _as_far(other: Period, period: Period, today: date) -> Period:
    if today >= period.last:
        return other
    passed = (period.until(today).last - period.first).days
    return other.until(other.first + timedelta(days=passed))
