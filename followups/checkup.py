"""What must always be true of follow-ups and their deliveries. The oracle of every fault drill."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef

from followups.choices import Channel, DeliveryState, FollowUpState
from followups.dispatching import UNDELIVERED
from followups.models import Delivery, FollowUp, Notification
from followups.outbox import EVERY_CHANNEL, item_delivery_key
from followups.recipients import Wishes
from followups.rules import Rule, all_rules

OVERDUE = timedelta(seconds=120)
GRACE = timedelta(seconds=1)


def faults(*, now: datetime) -> list[str]:
    """Return one sentence for everything that is not as it must be; an empty list means all is well.

    - every open item has a delivery for each channel its person wants (its key is unique: never two);
    - nothing is stuck: no row was due, and no lease ended, more than 120 s ago;
    - every line in a centre belongs to one sent delivery, and every sent in-app delivery has its line;
    - whatever was sent outside has an identity, and no identity belongs to two people;
    - nothing was sent about an item more than a second after it had been closed;
    - what was cancelled or given up says why.
    """
    found = [fault for rule in all_rules() for fault in _missing(rule)]
    return [*found, *_stuck(now), *_lines(), *_identities(), *_sent_too_late(), *_unexplained()]


def _missing(rule: Rule) -> Iterator[str]:
    items = FollowUp.objects.open().filter(kind=rule.kind, recipient__is_active=True)
    wishes = Wishes([rule.kind], items.values_list("recipient_id", flat=True))
    rows = Delivery.objects.filter(kind=rule.kind, follow_up__state=FollowUpState.OPEN)
    there = set(rows.values_list("key", flat=True))
    for item in items.only("key", "recipient").iterator(chunk_size=2000):
        for channel in EVERY_CHANNEL:
            wanted = wishes.wants(item.recipient_id, rule.kind, channel, rule.channels)
            if wanted and item_delivery_key(item, channel) not in there:
                yield f"{item.key}: no delivery by {channel}"


def _stuck(now: datetime) -> Iterator[str]:
    for row in Delivery.objects.late(now, by=OVERDUE).order_by("pk").iterator():
        what = "its lease ended" if row.state == DeliveryState.SENDING else "it was due"
        yield f"{row.key}: {what} at {row.next_try_at:%Y-%m-%d %H:%M:%S}"


def _lines() -> Iterator[str]:
    sent = Delivery.objects.filter(channel=Channel.IN_APP, state=DeliveryState.SENT)
    lines = Notification.objects.exclude(kind=UNDELIVERED)
    for key in lines.exclude(Exists(sent.filter(key=OuterRef("key")))).values_list("key", flat=True):
        yield f"{key}: a line without a sent delivery"
    for key in sent.exclude(Exists(lines.filter(key=OuterRef("key")))).values_list("key", flat=True):
        yield f"{key}: sent, but without a line"


def _identities() -> Iterator[str]:
    outside = Delivery.objects.exclude(channel=Channel.IN_APP)
    for key in outside.filter(state=DeliveryState.SENT, provider_ref="").values_list("key", flat=True):
        yield f"{key}: sent without an identity"
    shared = outside.exclude(provider_ref="").values("provider_ref").annotate(people=Count("recipient", distinct=True))
    for ref in shared.filter(people__gt=1).values_list("provider_ref", flat=True):
        yield f"{ref}: one identity for several people"


def _sent_too_late() -> Iterator[str]:
    closed = Delivery.objects.filter(state=DeliveryState.SENT, follow_up__closed_at__lt=F("first_attempt_at") - GRACE)
    for key in closed.values_list("key", flat=True):
        yield f"{key}: sent after its follow-up was closed"


def _unexplained() -> Iterator[str]:
    over = Delivery.objects.filter(state__in=[DeliveryState.CANCELLED, DeliveryState.DEAD], last_error="")
    for key in over.values_list("key", flat=True):
        yield f"{key}: not sent, without a reason"
