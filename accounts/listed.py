"""The list of customers as its page, its download and the worker read it."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.columns import COLUMNS, USUAL_SORT, sorts_for
from accounts.filters import AccountFilter
from accounts.models import Account
from accounts.querysets import AccountQuerySet
from accounts.tiers.tiering import window_start
from crm.listing import Column, ordering
from teams.list_exports import Asked, ListSource

PAGE = "accounts:list"
MONTHS = 12


def find(asked: Asked) -> AccountFilter:
    """Return the filters over the customers the person sees."""
    visible = Account.objects.visible_to(asked.user)
    return AccountFilter(asked.params, queryset=visible, user=asked.user, on=asked.on)


def with_figures(rows: AccountQuerySet, columns: Sequence[Column], asked: Asked) -> AccountQuerySet:
    """Add the turnover, where a column shows it."""
    if not any(column.key == "turnover" for column in columns):
        return rows
    return rows.with_turnover(since=window_start(asked.on, MONTHS), until=asked.on)


def in_order(rows: AccountQuerySet, asked: Asked) -> AccountQuerySet:
    """Return customers in the order asked for."""
    return rows.order_by(*ordering(sorts_for(asked.user), str(asked.params.get("sort", "")), usual=USUAL_SORT))


def whole(rows: AccountQuerySet, columns: Sequence[Column], asked: Asked) -> AccountQuerySet:
    """Return customers in the order asked for, with what the columns need."""
    rows = in_order(rows, asked).select_related("owner", "team", "industry", "parent")
    if any(column.key == "parent" for column in columns):
        rows = rows.with_parent_seen(asked.user)
    return with_figures(rows, columns, asked)


def _handed_out(asked: Asked, columns: Sequence[Column]) -> tuple[Any, str]:
    found = find(asked)
    return whole(found.qs, columns, asked), found.in_words


SOURCE = ListSource(PAGE, _("Customers"), COLUMNS, _handed_out)
