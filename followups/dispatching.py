"""Sending what is due. The rows hold the truth; any number of dispatchers may run, and each may be killed at any time.

Push channels: rows of one person are claimed with a lease and a token, sent outside any transaction, and marked only
where the token still matches. A dispatcher that dies leaves rows whose lease ends; the next one sends them under the
same identity. In the app: the line is written in the transaction that marks the row, so it appears exactly once.
"""

import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone, translation

from followups.channels import ChannelKind, Line, NoAddress, Parcel, Refused, Sender, TryLater, push_channels
from followups.channels.in_app import put_lines
from followups.choices import Channel, DeliveryState, NotSent
from followups.models import Delivery, Notification
from followups.rechecks import recheck
from followups.retrying import MAX_LOST_LEASES, is_late, next_try
from followups.subjects import address_of
from followups.wording import wording
from teams.models import User

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
IN_APP_BATCH = 200
LINES_AT_ONCE = 100
UNDELIVERED = "undelivered"

Clock = Callable[[], datetime]
Stop = Callable[[], bool]


def _never() -> bool:
    return False


@dataclass
class Pass:
    """What one pass of one channel did."""

    sent: int = 0
    cancelled: int = 0
    put_back: int = 0
    dead: int = 0
    is_outage: bool = False


# --- in the app -------------------------------------------------------------------------------------------------------
def dispatch_in_app(*, clock: Clock = timezone.now, should_stop: Stop = _never) -> Pass:
    """Write the lines of everything due in the app."""
    done = Pass()
    while not should_stop():
        now = clock()
        try:
            handled = _put_batch(done, now)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("a batch of lines failed; each is tried alone")
            handled = _put_singly(done, now)
        if not handled:
            return done
    return done


def _due_in_app(now: datetime) -> "list[Delivery]":
    rows = Delivery.objects.claimable(now).filter(channel=Channel.IN_APP).order_by("next_try_at", "pk")
    return list(rows.select_related("follow_up").select_for_update(skip_locked=True, of=("self",))[:IN_APP_BATCH])


@transaction.atomic
def _put_batch(done: Pass, now: datetime) -> int:
    rows = _due_in_app(now)
    if rows:
        _put(rows, done, now)
    return len(rows)


def _put(rows: Sequence[Delivery], done: Pass, now: datetime) -> None:
    """Write lines and marks of locked rows; for use inside a transaction."""
    verdicts = recheck(rows, now=now)
    going = [row for row in rows if verdicts[row.pk].is_send]
    put_lines(going)
    Delivery.objects.filter(pk__in=[row.pk for row in going]).update(
        state=DeliveryState.SENT,
        sent_at=now,
        first_attempt_at=Coalesce("first_attempt_at", Value(now)),
        attempts=F("attempts") + 1,
        last_error="",
    )
    done.sent += len(going)
    for row in rows:
        reason = verdicts[row.pk].reason
        if reason:
            _cancel([row], reason)
            done.cancelled += 1


def _put_singly(done: Pass, now: datetime) -> int:
    rows = Delivery.objects.claimable(now).filter(channel=Channel.IN_APP).order_by("next_try_at", "pk")
    ids = list(rows.values_list("pk", flat=True)[:IN_APP_BATCH])
    for pk in ids:
        try:
            with transaction.atomic():
                alone = Delivery.objects.claimable(now).filter(pk=pk).select_related("follow_up")
                _put(list(alone.select_for_update(skip_locked=True, of=("self",))), done, now)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            logger.exception("delivery %s failed", pk)
            Delivery.objects.filter(pk=pk).update(attempts=F("attempts") + 1)
            _retry(list(Delivery.objects.filter(pk=pk)), str(error), done, now)
    return len(ids)


