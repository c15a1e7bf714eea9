"""Keeping and handing out files. The checks are in `crm.uploads`; the rights are those of the subject."""

import hashlib
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from crm.audit import record
from crm.kinds import UnknownKind, kind_named, kind_of
from crm.models import StoredFile
from crm.uploads import Upload

QUOTA_BYTES = 2 * 1024**3


class QuotaExceeded(Exception):
    """The person has stored too much; the message says how to go on."""


@transaction.atomic
def store_file(upload: Upload, subject: models.Model, *, actor: Any, expires_at: datetime | None = None) -> StoredFile:
    """Keep a checked upload with `subject`, for good or until `expires_at`; raises QuotaExceeded.

    The bytes are written first: a row never points to a file that is not there.
    """
    used = StoredFile.objects.filter(owner=actor, deleted_at=None).aggregate(total=Sum("size"))["total"] or 0
    if used + len(upload.data) > QUOTA_BYTES:
        raise QuotaExceeded(_("Your storage of 2 GB is full. Delete files you no longer need, then upload again."))
    stored = StoredFile(
        name=upload.name,
        content_type=upload.content_type,
        size=len(upload.data),
        sha256=hashlib.sha256(upload.data).hexdigest(),
        owner=actor,
        kind=kind_of(subject).name,
        subject_id=subject.pk,
        expires_at=expires_at,
    )
    default_storage.save(stored.path, ContentFile(upload.data))
    stored.save(force_insert=True)
    record("file.stored", stored, actor=actor, changes={"name": upload.name, "subject": [stored.kind, subject.pk]})
    return stored


def readable_file(key: str, *, user: Any, now: datetime) -> StoredFile | None:
    """Return the file when the person may see what it belongs to; None when missing, expired or foreign, alike."""
    in_time = models.Q(expires_at=None) | models.Q(expires_at__gt=now)
    stored = StoredFile.objects.filter(in_time, key=key, deleted_at=None).first()
    if stored is None:
        return None
    try:
        visible = kind_named(stored.kind).visible(user)
    except UnknownKind:
        return None
    return stored if visible.filter(pk=stored.subject_id).exists() else None


@transaction.atomic
def delete_file(stored: StoredFile, *, actor: Any, now: datetime) -> None:
    """Take a file out of sight; the bytes go when its retention ends."""
    stored.deleted_at = now
    stored.save(update_fields=["deleted_at"])
    record("file.deleted", stored, actor=actor)


def expire_files(*, now: datetime, limit: int = 1_000) -> int:
    """Remove files whose time is over, the bytes too; return how many. A row stays, for the history that names it."""
    gone = 0
    for stored in StoredFile.objects.filter(expires_at__lte=now, deleted_at=None).order_by("pk")[:limit]:
        with transaction.atomic():
            taken = StoredFile.objects.filter(pk=stored.pk, deleted_at=None).update(deleted_at=now)
            if taken:
                record("file.expired", stored, actor=None)
        default_storage.delete(stored.path)
        gone += taken
    return gone
