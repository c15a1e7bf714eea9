"""Whether the customers of a tier were seen as often as the tier asks."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from accounts.choices import PolicyState, Tier
from accounts.models import TierPolicy
from reports.scope import Scope


@dataclass(frozen=True)
class Coverage:
    """Customers of a tier, and those seen within the days the tier allows."""

    total: int
    covered: int
    since: date

    @property
    def missing(self) -> int:
        """Return how many were not seen in time."""
        return self.total - self.covered

    @property
    def percent(self) -> int | None:
        """Return the covered share; None when there is no such customer."""
        return round(self.covered * 100 / self.total) if self.total else None


def seen_since(tier: str, today: date) -> date:
    """Return the day since when a customer of the tier must have been seen to count as covered."""
    policy = TierPolicy.objects.filter(state=PolicyState.ACTIVE).first()
    return today - timedelta(days=int((policy.contact_days if policy else {}).get(tier, 30)))


def coverage(scope: Scope, tier: str = Tier.A) -> Coverage:
    """Return how well a tier is covered today."""
    since = seen_since(tier, scope.today)
    customers: Any = scope.accounts().tiered(tier)
    return Coverage(customers.count(), customers.contacted_since(since).count(), since)
