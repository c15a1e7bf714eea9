"""When customers were met: working days and hours of their reps, never two at a time."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time
from random import Random

from crm.management.demo.days import Days
from pipeline.models import Opportunity

HALF_YEAR = 124  # working days
HOURS = (time(9, 0), time(10, 20), time(13, 30), time(15, 0), time(16, 20), time(11, 30))
EARLY = (time(8, 0), time(8, 30))  # today's, before most people open the demo
PER_DAY = len(HOURS)
GAPS = {"A": 14, "B": 30, "C": 90}  # days between contacts; what the first tier policy asks for
QUIET_EACH = {"A": 5, "B": 6, "C": 9}  # one in so many was not seen in time
FORGOTTEN_EACH, FORGOTTEN = 40, 11  # one small customer in so many was never contacted


@dataclass(slots=True)
class Meeting:
    """A day and hour at a customer's, the places of the people met among those there, and what was talked about."""

    day: date
    start: time
    who: int = 0
    others: list[int] = field(default_factory=list)
    deal: Opportunity | None = None


class Diary:
    """What hours of which days the reps have given away."""

    def __init__(self, days: Days) -> None:
        self._days = days
        self._past = days.past(HALF_YEAR)
        self._taken: dict[tuple[int, date], int] = defaultdict(int)

    def meetings(self, rep: int, number: int, tier: str, count: int, *, today: bool, random: Random) -> list[Meeting]:
        """Return about `count` meetings of half a year with one customer, in order of time, each on its own day."""
        if tier == "C" and number % FORGOTTEN_EACH == FORGOTTEN:
            return []
        on = self._days.on
        gap = GAPS[tier]
        quiet = number % QUIET_EACH[tier] == 0 and not today
        latest = self._days.before(on, gap + 3 + number % 9) if quiet else self._days.yesterday
        possible = self._past[: _place_after(self._past, latest)]
        due = [day for day in possible if (latest - day).days <= (gap * 2) // 3]
        chosen = {random.choice(due or possible)} | set(random.sample(possible, min(count, len(possible)) - 1))
        found = [Meeting(day, start) for day in sorted(chosen) if (start := self._take(rep, day))]
        if today and self._days.is_workday and (start := self._take_early(rep)):
            found.append(Meeting(on, start))
        return found

    def _take(self, rep: int, day: date) -> time | None:
        """Take the next hour of the rep's day, None when the day is full."""
        taken = self._taken[rep, day]
        if taken == PER_DAY:
            return None
        self._taken[rep, day] = taken + 1
        return HOURS[taken]

    def _take_early(self, rep: int) -> time | None:
        taken = self._taken[rep, self._days.on]
        if taken == len(EARLY):
            return None
        self._taken[rep, self._days.on] = taken + 1
        return EARLY[taken]


def _place_after(days: Sequence[date], latest: date) -> int:
    """Return how many of the days, which are in order, lie no later than `latest`."""
    return next((place for place in range(len(days), 0, -1) if days[place - 1] <= latest), 0)


def wanted(tiers: Sequence[str]) -> list[float]:
    """Return how often customers of these tiers were met in half a year, in proportion."""
    return [{"A": 27.0, "B": 17.0, "C": 9.6}[tier] for tier in tiers]
