"""Rows of the outbox: written in the transaction of what they tell about, one per occurrence, person and channel."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db.models import F, Q

from crm.workdays import WorkCalendar, load_calendar
from followups.choices import REVIVABLE, Channel, DeliveryState, FollowUpState, NotSent
from followups.hours import morning_for
from followups.models import Delivery, FollowUp
from followups.recipients import Wishes, zone_of
from followups.rules import Rule
from teams.models import User

BATCH = 500
EVERY_CHANNEL: tuple[str, ...] = tuple(Channel.values)


def item_delivery_key(item: FollowUp, channel: str, *, woken_on: date | None = None) -> str:
    """Return the key of a follow-up's delivery: each day it was put off to is an occasion of its own."""
    occasion = f":{woken_on:%Y%m%d}" if woken_on else ""
    return f"{item.key}:{item.recipient_id}{occasion}:{channel}"


def _row(item: FollowUp, channel: str, *, due_at: datetime, woken_on: date | None) -> Delivery:
    return Delivery(
        key=item_delivery_key(item, channel, woken_on=woken_on),
        follow_up=item,
        recipient_id=item.recipient_id,
        channel=channel,
        kind=item.kind,
        subject_kind=item.subject_kind,
        subject_id=item.subject_id,
        source_version=item.source_version,
        due_at=due_at,
        next_try_at=due_at,
    )


def due_time(day: date, person: User, calendar: WorkCalendar, now: datetime) -> datetime:
    """Return when a reminder for `day` is sent: the working morning, or at once when that has passed."""
    return max(morning_for(day, zone_of(person), calendar), now)


def put_deliveries(
    items: Sequence[FollowUp],
    rule: Rule,
    *,
    people: Mapping[int, User],
    now: datetime,
    woken_on: date | None = None,
) -> None:
    """Write the deliveries of `items` (all of `rule`) by the channels their recipients want; what is there stays."""
    if not items:
        return
    calendar = load_calendar()
    wishes = Wishes([rule.kind], people)
    rows = [
        _row(
            item,
            channel,
            due_at=due_time(woken_on or item.due_on, people[item.recipient_id], calendar, now),
            woken_on=woken_on,
        )
        for item in items
        for channel in EVERY_CHANNEL
        if wishes.wants(item.recipient_id, rule.kind, channel, rule.channels)
    ]
    Delivery.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)


def move_unsent(items: Sequence[FollowUp], *, people: Mapping[int, User], now: datetime) -> None:
    """Give the deliveries of items whose day moved their new time; what was put off is due with the new day."""
    calendar = load_calendar()
    by_id = {item.pk: item for item in items}
    put_off = Q(state=DeliveryState.CANCELLED, last_error=NotSent.SNOOZED)
    rows = list(Delivery.objects.filter(Q(state=DeliveryState.DUE) | put_off, follow_up__in=by_id, sent_at=None))
    for row in rows:
        item = by_id[row.follow_up_id or 0]
        is_first = row.key == item_delivery_key(item, row.channel)
        row.state = DeliveryState.DUE if is_first else DeliveryState.CANCELLED
        row.last_error = "" if is_first else NotSent.TAKEN_BACK
        row.due_at = row.next_try_at = due_time(item.due_on, people[item.recipient_id], calendar, now)
    Delivery.objects.bulk_update(rows, ["state", "last_error", "due_at", "next_try_at"], batch_size=BATCH)


def cancel_unsent(item_ids: Iterable[int], *, reason: NotSent) -> int:
    """Cancel what nobody has begun to send about these items; what is under way is re-checked by its sender."""
    rows = Delivery.objects.unsent().filter(follow_up__in=list(item_ids))
    return rows.update(state=DeliveryState.CANCELLED, last_error=reason)


def revive(item_ids: Iterable[int], *, now: datetime) -> int:
    """Make the unsent deliveries of items that are open again due again, at their old time or at once."""
    rows = Delivery.objects.filter(
        follow_up__in=list(item_ids), state=DeliveryState.CANCELLED, last_error__in=REVIVABLE, sent_at=None
    )
    waiting = rows.filter(due_at__gt=now).update(state=DeliveryState.DUE, last_error="", next_try_at=F("due_at"))
    return waiting + rows.update(state=DeliveryState.DUE, last_error="", due_at=now, next_try_at=now)


def revive_refreshed(*, now: datetime) -> int:
    """Make deliveries due again that were stopped because their subject had changed, once the item follows it.

    The dispatcher writes the item's version at that moment into the row; a later version of the item heals it.
    """
    stale = Delivery.objects.filter(
        state=DeliveryState.CANCELLED,
        last_error=NotSent.STALE,
        follow_up__state=FollowUpState.OPEN,
        follow_up__source_version__gt=F("source_version"),
    )
    return revive(stale.values_list("follow_up_id", flat=True), now=now)
