"""Files people attach; the bytes lie in the storage under a random name."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models.abstract import Recorded


class StoredFile(Recorded):
    """One checked file. Whoever may see its subject may read it; there is no public folder."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(max_length=64)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("uploaded by"))
    kind = models.CharField(max_length=40, help_text=_("Registered kind of the thing it belongs to."))
    subject_id = models.BigIntegerField()
    expires_at = models.DateTimeField(_("kept until"), null=True, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes = [
            models.Index(fields=["kind", "subject_id"], name="file_by_subject"),
            models.Index(fields=["expires_at"], name="file_by_expiry", condition=models.Q(deleted_at=None)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        """Return where the storage keeps the bytes."""
        return f"{self.key.hex[:2]}/{self.key.hex}"
