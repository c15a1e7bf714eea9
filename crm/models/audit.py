"""History: rows are only ever added, and sealed by the worker."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models.abstract import Origin


class AuditEntry(models.Model):
    """Who did what to which thing, when and from where, with the values before and after.

    `digest` covers the fixed fields and `values_digest`, not the values: a value that must be erased can go without
    breaking the seal.
    """

    recorded_at = models.DateTimeField(_("recorded at"), editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who")
    )
    actor_name = models.CharField(max_length=150, blank=True)
    action = models.CharField(_("action"), max_length=60)
    kind = models.CharField(_("kind"), max_length=40)
    subject_id = models.BigIntegerField(_("subject"))
    subject_name = models.CharField(max_length=250, blank=True)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.WEB)
    changes = models.JSONField(_("changes"), default=dict)
    values_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("history entry")
        verbose_name_plural = _("history")
        indexes = [
            models.Index(fields=["kind", "subject_id", "-id"], name="audit_by_subject"),
            models.Index(fields=["actor", "-id"], name="audit_by_actor"),
            models.Index(fields=["kind", "recorded_at"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.recorded_at:%Y-%m-%d %H:%M} {self.actor_name} {self.action} {self.subject_name}"


class AuditSeal(models.Model):
    """A keyed digest over the digests of all entries up to `last_entry_id`, chained to the seal before it."""

    first_entry_id = models.BigIntegerField()
    last_entry_id = models.BigIntegerField(unique=True)
    entries = models.PositiveIntegerField()
    previous = models.CharField(max_length=64, blank=True)
    seal = models.CharField(max_length=64)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("history seal")
        verbose_name_plural = _("history seals")

    def __str__(self) -> str:
        return f"{self.first_entry_id}-{self.last_entry_id}"
