"""The days of the demo: the firm's working days around today, and instants on them."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from crm.workdays import WorkCalendar

BACK, AHEAD = 1100, 200
MORNING = time(8, 10)  # what is dated today was done before the working day got going


class Days:
    """Working days before, on and after `on`, looked up in one list; the same day gives the same answers."""

    def __init__(self, on: date, now: datetime, calendar: WorkCalendar) -> None:
        self.on = on
        self.calendar = calendar
        self._now = now
        self._zone = ZoneInfo(settings.TIME_ZONE)
        all_days = (on + timedelta(days=number) for number in range(-BACK, AHEAD))
        self._work = [day for day in all_days if calendar.is_workday(day)]
        self._next = bisect_left(self._work, on)  # place of today, or of the first working day after it

    @property
    def is_workday(self) -> bool:
        """Return whether the firm works today."""
        return self._work[self._next] == self.on

    @property
    def yesterday(self) -> date:
        """Return the last working day before today."""
        return self._work[self._next - 1]

    @property
    def tomorrow(self) -> date:
        """Return the first working day after today."""
        return self.ahead(1)

    def back(self, count: int) -> date:
        """Return the working day so many before today; 1 is the last one."""
        return self._work[self._next - count]

    def ahead(self, count: int) -> date:
        """Return the working day so many after today; 1 is the next one."""
        return self._work[self._next + count - (0 if self.is_workday else 1)]

    def past(self, count: int) -> Sequence[date]:
        """Return the last `count` working days before today, oldest first."""
        return self._work[self._next - count : self._next]

    def before(self, day: date, calendar_days: int) -> date:
        """Return the working day so many calendar days before `day`, or the last one before that."""
        return self._work[max(0, bisect_right(self._work, day - timedelta(days=calendar_days)) - 1)]

    def after(self, day: date, calendar_days: int) -> date:
        """Return the working day so many calendar days after `day`, or the first one after that."""
        return self._work[min(len(self._work) - 1, bisect_left(self._work, day + timedelta(days=calendar_days)))]

    def between(self, first: date, last: date) -> Sequence[date]:
        """Return the working days from `first` to `last`, both included."""
        return self._work[bisect_left(self._work, first) : bisect_right(self._work, last)]

    def this_week(self) -> Sequence[date]:
        """Return the working days of this week up to today; in a week off, the last day worked."""
        monday = self.on - timedelta(days=self.on.weekday())
        return self.between(monday, self.on) or [self.yesterday]

    def at(self, day: date, clock: time) -> datetime:
        """Return the instant of a wall time; today's lie early in the morning, and none lies ahead of now."""
        return min(datetime.combine(day, MORNING if day == self.on else clock, self._zone), self._now)
