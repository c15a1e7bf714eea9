"""What this room tells the timeline of a customer: who changed his mind, which tier, whose customer."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import CharField, F, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.choices import KeyScope, Stance, TierChangeKind
from accounts.models import Account, StanceChange, TierChange
from accounts.rules import NEXT_CONTACT
from accounts.timeline import Entry
from accounts.upcoming import SHOWN, Coming
from crm.models import AuditEntry
from followups.models import FollowUp
from followups.wording import wording

OWNER_ACTIONS = (
    "account.owner_changed",
    "account.owner_changed_back",
    "account.claimed",
    "account.claim_decided",
    "account.released",
    "account.lapsed",
)
ACTIONS = (*OWNER_ACTIONS, "account.key_marked", "account.key_ended")
_TEXT = CharField()


def moment_of(day: date, recorded_at: datetime, key: int) -> datetime:
    """Return where a dated thing stands in the timeline.

    What was told on its own day stands at that minute; what was told later, or imported, at noon of its day. The key
    parts what falls together.
    """
    local = timezone.localtime(recorded_at)
    if local.date() == day:
        return recorded_at
    noon = timezone.make_aware(datetime.combine(day, time(12)))
    return noon + timedelta(microseconds=key % 1_000_000)


def _stance_title(name: str, before: str, after: str) -> str:
    words = {value: str(label) for value, label in Stance.choices}
    values = {"name": name, "before": words.get(before, _("not known")), "after": words.get(after, _("not known"))}
    return _("%(name)s: %(before)s → %(after)s") % values


def _tier_title(before: str, after: str, kind: str) -> str:
    values = {"before": before or "–", "after": after or "–", "why": TierChangeKind(kind).label}
    return _("Tier %(before)s → %(after)s, %(why)s") % values


_Row = tuple[str, int, date, datetime, str, str, str, str, str, int]


def _dated(account_ids: Sequence[int], before: datetime | None, limit: int) -> list[_Row]:
    """Return stance and tier changes, newest first, in one query."""
    stances = StanceChange.objects.filter(contact__account_id__in=account_ids)
    tiers = TierChange.objects.filter(account_id__in=account_ids)
    if before is not None:
        line = timezone.localtime(before).date()
        stances, tiers = stances.filter(happened_on__lte=line), tiers.filter(happened_on__lte=line)
    who = Coalesce(F("actor__name"), Value(""), output_field=_TEXT)
    stance_rows = stances.order_by().values_list(
        Value("stance", output_field=_TEXT), "pk", "happened_on", "recorded_at", "before", "after", "note", who,
        "contact__name", "contact_id",
    )  # fmt: skip
    tier_rows = tiers.order_by().values_list(
        Value("tier", output_field=_TEXT), "pk", "happened_on", "recorded_at", "before", "after", "reason", who, "kind",
        "account_id",
    )  # fmt: skip
    # Twice as many as asked for: those of the day of `before` may still lie after it.
    found: Any = stance_rows.union(tier_rows, all=True).order_by("-happened_on", "-pk")[: limit * 2]
    return list(found)


def _entry(row: _Row) -> Entry:
    what, pk, day, recorded_at, before, after, note, who, name, subject = row
    is_stance = what == "stance"
    return Entry(
        at=moment_of(day, recorded_at, pk),
        key=f"{what}:{pk}",
        group="changes",
        icon="user" if is_stance else "stairs-up",
        title=_stance_title(name, before, after) if is_stance else _tier_title(before, after, name),
        text=note,
        url=reverse("accounts:contact", args=[subject]) if is_stance else "",
        who=who,
        told_at=recorded_at,
    )


def _owner_title(row: AuditEntry) -> str:
    old, new = (name or _("nobody") for name in row.changes.get("names", ["", ""]))
    return _("Owner: %(before)s → %(after)s") % {"before": old, "after": new}


def _key_title(row: AuditEntry) -> str:
    scope = row.changes.get("key_scope", ["", ""])[1]
    return _("Key account, %(scope)s") % {"scope": KeyScope(scope).label} if scope else _("Key account no more")


def _told_by_history(account_ids: Sequence[int], before: datetime | None, limit: int) -> Iterable[Entry]:
    found = AuditEntry.objects.filter(kind="accounts.account", subject_id__in=account_ids, action__in=ACTIONS)
    if before is not None:
        found = found.filter(recorded_at__lt=before)
    for row in found.order_by("-id")[:limit]:
        is_owner = row.action in OWNER_ACTIONS
        yield Entry(
            at=row.recorded_at,
            key=f"owner:{row.pk}",
            group="changes",
            icon="arrows-exchange" if is_owner else "star",
            title=_owner_title(row) if is_owner else _key_title(row),
            text=row.changes.get("reason", ""),
            who=row.actor_name,
        )


def changes(account_ids: Sequence[int], user: Any, before: datetime | None, limit: int) -> list[Entry]:  # noqa: ARG001
    """Return changes before `before`, newest first, at most `limit`; two queries.

    They are those of stance, tier, owner and key account; whoever sees the customer sees them.
    """
    entries = [_entry(row) for row in _dated(account_ids, before, limit)]
    entries += _told_by_history(account_ids, before, limit)
    past = [entry for entry in entries if before is None or entry.at < before]
    return sorted(past, key=lambda entry: (entry.at, entry.key), reverse=True)[:limit]


def ahead(account: Account, user: Any, on: date) -> list[Coming]:
    """Return the next contact as agreed, and the follow-ups about this customer that the person sees; one query."""
    coming = []
    if account.next_contact_on:
        late = account.next_contact_on < on
        title = _("Next contact, overdue") if late else _("Next contact")
        coming.append(Coming(account.next_contact_on, "next", "calendar-event", title, who=str(account.owner or "")))
    items = FollowUp.objects.visible_to(user).open().filter(account_id=account.pk).exclude(kind=NEXT_CONTACT)
    for item in items.select_related("recipient").order_by("due_on", "pk")[:SHOWN]:
        title, url = wording(item.kind, item.params).title, reverse("followups:item", args=[item.pk])
        coming.append(Coming(item.due_on, f"item:{item.pk}", "bell", title, url, str(item.recipient)))
    return coming
