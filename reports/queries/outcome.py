"""What was won and lost, and what may still be won."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q

from pipeline.choices import Metric, OpportunityState, PeriodKind
from pipeline.models import Target
from reports.periods import Period
from reports.scope import Scope, sum_of


@dataclass(frozen=True)
class Outcome:
    """Closed in a period, by the date people gave the signature or the loss."""

    won: int
    lost: int
    value: Decimal

    @property
    def win_rate(self) -> Decimal | None:
        """Return won of all that was decided, in percent with two places; None when nothing was."""
        decided = self.won + self.lost
        return (Decimal(self.won) * 100 / decided).quantize(Decimal("0.01")) if decided else None


def outcome(scope: Scope, period: Period | None = None) -> Outcome:
    """Return what was won and lost in the scope's period, or in another."""
    period = period or scope.period
    won, lost = Q(state=OpportunityState.WON), Q(state=OpportunityState.LOST)
    closed = scope.opportunities().closed_between(period.first, period.last)
    sums = closed.aggregate(
        won=Count("pk", filter=won), lost=Count("pk", filter=lost), value=sum_of("amount", filter=won)
    )
    return Outcome(sums["won"], sums["lost"], sums["value"])


@dataclass(frozen=True)
class Outlook:
    """Open opportunities: how many, worth how much, and worth how much by their funnel band."""

    count: int
    value: Decimal
    weighted: Decimal


def outlook(scope: Scope) -> Outlook:
    """Return what may still be won, as it stands now."""
    weighted = F("amount") * F("our_step__band") / Decimal(100)
    sums = scope.opportunities().open().aggregate(count=Count("pk"), value=sum_of("amount"), weighted=sum_of(weighted))
    return Outlook(sums["count"], sums["value"], sums["weighted"])


TARGET_PERIODS = {"month": PeriodKind.MONTH, "quarter": PeriodKind.QUARTER, "year": PeriodKind.YEAR}


def target(scope: Scope, metric: str = Metric.WON_VALUE) -> Decimal | None:
    """Return the target of the period; None where nobody set one.

    A team's target includes the teams below it, so the highest team with a target counts and those below it do not;
    where no team has one, the targets of the people are added.
    """
    kind = TARGET_PERIODS.get(scope.period.kind)
    if kind is None:
        return None
    rows: Any = Target.objects.filter(metric=metric, period=kind, starts_on=scope.period.first)
    by_path = sorted(rows.filter(team__in=scope.teams().order_by()).values_list("team__path", "value"))
    highest: list[tuple[str, Decimal]] = []
    for path, value in by_path:
        if not any(path.startswith(above) for above, _ in highest):
            highest.append((path, value))
    if highest:
        return sum((value for _, value in highest), Decimal(0))
    people = rows.filter(user__in=scope.sellers()).values_list("value", flat=True)
    return sum(people, Decimal(0)) if people else None
