"""What other currencies are worth in the firm's own."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models.abstract import Recorded, Versioned
from pipeline.querysets import ExchangeRateQuerySet


class ExchangeRate(Versioned, Recorded):
    """From a day on, one unit of a currency is worth `rate` in the reporting currency, until a later row says more."""

    currency = models.CharField(
        _("currency"),
        max_length=3,
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Three capital letters, for example USD."))],
    )
    starts_on = models.DateField(_("valid from"))
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=8)

    objects = ExchangeRateQuerySet.as_manager()

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints = [
            models.UniqueConstraint(
                fields=["currency", "starts_on"],
                name="rate_once_a_day",
                violation_error_message=_("This currency already has a rate from that day on."),
            ),
            models.CheckConstraint(
                condition=Q(rate__gt=0),
                name="rate_above_zero",
                violation_error_message=_("A rate is more than zero."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.starts_on}"

    @property
    def digits(self) -> str:
        """Return the rate without the zeros nobody typed."""
        return f"{self.rate:f}".rstrip("0").rstrip(".")
