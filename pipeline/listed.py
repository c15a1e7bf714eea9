"""The list of opportunities as its page, its download and the worker read it."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.listing import Column, ordering
from pipeline.columns import COLUMNS, SORTS, USUAL_SORT
from pipeline.filters import OpportunityFilter
from pipeline.models import Opportunity
from pipeline.querysets import OpportunityQuerySet
from teams.filters import in_words
from teams.list_exports import Asked, ListSource

PAGE = "pipeline:list"
LOADED = ("account", "owner", "team", "our_step", "customer_step", "product", "loss_reason")


def find(asked: Asked) -> OpportunityFilter:
    """Return the filters over the opportunities the person sees."""
    visible = Opportunity.objects.visible_to(asked.user)
    return OpportunityFilter(asked.params, queryset=visible, user=asked.user, on=asked.on, now=asked.now)


def in_order(found: OpportunityFilter, asked: Asked) -> OpportunityQuerySet:
    """Return the rows in the order asked for, with what the columns need."""
    order = ordering(SORTS, str(asked.params.get("sort", "")), usual=USUAL_SORT)
    rows: OpportunityQuerySet = found.qs.select_related(*LOADED).order_by(*order)
    return rows


def _handed_out(asked: Asked, columns: Sequence[Column]) -> tuple[Any, str]:  # noqa: ARG001 -- every column is loaded
    found = find(asked)
    return in_order(found, asked), in_words(found.form)


SOURCE = ListSource(PAGE, _("Opportunities"), COLUMNS, _handed_out)
