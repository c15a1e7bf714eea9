"""How often customers are seen: visits within a year, and those planned."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from accounts.figures import MONTHS, Figure, Source
from accounts.tiers.tiering import window_start
from visits.models import PlanItem, Visit


def _seen(keys: Sequence[int], user: Any, on: date) -> dict[int, tuple[Any, ...]]:
    """Return how many visits there were within 12 months, and how many stops are planned from today on; two queries."""
    visits = Visit.objects.visible_to(user).live().filter(account__in=keys, happened_on__lte=on)
    visits = visits.filter(happened_on__gt=window_start(on, MONTHS))
    stops = PlanItem.objects.visible_to(user).open().filter(account__in=keys, plan__day__gte=on)
    done, planned = (dict(_counts(rows)) for rows in (visits, stops))
    return {key: (done.get(key), planned.get(key)) for key in done.keys() | planned.keys()}


def _counts(rows: Any) -> Any:
    return rows.order_by().values("account").annotate(count=Count("pk")).values_list("account", "count")


FIGURES = Source(
    "visits", (Figure("visits", _("Visits, 12 months")), Figure("planned", _("Planned visits"))), _seen, order=30
)
