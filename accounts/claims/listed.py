"""The list of claims as its page, its download and the worker read it."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.claims.columns import COLUMNS, LOADED, SORTS, USUAL_SORT
from accounts.claims.filters import ClaimFilter
from accounts.models import Claim
from accounts.querysets import ClaimQuerySet
from crm.listing import Column, ordering
from teams.filters import in_words
from teams.list_exports import Asked, ListSource

PAGE = "accounts:claims"


def find(asked: Asked) -> ClaimFilter:
    """Return the filters over the claims the person sees."""
    visible = Claim.objects.visible_to(asked.user).filter(account__archived_at=None)
    return ClaimFilter(asked.params, queryset=visible, user=asked.user, on=asked.on)


def in_order(found: ClaimFilter, asked: Asked) -> ClaimQuerySet:
    """Return the rows in the order asked for, with what the columns need."""
    order = ordering(SORTS, str(asked.params.get("sort", "")), usual=USUAL_SORT)
    rows: ClaimQuerySet = found.qs.select_related(*LOADED).order_by(*order)
    return rows


def _handed_out(asked: Asked, columns: Sequence[Column]) -> tuple[Any, str]:  # noqa: ARG001 -- every column is loaded
    found = find(asked)
    return in_order(found, asked), in_words(found.form)


SOURCE = ListSource(PAGE, _("Claims"), COLUMNS, _handed_out)
