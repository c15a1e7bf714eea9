"""What higher rooms know of the time spent on customers; each registers its rows in `AppConfig.ready`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Sum

from accounts.models import Account, ServiceCost
from accounts.spans import Span

COST_PK = 1


@dataclass(frozen=True)
class EffortSource:
    """Rows of a span that lead to their `account` and carry `minutes`; the cost says what one without times counts."""

    name: str
    rows: Callable[[Span, ServiceCost], QuerySet[Any]]


_sources: dict[str, EffortSource] = {}


def register_effort(source: EffortSource) -> None:
    """Add a source; called in `AppConfig.ready`, the same name again replaces it."""
    _sources[source.name] = source


def service_cost() -> ServiceCost:
    """Return what serving customers costs; an unsaved row with the usual minutes where nobody said."""
    return ServiceCost.objects.filter(pk=COST_PK).first() or ServiceCost(pk=COST_PK)


def _minutes_by(key: str, accounts: QuerySet[Account], span: Span, cost: ServiceCost) -> dict[Any, int]:
    found: dict[Any, int] = {}
    for source in _sources.values():
        rows = source.rows(span, cost).filter(account__in=accounts.order_by().values("pk")).order_by()
        for value, minutes in rows.values_list(key).annotate(total=Sum("minutes")):
            found[value] = found.get(value, 0) + (minutes or 0)
    return found


def minutes_by_tier(accounts: QuerySet[Account], span: Span, cost: ServiceCost) -> dict[str, int]:
    """Return the minutes spent on the customers of each tier; one query a source."""
    return _minutes_by("account__tier", accounts, span, cost)


def minutes_by_account(accounts: QuerySet[Account], span: Span, cost: ServiceCost) -> dict[int, int]:
    """Return the minutes spent on each customer by its key; one query a source."""
    return _minutes_by("account", accounts, span, cost)
