"""How often a customer is to be contacted: days per tier (growing-key-accounts; the numbers are ours, editable).

No database and no clock: a day, a tier and the policy's days in, a day or a number out.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Protocol

DAYS_A_MONTH = Decimal(30)


class Workdays(Protocol):
    """What is asked of the working calendar."""

    def next_workday(self, day: date) -> date:
        """Return the day itself or the first working day after it."""


def gap_of(tier: str, days: Mapping[str, int]) -> int | None:
    """Return how many days may pass between two contacts; a customer without a tier counts like the rarest."""
    known = [gap for gap in days.values() if gap > 0]
    gap = days.get(tier) or max(known, default=0)
    return gap or None


def next_due(last: date | None, tier: str, days: Mapping[str, int], calendar: Workdays) -> date | None:
    """Return the working day by which the next contact is due; None where nobody was there yet or no days are set."""
    gap = gap_of(tier, days)
    if last is None or gap is None:
        return None
    return calendar.next_workday(last + timedelta(days=gap))


def days_owed(last: date | None, tier: str, days: Mapping[str, int], *, on: date) -> int:
    """Return by how many days a contact is late on `on`; 0 while it is in time, or where it cannot be said."""
    gap = gap_of(tier, days)
    if last is None or gap is None:
        return 0
    return max(0, (on - last).days - gap)


def visits_a_month(customers: Mapping[str, int], days: Mapping[str, int]) -> Decimal:
    """Return how many contacts a month (30 days) so many customers per tier ask for, to one decimal.

    Customers without a tier ask for none: nobody has yet said how often.
    """
    total = sum(
        (Decimal(count) * DAYS_A_MONTH / days[tier] for tier, count in customers.items() if days.get(tier)), Decimal(0)
    )
    return total.quantize(Decimal("0.1"))
