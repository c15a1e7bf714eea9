"""The rules of tiering: what counts how much, where the cuts are, when they run; asking for a signature, the day."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Fieldset
from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actions.tier_drafts import signers_for
from accounts.choices import CutBy, Tier
from accounts.forms.layout import Fold, fields_of
from accounts.models import RatingScale, TierPolicy
from accounts.tiers.criteria import offered
from accounts.tiers.tiering import LONGEST_WINDOW, Cuts, Points, margin_fits
from crm.conflicts import EditForm
from teams.forms import DayInput
from teams.models import User

CRITERIA: dict[str, Any] = {
    "turnover": _("share of turnover"),
    "customers": _("share of customers"),
    "staff": _("share of sales staff"),
}
AMOUNTS = ("cut_a", "cut_b", "margin")
CUT_HINT = _("By shares: A up to so many percent, A and B together up to so many. By score: from so many points on.")
# Shown while the weights are moved; the script fills in the sum.
SUM = '<p class="small weights-sum" data-sum="{fits}" data-sum-off="{off}" hidden></p>'


class WeightInput(forms.NumberInput):
    """A number from 0 to 100 with a slider beside it; without a script the number alone."""

    template_name = "accounts/widgets/weight.html"


def _number(label: Any, low: int, high: int, hint: Any = "") -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "input-short"})
    return forms.IntegerField(label=label, min_value=low, max_value=high, widget=widget, help_text=hint)


def field_of(key: str) -> str:
    """Return the name of the field for the weight of a criterion."""
    return f"weight_{key.replace(':', '_')}"


class TierPolicyForm(EditForm):
    """Weights, cuts, margin, schedule, days between contacts and the nine reference numbers (growing-key-accounts)."""

    min_criteria = _number(_("Criteria that have to be known"), 1, 20)
    min_weight = _number(_("Of so much weight together (%)"), 0, 100)

    class Meta:
        model = TierPolicy
        fields: ClassVar[list[str]] = [
            *("name", "cut_by", "cut_a", "cut_b", "margin", "min_criteria", "min_weight", "window_months"),
            *("run_every", "applies_itself"),
        ]
        labels: ClassVar[dict[str, Any]] = {
            "cut_a": _("Cut for A"),
            "cut_b": _("Cut for B"),
            "applies_itself": _("Tiers change without a signature when the rules run again"),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "margin": _("So far beyond a cut one has to be to move when the rules run again; nobody flips each month."),
        }
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "name": forms.TextInput(attrs={"class": "input-mid"}),
            "cut_by": forms.RadioSelect(),
            **{name: forms.NumberInput(attrs={"class": "input-short", "min": 0, "max": 100}) for name in AMOUNTS},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in AMOUNTS:
            self.initial[name] = f"{Decimal(self.initial[name]).normalize():f}"
        window: Any = TierPolicy._meta.get_field("window_months")
        self.fields["window_months"] = _number(capfirst(window.verbose_name), 1, LONGEST_WINDOW)
        self.criteria = offered(self.instance.weights)
        for key, name in self.criteria.items():
            weight = forms.IntegerField(label=capfirst(name), min_value=0, max_value=100, widget=WeightInput)
            self._add(field_of(key), weight, self.instance.weights.get(key, 0))
        for tier in Tier.values:
            label = _("%(tier)s: days between contacts") % {"tier": tier}
            self._add(f"days_{tier}", _number(label, 1, 730), self.instance.contact_days.get(tier))
            for share, words in CRITERIA.items():
                label = _("%(tier)s: %(share)s (%%)") % {"tier": tier, "share": words}
                given = self.instance.reference.get(tier, {}).get(share)
                self._add(f"ref_{tier}_{share}", _number(label, 0, 100), given)
        self.helper = self._layout()

    def _add(self, name: str, field: forms.Field, initial: Any) -> None:
        self.fields[name] = field
        self.initial.setdefault(name, initial)

    def _layout(self) -> FormHelper:
        columns = [Div(*(f"ref_{tier}_{key}" for key in CRITERIA), css_class="grid-3") for tier in Tier.values]
        fits, off = gettext("Together 100 %."), gettext("Together {sum} %; it must be 100.")
        return fields_of(
            "version",
            "seen",
            "name",
            Fieldset(
                _("How much each counts (%), together 100"),
                Div(*map(field_of, self.criteria), css_class="weights"),
                HTML(SUM.format(fits=fits, off=off)),
                "window_months",
            ),
            Fieldset(
                _("Where the cuts are"),
                "cut_by",
                Div("cut_a", "cut_b", css_class="grid-half"),
                HTML(f'<p class="small">{CUT_HINT}</p>'),
                "margin",
            ),
            Fieldset(_("How much has to be known"), Div("min_criteria", "min_weight", css_class="grid-half")),
            Fieldset(_("When they run again"), "run_every", "applies_itself"),
            Fieldset(_("How often they are seen"), Div("days_A", "days_B", "days_C", css_class="grid-3")),
            Fold(_("Reference shares"), *columns),
        )

    def clean(self) -> dict[str, Any]:
        """Refuse weights, cuts and reference shares that do not fit together, with a sentence at the first of them."""
        data: dict[str, Any] = super().clean() or {}
        names = list(map(field_of, self.criteria))
        weights: list[Any] = [data.get(name) for name in names]
        if None not in weights and sum(weights) != 100:
            sentence = gettext("The weights add up to %(sum)s; together they must make 100.")
            self.add_error(names[0], sentence % {"sum": sum(weights)})
        self._check_cuts(data.get("cut_by"), data.get("cut_a"), data.get("cut_b"), data.get("margin"))
        for key, words in CRITERIA.items():
            shares: list[Any] = [data.get(f"ref_{tier}_{key}") for tier in Tier.values]
            if None not in shares and sum(shares) != 100:
                sentence = gettext("Reference for %(share)s: the three add up to %(sum)s and must make 100.")
                self.add_error(f"ref_A_{key}", sentence % {"share": words, "sum": sum(shares)})
        return data

    def _check_cuts(self, by: str | None, a: Decimal | None, b: Decimal | None, margin: Decimal | None) -> None:
        if not by or a is None or b is None:
            return
        try:
            cuts = Points(a, b) if by == CutBy.SCORE else Cuts(a, b)
        except ValueError:
            self.add_error("cut_b", self._overlap(by))
            return
        if margin is not None and not margin_fits(cuts, margin):
            sentence = gettext("With this margin nobody could rise to A or fall to C any more. Make it smaller.")
            self.add_error("margin", sentence)

    def _overlap(self, by: str) -> str:
        if by == CutBy.SCORE:
            return gettext("By score, A needs more points than B, B more than 0, and A at most 100.")
        return gettext("A must end above 0, A and B together above A, and both below 100.")

    @property
    def values(self) -> dict[str, Any]:
        """Return the whole policy as typed."""
        data = self.cleaned_data
        weights = {key: data[field_of(key)] for key in self.criteria}
        return {name: data[name] for name in self.Meta.fields} | {
            "weights": {key: weight for key, weight in weights.items() if weight},
            "contact_days": {tier: data[f"days_{tier}"] for tier in Tier.values},
            "reference": {tier: {key: data[f"ref_{tier}_{key}"] for key in CRITERIA} for tier in Tier.values},
        }

    @property
    def policy_changes(self) -> dict[str, Any]:
        """Return what this person typed differently; weights, days and reference shares count as one value each."""
        values, changes = self.values, self.changes
        for name, prefix in (("weights", "weight_"), ("contact_days", "days_"), ("reference", "ref_")):
            if values[name] != getattr(self.instance, name) and any(key.startswith(prefix) for key in self.data):
                changes[name] = values[name]
        return changes


class AskForm(forms.Form):
    """Who signs a draft, and when it is to be applied."""

    signer = forms.ModelChoiceField(label=_("Who signs"), queryset=User.objects.none(), empty_label=None)
    apply_on = forms.DateField(
        label=_("Apply on"),
        required=False,
        widget=DayInput,
        help_text=_("Leave it empty to choose the day after the signature."),
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        signers = signers_for(actor)
        field: Any = self.fields["signer"]
        field.queryset = User.objects.filter(pk__in=[person.pk for person in signers]).order_by("pk")
        field.initial = signers[0] if signers else None


class DayForm(forms.Form):
    """The day on which signed rules are applied."""

    day = forms.DateField(label=_("Apply on"), widget=DayInput, help_text=_("Today applies them at once."))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].initial = today


class CompareForm(forms.Form):
    """Which two sets of rules stand side by side."""

    a = forms.ModelChoiceField(label=_("First"), queryset=TierPolicy.objects.none())
    b = forms.ModelChoiceField(label=_("Second"), queryset=TierPolicy.objects.none())

    def __init__(self, *args: Any, policies: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("a", "b"):
            field: Any = self.fields[name]
            field.queryset = policies

    def clean(self) -> dict[str, Any]:
        """Refuse the same rules twice."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("a") and data.get("a") == data.get("b"):
            self.add_error("b", gettext("Choose another draft than the first."))
        return data


class ScaleForm(EditForm):
    """A further criterion by which customers are rated from 0 to 5."""

    class Meta:
        model = RatingScale
        fields: ClassVar[list[str]] = ["name", "hint", "is_active"]
        help_texts: ClassVar[dict[str, Any]] = {
            "name": _("For example: willingness to innovate."),
            "hint": _("For example: 0 waits for others, 5 tries what is new first."),
        }
        error_messages: ClassVar[dict[str, Any]] = {
            "name": {"unique": _("There is a criterion of this name already. Change that one, or choose another name.")}
        }
