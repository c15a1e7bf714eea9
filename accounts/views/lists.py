"""The list of customers: filters, columns, views, sums, the download, suggestions while one types."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.choices import AccountKind
from accounts.columns import columns_for, sorts_for
from accounts.fields import choice_label
from accounts.filters import AccountFilter
from accounts.listed import PAGE, find, in_order, whole, with_figures
from accounts.models import Account
from crm.http import AuthenticatedHttpRequest, is_fragment
from crm.listing import Column, totals
from crm.paging import Page, paginate
from crm.replica import reads_replica
from teams.access import may, needs
from teams.choices import Right, Role
from teams.list_exports import Asked, export_list
from teams.models import User
from teams.saved_views import OpenList, rows_with_tabs

SUGGESTIONS = 8
# Roles that see no customer by themselves; somebody may still take one of them into an account team.
WITHOUT_CUSTOMERS = (Role.ADMIN, Role.COMPLIANCE)


def asked_for(request: AuthenticatedHttpRequest, data: Any = None) -> Asked:
    """Return what a request asks of the list, or what the parameters in `data` do."""
    return Asked(request.user, request.GET if data is None else data, request.today, request.now)


def filtered(request: AuthenticatedHttpRequest, data: Any = None) -> AccountFilter:
    """Return the filter of this request over the customers the person sees."""
    return find(asked_for(request, data))


def _ready_views(user: User) -> list[tuple[Any, str]]:
    """Return the views everybody has, as (label, query)."""
    ready: list[tuple[Any, str]] = []
    if may(user, Right.SELL):
        ready.append((gettext_lazy("Mine"), f"owner={user.pk}"))
    ready.append((gettext_lazy("Contact overdue"), "next=overdue&sort=next"))
    ready.append((gettext_lazy("Quiet for 60 days"), "quiet=60&sort=last"))
    return ready


def _totals(request: AuthenticatedHttpRequest, found: AccountFilter, columns: list[Column], page: Page[Account]) -> Any:
    """Return what the foot says of all rows; None for very many, unless somebody waits for it with `?sums=`."""
    if not page.items or not (page.count_is_exact or request.GET.get("sums")):
        return None
    return totals(with_figures(found.qs, columns, asked_for(request)), columns)


@require_GET
def account_list(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the customers a person sees."""
    opened = OpenList(request, PAGE, columns_for(request.user))
    if opened.opens_at:
        return redirect(opened.opens_at)
    asked, found = asked_for(request), filtered(request)
    rows = whole(Account.objects.all(), opened.shown, asked)
    page = paginate(in_order(found.qs, asked), request.GET, searched=found.active_count > 0, rows=rows)
    context = opened.context | {
        "page": page,
        "filter": found,
        "sort": request.GET.get("sort", "name"),
        "totals": _totals(request, found, opened.shown, page),
        "may_hand_over": may(request.user, Right.HAND_OVER),
        "may_edit": may(request.user, Right.EDIT_CUSTOMERS),
        "may_export": may(request.user, Right.EXPORT),
        "may_have": request.user.role not in WITHOUT_CUSTOMERS,
    }
    ready = _ready_views(request.user)
    sorts = sorts_for(request.user)
    context["tabs"] = opened.tabs(default_label=gettext_lazy("All"), ready=ready, form=found.form, sorts=sorts)
    if is_fragment(request):
        return rows_with_tabs(request, "accounts/list.html#rows", context)
    return render(request, "accounts/list.html", context)


@require_GET
@needs(Right.EXPORT)
@reads_replica
def export(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Hand out exactly the rows and columns the list shows, as .xlsx or .csv."""
    return export_list(request, PAGE)


@require_GET
def options(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Suggest customers for a field that asks for one; `?field=` names the field whose text is looked for."""
    field = request.GET.get("field", "q")
    query = request.GET.get(field, "").strip()
    seen = Account.objects.visible_to(request.user).live()
    seen = seen.filter(kind=AccountKind.DEALER) if field == "dealer" else seen
    found = seen.likely(query).order_by("name", "pk")[:SUGGESTIONS] if query else []
    labels = [choice_label(account) for account in found]
    return render(request, "accounts/options.html", {"labels": labels})
