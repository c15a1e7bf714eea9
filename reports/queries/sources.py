"""Where customers come from, and what becomes of them (growing-key-accounts, six ways; tracking-and-reports)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q

from accounts.choices import Source
from pipeline.choices import OpportunityState
from pipeline.models import Opportunity
from reports.scope import Scope, sum_of

UNKNOWN = ""
ONE_PLACE = Decimal("0.1")


@dataclass(frozen=True)
class SourceRow:
    """Customers of one source: how many, with how many there was a deal, how many signed one, for how much."""

    source: str
    label: str
    customers: int
    with_deal: int
    signed: int
    value: Decimal
    # So many were signed in a currency nobody gave a rate for; the value holds none of them.
    unrated: int = 0

    @property
    def conversion(self) -> Decimal | None:
        """Return who signed of all from this source, in percent with one place; None where there is nobody."""
        return (Decimal(self.signed) * 100 / self.customers).quantize(ONE_PLACE) if self.customers else None

    @property
    def value_each(self) -> Decimal | None:
        """Return what a customer of this source brought on average; None where there is nobody."""
        return self.value / self.customers if self.customers else None


def _row(source: str, label: str, customers: int, deals: dict[str, Any]) -> SourceRow:
    counts = deals.get("with_deal", 0), deals.get("signed", 0), deals.get("value", Decimal(0)), deals.get("unrated", 0)
    return SourceRow(source, label, customers, *counts)


def by_source(scope: Scope) -> list[SourceRow]:
    """Return every source that has customers in the scope, the most valuable first; two queries.

    All that was ever signed counts, in the reporting currency: a source shows its worth over years, not in a quarter.
    And all that its customers signed, with whichever team: the team that is looked at is theirs.
    """
    counted = scope.accounts().order_by().values("source").annotate(customers=Count("pk"))
    won = Q(state=OpportunityState.WON)
    deals: Any = (
        Opportunity.objects.visible_to(scope.user)
        .live()
        .filter(account__in=scope.accounts().order_by().values("pk"))
        .order_by()
        .values("account__source")
        .annotate(
            with_deal=Count("account", distinct=True),
            signed=Count("account", filter=won, distinct=True),
            value=sum_of(scope.worth(), filter=won),
            unrated=Count("pk", filter=won & scope.rates.unrated),
        )
    )
    found = {row["account__source"]: row for row in deals}
    labels = {source.value: str(source.label) for source in Source}
    rows = [
        _row(row["source"], labels.get(row["source"], ""), row["customers"], found.get(row["source"], {}))
        for row in counted
    ]
    return sorted(rows, key=lambda row: (-row.value, -row.customers, row.source))


def whole(rows: list[SourceRow]) -> SourceRow:
    """Return all sources together."""
    return SourceRow(
        UNKNOWN,
        "",
        sum(row.customers for row in rows),
        sum(row.with_deal for row in rows),
        sum(row.signed for row in rows),
        sum((row.value for row in rows), Decimal(0)),
        sum(row.unrated for row in rows),
    )
