"""The team table: each seller's figures side by side."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q

from accounts.choices import Tier
from reports.attention import Reason, reasons
from reports.queries.coverage import seen_since
from reports.scope import Scope, sum_of
from teams.choices import Role
from teams.models import User


@dataclass
class Row:
    """One seller: figures of the period, and what stands now."""

    person: User
    visits: int = 0
    effective: int = 0
    signed: Decimal = Decimal(0)
    weighted: Decimal = Decimal(0)
    stalled: int = 0
    overdue: int = 0
    tier_a: int = 0
    covered: int = 0
    reasons: list[Reason] = field(default_factory=list)

    @property
    def effective_percent(self) -> int | None:
        """Return the share of visits that reached their goal or a commitment; None without visits."""
        return round(self.effective * 100 / self.visits) if self.visits else None

    @property
    def is_shown(self) -> bool:
        """Return whether the person belongs into the table: who sells, and whoever else has figures there."""
        return self.is_rep or any((self.visits, self.signed, self.weighted, self.overdue, self.tier_a))

    @property
    def is_rep(self) -> bool:
        """Return whether the person works here and is there to visit."""
        return self.person.is_active and self.person.role == Role.REP

    @property
    def uncovered(self) -> int:
        """Return how many A customers were not seen in time."""
        return self.tier_a - self.covered


def team_table(scope: Scope) -> list[Row]:
    """Return the sellers, those who need attention first; the same number of queries for any team.

    Managers, clerks and those who left stand in it where they have figures, so that the lines add up to the whole.
    """
    rows = {person.pk: Row(person) for person in scope.people().order_by("team__path", "name", "pk")}
    _add(rows, _visits(scope), ("visits", "effective"))
    opportunities = scope.opportunities().order_by().values(who=F("owner"))
    closed = opportunities.won().closed_between(scope.period.first, scope.period.last)
    _add(rows, closed.annotate(signed=sum_of(scope.worth())), ("signed",))
    _add(rows, opportunities.open().annotate(weighted=sum_of(scope.weighted())), ("weighted",))
    _add(rows, opportunities.stalled(scope.now).annotate(stalled=Count("pk")), ("stalled",))
    due = scope.follow_ups().overdue(scope.today)
    _add(rows, due.order_by().values(who=F("recipient")).annotate(overdue=Count("pk")), ("overdue",))
    since = seen_since(Tier.A, scope.today)
    customers = scope.accounts().tiered(Tier.A).order_by().values(who=F("owner"))
    seen = customers.annotate(tier_a=Count("pk"), covered=Count("pk", filter=Q(last_contact_on__gte=since)))
    _add(rows, seen, ("tier_a", "covered"))
    shown = [row for row in rows.values() if row.is_shown]
    for row in shown:
        is_idle = row.is_rep and row.visits == 0
        row.reasons = reasons(stalled=row.stalled, overdue=row.overdue, uncovered=row.uncovered, is_idle=is_idle)
    return sorted(shown, key=lambda row: (-sum(reason.weight for reason in row.reasons), row.person.name))


def _visits(scope: Scope) -> Any:
    made = scope.visits().between(scope.period.first, scope.period.last).order_by().values(who=F("user"))
    reached = Q(goal_reached=True) | ~Q(commitment="")
    return made.annotate(visits=Count("pk"), effective=Count("pk", filter=reached))


def _add(rows: dict[int, Row], found: Iterable[dict[str, Any]], names: tuple[str, ...]) -> None:
    """Copy what a grouped query found onto the rows of the people shown."""
    for line in found:
        row = rows.get(line["who"])
        for name in names if row else ():
            setattr(row, name, line[name])
