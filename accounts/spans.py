"""Stretches of days a customer's figures are asked for. No clock."""

from dataclasses import dataclass
from datetime import date, timedelta

from accounts.tiers.tiering import window_start

QUARTER, YEAR = 3, 12


@dataclass(frozen=True)
class Span:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def quarter(self) -> str:
        """Return the name of the quarter it begins in: 2026 Q4."""
        return f"{self.first.year} Q{(self.first.month + 2) // QUARTER}"


def twelve_months(on: date) -> Span:
    """Return the year up to a day, as the tier rules and the list of customers count it."""
    return Span(window_start(on, YEAR) + timedelta(days=1), on)


def quarter_of(day: date) -> Span:
    """Return the quarter that holds a day."""
    first = date(day.year, (day.month - 1) // QUARTER * QUARTER + 1, 1)
    after = (first + timedelta(days=100)).replace(day=1)
    return Span(first, after - timedelta(days=1))


def quarters_until(day: date, count: int) -> list[Span]:
    """Return the last `count` quarters up to the one that holds a day, the oldest first."""
    found = [quarter_of(day)]
    while len(found) < count:
        found.append(quarter_of(found[-1].first - timedelta(days=1)))
    return found[::-1]


def usual_spans(on: date) -> dict[str, Span]:
    """Return the stretches people mostly ask for, by name."""
    this = quarter_of(on)
    return {
        "12months": twelve_months(on),
        "quarter": this,
        "last-quarter": quarter_of(this.first - timedelta(days=1)),
        "year": Span(date(on.year, 1, 1), date(on.year, 12, 31)),
        "last-year": Span(date(on.year - 1, 1, 1), date(on.year - 1, 12, 31)),
    }
