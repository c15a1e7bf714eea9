"""What people and rooms do with follow-ups. Closing, putting off and promising are each recorded."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.audit import record
from crm.editing import write_fields
from crm.models import UndoEntry
from crm.undo import CannotUndo, offer_undo
from followups import outbox
from followups.choices import DeliveryState, FollowUpState, NotSent
from followups.models import Delivery, FollowUp, Notification, RuleSetting
from followups.planning import apply_dues, cancel_items
from followups.recipients import day_of, load_recipients
from followups.rules import Due, rule_for
from followups.subjects import Subject, as_pair
from followups.wording import wording
from teams.models import User

PROMISE = "promise"


class NotPlanned(Exception):
    """The occurrence could not be written: its subject changed or its recipient has left."""


@transaction.atomic
def schedule(due: Due, *, actor: User | None = None, now: datetime) -> FollowUp:
    """Write one occurrence now, in the caller's transaction, instead of waiting for the rule; the same key is one row.

    A kind the admin switched off is written as cancelled and tells nobody. Raises LookupError for a kind without a
    rule, BadRule, and NotPlanned.
    """
    rule = rule_for(due.kind)
    if rule is None:
        raise LookupError(due.kind)
    apply_dues(rule, [due], now=now, made_by=actor)
    item = FollowUp.objects.filter(key=due.key).first()
    if item is None:
        raise NotPlanned(due.key)
    if rule.plan is not None and RuleSetting.objects.filter(kind=rule.kind, is_on=False).exists():
        cancel_items([item.pk], now=now)
        item.refresh_from_db()
    if actor:
        record("follow_up.scheduled", item, actor=actor, changes={"due_on": due.due_on, "kind": due.kind})
    return item


def promise(
    subject: Subject,
    *,
    recipient: User,
    text: str,
    due_on: date,
    actor: User,
    now: datetime,
    account_id: int | None = None,
    key: str | None = None,
) -> FollowUp:
    """Remember what somebody promised about a thing, for one person and day.

    `key` makes a repetition the same promise (give one where the caller may be repeated). `text` is kept to 200
    characters.
    """
    made_on = day_of(actor, now)
    return schedule(
        Due(
            kind=PROMISE,
            subject=as_pair(subject),
            recipient_id=recipient.pk,
            due_on=due_on,
            key=key or f"{PROMISE}:{uuid4()}",
            params={"text": " ".join(text.split())[:200], "made_on": made_on, "made_by": str(actor)},
            account_id=account_id,
        ),
        actor=actor,
        now=now,
    )


def _locked(item: FollowUp) -> FollowUp:
    return FollowUp.objects.select_for_update().get(pk=item.pk)


def may_act(item: FollowUp, actor: User) -> bool:
    """Return whether it is the person's own to close or put off, or that of somebody he stands in for."""
    return item.recipient_id in {actor.pk, *actor.stands_in_for}


def _require_own(item: FollowUp, actor: User) -> None:
    if not may_act(item, actor):
        raise PermissionDenied


def _title(item: FollowUp) -> str:
    return wording(item.kind, item.params).title


@transaction.atomic
def complete(item: FollowUp, *, actor: User, now: datetime) -> UndoEntry | None:
    """Close an item as done; unsent reminders about it are dropped. Returns None when it was closed already.

    Raises PermissionDenied for somebody else's.
    """
    _require_own(item, actor)
    item = _locked(item)
    if item.state != FollowUpState.OPEN:
        return None
    _close([item], actor=actor, now=now)
    label = _("Done: %(title)s") % {"title": _title(item)}
    return offer_undo("follow_up.completed", actor=actor, label=label, inverse={"id": item.pk}, rows=[item], now=now)


def _close(items: list[FollowUp], *, actor: User | None, now: datetime) -> None:
    """Mark locked open items as done."""
    for item in items:
        values = {"state": FollowUpState.DONE, "closed_at": now, "closed_by": actor}
        write_fields(item, values, actor=actor, action="follow_up.completed")
    ids = [item.pk for item in items]
    outbox.cancel_unsent(ids, reason=NotSent.DONE)
    Notification.objects.unread().filter(follow_up__in=ids).update(read_at=now)


