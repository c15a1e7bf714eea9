"""Fields that many tables share."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class Recorded(models.Model):
    """A row that knows when the server wrote it; never given by a client, so nothing can be back-dated."""

    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True, editable=False)

    class Meta:
        abstract = True


class Versioned(models.Model):
    """A row that two people may edit at once; `crm.editing` compares and raises the number."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True


class ClientMade(models.Model):
    """A row a phone may send twice: the identifier it made decides whether it is the same one."""

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


class Origin(models.TextChoices):
    """Where a row came from; imported history is never mistaken for what the server saw happen."""

    WEB = "WEB", _("entered here")
    OFFLINE = "OFFLINE", _("sent from a phone")
    IMPORT = "IMPORT", _("imported")
    DEMO = "DEMO", _("demo data")
    SYSTEM = "SYSTEM", _("made by the system")
