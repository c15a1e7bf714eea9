"""What was won and lost, and what may still be won."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q

from pipeline.choices import Metric, OpportunityState, PeriodKind
from pipeline.funnel import Totals
from pipeline.periods import Period as Span
from pipeline.targets import resolve, targets_within
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
        won=Count("pk", filter=won), lost=Count("pk", filter=lost), value=sum_of(scope.worth(), filter=won)
    )
    return Outcome(sums["won"], sums["lost"], sums["value"])


def outlook(scope: Scope) -> Totals:
    """Return what may still be won, as it stands now."""
    found: Totals = scope.opportunities().open().sums(scope.rates, scope.today)
    return found


TARGET_PERIODS = {"month": PeriodKind.MONTH, "quarter": PeriodKind.QUARTER, "year": PeriodKind.YEAR}


def target(scope: Scope, metric: str = Metric.WON_VALUE) -> Decimal | None:
    """Return the target of the period; None where nobody set one.

    A team's target includes the teams below it and its people. Where a team has none, those of its parts are added;
    where a period has none, those of the shorter ones in it.
    """
    kind = TARGET_PERIODS.get(scope.period.kind)
    if kind is None:
        return None
    period = Span(scope.period.first, kind)
    teams, people = list(scope.teams().order_by("path")), list(scope.sellers())
    held = targets_within(period, metric=metric, teams=teams, users=people)
    found = {who: resolve({when: row.value for when, row in rows.items()}, period) for who, rows in held.items()}
    highest: dict[str, Decimal] = {}
    for team in teams:
        value = found.get(("team", team.pk))
        if value is not None and not any(team.path.startswith(path) for path in highest):
            highest[team.path] = value
    paths = {team.pk: team.path for team in teams}
    alone = [
        value
        for person in people
        if (value := found.get(("user", person.pk))) is not None
        and not any(paths[person.team_id].startswith(path) for path in highest)
    ]
    return sum([*highest.values(), *alone], Decimal(0)) if highest or alone else None
