"""What an admin types into the working calendar."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.notice import NoticeDay, NoticeUnclear, read_notice
from teams.actions.calendar import Word, days_between
from teams.refusals import Refusal


class Says(models.TextChoices):
    """What is said of a day."""

    OFF = "off", gettext_lazy("day off")
    WORKED = "worked", gettext_lazy("worked")
    PUBLIC = "public", gettext_lazy("as the public calendar says")


class DaysForm(forms.Form):
    """Some days, and whether the firm works on them."""

    first = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Leave empty for one day."),
    )
    says = forms.ChoiceField(label=gettext_lazy("The firm"), choices=Says, widget=forms.RadioSelect, initial=Says.OFF)
    name = forms.CharField(
        label=gettext_lazy("Occasion"),
        required=False,
        max_length=60,
        widget=forms.TextInput({"placeholder": gettext_lazy("for example: founding day")}),
    )

    def clean(self) -> dict[str, Any]:
        """Put the days and what is said of each into `words`."""
        data = super().clean() or {}
        if "first" in data and "last" in data and "says" in data:
            try:
                days = days_between(data["first"], data["last"] or data["first"])
            except Refusal as refusal:
                raise ValidationError({"last": str(refusal)}) from None
            data["words"] = {day: self._word(data) for day in days}
        return data

    def _word(self, data: dict[str, Any]) -> Word:
        return None if data["says"] == Says.PUBLIC else (data["says"] == Says.WORKED, data["name"].strip())


class NoticeForm(forms.Form):
    """The text of the public notice for a year."""

    notice = forms.CharField(
        label=gettext_lazy("Text of the notice"),
        max_length=20_000,
        widget=forms.Textarea(
            {"rows": 6, "placeholder": "一、元旦：1月1日（周五）至3日（周日）放假调休，共3天。1月4日（周一）上班。"}
        ),
    )

    def __init__(self, *args: Any, year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.year = year
        self.days: list[NoticeDay] = []

    def clean_notice(self) -> str:
        """Read the days into `days`."""
        text: str = self.cleaned_data["notice"]
        try:
            self.days = read_notice(text, year=self.year)
        except NoticeUnclear as unclear:
            raise ValidationError(str(unclear)) from None
        strange = [said.day for said in self.days if said.is_workday and said.day.weekday() < 5]
        if strange:
            raise ValidationError(
                _("%(day)s is worked anyway: it is no weekend day of %(year)s. Is this the notice of that year?")
                % {"day": strange[0], "year": self.year}
            )
        return text


def year_of(value: str | None, *, today: date) -> int:
    """Return the year a page asks for, this year where it asks for none or nonsense."""
    return int(value) if value and value.isdecimal() and 2000 <= int(value) <= 2100 else today.year
