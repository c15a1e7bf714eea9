"""Background work of this room."""

from celery import shared_task
from django.utils import timezone


@shared_task(name="accounts.end_overrides")
def end_overrides() -> int:
    """Give customers whose hand-set tier has run out the tier they earn."""
    from accounts.actions.tier_hands import end_expired_overrides

    return end_expired_overrides(on=timezone.localdate(), now=timezone.now())


@shared_task(name="accounts.lapse_claims")
def lapse_claims() -> int:
    """Send customers whose protection has ended to the pool."""
    from accounts.actions import lapses

    return lapses.lapse_claims(on=timezone.localdate(), now=timezone.now())


@shared_task(name="accounts.end_memberships")
def end_memberships() -> int:
    """Take colleagues whose last day has passed out of the account teams."""
    from accounts.actions import members

    return members.end_memberships(on=timezone.localdate(), now=timezone.now())


@shared_task(name="accounts.start_hand_overs")
def start_hand_overs() -> int:
    """Begin the hand-overs whose day has come."""
    from accounts.actions.handover_run import start_due

    now = timezone.now()
    return start_due(on=timezone.localdate(now), now=now)


@shared_task(name="accounts.find_duplicates")
def find_duplicates() -> int:
    """Compare the customers that are new or changed since the last night."""
    from accounts.actions import duplicates

    return duplicates.find_duplicates()


@shared_task(name="accounts.apply_tiers")
def apply_tiers() -> int:
    """Apply tier rules whose day has come, and proposals that are signed."""
    from accounts.actions.tier_policies import apply_due
    from accounts.actions.tier_rounds import apply_signed_rounds

    on, now = timezone.localdate(), timezone.now()
    return apply_due(on=on, now=now) + apply_signed_rounds(on=on, now=now)


@shared_task(name="accounts.run_tiers")
def run_tiers() -> bool:
    """Run the tier rules anew where their schedule says so."""
    from accounts.actions.tier_rounds import run_due

    return run_due(on=timezone.localdate(), now=timezone.now()) is not None
