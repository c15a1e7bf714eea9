"""What was to be reached: a team's or person's target of a period, set as such or as the sum of shorter periods."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Q

from pipeline.choices import Metric, PeriodKind
from pipeline.models import Target
from pipeline.periods import Period
from teams.models import Team, User


def resolve(values: Mapping[Period, Decimal], period: Period) -> Decimal | None:
    """Return the target of a period: the one set for it, else the sum of those set for its parts, else None.

    A target of a longer period is never cut into parts: nobody said how.
    """
    if period in values:
        return values[period]
    parts = [value for value in (resolve(values, part) for part in period.parts) if value is not None]
    return sum(parts, Decimal(0)) if parts else None


def difference(whole: Decimal | None, parts: Iterable[Decimal | None]) -> Decimal | None:
    """Return by how much the parts exceed the whole (negative: fall short); None where either is not set.

    The parts must add up to the whole, or the difference is shown (sales-manager).
    """
    known = [part for part in parts if part is not None]
    return None if whole is None or not known else sum(known, Decimal(0)) - whole


def targets_within(
    period: Period, *, metric: str = Metric.WON_VALUE, teams: Iterable[Team] = (), users: Iterable[User] = ()
) -> dict[tuple[str, int], dict[Period, Target]]:
    """Return the targets set for these teams and people inside a period, by ("team" or "user", id); one query."""
    team_ids, user_ids = [team.pk for team in teams], [user.pk for user in users]
    rows: Any = Target.objects.filter(
        Q(team_id__in=team_ids) | Q(user_id__in=user_ids), metric=metric, starts_on__range=(period.first, period.last)
    )
    found: dict[tuple[str, int], dict[Period, Target]] = defaultdict(dict)
    for row in rows.order_by("pk"):
        holder = ("team", row.team_id) if row.team_id else ("user", row.user_id)
        found[holder][Period(row.starts_on, PeriodKind(row.period))] = row
    return found


def target_for(
    period: Period, *, metric: str = Metric.WON_VALUE, teams: Iterable[Team] = (), users: Iterable[User] = ()
) -> Decimal | None:
    """Return the sum of the targets of these teams and people in a period, None where none has one; one query.

    A team's target includes the teams below it and its people, so name each part once.
    """
    held = targets_within(period, metric=metric, teams=teams, users=users)
    resolved = [resolve({when: row.value for when, row in rows.items()}, period) for rows in held.values()]
    known = [value for value in resolved if value is not None]
    return sum(known, Decimal(0)) if known else None
