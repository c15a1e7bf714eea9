"""What a manager chooses on his page."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.periods import Period, PeriodKind, period_containing
from reports.scope import AMOUNT, COUNT, Scope, teams_to_choose
from teams.models import Team, User

PERIODS = (
    (PeriodKind.WEEK, _("Week")),
    (PeriodKind.MONTH, _("Month")),
    (PeriodKind.QUARTER, _("Quarter")),
    (PeriodKind.YEAR, _("Year")),
)


class ScopeForm(forms.Form):
    """Period and team; anything that cannot be understood falls back to this quarter and all teams."""

    period = forms.ChoiceField(label=_("Period"), choices=PERIODS, required=False)
    on = forms.DateField(label=_("Around"), required=False)
    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.none(), required=False, empty_label=_("All teams")
    )

    pipeline = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    measure = forms.ChoiceField(choices=[(AMOUNT, AMOUNT), (COUNT, COUNT)], required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["team"].queryset = teams_to_choose(user)  # type: ignore[attr-defined]
        self.fields["team"].widget.attrs |= {"class": "form-select", "data-submit": ""}

    def scope(self, *, today: date, now: Any) -> Scope:
        """Return what was chosen."""
        self.is_valid()
        chosen = self.cleaned_data
        kind = PeriodKind(chosen.get("period") or PeriodKind.QUARTER)
        return Scope(
            self.user,
            self._period(kind, chosen.get("on") or today),
            today,
            now,
            chosen.get("team"),
            chosen.get("pipeline", ""),
            chosen.get("measure") or AMOUNT,
        )

    def _period(self, kind: PeriodKind, day: date) -> Period:
        return period_containing(kind, min(max(day, date(1990, 1, 1)), date(2100, 1, 1)))
