"""What moved, slipped, appeared and died."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from crm.models import AuditEntry
from pipeline.choices import ChangeKind, OpportunityState, Track
from pipeline.models import Opportunity, StageChange
from reports.periods import Period
from reports.scope import Scope

KINDS = ("moved", "slipped", "appeared", "died")


def changed(scope: Scope, kind: str, period: Period) -> Any:
    """Return the opportunities that changed in this way in the period; raises KeyError for another kind."""
    return {"moved": _moved, "slipped": _slipped, "appeared": _appeared, "died": _died}[kind](scope, period)


def _instants(scope: Scope, period: Period) -> tuple[datetime, datetime]:
    """Return the first instant of the period and the first after it, in the person's zone."""
    zone = ZoneInfo(scope.user.time_zone)
    return (
        datetime.combine(period.first, time.min, zone),
        datetime.combine(period.last + timedelta(days=1), time.min, zone),
    )


def _moved(scope: Scope, period: Period) -> Any:
    """Went on by at least one step, by the server's clock (imported moves by theirs); not what was taken back."""
    start, end = _instants(scope, period)
    moves = (
        StageChange.objects.standing()
        .annotate(at=Coalesce("history_at", "recorded_at"))
        .filter(
            opportunity=OuterRef("pk"),
            track=Track.OURS,
            kind__in=[ChangeKind.FORWARD, ChangeKind.WON],
            at__gte=start,
            at__lt=end,
        )
    )
    return scope.opportunities().filter(Exists(moves))


def _slipped(scope: Scope, period: Period) -> Any:
    """Expected signature put off in the period, or passed in it without a decision."""
    start, end = _instants(scope, period)
    edits = AuditEntry.objects.filter(
        kind=Opportunity._meta.label_lower, recorded_at__gte=start, recorded_at__lt=end, changes__has_key="expected_on"
    ).values_list("subject_id", "changes")
    put_off = [pk for pk, changes in edits if _later(changes["expected_on"])]
    last = min(period.last, scope.today - timedelta(days=1))
    passed = Q(state=OpportunityState.OPEN, expected_on__range=(period.first, last))
    return scope.opportunities().filter(Q(pk__in=put_off) | passed)


def _later(change: Any) -> bool:
    """Return whether a recorded change of a date moves it on; ISO dates compare as text."""
    return isinstance(change, list) and bool(change[0]) and (change[1] or "9999") > change[0]


def _appeared(scope: Scope, period: Period) -> Any:
    return scope.opportunities().filter(opened_on__range=(period.first, period.last))


def _died(scope: Scope, period: Period) -> Any:
    return scope.opportunities().lost().closed_between(period.first, period.last)


def counts(scope: Scope, period: Period) -> dict[str, int]:
    """Return how many opportunities changed, by kind."""
    return {kind: changed(scope, kind, period).count() for kind in KINDS}
