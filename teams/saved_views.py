"""Saved views as tabs above a list."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.urls import reverse

from crm.http import AuthenticatedHttpRequest
from teams.models import SavedView

# What is no part of a view: where somebody is in the list.
PLACES = frozenset({"page", "after", "before"})


@dataclass(frozen=True)
class Tab:
    """A view as the list shows it."""

    label: Any
    url: str
    current: bool
    count: int | None = None


@dataclass(frozen=True)
class ViewTabs:
    """The views of a list; `unsaved` when the present filters are none of them."""

    views: list[Tab]
    unsaved: bool
    save_url: str


def plain_query(query: str) -> str:
    """Return a query string in one fixed form: set parameters only, sorted, without the place in the list."""
    return urlencode(sorted((name, value) for name, value in parse_qsl(query) if name not in PLACES))


def view_url(view: SavedView) -> str:
    """Return the address of the list with the view's filters."""
    return f"{reverse(view.page)}?{view.query}" if view.query else reverse(view.page)


def view_tabs(
    request: AuthenticatedHttpRequest, page: str, *, default_label: Any, ready: Iterable[tuple[Any, str]] = ()
) -> ViewTabs:
    """Return the tabs of the list with URL name `page`: all rows, the `ready` views (label, query), the saved ones.

    One query.
    """
    present = plain_query(request.META.get("QUERY_STRING", ""))
    saved = [(view.name, plain_query(view.query)) for view in SavedView.objects.visible_to(request.user).for_page(page)]
    tabs = []
    for label, query in [(default_label, ""), *((label, plain_query(query)) for label, query in ready), *saved]:
        url = f"{reverse(page)}?{query}" if query else reverse(page)
        tabs.append(Tab(label, url, query == present))
    save_url = f"{reverse('teams:save_view')}?{urlencode({'page': page, 'query': present})}"
    return ViewTabs(tabs, not any(tab.current for tab in tabs), save_url)
