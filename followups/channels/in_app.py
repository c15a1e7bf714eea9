"""In the application: a line in the person's centre, written in the transaction that marks the delivery as sent."""

from collections.abc import Sequence

from followups.channels import ChannelKind, register_channel
from followups.choices import Channel
from followups.models import Delivery, Notification

register_channel(ChannelKind(Channel.IN_APP, sender=None))


def put_lines(rows: Sequence[Delivery]) -> None:
    """Write the lines of these deliveries; the delivery's key makes each appear once."""
    lines = [
        Notification(
            key=row.key,
            follow_up=row.follow_up,
            recipient_id=row.recipient_id,
            kind=row.kind,
            subject_kind=row.subject_kind,
            subject_id=row.subject_id,
            params=row.follow_up.params if row.follow_up else row.params,
        )
        for row in rows
    ]
    Notification.objects.bulk_create(lines, ignore_conflicts=True)
