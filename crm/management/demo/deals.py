"""How far opportunities came, and on which days: every rep holds some at every point, some of them in trouble."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from random import Random

from crm.management.demo.days import Days
from pipeline.choices import OpportunityState
from pipeline.models import Step


class Mood(StrEnum):
    """What makes an opportunity worth a look this week."""

    STEADY = "steady"
    FRESH = "fresh"  # appeared, moved, was won or lost this week
    SLIPPED = "slipped"  # the expected signature was put off this week
    STALE = "stale"  # stands longer than its step should take, with no next step


@dataclass(frozen=True)
class Plot:
    """What becomes of one opportunity: its end, how far it came (0 is the first step, 5 the signature), its mood."""

    state: OpportunityState
    far: int
    mood: Mood = Mood.STEADY


OPEN, WON, LOST = OpportunityState.OPEN, OpportunityState.WON, OpportunityState.LOST
SIGNATURE = 5
# What every rep holds first, and what comes after: of 24 fourteen are open, five won, five lost.
FIRST = (
    Plot(OPEN, 0, Mood.FRESH), Plot(OPEN, 1, Mood.FRESH), Plot(OPEN, 3, Mood.SLIPPED), Plot(OPEN, 4), Plot(OPEN, 5),
    Plot(OPEN, 2), Plot(LOST, 3, Mood.FRESH), Plot(WON, 5, Mood.FRESH), Plot(OPEN, 2, Mood.STALE), Plot(WON, 5),
    Plot(OPEN, 1), Plot(OPEN, 0),
)  # fmt: skip
THEN = (
    Plot(OPEN, 3), Plot(WON, 5), Plot(LOST, 1), Plot(LOST, 1), Plot(OPEN, 4, Mood.STALE), Plot(OPEN, 2), Plot(WON, 5),
    Plot(OPEN, 0, Mood.STALE), Plot(LOST, 2), Plot(LOST, 3), Plot(WON, 5), Plot(OPEN, 1),
)  # fmt: skip
EACH = {LOST: 2, WON: 3, OPEN: 1}  # one rep in so many has this end fresh; the others' was some time ago
SLIPS_EACH = 2


class Plots:
    """Hands out what becomes of the next opportunity of a rep."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._left: dict[int, list[Plot]] = defaultdict(list)
        self._begun: set[int] = set()

    def next(self, rep: int) -> Plot:
        """Return the next plot of a rep."""
        left = self._left[rep]
        if not left:
            rows = list(THEN if rep in self._begun else (*FIRST, *THEN))
            self._begun.add(rep)
            ahead = rows[: len(FIRST)]
            self._random.shuffle(ahead)
            left.extend(reversed([*ahead, *rows[len(FIRST) :]]))
        plot = left.pop()
        each = SLIPS_EACH if plot.mood == Mood.SLIPPED else EACH[plot.state]
        return plot if plot.mood == Mood.STEADY or rep % each == 0 else Plot(plot.state, plot.far)


@dataclass(frozen=True)
class Course:
    """The days of one opportunity: one for each step reached, and the one it was decided on."""

    plot: Plot
    reached: Sequence[date]
    closed: date | None


def course(plot: Plot, steps: Sequence[Step], days: Days, random: Random) -> Course:
    """Return believable days for a plot on a way of these steps, the last of which is the signature."""
    far = round(plot.far * (len(steps) - 1) / SIGNATURE)
    closed = None
    if plot.state != OPEN:
        closed = random.choice(days.this_week()) if plot.mood == Mood.FRESH else days.back(random.randrange(6, 190))
    last = days.before(closed, random.randrange(3, 24)) if closed else _last_move(plot, steps[far], days, random)
    return Course(plot, list(_backwards(last, far, days, random))[::-1], closed)


def _last_move(plot: Plot, step: Step, days: Days, random: Random) -> date:
    """Return when an open one came to where it stands."""
    if plot.mood == Mood.FRESH:
        return random.choice(days.this_week())
    if plot.mood == Mood.STALE:
        return days.back(step.expected_days + random.randrange(4, 22))
    return days.back(random.randrange(4, max(6, step.expected_days - 1)))


def _backwards(last: date, moves: int, days: Days, random: Random) -> Iterator[date]:
    """Yield the days of the moves before, latest first."""
    yield last
    for _each in range(moves):
        last = days.before(last, random.randrange(8, 30))
        yield last
