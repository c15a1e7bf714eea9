"""Filters of this room's lists."""

from collections.abc import Iterator
from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from teams.choices import Role
from teams.models import Team, User
from teams.tree import TeamChoiceField


def values_asked(form: forms.Form) -> dict[str, Any]:
    """Return the filters that are set; one value that is wrong takes nothing from the others."""
    given = form.cleaned_data if form.is_bound and form.errors is not None else {}
    return {name: value for name, value in given.items() if value}


def in_words(form: forms.Form) -> str:
    """Return the filters that are set, each with its value, as a person reads them."""
    visible = [name for name, field in form.fields.items() if not field.widget.is_hidden]
    said = [(form.fields[name], value) for name, value in values_asked(form).items() if name in visible]
    sentence = gettext("%(label)s: %(value)s")
    return " · ".join(
        sentence % {"label": field.label, "value": "、".join(_said(field, value))} for field, value in said
    )


def _said(field: forms.Field, value: Any) -> Iterator[str]:
    """Yield a value in words: of a choice, of several, of a range."""
    words = {str(key): str(word) for key, word in getattr(field, "choices", None) or ()}
    if isinstance(value, slice):
        value = f"{value.start or ''} – {value.stop or ''}"
    for each in value if isinstance(value, list) else [value]:
        yield words.get(str(getattr(each, "pk", each)), "✓" if each is True else str(each)).strip()


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
