"""The rules of tiering, and a tier set by hand."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import Tier
from accounts.forms.layout import Fold, fields_of
from accounts.models import TierPolicy
from crm.conflicts import EditForm
from teams.forms import DayInput

CRITERIA: dict[str, Any] = {
    "turnover": _("share of turnover"),
    "customers": _("share of customers"),
    "staff": _("share of sales staff"),
}
OVERRIDE_DAYS = 90


def _percent(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=0, max_value=100, widget=forms.NumberInput(attrs={"class": "input-short"})
    )


class TierPolicyForm(EditForm):
    """Weights, cuts, days between contacts and the nine reference numbers (growing-key-accounts, ABC)."""

    class Meta:
        model = TierPolicy
        fields: ClassVar[list[str]] = [
            "name",
            "weight_turnover",
            "weight_potential",
            "weight_credit",
            "cut_a",
            "cut_b",
            "window_months",
        ]
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "name": forms.TextInput(attrs={"class": "input-mid"}),
            **{
                name: forms.NumberInput(attrs={"class": "input-short", "min": 0, "max": 100})
                for name in ("weight_turnover", "weight_potential", "weight_credit", "cut_a", "cut_b")
            },
            "window_months": forms.NumberInput(attrs={"class": "input-short", "min": 1, "max": 60}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("cut_a", "cut_b"):
            self.initial[name] = f"{Decimal(self.initial[name]).normalize():f}"
        for tier in Tier.values:
            days = forms.IntegerField(
                label=_("%(tier)s: days between contacts") % {"tier": tier},
                min_value=1,
                max_value=730,
                widget=forms.NumberInput(attrs={"class": "input-short"}),
            )
            self._add(f"days_{tier}", days, self.instance.contact_days.get(tier))
            for key, words in CRITERIA.items():
                label = _("%(tier)s: %(share)s (%%)") % {"tier": tier, "share": words}
                self._add(f"ref_{tier}_{key}", _percent(label), self.instance.reference.get(tier, {}).get(key))
        self.helper = self._layout()

    def _add(self, name: str, field: forms.Field, initial: Any) -> None:
        self.fields[name] = field
        self.initial.setdefault(name, initial)

    def _layout(self) -> FormHelper:
        columns = [Div(*(f"ref_{tier}_{key}" for key in CRITERIA), css_class="grid-3") for tier in Tier.values]
        return fields_of(
            "version",
            "seen",
            "name",
            Fieldset(
                _("How much each counts (%), together 100"),
                Div("weight_turnover", "weight_potential", "weight_credit", css_class="grid-3"),
            ),
            Fieldset(_("How many customers each tier takes"), Div("cut_a", "cut_b", css_class="grid-half")),
            "window_months",
            Fieldset(_("How often they are seen"), Div("days_A", "days_B", "days_C", css_class="grid-3")),
            Fold(_("Reference shares"), *columns),
        )

    def clean(self) -> dict[str, Any]:
        """Refuse weights, cuts and reference shares that do not fit together, with a sentence at the first of them."""
        data: dict[str, Any] = super().clean() or {}
        weights: list[Any] = [data.get(f"weight_{name}") for name in ("turnover", "potential", "credit")]
        if None not in weights and sum(weights) != 100:
            sentence = gettext("The three weights add up to %(sum)s; together they must make 100.")
            self.add_error("weight_turnover", sentence % {"sum": sum(weights)})
        self._check_cuts(data.get("cut_a"), data.get("cut_b"))
        for key, words in CRITERIA.items():
            shares: list[Any] = [data.get(f"ref_{tier}_{key}") for tier in Tier.values]
            if None not in shares and sum(shares) != 100:
                sentence = gettext("Reference for %(share)s: the three add up to %(sum)s and must make 100.")
                self.add_error(f"ref_A_{key}", sentence % {"share": words, "sum": sum(shares)})
        return data

    def _check_cuts(self, first: Decimal | None, both: Decimal | None) -> None:
        if first is None or both is None or 0 < first < both < 100:
            return
        sentence = gettext("A must end above 0, A and B together above A, and both below 100.")
        self.add_error("cut_b", sentence)

    @property
    def values(self) -> dict[str, Any]:
        """Return the whole policy as typed."""
        data = self.cleaned_data
        return {name: data[name] for name in self.Meta.fields} | {
            "contact_days": {tier: data[f"days_{tier}"] for tier in Tier.values},
            "reference": {tier: {key: data[f"ref_{tier}_{key}"] for key in CRITERIA} for tier in Tier.values},
        }

    @property
    def policy_changes(self) -> dict[str, Any]:
        """Return what this person typed differently; the days and the reference shares count as one value each."""
        values, changes = self.values, self.changes
        for name, prefix in (("contact_days", "days_"), ("reference", "ref_")):
            if values[name] != getattr(self.instance, name) and any(key.startswith(prefix) for key in self.data):
                changes[name] = values[name]
        return changes


class OverrideForm(forms.Form):
    """A tier set by hand, why, and until when."""

    tier = forms.ChoiceField(label=_("Tier"), choices=Tier.choices, widget=forms.RadioSelect)
    until = forms.DateField(label=_("Until"), widget=DayInput, help_text=_("Then the computed tier counts again."))
    reason = forms.CharField(label=_("Why"), max_length=250, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["until"].initial = today + timedelta(days=OVERRIDE_DAYS)

    def clean_until(self) -> date:
        """Return the day; refuse today and earlier."""
        day: date = self.cleaned_data["until"]
        if day <= self.today:
            raise forms.ValidationError(gettext("Choose a day after today; until then the tier stays."))
        return day
