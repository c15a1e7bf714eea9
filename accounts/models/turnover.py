"""Turnover ledger: what a customer bought."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import BookingSource
from accounts.models.account import Account
from accounts.querysets import TurnoverQuerySet
from crm.models.abstract import Origin, Recorded


class Turnover(Recorded):
    """One booking: amount and cost in the reporting currency, four decimal places.

    `external_id` is its number where it came from; `source` is what it rests on, `origin` how the row got here.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="turnover", verbose_name=_("account"))
    booked_on = models.DateField(_("date"))
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=4)
    cost = models.DecimalField(_("cost"), max_digits=18, decimal_places=4, null=True, blank=True)
    source = models.CharField(_("source"), max_length=8, choices=BookingSource, default=BookingSource.IMPORT)
    external_id = models.CharField(_("number elsewhere"), max_length=60, blank=True)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.IMPORT)

    objects = TurnoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("turnover booking")
        verbose_name_plural = _("turnover")
        constraints = [
            models.UniqueConstraint(fields=["external_id"], condition=~Q(external_id=""), name="turnover_external_once")
        ]
        indexes = [models.Index(fields=["account", "booked_on"], name="turnover_by_account")]

    def __str__(self) -> str:
        return f"{self.booked_on} {self.amount}"

    @property
    def margin(self) -> Decimal | None:
        """Return what it left after its cost; None where the cost is not known."""
        return None if self.cost is None else self.amount - self.cost
