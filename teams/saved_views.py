"""Saved views as tabs above a list, and what a person chose for the list: columns, first view, order of the tabs."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.forms import BaseForm
from django.http import HttpResponse, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.http import AuthenticatedHttpRequest, is_fragment
from crm.listing import Column, arranged, chosen_columns
from teams.models import ListChoice, SavedView, User

# What is no part of a view: where somebody is in the list, which view he began with, what he asked for once.
PLACES = frozenset({"page", "after", "before", "view", "sums", "format"})
# What is part of a view beside the filters.
LAYOUT = frozenset({"sort", "col"})
# `?view=` of all rows, for who has another view opened first.
EVERYTHING = "all"


@dataclass(frozen=True)
class Tab:
    """A view as the list shows it."""

    label: Any
    url: str
    current: bool
    count: int | None = None
    shared: bool = False


@dataclass(frozen=True)
class Changed:
    """A saved view whose filters, sort or columns were changed since; `save_url` is empty for a colleague's."""

    name: str
    query: str
    save_url: str
    back_url: str


@dataclass(frozen=True)
class ViewTabs:
    """The views of a list; `unsaved` when the present filters are none of them, `changed` which view they began as.

    `lost` is a sentence where the view asks for a column or a filter that is no longer there.
    """

    views: list[Tab]
    unsaved: bool
    save_url: str
    changed: Changed | None = None
    lost: str = ""


def plain_query(query: str) -> str:
    """Return a query string in one fixed form: set parameters only, sorted, without the place in the list.

    Columns keep their order, for it is part of the view.
    """
    kept = [(name, value) for name, value in parse_qsl(query) if name not in PLACES]
    return urlencode(sorted(kept, key=lambda pair: (pair[0], "" if pair[0] == "col" else pair[1])))


def view_url(view: SavedView) -> str:
    """Return the address of the list with the view's filters; it says which view it is, also once they are changed."""
    query = plain_query(view.query)
    return f"{reverse(view.page)}?{query}{'&' if query else ''}view={view.pk}"


def choice_of(user: User, page: str) -> ListChoice:
    """Return what a person chose for a list; an unsaved one where he chose nothing yet."""
    return ListChoice.objects.filter(user=user, page=page).first() or ListChoice(user=user, page=page)


def columns_asked(params: QueryDict, choice: ListChoice) -> list[str]:
    """Return the keys of the columns to show: those of the address, else the person's own, in a saved view its own."""
    in_view = params.get("view", EVERYTHING) != EVERYTHING
    kept = [] if in_view else choice.columns
    return params.getlist("col") or [key for key in kept if isinstance(key, str)]


def in_order(views: Iterable[SavedView], order: Sequence[int]) -> list[SavedView]:
    """Return the views as the person put them; those he never moved come after, as they are."""
    places = {key: place for place, key in enumerate(order)}
    return sorted(views, key=lambda view: places.get(view.pk, len(places)))


def _is_asked(name: str, form: BaseForm) -> bool:
    """Return whether a field of the filters reads this parameter; a range reads `…_after` and `…_before`."""
    return name in form.fields or name.rpartition("_")[0] in form.fields


