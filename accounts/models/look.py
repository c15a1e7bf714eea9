"""When a person last looked at a customer, for "what changed since you last looked"."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.account import Account
from accounts.querysets import OfAccountQuerySet


class AccountLook(models.Model):
    """The present look of a person at a customer, and the one before: what is newer than that one is news."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="looks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()
    before_at = models.DateTimeField(null=True)

    objects = OfAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("look at a customer")
        verbose_name_plural = _("looks at customers")
        constraints = [models.UniqueConstraint(fields=["account", "user"], name="account_look_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.account_id} {self.seen_at:%Y-%m-%d %H:%M}"
