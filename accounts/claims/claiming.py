"""How long a claim protects, when it lapses, how many a person may hold (growing-key-accounts, registration 客户报备).

No database and no clock: days, a tier and the firm's numbers in, a day or an answer out. A protection counts calendar
days; it ends on a working day only, so that nobody loses a customer over a holiday.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

ONE_DAY = timedelta(days=1)


class Workdays(Protocol):
    """What is asked of the working calendar."""

    def next_workday(self, day: date) -> date:
        """Return the day itself or the first working day after it."""

    def previous_workday(self, day: date) -> date:
        """Return the day itself or the last working day before it."""

    def add_workdays(self, day: date, n: int) -> date:
        """Return the n-th working day after the day, before it for n < 0."""


@dataclass(frozen=True)
class Limits:
    """How many customers a person may hold, in all and per tier ("" is none yet); None is without a limit."""

    total: int | None = None
    tiers: Mapping[str, int | None] | None = None


@dataclass(frozen=True)
class Reached:
    """A limit that one more customer would break; `tier` is None where it is the limit in all."""

    limit: int
    tier: str | None = None


def protected_until(start: date, tier: str, days: Mapping[str, int]) -> date:
    """Return the last protected day of a claim filed, or last worked on, on `start`."""
    return start + timedelta(days=days[tier])


def renewed(until: date, active_on: date, tier: str, days: Mapping[str, int]) -> date:
    """Return the last protected day once somebody worked on the customer; work never shortens a protection."""
    return max(until, protected_until(active_on, tier, days))


def lapse_day(until: date, calendar: Workdays) -> date:
    """Return the working day on which a protection that ends on `until` lapses: the first one after it."""
    return calendar.next_workday(until + ONE_DAY)


def lapse_line(on: date, calendar: Workdays) -> date:
    """Return the day before which a protection must have ended to have lapsed by `on`."""
    return calendar.previous_workday(on)


def warning_day(until: date, warning_days: int, calendar: Workdays) -> date:
    """Return the working day on which the owner is warned, so many working days before the lapse."""
    return calendar.add_workdays(lapse_day(until, calendar), -warning_days)


def warning_line(on: date, warning_days: int, calendar: Workdays) -> date:
    """Return the day before which a protection must end for its owner to have been warned by `on`."""
    return calendar.add_workdays(calendar.previous_workday(on), warning_days)


def free_again_on(left_on: date, cooling_days: int) -> date:
    """Return the day from which who lost or released a customer on `left_on` may claim it again."""
    return left_on + timedelta(days=cooling_days)


def limit_reached(held: Mapping[str, int], tier: str, limits: Limits) -> Reached | None:
    """Return the limit that one more customer of `tier` would break, that in all first; None where there is room."""
    if limits.total is not None and sum(held.values()) >= limits.total:
        return Reached(limits.total)
    of_tier = (limits.tiers or {}).get(tier)
    if of_tier is not None and held.get(tier, 0) >= of_tier:
        return Reached(of_tier, tier)
    return None