@transaction.atomic
def close_for(kind: str, subject: Subject, *, actor: User | None, now: datetime, besides: str = "") -> int:
    """Close every open item of a kind about a thing, because what it asked for has happened; return how many.

    The occurrence whose key is `besides` stays open: it is the next one.
    """
    subject_kind, subject_id = as_pair(subject)
    items = FollowUp.objects.open().about(subject_kind, subject_id).filter(kind=kind).exclude(key=besides)
    found = list(items.select_for_update().order_by("pk"))
    _close(found, actor=actor, now=now)
    return len(found)


@transaction.atomic
def reopen(item: FollowUp, *, actor: User, now: datetime) -> None:
    """Open an item that was done; reminders that were dropped with it are due again. Raises PermissionDenied."""
    _require_own(item, actor)
    _reopen([_locked(item)], actor=actor, now=now)


def _reopen(items: list[FollowUp], *, actor: User | None, now: datetime) -> None:
    """Open those of locked items that are done."""
    done = [item for item in items if item.state == FollowUpState.DONE]
    for item in done:
        values = {"state": FollowUpState.OPEN, "closed_at": None, "closed_by": None}
        write_fields(item, values, actor=actor, action="follow_up.reopened")
    outbox.revive([item.pk for item in done], now=now)


@transaction.atomic
def ask_again(keys: Collection[str], *, actor: User | None, now: datetime) -> None:
    """Open the occurrences of these keys that were closed, because what closed them was taken back."""
    _reopen(list(FollowUp.objects.select_for_update().filter(key__in=keys).order_by("pk")), actor=actor, now=now)


@transaction.atomic
def snooze(item: FollowUp, *, until: date, actor: User, now: datetime) -> UndoEntry:
    """Put an open item off to a later day, when it reminds again.

    Raises PermissionDenied for somebody else's, ValidationError for a day that is not ahead or an item that is closed.
    """
    _require_own(item, actor)
    item = _locked(item)
    if item.state != FollowUpState.OPEN:
        raise ValidationError(_("This follow-up is closed already."))
    if until <= day_of(actor, now):
        raise ValidationError(_("Choose a day after today."))
    before = item.snoozed_until
    write_fields(item, {"snoozed_until": until}, actor=actor, action="follow_up.snoozed")
    outbox.cancel_unsent([item.pk], reason=NotSent.SNOOZED)
    _wake_on(item, until, now=now)
    Notification.objects.unread().filter(follow_up=item).update(read_at=now)
    label = _("Put off: %(title)s") % {"title": _title(item)}
    inverse = {"id": item.pk, "until": until.isoformat(), "before": before.isoformat() if before else None}
    return offer_undo("follow_up.snoozed", actor=actor, label=label, inverse=inverse, rows=[item], now=now)


def _wake_on(item: FollowUp, day: date, *, now: datetime) -> None:
    """Write (or make due again) the deliveries of the day an item was put off to."""
    rule = rule_for(item.kind)
    if rule is None:
        return
    people = load_recipients([item.recipient_id], now=now)
    outbox.put_deliveries([item], rule, people=people, now=now, woken_on=day)
    keys = [outbox.item_delivery_key(item, channel, woken_on=day) for channel in outbox.EVERY_CHANNEL]
    Delivery.objects.filter(key__in=keys, state=DeliveryState.CANCELLED, sent_at=None).update(
        state=DeliveryState.DUE, last_error=""
    )


def undo_complete(data: dict[str, Any], *, actor: User, now: datetime) -> None:
    """Take back that an item is done."""
    reopen(FollowUp.objects.get(pk=data["id"]), actor=actor, now=now)


def undo_snooze(data: dict[str, Any], *, actor: User, now: datetime) -> None:
    """Take back that an item was put off. Raises CannotUndo when its new day has come."""
    item = _locked(FollowUp.objects.get(pk=data["id"]))
    _require_own(item, actor)
    woken_on = date.fromisoformat(data["until"])
    if woken_on <= day_of(actor, now):
        raise CannotUndo(_("This cannot be undone: the day it was put off to has come."))
    before = date.fromisoformat(data["before"]) if data["before"] else None
    write_fields(item, {"snoozed_until": before}, actor=actor, action="follow_up.snooze_undone")
    outbox.cancel_unsent([item.pk], reason=NotSent.TAKEN_BACK)
    if before:
        _wake_on(item, before, now=now)
    else:
        outbox.revive([item.pk], now=now)
