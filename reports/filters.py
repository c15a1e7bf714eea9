"""Narrowing the history."""

import django_filters
from django.utils.translation import gettext_lazy as _

from crm.models import AuditEntry
from teams.models import User


class HistoryFilter(django_filters.FilterSet):
    """By person, by what was done, by day."""

    actor = django_filters.ModelChoiceFilter(label=_("Person"), queryset=User.objects.order_by("name", "pk"))
    action = django_filters.CharFilter(label=_("Action"), lookup_expr="startswith")
    days = django_filters.DateFromToRangeFilter(label=_("Days"), field_name="recorded_at")

    class Meta:
        model = AuditEntry
        fields: list[str] = []
