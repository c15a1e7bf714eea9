"""The one door into history.

`record()` is called by every action, in the same transaction as the change it describes. The worker later seals the
committed rows (`seal_entries`), so writers never queue behind one another for a chain.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from crm.models import AuditEntry, AuditSeal
from crm.models.abstract import Origin

# Never written to history, whoever calls.
SECRET_FIELDS = frozenset({"password", "secret", "token", "key", "seed", "recovery_codes"})
MASK = "***"


def plain(value: Any) -> Any:
    """Return `value` as JSON can hold it: text for dates, decimals and identifiers, the key for a row."""
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, datetime | date):
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


def entry_digest(entry: AuditEntry) -> str:
    """Return the digest of an entry's fixed fields and of its values' digest."""
    return _sha256(
        [
            entry.recorded_at.isoformat(),
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
    entry.values_digest = _sha256([entry.changes, entry.actor_name, entry.subject_name])
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


def _seal_of(previous: str, digests: list[str]) -> str:
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, "\n".join([previous, *digests]).encode(), hashlib.sha256).hexdigest()


@transaction.atomic
def seal_entries(*, before: datetime, limit: int = 10_000) -> int:
    """Seal the unsealed entries recorded before `before`; return how many.

    `before` should lie some minutes back, so that a transaction still open cannot slip a lower number in afterwards.
    """
    last = AuditSeal.objects.select_for_update().order_by("-last_entry_id").first()
    start = last.last_entry_id if last else 0
    rows = AuditEntry.objects.filter(pk__gt=start, recorded_at__lt=before).order_by("pk")
    entries = list(rows.values_list("pk", "digest")[:limit])
    if not entries:
        return 0
    previous = last.seal if last else ""
    AuditSeal.objects.create(
        first_entry_id=entries[0][0],
        last_entry_id=entries[-1][0],
        entries=len(entries),
        previous=previous,
        seal=_seal_of(previous, [digest for _, digest in entries]),
    )
    return len(entries)


def verify_history() -> list[str]:
    """Return one sentence for every seal or entry that does not hold; an empty list means the history is whole."""
    faults: list[str] = []
    previous = ""
    for seal in AuditSeal.objects.order_by("last_entry_id").iterator():
        entries = list(AuditEntry.objects.filter(pk__range=(seal.first_entry_id, seal.last_entry_id)).order_by("pk"))
        faults += [f"entry {entry.pk} was changed" for entry in entries if entry.digest != entry_digest(entry)]
        if len(entries) != seal.entries:
            faults.append(f"seal {seal}: {seal.entries} entries were sealed, {len(entries)} are there")
        elif seal.previous != previous or seal.seal != _seal_of(previous, [entry.digest for entry in entries]):
            faults.append(f"seal {seal} does not match its entries")
        previous = seal.seal
    return faults