class OpenList:
    """A list as a person opens it; two queries: what he chose, and the saved views he sees."""

    def __init__(self, request: AuthenticatedHttpRequest, page: str, columns: Sequence[Column]) -> None:
        """Read what the person chose for the list with URL name `page`; `columns` is empty where they are fixed."""
        self.request, self.page, self.columns = request, page, columns
        self.choice = choice_of(request.user, page)
        self.shown = chosen_columns(columns, columns_asked(request.GET, self.choice)) if columns else []

    @cached_property
    def saved(self) -> list[SavedView]:
        """Return the saved views in the order of their tabs."""
        views = SavedView.objects.visible_to(self.request.user).for_page(self.page)
        return in_order(views, self.choice.views)

    @property
    def opens_at(self) -> str:
        """Return the address of the view the list opens with; "" where something else was asked for."""
        if self.request.GET or is_fragment(self.request) or not self.choice.opens_with_id:
            return ""
        return next((view_url(view) for view in self.saved if view.pk == self.choice.opens_with_id), "")

    @property
    def all_url(self) -> str:
        """Return the address of the list without any filter."""
        return f"{reverse(self.page)}?view={EVERYTHING}" if self.choice.opens_with_id else reverse(self.page)

    @property
    def context(self) -> dict[str, Any]:
        """Return what the tools of a list need: every column, those shown, the addresses."""
        return {
            "list_page": self.page,
            "list_url": reverse(self.page),
            "all_url": self.all_url,
            "columns": self.shown,
            "every_column": arranged(self.columns, self.shown),
            "chosen_keys": [column.key for column in self.shown],
        }

    def tabs(
        self,
        *,
        default_label: Any,
        ready: Iterable[tuple[Any, str]] = (),
        form: BaseForm | None = None,
        sorts: Container[str] = (),
    ) -> ViewTabs:
        """Return the tabs: all rows, the `ready` views (label, query), the saved ones.

        `form` (of the filters) and `sorts` tell what a view may still ask for.
        """
        present = plain_query(self.request.GET.urlencode())
        begun = next((view for view in self.saved if str(view.pk) == self.request.GET.get("view")), None)
        tabs = [Tab(default_label, self.all_url, begun is None and not present)]
        for label, query in ((label, plain_query(query)) for label, query in ready):
            tabs.append(Tab(label, f"{reverse(self.page)}?{query}", begun is None and query == present))
        for view in self.saved:
            same = view == begun if begun else plain_query(view.query) == present
            tabs.append(Tab(view.name, view_url(view), same, shared=view.owner_id != self.request.user.pk))
        changed = self._changed(begun, present) if begun and plain_query(begun.query) != present else None
        unsaved = changed is not None or not any(tab.current for tab in tabs)
        save_url = f"{reverse('teams:save_view')}?{urlencode({'page': self.page, 'query': self._kept(present)})}"
        lost = self._lost(form, sorts) if begun and form is not None else ""
        return ViewTabs(tabs, unsaved, save_url, changed, lost)

    def _kept(self, present: str) -> str:
        """Return what a new view would keep: with the person's own columns, where the address names none."""
        own = [] if "col=" in present else columns_asked(self.request.GET, self.choice)
        return plain_query("&".join(part for part in (present, urlencode([("col", key) for key in own])) if part))

    def _changed(self, view: SavedView, present: str) -> Changed:
        own = view.owner_id == self.request.user.pk
        save_url = reverse("teams:update_view", args=[view.pk]) if own else ""
        return Changed(view.name, present, save_url, view_url(view))

    def _lost(self, form: BaseForm, sorts: Container[str]) -> str:
        """Return a sentence about what the view asks for in vain; "" when everything is there."""
        params, known = self.request.GET, {column.key for column in self.columns}
        lost = [name for name in params if not _is_asked(name, form) and name not in PLACES | LAYOUT]
        lost += [str(form.fields[name].label or name) for name in form.errors if name in form.fields and name != "col"]
        lost += [key for key in params.getlist("col") if key not in known]
        order = params.get("sort", "").removeprefix("-")
        lost += [order] if order and order not in sorts else []
        names = "、".join(dict.fromkeys(lost))
        sentence = _("This view asks for something that is no longer there: %(names)s. The rest of it is shown.")
        return sentence % {"names": names} if lost else ""


def rows_with_tabs(request: AuthenticatedHttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Answer a changed filter with the rows, and with the tabs above them, which say that a view is not saved."""
    rows = render_to_string(template, context, request)
    tabs = render_to_string("components/saved_views.html", context | {"out_of_band": True}, request)
    return HttpResponse(rows + tabs)
