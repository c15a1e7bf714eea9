"""The list of visits as its page, its download and the worker read it."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.listing import Column, ordering
from teams.filters import in_words
from teams.list_exports import Asked, ListSource
from visits.columns import COLUMNS, SORTS, USUAL_SORT
from visits.filters import VisitFilter
from visits.models import Visit
from visits.querysets import VisitQuerySet

PAGE = "visits:list"


def find(asked: Asked) -> VisitFilter:
    """Return the filters over the visits the person sees."""
    return VisitFilter(asked.params, queryset=Visit.objects.live().visible_to(asked.user), user=asked.user)


def in_order(found: VisitFilter, asked: Asked) -> VisitQuerySet:
    """Return the rows in the order asked for, the newest first unless it is another, with what the columns need."""
    order = ordering(SORTS, str(asked.params.get("sort", "")), usual=USUAL_SORT)
    rows: VisitQuerySet = found.qs.select_related("account", "user", "opportunity").prefetch_related("contacts")
    return rows.order_by(*order)


def _handed_out(asked: Asked, columns: Sequence[Column]) -> tuple[Any, str]:  # noqa: ARG001 -- every column is loaded
    found = find(asked)
    return in_order(found, asked), in_words(found.form)


SOURCE = ListSource(PAGE, _("Visits"), COLUMNS, _handed_out)
