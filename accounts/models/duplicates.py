"""Customers that may be one company: what they are found by, and the pairs somebody has to look at."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import PairState, words_of
from accounts.models.account import Account
from accounts.querysets import DuplicatePairQuerySet, OfAccountQuerySet
from crm.models.abstract import Recorded


class MatchKey(models.Model):
    """A key of a customer (`accounts.matching.blocking`): who shares one is compared."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="match_keys")
    key = models.BigIntegerField()

    objects = OfAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("key for comparing")
        verbose_name_plural = _("keys for comparing")
        constraints = [models.UniqueConstraint(fields=["key", "account"], name="match_key_once")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.key}"


class DuplicatePair(Recorded):
    """Two customers that may be one, how likely and why; the one with the lower number stands first.

    That they are not the same is remembered: the worker finds them again and leaves the decision alone.
    """

    first = models.ForeignKey(Account, models.CASCADE, related_name="+", verbose_name=_("customer"))
    second = models.ForeignKey(Account, models.CASCADE, related_name="+", verbose_name=_("customer"))
    score = models.PositiveSmallIntegerField(_("likeness"))
    reasons = models.JSONField(_("reasons"), default=list)
    state = models.CharField(_("state"), max_length=8, choices=PairState, default=PairState.OPEN)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, editable=False)

    objects = DuplicatePairQuerySet.as_manager()

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="duplicate_pair_in_order"),
        ]
        indexes = [models.Index(fields=["state", "-score", "id"], name="duplicate_pair_best_first")]

    def __str__(self) -> str:
        return f"{self.first} / {self.second}"

    @property
    def reason_words(self) -> list[str]:
        """Return the reasons in words, the weightiest first."""
        return words_of(self.reasons)