# --- pushing ----------------------------------------------------------------------------------------------------------
def message_id_for(key: str) -> str:
    """Return the identity of a message for good: its key at the host of SITE_URL, in characters mail allows."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"<{quote(key.replace(':', '.'), safe='.')}@{host}>"


def claim(channel: str, *, now: datetime) -> list[Delivery]:
    """Take everything that is due for one person by one channel, under a lease; empty when nothing is due.

    Rows that were tried before are taken as they were then, under the same identity; others are not mixed in.
    """
    due = Delivery.objects.claimable(now).filter(channel=channel).order_by("next_try_at", "pk")
    candidates = dict.fromkeys(due.values_list("recipient_id", "provider_ref")[:LINES_AT_ONCE])
    for recipient_id, provider_ref in candidates:
        rows = _claim_group(channel, recipient_id, provider_ref, now)
        if rows:
            return rows
    return []


@transaction.atomic
def _claim_group(channel: str, recipient_id: int, provider_ref: str, now: datetime) -> list[Delivery]:
    """Take one person's rows by a conditional UPDATE.

    On PostgreSQL the person is locked first, skipping one whom another dispatcher is just claiming for, so that two
    dispatchers never make two mails of one morning. SQLite has no row locks; there the UPDATE alone decides.
    """
    if connection.features.has_select_for_update_skip_locked:
        person = User.objects.filter(pk=recipient_id).select_for_update(skip_locked=True, no_key=True)
        if not person.values_list("pk", flat=True).first():
            return []
    free = Delivery.objects.claimable(now).filter(channel=channel, recipient=recipient_id, provider_ref=provider_ref)
    mine = free.order_by("pk").select_for_update(skip_locked=True)
    found = list(mine.values_list("pk", "key")[:LINES_AT_ONCE])
    if not found:
        return []
    token = uuid.uuid4()
    free.filter(pk__in=[pk for pk, _key in found]).update(
        lost_leases=F("lost_leases") + Case(When(state=DeliveryState.SENDING, then=1), default=0),
        state=DeliveryState.SENDING,
        lease_token=token,
        lease_until=now + LEASE,
        next_try_at=now + LEASE,
        attempts=F("attempts") + 1,
        first_attempt_at=Coalesce("first_attempt_at", Value(now)),
        provider_ref=provider_ref or message_id_for(found[0][1]),
    )
    return list(Delivery.objects.filter(lease_token=token).select_related("follow_up", "recipient").order_by("pk"))


def dispatch_channel(kind: ChannelKind, *, clock: Clock = timezone.now, should_stop: Stop = _never) -> Pass:
    """Send what is due by one push channel, one person after the other; ends early while the other side is out."""
    done = Pass()
    assert kind.sender is not None, "the app is no push channel"  # noqa: S101
    sender = kind.sender()
    try:
        while not should_stop() and not done.is_outage:
            rows = claim(kind.channel, now=clock())
            if not rows:
                break
            _deliver(rows, sender, done, clock)
    finally:
        sender.close()
    return done


def _deliver(rows: list[Delivery], sender: Sender, done: Pass, clock: Clock) -> None:
    """Send claimed rows of one person as one parcel and mark them; called outside any transaction."""
    going = _sort_out(rows, done, clock())
    if not going:
        return
    try:
        sender.send(_parcel(going, clock()))
    except NoAddress:
        _cancel(going, NotSent.NO_ADDRESS)
        done.cancelled += len(going)
    except Refused as answer:
        _give_up(going, str(answer), done)
    except TryLater as answer:
        done.is_outage = answer.is_outage
        _retry(going, str(answer), done, clock())
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        logger.exception("sending %s failed", going[0].provider_ref)
        _retry(going, f"{type(error).__name__}: {error}", done, clock())
    else:
        _mark_sent(going, done, clock())


def _sort_out(rows: list[Delivery], done: Pass, now: datetime) -> list[Delivery]:
    """Return the claimed rows that may go out; the others are cancelled, put back or given up."""
    poison = [row for row in rows if row.lost_leases >= MAX_LOST_LEASES]
    if poison:
        _give_up(poison, NotSent.POISON, done)
    rows = [row for row in rows if row not in poison]
    verdicts = recheck(rows, now=now)
    for row in rows:
        verdict = verdicts[row.pk]
        if verdict.reason:
            _cancel([row], verdict.reason)
            done.cancelled += 1
        elif verdict.until:
            _put_back(row, verdict.until)
            done.put_back += 1
    return [row for row in rows if verdicts[row.pk].is_send]


def _parcel(rows: list[Delivery], now: datetime) -> Parcel:
    person = rows[0].recipient
    oldest = min(row.due_at for row in rows)
    with translation.override(person.language or settings.LANGUAGE_CODE):
        lines = [_line(row) for row in rows]
    return Parcel(person, lines, rows[0].provider_ref, oldest if is_late(oldest, now) else None)


def _line(row: Delivery) -> Line:
    params = row.follow_up.params if row.follow_up else row.params
    words = wording(row.kind, params)
    path = str(params.get("url") or "") or address_of((row.subject_kind, row.subject_id))
    return Line(words.label, words.title, words.reason, path)


# --- marks: each only where the row is still ours ---------------------------------------------------------------------
def _set(rows: Sequence[Delivery], **values: object) -> int:
    """Write the end of an attempt onto rows that nobody else has taken over meanwhile; return how many were ours."""
    mine = Delivery.objects.filter(pk__in=[row.pk for row in rows], lease_token=rows[0].lease_token)
    marked = mine.filter(state__in=[DeliveryState.SENDING, DeliveryState.DUE]).update(
        lease_token=None, lease_until=None, **values
    )
    if marked != len(rows):
        logger.warning("%s of %s deliveries were taken over by another dispatcher", len(rows) - marked, len(rows))
    return marked


def _mark_sent(rows: Sequence[Delivery], done: Pass, now: datetime) -> None:
    done.sent += _set(rows, state=DeliveryState.SENT, sent_at=now, last_error="")


def _cancel(rows: Sequence[Delivery], reason: NotSent) -> None:
    for row in rows:
        version = row.follow_up.source_version if row.follow_up else row.source_version
        _set([row], state=DeliveryState.CANCELLED, last_error=reason, source_version=version)
    if reason == NotSent.TOO_LATE:
        _tell_in_app(rows, reason)


def _put_back(row: Delivery, until: datetime) -> None:
    """Let a row wait for working hours or for its turn; the attempt does not count, and it is not late for that.

    A row that was never tried gives its identity back, so that it travels with whatever else is due by then.
    """
    values: dict[str, object] = {"state": DeliveryState.DUE, "due_at": until, "next_try_at": until}
    if row.attempts == 1:
        values |= {"provider_ref": "", "first_attempt_at": None}
    _set([row], attempts=F("attempts") - 1, **values)


def _retry(rows: Sequence[Delivery], text: str, done: Pass, now: datetime) -> None:
    for row in rows:
        again = next_try(row.attempts, now)
        if again is None:
            _give_up([row], text, done)
        else:
            _set([row], state=DeliveryState.DUE, next_try_at=again, last_error=text[:500])
            done.put_back += 1


def _give_up(rows: Sequence[Delivery], text: str, done: Pass) -> None:
    """Mark rows as dead and tell the person in the app; an admin may send them again."""
    with transaction.atomic():
        _set(rows, state=DeliveryState.DEAD, last_error=text[:500])
        _tell_in_app(rows, text)
    done.dead += len(rows)


def _tell_in_app(rows: Sequence[Delivery], why: str) -> None:
    lines = [
        Notification(
            key=f"{row.key[:188]}:{UNDELIVERED}",
            follow_up=row.follow_up,
            recipient_id=row.recipient_id,
            kind=UNDELIVERED,
            subject_kind=row.subject_kind,
            subject_id=row.subject_id,
            params={
                "kind": row.kind,
                "params": row.follow_up.params if row.follow_up else row.params,
                "channel": row.channel,
                "why": why[:200],
            },
        )
        for row in rows
        if row.channel != Channel.IN_APP
    ]
    Notification.objects.bulk_create(lines, ignore_conflicts=True)


def dispatch_due(*, clock: Clock = timezone.now, should_stop: Stop = _never) -> dict[str, Pass]:
    """Send everything that is due once, channel after channel; return what was done by each."""
    done = {str(Channel.IN_APP): dispatch_in_app(clock=clock, should_stop=should_stop)}
    for kind in push_channels():
        done[kind.channel] = dispatch_channel(kind, clock=clock, should_stop=should_stop)
    return done
