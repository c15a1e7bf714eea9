"""Background work of this room."""

from celery import shared_task
from django.utils import timezone


@shared_task(name="accounts.end_overrides")
def end_overrides() -> int:
    """Give customers whose hand-set tier has run out the tier they earn."""
    from accounts.actions.tiers import end_expired_overrides

    return end_expired_overrides(on=timezone.localdate())


@shared_task(name="accounts.find_duplicates")
def find_duplicates() -> int:
    """Compare the customers that are new or changed since the last night."""
    from accounts.actions import duplicates

    return duplicates.find_duplicates()
