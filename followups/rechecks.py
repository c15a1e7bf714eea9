"""Is it still right to send this? Asked at the moment of sending, because rows are written long before.

Still open, still the same version, the person still here and still allowed to see it, the channel still wanted, within
working hours, not the second disturbance of the hour.
"""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from crm.kinds import UnknownKind
from crm.workdays import load_calendar
from followups.channels import is_push
from followups.choices import DeliveryState, FollowUpState, NotSent
from followups.hours import next_allowed
from followups.models import Delivery
from followups.recipients import Wishes, day_of, load_recipients, zone_of
from followups.retrying import PACE, is_useless
from followups.subjects import Pair, current_versions, visible_pairs
from teams.models import User


@dataclass(frozen=True)
class Verdict:
    """Send it (neither given), cancel it for a reason, or wait until an instant."""

    reason: NotSent | None = None
    until: datetime | None = None

    @property
    def is_send(self) -> bool:
        """Return whether it may go out now."""
        return self.reason is None and self.until is None


SEND = Verdict()


def _pair(row: Delivery) -> Pair:
    return row.subject_kind, row.subject_id


class Facts:
    """What the checks need to know about a batch of deliveries, read with a bounded number of queries."""

    def __init__(self, rows: Sequence[Delivery], *, now: datetime) -> None:
        self.now = now
        self.people = load_recipients((row.recipient_id for row in rows), now=now)
        self.wishes = Wishes((row.kind for row in rows), self.people)
        self.versions: dict[Pair, int] = {}
        for kind in {row.subject_kind for row in rows}:
            with suppress(UnknownKind):
                self.versions |= current_versions(_pair(row) for row in rows if row.subject_kind == kind)
        theirs: defaultdict[int, set[Pair]] = defaultdict(set)
        for row in rows:
            theirs[row.recipient_id].add(_pair(row))
        self.visible = {pk: visible_pairs(theirs[pk], person) for pk, person in self.people.items()}
        self.last_push = _last_push(rows, now)


def _last_push(rows: Sequence[Delivery], now: datetime) -> dict[tuple[int, str], datetime]:
    pushed = {row.recipient_id for row in rows if is_push(row.channel)}
    if not pushed:
        return {}
    sent = Delivery.objects.filter(recipient__in=pushed, state=DeliveryState.SENT, sent_at__gt=now - PACE)
    latest = sent.values_list("recipient_id", "channel").annotate(at=Max("sent_at")).order_by()
    return {(recipient, channel): at for recipient, channel, at in latest}


def _item_reason(row: Delivery, person: User, now: datetime) -> NotSent | None:
    item = row.follow_up
    if item is None:
        return None
    if item.state == FollowUpState.DONE:
        return NotSent.DONE
    if item.state == FollowUpState.CANCELLED:
        return NotSent.NOT_NEEDED
    if item.recipient_id != row.recipient_id:
        return NotSent.TAKEN_BACK
    if item.snoozed_until and item.snoozed_until > day_of(person, now):
        return NotSent.SNOOZED
    return None


def _subject_reason(row: Delivery, versions: dict[Pair, int]) -> NotSent | None:
    current = versions.get(_pair(row))
    expected = row.follow_up.source_version if row.follow_up else row.source_version
    if current is None:
        return NotSent.GONE
    return NotSent.STALE if expected and current != expected else None


def _person_reason(row: Delivery, person: User, facts: Facts) -> NotSent | None:
    if _pair(row) not in facts.visible[person.pk]:
        return NotSent.HIDDEN
    # The row was written because the channel was wanted then; only an explicit no since stands against it.
    if not facts.wishes.wants(person.pk, row.kind, row.channel, [row.channel]):
        return NotSent.CHANNEL_OFF
    return None


def _is_over(row: Delivery, person: User, now: datetime) -> bool:
    """Return whether what it tells about has ended."""
    ends_on = row.follow_up.ends_on if row.follow_up else None
    return ends_on is not None and day_of(person, now) > ends_on


def _push_verdict(row: Delivery, person: User, facts: Facts) -> Verdict:
    now = facts.now
    if is_useless(row.due_at, now) or _is_over(row, person, now):
        return Verdict(reason=NotSent.TOO_LATE)
    allowed = next_allowed(now, zone_of(person), load_calendar())
    last = facts.last_push.get((person.pk, row.channel))
    if last and last + PACE > allowed:
        allowed = next_allowed(last + PACE, zone_of(person), load_calendar())
    return Verdict(until=allowed) if allowed > now else SEND


def recheck(rows: Sequence[Delivery], *, now: datetime) -> dict[int, Verdict]:
    """Return a verdict for every delivery (with `follow_up` loaded), by id."""
    facts = Facts(rows, now=now)
    return {row.pk: _verdict(row, facts) for row in rows}


def _verdict(row: Delivery, facts: Facts) -> Verdict:
    person = facts.people.get(row.recipient_id)
    if person is None or not person.is_active:
        return Verdict(reason=NotSent.INACTIVE)
    reason = (
        _item_reason(row, person, facts.now)
        or _subject_reason(row, facts.versions)
        or _person_reason(row, person, facts)
    )
    if reason:
        return Verdict(reason=reason)
    return _push_verdict(row, person, facts) if is_push(row.channel) else SEND
