"""What can be taken back, and until when."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models.abstract import Recorded


class UndoEntry(Recorded):
    """Inverse data of one action, the versions it expects to find, and an expiry."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    action = models.CharField(max_length=60)
    label = models.CharField(max_length=200)
    inverse = models.JSONField()
    expects = models.JSONField(default=list, help_text=_("[kind, id, version] of every row that must be unchanged."))
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("undo entry")
        verbose_name_plural = _("undo entries")
        indexes = [models.Index(fields=["actor", "-id"], name="undo_by_actor")]

    def __str__(self) -> str:
        return self.label
