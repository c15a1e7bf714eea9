"""What serving a customer costs."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import ServiceCost
from crm.conflicts import EditForm
from crm.money import unit_label
from crm.money_field import AmountField

DAY = 24 * 60


def _minutes(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=0, max_value=DAY, widget=forms.NumberInput(attrs={"class": "input-short"})
    )


class ServiceCostForm(EditForm):
    """The cost of an hour, and the minutes of contacts without times."""

    hourly = AmountField(label=_("Cost of an hour"), required=False, min_value=Decimal(0), max_value=Decimal(1_000_000))
    minutes_a_visit = _minutes(_("Minutes of a visit without times"))
    minutes_a_call = _minutes(_("Minutes of a call or message without times"))

    class Meta:
        model = ServiceCost
        fields: ClassVar[list[str]] = ["hourly", "minutes_a_visit", "minutes_a_call"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        text = gettext(
            "What an hour of a seller costs the firm in %(currency)s, pay and travel in it. 0: time costs nothing."
        )
        currency = unit_label("one", settings.REPORTING_CURRENCY, get_language() or "en")
        self.fields["hourly"].help_text = text % {"currency": currency}
