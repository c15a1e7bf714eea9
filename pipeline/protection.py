"""What opportunities say about the protection of claimed customers: when something moved there, what is still open."""

from collections.abc import Collection
from datetime import date

from django.db.models import Max
from django.utils import timezone

from pipeline.models import Opportunity


def last_progress(account_ids: Collection[int]) -> dict[int, date]:
    """Return, per customer, the day on which one of its opportunities moved last."""
    rows = Opportunity.objects.live().filter(account__in=account_ids).order_by()
    moved = rows.values_list("account_id").annotate(at=Max("progressed_at"))
    return {account_id: timezone.localdate(at) for account_id, at in moved if at is not None}


def with_open_ones(account_ids: Collection[int]) -> set[int]:
    """Return the customers with open opportunities."""
    rows = Opportunity.objects.live().open().filter(account__in=account_ids)
    return set(rows.order_by().values_list("account_id", flat=True))
