"""How often and how late something is still sent. Pure."""

from datetime import datetime, timedelta

RETRY_AFTER = (
    timedelta(seconds=10),
    timedelta(seconds=30),
    timedelta(seconds=60),
    timedelta(minutes=5),
    timedelta(minutes=20),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=6),
    timedelta(hours=12),
)
# A dispatcher that dies five times with the same rows in its hands is killed by them.
MAX_LOST_LEASES = 5
ON_TIME = timedelta(minutes=15)
USEFUL_FOR = timedelta(hours=48)
# A person is disturbed at most once an hour by each channel.
PACE = timedelta(hours=1)


def next_try(attempts: int, now: datetime) -> datetime | None:
    """Return when to try again after the `attempts`-th failure (from 1), None when it is given up."""
    return now + RETRY_AFTER[attempts - 1] if attempts <= len(RETRY_AFTER) else None


def is_late(due_at: datetime, now: datetime) -> bool:
    """Return whether it must be marked as late."""
    return now - due_at > ON_TIME


def is_useless(due_at: datetime, now: datetime) -> bool:
    """Return whether it is too late to disturb anybody; it then stands in the application only."""
    return now - due_at > USEFUL_FOR
