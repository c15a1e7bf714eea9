"""Filters of the list of visits; its page and its export use the same ones."""

from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from crm.searchtext import search_filter
from teams.filters import TeamFilter, values_asked
from teams.models import Team, User
from teams.querysets import SELLS
from visits.choices import Purpose, Result, VisitKind
from visits.models import Visit
from visits.querysets import VisitQuerySet

UNSAID = "none"


class PersonsTeamFilter(TeamFilter):
    """Visits of the people of a team and of the teams below it."""

    def filter(self, qs: Any, value: Team | None) -> Any:
        """Narrow to the visits of its people."""
        if not value:
            return qs
        teams = Team.objects.at_or_below(value).order_by().values("pk")
        return qs.filter(user__in=User.objects.filter(team__in=teams).order_by().values("pk"))


class VisitFilter(filters.FilterSet):
    """Which visits: by customer, words, person, team, kind, purpose, result, days, and whether they were effective."""

    q = filters.CharFilter(
        label=_("Search"),
        method="by_text",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Customer, or a word that was said")}),
    )
    person = filters.ModelChoiceFilter(
        label=_("Person"), field_name="user", queryset=User.objects.none(), empty_label=_("Everybody")
    )
    team = PersonsTeamFilter(label=_("Team"), queryset=Team.objects.none(), empty_label=_("Every team"))
    first = filters.DateFilter(
        label=_("From"), field_name="happened_on", lookup_expr="gte", widget=forms.DateInput(attrs={"type": "date"})
    )
    last = filters.DateFilter(
        label=_("To"), field_name="happened_on", lookup_expr="lte", widget=forms.DateInput(attrs={"type": "date"})
    )
    kind = filters.ChoiceFilter(label=_("Kind"), choices=VisitKind.choices, empty_label=_("Every kind"))
    purpose = filters.ChoiceFilter(label=_("Purpose"), choices=Purpose.choices, empty_label=_("Every purpose"))
    result = filters.ChoiceFilter(
        label=_("Result"),
        choices=[*Result.choices, (UNSAID, _("not said"))],
        empty_label=_("Every result"),
        method="by_result",
    )
    effective = filters.ChoiceFilter(
        label=_("Effective visit"),
        choices=[("yes", _("effective")), ("no", _("not effective"))],
        empty_label=_("Every visit"),
        method="by_effect",
    )
    account = filters.NumberFilter(field_name="account", max_value=10**15, widget=forms.HiddenInput)
    opportunity = filters.NumberFilter(field_name="opportunity", max_value=10**15, widget=forms.HiddenInput)

    class Meta:
        model = Visit
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        visiting = Exists(Visit.objects.filter(user=OuterRef("pk"), archived_at=None))
        self.filters["person"].queryset = (
            User.objects.visible_to(user).filter(SELLS | Q(visiting)).order_by("name", "pk")
        )
        self.filters["team"].queryset = Team.objects.visible_to(user)

    def by_text(self, queryset: VisitQuerySet, _name: str, value: str) -> VisitQuerySet:
        """Narrow to customers found by name, pinyin or phone, and to visits on which the words were said."""
        named = Account.objects.filter(search_filter("search_text", value)).order_by().values("pk")
        return queryset.filter(Q(account__in=named) | Q(said__icontains=value.strip()))

    def by_result(self, queryset: VisitQuerySet, _name: str, value: str) -> VisitQuerySet:
        """Narrow to a result, or to visits that name none."""
        return queryset.filter(result="" if value == UNSAID else value)

    def by_effect(self, queryset: VisitQuerySet, _name: str, value: str) -> VisitQuerySet:
        """Narrow to visits that reached the goal or a commitment, or to those that reached neither."""
        return queryset.effective() if value == "yes" else queryset.ineffective()

    @property
    def active_count(self) -> int:
        """Return how many filters are set."""
        return len(values_asked(self.form))
