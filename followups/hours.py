"""When a person may be disturbed. Pure: the instant, the person's zone and the working calendar are given.

Reminders come at 08:30 of a working day; later in the day until 19:00; never on a day off (method §7).
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crm.workdays import WorkCalendar

MORNING = time(8, 30)
EVENING = time(19, 0)
ONE_DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def at_wall_time(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return the UTC instant at which the clocks of `zone` first show that time on that day.

    A time the clocks jump over counts from the jump on.
    """
    said = datetime.combine(day, clock, tzinfo=zone)
    instant = said.astimezone(UTC)
    if instant.astimezone(zone).time() == clock:
        return instant
    before = said.replace(fold=1).astimezone(UTC)
    while instant - before > SECOND:
        middle = before + (instant - before) / 2
        if middle.astimezone(zone).utcoffset() == said.utcoffset():
            before = middle
        else:
            instant = middle
    return instant.replace(microsecond=0)


def morning_for(day: date, zone: ZoneInfo, calendar: WorkCalendar) -> datetime:
    """Return 08:30 in `zone` on `day`, or on the first working day after it."""
    return at_wall_time(calendar.next_workday(day), MORNING, zone)


def next_allowed(at: datetime, zone: ZoneInfo, calendar: WorkCalendar) -> datetime:
    """Return `at` when it lies in working hours, else the next working morning."""
    local = at.astimezone(zone)
    day = local.date()
    if calendar.is_workday(day) and local.time() < MORNING:
        return at_wall_time(day, MORNING, zone)
    if calendar.is_workday(day) and local.time() < EVENING:
        return at
    return morning_for(day + ONE_DAY, zone, calendar)
