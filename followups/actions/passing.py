"""What one person has to do, passed on to another with its reminders."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from crm.editing import write_fields
from followups import outbox
from followups.choices import DeliveryState, NotSent
from followups.models import Delivery, FollowUp, Notification
from followups.recipients import load_recipients
from followups.rules import rule_for
from teams.models import User


def pass_on(items: Iterable[FollowUp], *, to: User, actor: User | None, now: datetime) -> list[FollowUp]:
    """Make open items somebody else's, with their reminders; return them fresh. Call inside atomic."""
    keys = [item.pk for item in items]
    found = list(FollowUp.objects.open().select_for_update().filter(pk__in=keys).exclude(recipient=to).order_by("pk"))
    passed = [write_fields(item, {"recipient": to}, actor=actor, action="follow_up.passed_on") for item in found]
    outbox.cancel_unsent([item.pk for item in passed], reason=NotSent.TAKEN_BACK)
    Notification.objects.unread().filter(follow_up__in=passed).update(read_at=now)
    _remind(passed, to, now=now)
    return passed


def _remind(items: Sequence[FollowUp], person: User, *, now: datetime) -> None:
    """Write the reminders of items for the person who has them now; those he had before are due again."""
    people = load_recipients([person.pk], now=now)
    for kind in sorted({item.kind for item in items}):
        rule = rule_for(kind)
        if rule is not None:
            of_kind = [item for item in items if item.kind == kind]
            outbox.put_deliveries(of_kind, rule, people=people, now=now)
    keys = [outbox.item_delivery_key(item, channel) for item in items for channel in outbox.EVERY_CHANNEL]
    stopped = Delivery.objects.filter(key__in=keys, state=DeliveryState.CANCELLED, last_error=NotSent.TAKEN_BACK)
    stopped.filter(sent_at=None).update(state=DeliveryState.DUE, last_error="", due_at=now, next_try_at=now)


def pass_back(ids: Collection[int], *, to: User, actor: User, now: datetime) -> None:
    """Give items back to who had them; what was done or cancelled meanwhile stays so. Call inside atomic."""
    pass_on(FollowUp.objects.filter(pk__in=ids), to=to, actor=actor, now=now)
