"""Reading the lines of one's centre. Not recorded: it changes nothing but one's own view."""

from datetime import datetime

from followups.models import Notification
from teams.models import User


def mark_read(notification: Notification, *, now: datetime) -> None:
    """Remember that a line was looked at."""
    Notification.objects.unread().filter(pk=notification.pk).update(read_at=now)


def mark_all_read(*, actor: User, now: datetime, up_to: int) -> int:
    """Remember that every line up to the id was looked at (not those that came since the page was shown)."""
    return Notification.objects.visible_to(actor).unread().filter(pk__lte=up_to).update(read_at=now)
