"""What is open with customers: how many opportunities, and what they are worth."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from accounts.figures import Figure, Source
from pipeline.models import ExchangeRate, Opportunity
from pipeline.worth import WORTH


def _open(keys: Sequence[int], user: Any, on: date) -> dict[int, tuple[Any, ...]]:
    """Return the open opportunities of customers: count and value in the reporting currency; two queries."""
    rates = ExchangeRate.objects.rates()
    rows = Opportunity.objects.visible_to(user).live().open().filter(account__in=keys).order_by()
    sums = rows.values("account").annotate(count=Count("pk"), value=Sum(rates.worth(on), output_field=WORTH))
    return {row["account"]: (row["count"], row["value"]) for row in sums}


FIGURES = Source(
    "opportunities",
    (Figure("open", _("Open opportunities")), Figure("open_value", _("Value of open opportunities"), is_money=True)),
    _open,
    order=20,
)
