"""The one door into history.

`record()` is called by every action, in the same transaction as the change it describes. The worker later seals the
committed rows (`seal_entries`), so writers never queue behind one another for a chain.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.functional import Promise

from crm.models import AuditEntry, AuditSeal
from crm.models.abstract import Origin

# Never written to history, whoever calls.
SECRET_FIELDS = frozenset({"password", "secret", "token", "key", "seed", "recovery_codes"})
MASK = "***"
# What stands in `changes` once the values had to go (`erase_values`).
ERASED = {"erased": True}
ERASURE = "history.erased"


def plain(value: Any) -> Any:
    """Return `value` as JSON can hold it: text for dates, numbers with a point and identifiers, the key for a row.

    A database may write a floating number differently from how it was given, which would look like a forgery.
    """
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, Decimal | UUID | float | Promise):
        return str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    return value


def _masked(changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: MASK if name in SECRET_FIELDS else plain(value) for name, value in changes.items()}


def _sha256(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _values_digest(entry: AuditEntry) -> str:
    return _sha256([entry.changes, entry.actor_name, entry.subject_name])


def entry_digest(entry: AuditEntry) -> str:
    """Return the digest of an entry's fixed fields and of its values' digest."""
    return _sha256(
        [
            entry.recorded_at.astimezone(UTC).isoformat(),
            entry.actor_id,
            entry.action,
            entry.kind,
            entry.subject_id,
            entry.origin,
            entry.values_digest,
        ]
    )


def build_entry(
    action: str,
    target: models.Model,
    *,
    actor: Any,
    changes: Mapping[str, Any] | None = None,
    origin: str = Origin.WEB,
    now: datetime | None = None,
) -> AuditEntry:
    """Return an unsaved entry; for bulk writers. `actor` None means the system."""
    entry = AuditEntry(
        recorded_at=now or timezone.now(),
        actor_id=actor.pk if actor else None,
        actor_name=str(actor) if actor else "",
        action=action,
        kind=target._meta.label_lower,
        subject_id=target.pk,
        subject_name=str(target)[:250],
        origin=origin if actor else Origin.SYSTEM,
        changes=_masked(changes or {}),
    )
    entry.values_digest = _values_digest(entry)
    entry.digest = entry_digest(entry)
    return entry


def record(
    action: str,
    target: models.Model,
    *,
    actor: Any,
    changes: Mapping[str, Any] | None = None,
    origin: str = Origin.WEB,
) -> AuditEntry:
    """Write one history row in the caller's transaction.

    `action` is "noun.verb" in the past ("visit.logged"); `changes` maps a field to `[before, after]` or to a plain
    value. Secrets are masked.
    """
    entry = build_entry(action, target, actor=actor, changes=changes, origin=origin)
    entry.save(force_insert=True)
    return entry


def history_of(target: models.Model) -> models.QuerySet[AuditEntry]:
    """Return the entries about one row, newest first."""
    return AuditEntry.objects.filter(kind=target._meta.label_lower, subject_id=target.pk).order_by("-id")


@transaction.atomic
def erase_values(entries: models.QuerySet[AuditEntry], *, target: models.Model, actor: Any) -> int:
    """Wipe what the entries tell about `target`, because the law asks for it; return how many.

    That they happened stays, the seals hold, and history says that they were erased, and by whom.
    """
    ids = list(entries.values_list("pk", flat=True))
    wiped = AuditEntry.objects.filter(pk__in=ids).update(changes=ERASED, subject_name="")
    record(ERASURE, target, actor=actor, changes={"entries": ids})
    return wiped


def _seal_of(previous: str, digests: list[str], secret: str) -> str:
    return hmac.new(secret.encode(), "\n".join([previous, *digests]).encode(), hashlib.sha256).hexdigest()


def _oldest_open_transaction() -> datetime | None:
    """Return when the oldest transaction that is still open began, where several can write at once."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(xact_start) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        oldest: datetime | None = cursor.fetchone()[0]
        return oldest


def _sealable(start: int, before: datetime, limit: int) -> list[tuple[int, str]]:
    """Return (id, digest) of the entries after `start`, up to the first that is not old enough."""
    oldest = _oldest_open_transaction()
    before = min(before, oldest) if oldest else before
    rows = AuditEntry.objects.filter(pk__gt=start).order_by("pk")
    young = rows.filter(recorded_at__gte=before).values_list("pk", flat=True).first()
    if young is not None:
        rows = rows.filter(pk__lt=young)
    return list(rows.values_list("pk", "digest")[:limit])


@transaction.atomic
def seal_entries(*, before: datetime, limit: int = 10_000) -> int:
    """Seal the unsealed entries recorded before `before`; return how many.

    `before` should lie some minutes back: clocks of several machines differ. What a transaction still open may yet
    add is waited for, so that no lower number can slip in below a seal.
    """
    last = AuditSeal.objects.select_for_update().order_by("-last_entry_id").first()
    entries = _sealable(last.last_entry_id if last else 0, before, limit)
    if not entries:
        return 0
    previous = last.seal if last else ""
    AuditSeal.objects.create(
        first_entry_id=entries[0][0],
        last_entry_id=entries[-1][0],
        entries=len(entries),
        previous=previous,
        seal=_seal_of(previous, [digest for _, digest in entries], settings.SECRET_KEY),
    )
    return len(entries)


def _entry_faults(entry: AuditEntry, erased: set[int]) -> list[str]:
    """Return what is wrong with one entry."""
    if entry.digest != entry_digest(entry):
        return [f"entry {entry.pk} was changed"]
    if entry.values_digest == _values_digest(entry) or (entry.changes == ERASED and entry.pk in erased):
        return []
    return [f"the values of entry {entry.pk} were changed"]


def _seal_faults(seal: AuditSeal, before: AuditSeal | None, entries: list[AuditEntry]) -> list[str]:
    """Return what is wrong with one seal, given the one before it and the entries between them."""
    if len(entries) != seal.entries:
        return [f"seal {seal}: {seal.entries} entries were sealed, {len(entries)} are there"]
    previous, digests = before.seal if before else "", [entry.digest for entry in entries]
    secrets = [str(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    holds = any(hmac.compare_digest(seal.seal, _seal_of(previous, digests, secret)) for secret in secrets)
    return [] if holds and seal.previous == previous else [f"seal {seal} does not match its entries"]


def _erased_ids() -> set[int]:
    rows = AuditEntry.objects.filter(action=ERASURE).values_list("changes", flat=True)
    return {pk for changes in rows for pk in changes.get("entries", [])}


def verify_history() -> list[str]:
    """Return one sentence for every seal or entry that does not hold; an empty list means the history is whole.

    Each seal answers for every entry since the seal before it, so that nothing can be put between them either.
    """
    faults: list[str] = []
    erased = _erased_ids()
    before: AuditSeal | None = None
    for seal in AuditSeal.objects.order_by("last_entry_id").iterator():
        start = before.last_entry_id if before else 0
        entries = list(AuditEntry.objects.filter(pk__gt=start, pk__lte=seal.last_entry_id).order_by("pk"))
        faults += [fault for entry in entries for fault in _entry_faults(entry, erased)]
        faults += _seal_faults(seal, before, entries)
        before = seal
    return faults
