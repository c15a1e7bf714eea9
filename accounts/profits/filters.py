"""Filters of the list of profits; its page and its download use the same ones."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.filters import OwnerFilter, TierFilter, keepers_for
from accounts.forms.spans import SpanForm
from accounts.models import Account
from accounts.profits.profit import Profit
from accounts.querysets import AccountQuerySet
from accounts.spans import Span
from teams.filters import TeamFilter
from teams.forms import DayInput
from teams.models import Team, User

NOTHING, UNKNOWN = "nothing", "unknown"


class ProfitFilter(filters.FilterSet):
    """Whose customers, of which tier, in which days, and what they leave."""

    first = filters.DateFilter(label=_("From"), method="keep", widget=DayInput)
    last = filters.DateFilter(label=_("Until"), method="keep", widget=DayInput)
    tier = TierFilter()
    owner = OwnerFilter(label=_("Owner"), queryset=User.objects.none(), empty_label=_("Everybody"))
    team = TeamFilter(label=_("Team"), queryset=Team.objects.none(), empty_label=_("Every team"))
    earns = filters.ChoiceFilter(
        label=_("Profit"),
        choices=[(NOTHING, _("earns nothing")), (UNKNOWN, _("cost not known"))],
        empty_label=_("Every customer"),
        method="keep",
    )
    sort = filters.CharFilter(method="keep", widget=forms.HiddenInput)

    class Meta:
        model = Account
        form = SpanForm
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, user: User, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on
        self.filters["owner"].queryset = keepers_for(user)
        self.filters["team"].queryset = Team.objects.visible_to(user)

    def keep(self, queryset: AccountQuerySet, _name: str, _value: Any) -> AccountQuerySet:
        """Narrow nothing here: `among` does, or the days do."""
        return queryset

    @property
    def span(self) -> Span:
        """Return the days that were chosen."""
        form: Any = self.form
        found: Span = form.span(self.on)
        return found

    def among(self, rows: Iterable[Profit]) -> list[Profit]:
        """Narrow to those that earn nothing, or whose cost is not known."""
        asked = self.form.cleaned_data.get("earns") if self.is_valid() else ""
        tests = {NOTHING: lambda row: row.earns_nothing, UNKNOWN: lambda row: not row.is_known}
        return [row for row in rows if asked not in tests or tests[asked](row)]

    @property
    def active_count(self) -> int:
        """Return how many filters are set; the days always are."""
        values = self.form.cleaned_data if self.is_valid() else {}
        return sum(1 for name, value in values.items() if value and name not in ("sort", "first", "last"))
