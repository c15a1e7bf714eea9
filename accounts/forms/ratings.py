"""One customer's tier: set by hand, and how the customer is rated."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import Tier
from accounts.forms.account import rating_field
from accounts.models import RatingScale
from teams.forms import DayInput

OVERRIDE_DAYS = 90


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


class RatingsForm(forms.Form):
    """A customer's ratings by the further criteria; only what this person changed is written."""

    def __init__(self, *args: Any, scales: list[RatingScale], present: Mapping[int, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scales = scales
        for scale in scales:
            field = rating_field(scale.name, scale.hint)
            field.initial, field.show_hidden_initial = present.get(scale.pk), True
            self.fields[f"rating_{scale.pk}"] = field

    @property
    def ratings(self) -> dict[int, int | None]:
        """Return what was changed, by scale."""
        changed = set(self.changed_data)
        names = {scale.pk: f"rating_{scale.pk}" for scale in self.scales}
        return {pk: self.cleaned_data[name] for pk, name in names.items() if name in changed}
