"""Wall time and instants: what a clock on the wall shows somewhere, and when that is.

Appointments keep the wall time and the zone a person meant; the instant is computed from both. A time the clocks
skip becomes the first instant that exists, a time they show twice is the first of the two.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _

ONE_SECOND = timedelta(seconds=1)


class UnknownZone(ValueError):
    """There is no time zone of this name; the message says how names look."""


def is_zone(name: str) -> bool:
    """Return whether there is a time zone of this name."""
    try:
        _zone(name)
    except UnknownZone:
        return False
    return True


def to_instant(wall: datetime, zone: str) -> datetime:
    """Return the UTC instant of a wall time, a datetime without zone; raises UnknownZone, ValueError with a zone."""
    if wall.tzinfo is not None:
        raise ValueError("a wall time carries no zone")
    there = _zone(zone)
    first = wall.replace(tzinfo=there, fold=0).astimezone(UTC)
    if first.astimezone(there).replace(tzinfo=None, fold=0) == wall.replace(fold=0):
        return first
    return _end_of_gap(wall, there)


def local(instant: datetime, zone: str) -> datetime:
    """Return what the clock shows in the zone at an instant; raises UnknownZone, and ValueError without a zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant carries a zone")
    return instant.astimezone(_zone(zone))


@lru_cache(maxsize=600)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # a path, a folder, an empty name
        raise UnknownZone(
            _("“%(name)s” is no time zone. Names look like Asia/Shanghai.") % {"name": name[:60]}
        ) from error


def _end_of_gap(wall: datetime, there: ZoneInfo) -> datetime:
    """Return the instant at which the clocks have jumped over a wall time.

    Read with the offset after the jump the time lies before it, read with the offset before it lies after it.
    """
    before = wall.replace(tzinfo=there, fold=1).astimezone(UTC)
    after = wall.replace(tzinfo=there, fold=0).astimezone(UTC)
    old_offset = before.astimezone(there).utcoffset()
    while after - before > ONE_SECOND:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(there).utcoffset() == old_offset:
            before = max(middle, before + ONE_SECOND)
        else:
            after = middle
    return after.replace(microsecond=0)
