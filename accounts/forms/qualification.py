"""Judging whether a customer can buy; a competitor there."""

from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import Aspect, Verdict
from accounts.forms.layout import fields_of
from accounts.models import Rival
from crm.conflicts import EditForm

UNKNOWN = "-"


class JudgeForm(forms.Form):
    """One question, its answer, and what the answer rests on."""

    aspect = forms.ChoiceField(label=_("Question"), choices=Aspect.choices, widget=forms.RadioSelect)
    verdict = forms.ChoiceField(
        label=_("Verdict"), choices=[*Verdict.choices, (UNKNOWN, _("not known"))], widget=forms.RadioSelect
    )
    evidence = forms.CharField(
        label=_("What it rests on"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("A document, an answer, what was seen."),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the evidence of a verdict."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("verdict") == UNKNOWN:
            data["verdict"] = ""
        elif not data.get("evidence", "").strip():
            self.add_error("evidence", gettext("Say what it rests on: a document, an answer, what was seen."))
        return data


class RivalForm(EditForm):
    """What is known of a competitor at a customer."""

    satisfaction = forms.TypedChoiceField(
        label=_("How content the customer is"),
        choices=[("", _("not known")), *[(number, str(number)) for number in range(1, 6)]],
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("1 not at all, 5 fully"),
    )

    class Meta:
        model = Rival
        fields: ClassVar[list[str]] = [
            "name",
            "product",
            "satisfaction",
            "salesperson",
            "style",
            "relation",
            "notes",
        ]
        widgets: ClassVar[dict[str, forms.Widget]] = {"notes": forms.Textarea(attrs={"rows": 2})}

    @property
    def helper(self) -> FormHelper:
        """Return the order of the fields."""
        people = Div("salesperson", "style", css_class="grid-half")
        return fields_of("version", "seen", "name", "product", "satisfaction", people, "relation", "notes")
