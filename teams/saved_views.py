"""Saved views as tabs above a list."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse

from crm.http import AuthenticatedHttpRequest
from teams.models import SavedView

# What is no part of a view: where somebody is in the list, and which view he began with.
PLACES = frozenset({"page", "after", "before", "view"})


@dataclass(frozen=True)
class Tab:
    """A view as the list shows it."""

    label: Any
    url: str
    current: bool
    count: int | None = None


@dataclass(frozen=True)
class Changed:
    """A saved view whose filters, sort or columns were changed since; `save_url` is empty for a colleague's."""

    name: str
    query: str
    save_url: str
    back_url: str


@dataclass(frozen=True)
class ViewTabs:
    """The views of a list; `unsaved` when the present filters are none of them, `changed` which view they began as."""

    views: list[Tab]
    unsaved: bool
    save_url: str
    changed: Changed | None = None


def plain_query(query: str) -> str:
    """Return a query string in one fixed form: set parameters only, sorted, without the place in the list."""
    return urlencode(sorted((name, value) for name, value in parse_qsl(query) if name not in PLACES))


def view_url(view: SavedView) -> str:
    """Return the address of the list with the view's filters; it says which view it is, also once they are changed."""
    query = plain_query(view.query)
    return f"{reverse(view.page)}?{query}{'&' if query else ''}view={view.pk}"


def _changed(view: SavedView, request: AuthenticatedHttpRequest, present: str) -> Changed:
    own = view.owner_id == request.user.pk
    save_url = reverse("teams:update_view", args=[view.pk]) if own else ""
    return Changed(view.name, present, save_url, view_url(view))


def view_tabs(
    request: AuthenticatedHttpRequest, page: str, *, default_label: Any, ready: Iterable[tuple[Any, str]] = ()
) -> ViewTabs:
    """Return the tabs of the list with URL name `page`: all rows, the `ready` views (label, query), the saved ones.

    One query.
    """
    present = plain_query(request.GET.urlencode())
    saved = list(SavedView.objects.visible_to(request.user).for_page(page))
    begun = next((view for view in saved if str(view.pk) == request.GET.get("view")), None)
    tabs = []
    for label, query in [(default_label, ""), *((label, plain_query(query)) for label, query in ready)]:
        url = f"{reverse(page)}?{query}" if query else reverse(page)
        tabs.append(Tab(label, url, begun is None and query == present))
    for view in saved:
        same = view == begun if begun else plain_query(view.query) == present
        tabs.append(Tab(view.name, view_url(view), same))
    save_url = f"{reverse('teams:save_view')}?{urlencode({'page': page, 'query': present})}"
    changed = _changed(begun, request, present) if begun and plain_query(begun.query) != present else None
    unsaved = changed is not None or not any(tab.current for tab in tabs)
    return ViewTabs(tabs, unsaved, save_url, changed)


def rows_with_tabs(request: AuthenticatedHttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Answer a changed filter with the rows, and with the tabs above them, which say that a view is not saved."""
    rows = render_to_string(template, context, request)
    tabs = render_to_string("components/saved_views.html", context | {"out_of_band": True}, request)
    return HttpResponse(rows + tabs)
