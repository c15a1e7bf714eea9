"""Months, quarters and years. No clock."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from pipeline.choices import PeriodKind

MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}


@dataclass(frozen=True, order=True)
class Period:
    """A month, quarter or year, by its first day."""

    first: date
    kind: PeriodKind

    def __post_init__(self) -> None:
        if self.first.day != 1 or (self.first.month - 1) % MONTHS[self.kind]:
            raise ValueError(f"no {self.kind.name.lower()} begins on {self.first}")

    @property
    def last(self) -> date:
        """Return the last day."""
        month = self.first.month + MONTHS[self.kind] - 1
        return date(self.first.year, month, monthrange(self.first.year, month)[1])

    @property
    def parts(self) -> list["Period"]:
        """Return the months of a quarter or the quarters of a year; a month has none."""
        shorter = {PeriodKind.YEAR: PeriodKind.QUARTER, PeriodKind.QUARTER: PeriodKind.MONTH}.get(self.kind)
        if shorter is None:
            return []
        months = range(self.first.month, self.first.month + MONTHS[self.kind], MONTHS[shorter])
        return [Period(date(self.first.year, month, 1), shorter) for month in months]

    @property
    def label(self) -> str:
        """Return the name of the period: 2026, 2026 Q4, 2026-11."""
        if self.kind == PeriodKind.YEAR:
            return str(self.first.year)
        if self.kind == PeriodKind.QUARTER:
            return _("%(year)s Q%(quarter)s") % {"year": self.first.year, "quarter": (self.first.month + 2) // 3}
        return f"{self.first:%Y-%m}"


def period_of(day: date, kind: str) -> Period:
    """Return the period of a kind that holds the day."""
    months = MONTHS[PeriodKind(kind)]
    return Period(date(day.year, (day.month - 1) // months * months + 1, 1), PeriodKind(kind))


def periods_of_year(year: int, kind: str) -> list[Period]:
    """Return the periods of a kind in a year, in order."""
    return [period_of(date(year, month, 1), kind) for month in range(1, 13, MONTHS[PeriodKind(kind)])]
