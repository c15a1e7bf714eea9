"""Addresses of the lists behind the numbers. Each list counts or sums to exactly the number that leads to it."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from reports.periods import Period
from reports.scope import AMOUNT, Scope


def _address(name: str, scope: Scope | None, **query: Any) -> str:
    return _with_query(reverse(name), scope, query)


def _with_query(path: str, scope: Scope | None, query: dict[str, Any]) -> str:
    """Return the address of a list of the scope's team, unless the query names another."""
    if scope is not None and scope.team:
        query.setdefault("team", scope.team.pk)
    given = {key: value for key, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(given)}" if given else path


def won(scope: Scope, period: Period | None = None, **query: Any) -> str:
    """Return the list of what was won in the scope's period, or in another."""
    return _closed(scope, period or scope.period, "WON", **query)


def lost(scope: Scope, period: Period | None = None, **query: Any) -> str:
    """Return the list of what was lost in the scope's period, or in another."""
    return _closed(scope, period or scope.period, "LOST", **query)


def decided(scope: Scope, period: Period | None = None, **query: Any) -> str:
    """Return the list of what was won or lost in the scope's period, or in another."""
    return _closed(scope, period or scope.period, "any", **query)


def _closed(scope: Scope, period: Period, state: str, **query: Any) -> str:
    closed = {"closed_after": period.first.isoformat(), "closed_before": period.last.isoformat()}
    return _address("pipeline:list", scope, state=state, sort="-amount", **closed, **query)


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


def of_person(scope: Scope, person: int, *, days: int) -> dict[str, str]:
    """Return the lists behind one row of the team table; an A customer is to be seen every so many `days`."""
    return {
        "visits": visits(scope, person=person),
        "effective": visits(scope, person=person, effective="yes"),
        "tier_a": customers(scope, tier="A", owner=person),
        "unseen": customers(scope, tier="A", owner=person, quiet=days),
        "won": won(scope, owner=person),
        "open": still_open(scope, owner=person),
        "stalled": stalled(scope, owner=person),
        "overdue": follow_ups(person),
    }


def approvals() -> str:
    """Return what waits for this person's signature."""
    return reverse("followups:approvals")


def follow_ups(person: int) -> str:
    """Return what a person should have done before today."""
    return _address("followups:centre", None, person=person, when="overdue")


def targets(scope: Scope) -> str:
    """Return the targets of the team in the year."""
    year, kind = scope.period.first.year, scope.period.kind.upper()
    return _address("pipeline:targets", scope, year=year, kind="" if kind == "WEEK" else kind)


def passed(scope: Scope, step: int, *, went_on: bool) -> str:
    """Return the opportunities that came to a step in the period, or those of them that went on."""
    query = {"period": scope.period.kind, "on": scope.period.first.isoformat(), "went_on": "yes" if went_on else ""}
    return _with_query(reverse("reports:passed", args=[step]), scope, query)


def dashboard(scope: Scope, period: Period | None = None, **other: Any) -> str:
    """Return this page with another period, team, pipeline or measure."""
    period = period or scope.period
    query = {"pipeline": scope.pipeline, "measure": "" if scope.measure == AMOUNT else scope.measure} | other
    return _address("reports:dashboard", scope, period=period.kind, on=period.first.isoformat(), **query)
