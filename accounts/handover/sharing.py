"""Who gets which customer of a hand-over, and when each is first visited. Pure: no database, no clock."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from crm.workdays import WorkCalendar

TIER, TEAM, PROVINCE, CITY = "tier", "team", "province", "city"
BY = (TIER, TEAM, PROVINCE, CITY)


@dataclass(frozen=True)
class Sharing:
    """One rule: customers whose tier, team, province or city is this go to one person."""

    by: str
    value: str
    to: int

    def as_json(self) -> dict[str, Any]:
        """Return what a hand-over keeps."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Sharing":
        """Return what a hand-over kept."""
        return cls(str(kept["by"]), str(kept["value"]), int(kept["to"]))


@dataclass(frozen=True)
class Shared:
    """A customer as the rules see it; `team` is its key as text."""

    tier: str = ""
    team: str = ""
    province: str = ""
    city: str = ""


def receiver_of(customer: Shared, rules: Iterable[Sharing], rest: int | None) -> int | None:
    """Return who gets a customer: by the first rule that names it, else whoever gets the rest; None for nobody yet."""
    for rule in rules:
        if getattr(customer, rule.by) == rule.value:
            return rule.to
    return rest


@dataclass(frozen=True)
class ToVisit:
    """A customer that gets a first visit: who gets it, and how soon it wants one by its tier."""

    key: int
    to: int
    within: int


def spread(customers: Iterable[ToVisit], *, start: date, calendar: WorkCalendar) -> dict[int, date]:
    """Return the day of every first visit, by key: a working day after `start`, within the customer's term.

    Whoever gets many goes to the urgent ones first; each visit falls on the nearest of the receiver's emptiest days.
    """
    loads: dict[int, Counter[int]] = defaultdict(Counter)
    found: dict[int, date] = {}
    for customer in sorted(customers, key=lambda one: one.within):
        load = loads[customer.to]
        number = min(range(1, customer.within + 1), key=lambda number: (load[number], number))
        load[number] += 1
        found[customer.key] = calendar.add_workdays(start, number)
    return found
