"""Addresses of the lists behind the numbers. Each list counts or sums to exactly the number that leads to it."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from reports.periods import Period
from reports.scope import Scope


def _address(name: str, scope: Scope | None, **query: Any) -> str:
    if scope is not None and scope.team:
        query["team"] = scope.team.pk
    return f"{reverse(name)}?{urlencode({key: value for key, value in query.items() if value not in (None, '')})}"


def won(scope: Scope, **query: Any) -> str:
    """Return the list of what was won in the period."""
    return _closed(scope, scope.period, "WON", **query)


def lost(scope: Scope, **query: Any) -> str:
    """Return the list of what was lost in the period."""
    return _closed(scope, scope.period, "LOST", **query)


def _closed(scope: Scope, period: Period, state: str, **query: Any) -> str:
    closed = {"closed_after": period.first.isoformat(), "closed_before": period.last.isoformat()}
    return _address("pipeline:list", scope, state=state, **closed, **query)


def still_open(scope: Scope, **query: Any) -> str:
    """Return the list of open opportunities; `step=` narrows to one step, `owner=` to one person."""
    return _address("pipeline:list", scope, state="OPEN", **query)


def stalled(scope: Scope, **query: Any) -> str:
    """Return the list of stalled opportunities."""
    return _address("pipeline:list", scope, state="OPEN", stalled="true", **query)


def customers(scope: Scope, **query: Any) -> str:
    """Return a list of customers."""
    return _address("accounts:list", scope, **query)


def visits(scope: Scope, **query: Any) -> str:
    """Return the visits of the period."""
    days = {"first": scope.period.first.isoformat(), "last": scope.period.last.isoformat()}
    return _address("visits:list", scope, **days, **query)


def changes(scope: Scope, kind: str, period: Period) -> str:
    """Return the list of opportunities that changed in this way."""
    return _address("reports:changes", scope, kind=kind, first=period.first.isoformat(), kind_of=period.kind)


def of_person(scope: Scope, person: int) -> dict[str, str]:
    """Return the lists behind one row of the team table."""
    return {
        "visits": visits(scope, person=person),
        "effective": visits(scope, person=person, effective="yes"),
        "tier_a": customers(scope, tier="A", owner=person),
        "won": won(scope, owner=person),
        "open": still_open(scope, owner=person),
        "stalled": stalled(scope, owner=person),
        "overdue": follow_ups(person),
    }


def approvals() -> str:
    """Return what waits for this person's signature."""
    return reverse("followups:approvals")


def follow_ups(person: int) -> str:
    """Return what a person has to do."""
    return _address("followups:centre", None, person=person)


def dashboard(scope: Scope, period: Period) -> str:
    """Return this page for another period."""
    return _address("reports:dashboard", scope, period=period.kind, on=period.first.isoformat())
