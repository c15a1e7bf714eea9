"""Filters of this room's lists."""

from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from teams.choices import Role
from teams.models import Team, User
from teams.tree import TeamChoiceField


class TeamFilter(filters.ModelChoiceFilter):
    """A team and all below it."""

    field_class = TeamChoiceField

    def filter(self, qs: QuerySet[User], value: Team | None) -> QuerySet[User]:
        """Return members of the team and of those below."""
        return qs.filter(team__in=Team.objects.at_or_below(value).order_by().values("pk")) if value else qs


class PeopleFilter(filters.FilterSet):
    """Who: by name, role, team; people who left only when asked for."""

    q = filters.CharFilter(
        label=_("Search"),
        method="by_text",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name, e-mail or phone")}),
    )
    role = filters.ChoiceFilter(label=_("Role"), choices=Role.choices, empty_label=_("Every role"))
    team = TeamFilter(label=_("Team"), queryset=Team.objects.all(), empty_label=_("Every team"))
    state = filters.ChoiceFilter(
        label=_("Sign-in"),
        choices=[("left", _("may not sign in")), ("all", _("everybody"))],
        empty_label=_("may sign in"),
        method="by_state",
    )

    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["q", "role", "team", "state"]

    def by_text(self, queryset: Any, _name: str, value: str) -> Any:
        """Narrow to people whose name, sign-in name, e-mail or phone holds the text."""
        return queryset.matching(value)

    def by_state(self, queryset: Any, _name: str, value: str) -> Any:
        """Leave everybody in, or only those who may not sign in any more."""
        return queryset.filter(is_active=False) if value == "left" else queryset

    def filter_queryset(self, queryset: Any) -> Any:
        """Apply the filters; without one for sign-in, people who left are not shown."""
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("state") else found.filter(is_active=True)

    @property
    def active_count(self) -> int:
        """Return how many filters are set."""
        return sum(1 for value in self.form.cleaned_data.values() if value) if self.is_valid() else 0
