"""Dealers: who signs in for one, where it sells, what it is to sell in a year."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.account import Account
from accounts.querysets import OfAccountQuerySet
from crm.models.abstract import Recorded, Versioned


class DealerLogin(Recorded):
    """Somebody who signs in for a dealer: he sees its page and the customers given to it, and nothing else."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="logins", verbose_name=_("dealer"))
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="dealer_login", verbose_name=_("person")
    )

    objects = OfAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("log-in of a dealer")
        verbose_name_plural = _("log-ins of dealers")

    def __str__(self) -> str:
        return f"{self.user}"


class DealerYear(Versioned, Recorded):
    """Where a dealer sells in a year and for how much; the amount is in the firm's currency."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="dealer_years", verbose_name=_("dealer"))
    year = models.PositiveSmallIntegerField(_("year"))
    regions = models.TextField(_("regions"), blank=True)
    target = models.DecimalField(_("target"), max_digits=18, decimal_places=4, null=True, blank=True)

    objects = OfAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("year of a dealer")
        verbose_name_plural = _("years of dealers")
        constraints = [
            models.UniqueConstraint(fields=["account", "year"], name="dealer_year_once"),
            models.CheckConstraint(
                condition=Q(target=None) | Q(target__gte=0),
                name="dealer_target_positive",
                violation_error_message=_("A target is never below zero."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.year}"
