"""What won customers have in common, and how much a customer is like them (growing-key-accounts, the profile; ours).

Decided opportunities in, points and reasons out: no database, no clock, and the order of the rows does not matter.
Each trait (industry, size, place, source) speaks for itself: of the decided ones that had it, so many were won. A
trait seen seldom is pulled towards the average, so that two lucky ones are no rule.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, log
from typing import Final

LEAST: Final = 50  # won, and lost: below that nothing is said
PULL: Final = 20  # so many imagined average ones are added to each trait
Traits = Mapping[str, str]


@dataclass(frozen=True)
class TooFew:
    """Not enough was decided yet to say anything: so many were won and lost."""

    won: int
    lost: int


@dataclass(frozen=True)
class Reason:
    """What one trait says: of `decided` with it `won` were won; `points` is what it adds to an average customer."""

    trait: str
    value: str
    won: int
    decided: int
    points: int


@dataclass(frozen=True)
class Score:
    """How likely a decided opportunity with such a customer was won, 0 to 100, beside the average, with its reasons."""

    points: int
    average: int
    reasons: list[Reason]


def _odds(part: float) -> float:
    return log(part / (1 - part))


def _percent(odds: float) -> int:
    return round(100 / (1 + exp(-odds)))


class Profile:
    """What was decided, counted by trait."""

    def __init__(
        self, won: Counter[tuple[str, str]], decided: Counter[tuple[str, str]], wins: int, losses: int
    ) -> None:
        self._won, self._decided = won, decided
        self.wins, self.losses = wins, losses

    @property
    def average(self) -> float:
        """Return the share won of all that was decided."""
        return self.wins / (self.wins + self.losses)

    def won_part(self, trait: str, value: str) -> float:
        """Return the share won of those with a trait, pulled towards the average the more, the fewer there were."""
        key = (trait, value)
        return (self._won[key] + PULL * self.average) / (self._decided[key] + PULL)

    def score(self, traits: Traits) -> Score:
        """Return how much a customer with these traits is like those who were won; unknown traits say nothing."""
        base = odds = _odds(self.average)
        reasons = []
        for key in sorted(traits.items()):
            if not key[1] or not self._decided[key]:
                continue
            step = _odds(self.won_part(*key)) - base
            odds += step
            points = _percent(base + step) - _percent(base)
            reasons.append(Reason(*key, self._won[key], self._decided[key], points))
        reasons.sort(key=lambda reason: (-abs(reason.points), reason.trait))
        return Score(_percent(odds), _percent(base), reasons)

    def ideal(self, traits: Iterable[str]) -> Score:
        """Return how a customer would score that has the best value of each trait; where none stands out, average."""
        best = {trait: found[0].value for trait in traits if (found := self.best(trait, 1))}
        return self.score(best)

    def best(self, trait: str, count: int = 3) -> list[Reason]:
        """Return the values of a trait that are won most often, those above the average only."""
        base = _odds(self.average)
        found = [
            Reason(*key, self._won[key], self._decided[key], _percent(_odds(self.won_part(*key))) - _percent(base))
            for key in self._decided
            if key[0] == trait
        ]
        above = [reason for reason in found if reason.points > 0]
        return sorted(above, key=lambda reason: (-reason.points, reason.value))[:count]


def learn(rows: Iterable[tuple[Traits, bool, int]]) -> Profile | TooFew:
    """Return the profile of decided opportunities: (traits of the customer, whether won, how many alike)."""
    won: Counter[tuple[str, str]] = Counter()
    decided: Counter[tuple[str, str]] = Counter()
    wins = losses = 0
    for traits, is_won, count in rows:
        wins, losses = (wins + count, losses) if is_won else (wins, losses + count)
        for key in traits.items():
            if key[1]:
                decided[key] += count
                won[key] += count if is_won else 0
    if wins < LEAST or losses < LEAST:
        return TooFew(wins, losses)
    return Profile(won, decided, wins, losses)
