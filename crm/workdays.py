"""One working calendar for reminders, plans and stall clocks.

An admin's word stands first, then the published Chinese calendar with its make-up days, and for years whose
make-up days nobody has announced Monday to Friday without the statutory holidays, marked provisional. No year raises.
"""

import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

import chinese_calendar
import holidays
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.models import CalendarDay

ONE_DAY = timedelta(days=1)
CACHE_SECONDS = 60

_NAMES: Mapping[str, str | Promise] = {
    "new year's day": _("New Year's Day"),
    "spring festival": _("Spring Festival"),
    "tomb-sweeping day": _("Tomb-Sweeping Day"),
    "labour day": _("Labour Day"),
    "labor day": _("Labour Day"),
    "dragon boat festival": _("Dragon Boat Festival"),
    "national day": _("National Day"),
    "mid-autumn festival": _("Mid-Autumn Festival"),
    "chinese new year's eve": _("Spring Festival"),
    "chinese new year (spring festival)": _("Spring Festival"),
    "anti-fascist 70th day": _("Victory Day"),
}


class Kind(StrEnum):
    """What a day is."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"  # a weekend day worked to pay for a holiday, 调休


@dataclass(frozen=True, slots=True)
class DayKind:
    """What a day is, the name of its holiday, and whether its make-up days are still unknown (调休待公布)."""

    kind: Kind
    name: str | Promise = ""
    provisional: bool = False

    @property
    def is_workday(self) -> bool:
        """Return whether people work on it."""
        return self.kind in (Kind.WORKDAY, Kind.MAKE_UP)


KNOWN_YEARS = frozenset(
    day.year
    for day in chinese_calendar.holidays  # the published calendars the installed package holds
)


def known_year(year: int) -> bool:
    """Return whether the holidays and make-up days of the year are published and known here."""
    return year in KNOWN_YEARS


def _holiday_name(raw: str) -> str | Promise:
    plain = raw.partition(";")[0].removesuffix(" (observed)").strip()
    return _NAMES.get(plain.lower(), plain)


@lru_cache(maxsize=16)
def _statutory(year: int) -> Mapping[date, str]:
    """Return the holidays the law fixes, without make-up days; empty for years the package cannot compute."""
    return dict(holidays.country_holidays("CN", years=year, language="en_US").items())


def _public_kind(day: date, usual: Kind) -> DayKind:
    if not known_year(day.year):
        name = _statutory(day.year).get(day)
        return DayKind(Kind.HOLIDAY, _holiday_name(name)) if name else DayKind(usual)
    is_off, name = chinese_calendar.get_holiday_detail(day)
    if name is None:
        return DayKind(usual)
    return DayKind(Kind.HOLIDAY if is_off else Kind.MAKE_UP, _holiday_name(name))


class WorkCalendar:
    """The days the firm works. Immutable; every answer comes from the overrides and the public calendar alone."""

    def __init__(
        self,
        overrides: Mapping[date, bool] | None = None,
        weekend: tuple[int, ...] = (5, 6),
        names: Mapping[date, str] | None = None,
    ) -> None:
        """Take the admin's days (True = work), the free weekdays (Monday is 0) and the names of the admin's days."""
        self._overrides = dict(overrides or {})
        self._names = dict(names or {})
        self._weekend = weekend
        self._years: dict[int, list[date]] = {}
        # Whoever entered a worked weekend has read the notice of that year: its make-up days are known.
        self._settled = {day.year for day, works in self._overrides.items() if works and day.weekday() in weekend}

    def day_kind(self, day: date) -> DayKind:
        """Return what the day is."""
        free = day.weekday() in self._weekend
        said = self._overrides.get(day)
        if said is None:
            found = _public_kind(day, Kind.WEEKEND if free else Kind.WORKDAY)
            return replace(found, provisional=self._is_unknown(day.year))
        name = self._names.get(day, "")
        if said:
            return DayKind(Kind.MAKE_UP if free else Kind.WORKDAY, name)
        return DayKind(Kind.WEEKEND if free and not name else Kind.HOLIDAY, name)

    def is_workday(self, day: date) -> bool:
        """Return whether the firm works on the day."""
        return self.day_kind(day).is_workday

    def next_workday(self, day: date) -> date:
        """Return the day itself or the first workday after it."""
        return self._walk(day, ONE_DAY)

    def previous_workday(self, day: date) -> date:
        """Return the day itself or the last workday before it."""
        return self._walk(day, -ONE_DAY)

    def add_workdays(self, day: date, n: int) -> date:
        """Return the n-th workday after the day (before it for n < 0); n = 0 gives `next_workday(day)`."""
        if n == 0:
            return self.next_workday(day)
        step = ONE_DAY if n > 0 else -ONE_DAY
        for _each in range(abs(n)):
            day = self._walk(day + step, step)
        return day

    def workdays_between(self, start: date, end: date) -> int:
        """Return how many workdays d satisfy start < d <= end; negative when the end lies before the start."""
        if end < start:
            return -self.workdays_between(end, start)
        total = sum(len(self._workdays_of(year)) for year in range(start.year, end.year))
        return total + self._until(end) - self._until(start)

    def unknown_years(self, days: Iterable[date]) -> list[int]:
        """Return the years among the days whose make-up days are not known, in order, each once."""
        return sorted({day.year for day in days if self._is_unknown(day.year)})

    def _is_unknown(self, year: int) -> bool:
        return not known_year(year) and year not in self._settled

    def _walk(self, day: date, step: timedelta) -> date:
        while not self.is_workday(day):
            day += step
        return day

    def _until(self, day: date) -> int:
        """Return the number of workdays of the day's year up to and with the day."""
        return bisect_left(self._workdays_of(day.year), day + ONE_DAY)

    def _workdays_of(self, year: int) -> list[date]:
        if year not in self._years:
            first = date(year, 1, 1)
            days = (first + timedelta(days=n) for n in range((date(year, 12, 31) - first).days + 1))
            self._years[year] = [day for day in days if self.is_workday(day)]
        return self._years[year]


class _Kept:
    """The calendar of this process and when it was read."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.calendar: WorkCalendar | None = None
        self.read_at = 0.0


_kept = _Kept(time.monotonic)


def load_calendar() -> WorkCalendar:
    """Return the firm's calendar. It is read at most once a minute in each process (one query when read)."""
    now = _kept.clock()
    if _kept.calendar is None or now - _kept.read_at >= CACHE_SECONDS:
        rows = list(CalendarDay.objects.values_list("day", "is_workday", "name"))
        _kept.calendar = WorkCalendar(
            {day: works for day, works, _name in rows}, names={day: name for day, _works, name in rows if name}
        )
        _kept.read_at = now
    return _kept.calendar


def forget_calendar() -> None:
    """Read the calendar anew at the next use; call it where calendar days are written."""
    _kept.calendar = None
