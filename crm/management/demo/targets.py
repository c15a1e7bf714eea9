"""Targets of the firm, its teams and people; the parts of one team do not quite add up, as in life."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from crm.management.demo.bulk import write
from crm.management.demo.people import Firm
from pipeline.choices import Metric, PeriodKind
from pipeline.models import Target

PER_QUARTER = Decimal(2_400_000)  # signed, one rep
SEASON = (Decimal("0.8"), Decimal("1.0"), Decimal("1.0"), Decimal("1.2"))
ROOKIE = Decimal("0.7")  # the last rep of the second team is new; his team's target is not lowered for it
NEW_A_QUARTER = 6  # customers won, one rep
MONTHS = 3


def make_targets(firm: Firm, on: date) -> None:
    """Give the firm, every team and every rep targets of last year's and this year's quarters, months and years."""
    write([target for year in (on.year - 1, on.year) for target in _of_year(firm, year)])


def _of_year(firm: Firm, year: int) -> Iterator[Target]:
    count = len(firm.reps)
    yield _target(PeriodKind.YEAR, date(year, 1, 1), PER_QUARTER * 4 * count, team=firm.top)
    for team in firm.teams:
        members = [rep for rep in firm.reps if rep.team_id == team.pk]
        yield _target(PeriodKind.YEAR, date(year, 1, 1), PER_QUARTER * 4 * len(members), team=team)
        for quarter, season in enumerate(SEASON):
            first = date(year, quarter * MONTHS + 1, 1)
            yield _target(PeriodKind.QUARTER, first, PER_QUARTER * season * len(members), team=team)
            new = Decimal(NEW_A_QUARTER * len(members))
            yield _target(PeriodKind.QUARTER, first, new, team=team, metric=Metric.NEW_ACCOUNTS)
            for month in range(MONTHS):
                share = PER_QUARTER * season * len(members) / MONTHS
                yield _target(PeriodKind.MONTH, date(year, first.month + month, 1), share, team=team)
    rookie = firm.reps[7]
    for rep in firm.reps:
        own = PER_QUARTER * ROOKIE if rep is rookie else PER_QUARTER
        yield _target(PeriodKind.YEAR, date(year, 1, 1), own * 4, user=rep)
        for quarter, season in enumerate(SEASON):
            yield _target(PeriodKind.QUARTER, date(year, quarter * MONTHS + 1, 1), own * season, user=rep)


def _target(
    period: PeriodKind, starts_on: date, value: Decimal, *, metric: Metric = Metric.WON_VALUE, **whose: object
) -> Target:
    return Target(metric=metric, period=period, starts_on=starts_on, value=value.quantize(Decimal("0.01")), **whose)
