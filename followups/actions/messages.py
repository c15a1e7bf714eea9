"""Telling one person something, by the channels he wants."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from crm.audit import plain
from crm.workdays import load_calendar
from followups.channels import is_push
from followups.choices import Channel
from followups.hours import next_allowed
from followups.models import Delivery
from followups.recipients import Wishes, zone_of
from followups.subjects import Subject, as_pair
from followups.wording import default_channels
from teams.models import User

NO_HOLD = timedelta(0)


def notify(
    *,
    key: str,
    kind: str,
    subject: Subject,
    recipient: User,
    params: Mapping[str, Any],
    now: datetime,
    account_id: int | None = None,
    channels: Sequence[str] | None = None,
    source_version: int = 0,
    hold: timedelta = NO_HOLD,
) -> None:
    """Write the outbox rows of one message in the caller's transaction; the same key tells the same person once.

    `channels` replaces the defaults of the kind; what the person chose stands above both. With `hold` nothing is sent
    before it has passed, so that the cause can be taken back. With `source_version` the message is dropped when the
    subject has another version by then. Pushed channels wait for working hours.
    """
    subject_kind, subject_id = as_pair(subject)
    defaults = default_channels(kind) if channels is None else tuple(channels)
    wishes = Wishes([kind], [recipient.pk])
    stored = plain(params) | ({"account_id": account_id} if account_id else {})
    rows = []
    for channel in Channel.values:
        if not wishes.wants(recipient.pk, kind, channel, defaults):
            continue
        due_at = now + hold
        if is_push(channel):
            due_at = next_allowed(due_at, zone_of(recipient), load_calendar())
        rows.append(
            Delivery(
                key=f"{key}:{recipient.pk}:{channel}",
                recipient=recipient,
                channel=channel,
                kind=kind,
                subject_kind=subject_kind,
                subject_id=subject_id,
                source_version=source_version,
                params=stored,
                due_at=due_at,
                next_try_at=due_at,
            )
        )
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
