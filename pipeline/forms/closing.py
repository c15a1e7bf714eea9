"""Forms for losing, reopening, and giving to somebody else."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pipeline.forms.opportunity import day_input
from pipeline.models import LossReason
from teams.models import User


class LoseForm(forms.Form):
    """Why, to whom, and what is learnt."""

    on = forms.DateField(label=_("Date"), widget=day_input())
    reason = forms.ModelChoiceField(
        label=_("Reason"),
        queryset=LossReason.objects.filter(is_active=True).order_by("position", "pk"),
        widget=forms.RadioSelect,
        empty_label=None,
        blank=False,
        error_messages={"required": _("Choose why it was lost.")},
    )
    competitor = forms.CharField(label=_("Competitor"), required=False, max_length=100)
    lesson = forms.CharField(label=_("What we learn from it"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    field_order = ("reason", "competitor", "lesson", "on")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].widget.attrs["max"] = today.isoformat()
        self.initial.setdefault("on", today)


class ReopenForm(forms.Form):
    """Why it is open again."""

    reason = forms.CharField(label=_("Why it is open again"), max_length=250)


class OwnerForm(forms.Form):
    """Who takes over."""

    to = forms.ModelChoiceField(label=_("New owner"), queryset=User.objects.none())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.visible_to(user).sellers().order_by("name", "pk")
        self.fields["to"].queryset = people  # type: ignore[attr-defined]
