"""What amounts are worth in the reporting currency.

The day a deal was closed decides which rate counts, for an open one the day that is looked at. Before the first known
rate of a currency that first one counts. An amount in a currency without any rate is worth nothing known: it is left
out of sums, and counted as `unrated` so that a page can say so.
No database.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, DecimalField, F, Q, Value, When
from django.db.models.functions import Cast

WORTH = DecimalField(max_digits=22, decimal_places=4)


@dataclass(frozen=True)
class Rates:
    """Dated rates by currency, the oldest first; the reporting currency is not among them."""

    own: str
    dated: Mapping[str, Sequence[tuple[date, Decimal]]] = field(default_factory=dict)

    @property
    def currencies(self) -> list[str]:
        """Return every currency that can be counted, the reporting one first."""
        return [self.own, *sorted(self.dated)]

    def at(self, currency: str, day: date) -> Decimal | None:
        """Return what one unit was worth on a day; None where nobody said."""
        if currency == self.own:
            return Decimal(1)
        rows = self.dated.get(currency, ())
        if not rows:
            return None
        return rows[max(bisect_right([starts for starts, _ in rows], day) - 1, 0)][1]

    def worth(self, on: date) -> Any:
        """Return the expression of an opportunity's amount in the reporting currency; NULL where there is no rate."""
        cases = [When(currency=self.own, then=F("amount"))]
        for currency, rows in sorted(self.dated.items()):
            for starts_on, rate in reversed(rows[1:]):
                decided = Q(closed_on__gte=starts_on)
                counts = decided | Q(closed_on=None) if starts_on <= on else decided
                cases.append(When(Q(counts, currency=currency), then=_times(rate)))
            cases.append(When(currency=currency, then=_times(rows[0][1])))
        return Case(*cases, default=None, output_field=WORTH)

    def weighted(self, on: date) -> Any:
        """Return the expression of amount × funnel band in the reporting currency."""
        return Cast(self.worth(on) * F("our_step__band") / Value(Decimal(100)), WORTH)

    @property
    def unrated(self) -> Q:
        """Return the condition: there is an amount, and no rate for its currency."""
        return Q(amount__isnull=False) & ~Q(currency__in=self.currencies)


def _times(rate: Decimal) -> Any:
    return Cast(F("amount") * Value(rate, output_field=WORTH), WORTH)
