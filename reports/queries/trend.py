"""What was signed, week by week."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db.models import Count

from reports.periods import Period, PeriodKind, period_containing
from reports.scope import Scope, sum_of

WEEKS = 12


@dataclass(frozen=True)
class Week:
    """One week with what was signed in it."""

    period: Period
    count: int
    value: Decimal


@dataclass(frozen=True)
class Trend:
    """Twelve weeks, the oldest first, and the sum of the twelve before them."""

    weeks: list[Week]
    before: Decimal

    @property
    def value(self) -> Decimal:
        """Return what was signed in all of them."""
        return sum((week.value for week in self.weeks), Decimal(0))

    @property
    def span(self) -> Period:
        """Return the days they cover."""
        return Period(PeriodKind.WEEK, self.weeks[0].period.first, self.weeks[-1].period.last)

    @property
    def span_before(self) -> Period:
        """Return the days of the twelve weeks before."""
        first = self.weeks[0].period.first
        return Period(PeriodKind.WEEK, first - timedelta(weeks=WEEKS), first - timedelta(days=1))


def trend(scope: Scope) -> Trend:
    """Return what was signed in the last twelve weeks of the period, or up to today; one query."""
    last = period_containing(PeriodKind.WEEK, min(scope.today, scope.period.last))
    first = last.first - timedelta(weeks=2 * WEEKS - 1)
    signed = scope.opportunities().won().closed_between(first, last.last).order_by().values("closed_on")
    sums: dict[int, tuple[int, Decimal]] = {}
    for row in signed.annotate(count=Count("pk"), value=sum_of(scope.worth())):
        place = (row["closed_on"] - first).days // 7
        count, value = sums.get(place, (0, Decimal(0)))
        sums[place] = (count + row["count"], value + row["value"])
    weeks = [
        Week(period_containing(PeriodKind.WEEK, first + timedelta(weeks=place)), *sums.get(place, (0, Decimal(0))))
        for place in range(WEEKS, 2 * WEEKS)
    ]
    return Trend(weeks, sum((value for place, (_, value) in sums.items() if place < WEEKS), Decimal(0)))
