"""What it costs the firm to serve a customer."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models.abstract import Versioned


class ServiceCost(Versioned):
    """What an hour of a seller costs, and what a contact whose times nobody noted counts; one row."""

    hourly = models.DecimalField(_("cost of an hour"), max_digits=12, decimal_places=4, null=True, blank=True)
    minutes_a_visit = models.PositiveSmallIntegerField(_("minutes of a visit without times"), default=60)
    minutes_a_call = models.PositiveSmallIntegerField(_("minutes of a call or message without times"), default=15)

    class Meta:
        verbose_name = _("cost to serve")
        verbose_name_plural = _("cost to serve")
        constraints = [
            models.CheckConstraint(
                condition=Q(hourly=None) | Q(hourly__gte=Decimal(0)),
                name="hourly_cost_not_negative",
                violation_error_message=_("An hour costs nothing or more."),
            )
        ]

    def __str__(self) -> str:
        return str(_("cost to serve"))
