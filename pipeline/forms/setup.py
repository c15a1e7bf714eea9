"""Forms of the admin pages."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.conflicts import EditForm
from crm.money_field import AmountField
from pipeline.models import Criterion, LossReason, Pipeline, Product, Step


class PipelineForm(EditForm):
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


class StepForm(EditForm):
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


class CriterionForm(EditForm):
    """What must be shown."""

    class Meta:
        model = Criterion
        fields = ("text", "is_required", "is_active")


class NewCriterionForm(forms.ModelForm):  # type: ignore[type-arg]
    """One more thing to be shown."""

    class Meta:
        model = Criterion
        fields = ("track", "text", "is_required")


class LossReasonForm(EditForm):
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
