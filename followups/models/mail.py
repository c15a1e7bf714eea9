"""Mail of an installation without a mail server."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models.abstract import Recorded
from followups.querysets import KeptMailQuerySet


class KeptMail(Recorded):
    """A mail that was kept instead of sent, to be read in the application."""

    message_id = models.CharField(max_length=320)
    recipients = models.CharField(_("to"), max_length=500)
    subject = models.CharField(_("subject"), max_length=250)
    body = models.TextField(_("text"))

    objects = KeptMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("kept mail")
        verbose_name_plural = _("kept mail")
        indexes = [models.Index(fields=["recipients"], name="mail_by_recipient")]

    def __str__(self) -> str:
        return self.subject
