"""Forms of the admin pages."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.conflicts import EditForm
from crm.money_field import AmountField
from pipeline.models import Criterion, ExchangeRate, LossReason, Pipeline, Product, Step
from pipeline.ready_texts import READY_TEXTS


class ReadyForm(EditForm):
    """A row that may have come ready-made: its texts stand in the reader's language, as on every page.

    What is left as it was is not written, so a ready text keeps speaking all languages until somebody changes it.
    """

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        """Return what a field shows at first."""
        value = super().get_initial_for_field(field, field_name)
        return gettext(value) if value in READY_TEXTS else value


class PipelineForm(ReadyForm):
    """Name and tracks of a pipeline."""

    class Meta:
        model = Pipeline
        fields = ("name", "has_customer_track")


class NewPipelineForm(forms.Form):
    """A name, and the pipeline to begin from."""

    name = forms.CharField(label=_("Name"), max_length=80)
    like = forms.ModelChoiceField(
        label=_("Begin with the steps of"), queryset=Pipeline.objects.order_by("-is_default", "pk"), empty_label=None
    )


class StepForm(ReadyForm):
    """One step."""

    class Meta:
        model = Step
        fields = (
            "code",
            "name",
            "customer_does",
            "we_do",
            "reached_when",
            "value",
            "band",
            "expected_days",
            "countdown_days",
            "needs_sponsor",
        )
        widgets: ClassVar[dict[str, Any]] = {
            "reached_when": forms.Textarea(attrs={"rows": 3}),
            "code": forms.TextInput(attrs={"class": "input-short"}),
            "band": forms.NumberInput(attrs={"min": 0, "max": 100, "class": "input-short"}),
            "expected_days": forms.NumberInput(attrs={"class": "input-short"}),
            "countdown_days": forms.NumberInput(attrs={"class": "input-short"}),
        }


class CriterionForm(ReadyForm):
    """What must be shown."""

    class Meta:
        model = Criterion
        fields = ("text", "is_required", "is_active")


class NewCriterionForm(forms.ModelForm):  # type: ignore[type-arg]
    """One more thing to be shown."""

    class Meta:
        model = Criterion
        fields = ("track", "text", "is_required")


class LossReasonForm(ReadyForm):
    """A reason for loss."""

    class Meta:
        model = LossReason
        fields = ("name", "is_active")


class ProductForm(EditForm):
    """A product."""

    price = AmountField(label=_("List price"), required=False)

    class Meta:
        model = Product
        fields = ("name", "series", "price", "is_active")


class CodeField(forms.CharField):
    """The three letters of a currency, however they were typed."""

    def to_python(self, value: Any) -> str:
        """Return capital letters."""
        return str(super().to_python(value) or "").upper()


class RateForm(EditForm):
    """What a currency is worth from a day on."""

    class Meta:
        model = ExchangeRate
        fields = ("currency", "starts_on", "rate")
        field_classes: ClassVar[dict[str, Any]] = {"currency": CodeField}
        widgets: ClassVar[dict[str, Any]] = {
            "currency": forms.TextInput(attrs={"class": "input-short", "autocapitalize": "characters"}),
            "starts_on": forms.DateInput(attrs={"type": "date", "class": "input-short"}, format="%Y-%m-%d"),
            "rate": forms.NumberInput(attrs={"class": "input-short", "step": "any", "min": 0}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rate"].help_text = gettext("What one unit is worth in %(own)s.") % {
            "own": settings.REPORTING_CURRENCY
        }

    def clean_currency(self) -> str:
        """Refuse the currency the others are measured in."""
        currency: str = self.cleaned_data["currency"]
        if currency == settings.REPORTING_CURRENCY:
            raise forms.ValidationError(
                gettext("%(own)s is what the others are counted in; it needs no rate.") % {"own": currency}
            )
        return currency
