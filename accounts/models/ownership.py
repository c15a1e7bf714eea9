"""Who held a customer, from when to when and why; stretches without an owner are its time in the pool."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import OwnershipKind
from accounts.models.account import Account
from accounts.querysets import OwnershipQuerySet
from teams.models import Team


class Ownership(models.Model):
    """One stretch; the stretches of a customer follow one another, the last one is open.

    Written by `accounts.actions.ownership` only. A person is deleted only with the import that made him; his stretches
    go with him.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="ownerships")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", verbose_name=_("owner")
    )
    team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="+", verbose_name=_("team"))
    kind = models.CharField(_("why"), max_length=12, choices=OwnershipKind)
    reason = models.CharField(_("reason"), max_length=250, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField(_("since"))
    ended_at = models.DateTimeField(_("until"), null=True)

    objects = OwnershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("stretch of ownership")
        verbose_name_plural = _("history of owners")
        constraints = [
            models.UniqueConstraint(fields=["account"], condition=Q(ended_at=None), name="ownership_one_open"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="ownership_in_order"
            ),
        ]
        indexes = [models.Index(fields=["account", "-started_at"], name="ownership_by_account")]

    def __str__(self) -> str:
        return f"{self.account}: {self.owner or '–'}"

    @property
    def started_on(self) -> date:
        """Return the day it began."""
        return timezone.localdate(self.started_at)
