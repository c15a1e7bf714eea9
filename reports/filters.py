"""Narrowing the history."""

from typing import ClassVar

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from crm.models import AuditEntry
from pipeline.filters import DaysWidget
from reports.wording import AREAS
from teams.models import User


def actions() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return every action under what it is about, each in words."""
    return [(str(area), [(action, str(words)) for action, words in of.items()]) for area, of in AREAS]


class HistoryFilter(filters.FilterSet):
    """By person, by what was done, by day."""

    actor = filters.ModelChoiceFilter(
        label=_("Person"), queryset=User.objects.order_by("name", "pk"), empty_label=_("Everybody")
    )
    action = filters.ChoiceFilter(label=_("What"), choices=actions, empty_label=_("Everything"))
    days = filters.DateFromToRangeFilter(
        label=_("When"), field_name="recorded_at", widget=DaysWidget(attrs={"type": "date"})
    )

    class Meta:
        model = AuditEntry
        fields: ClassVar[list[str]] = []

    @property
    def active_count(self) -> int:
        """Return how many filters are set."""
        return sum(1 for value in self.form.cleaned_data.values() if value) if self.is_valid() else 0
