"""The list of customers: filters, columns, views, what a download holds, suggestions while one types."""

import io
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.columns import COLUMNS, SORTS, USUAL_SORT
from accounts.fields import choice_label
from accounts.filters import AccountFilter
from accounts.models import Account, Turnover
from accounts.tiering import window_start
from crm.http import AuthenticatedHttpRequest, is_fragment
from crm.listing import Column, chosen_columns, ordering
from crm.paging import bounded_count, paginate
from crm.replica import reads_replica
from crm.spreadsheet import write_csv, write_xlsx
from teams.access import may, needs
from teams.actions.exports import note_export
from teams.choices import Right, Role
from teams.models import User
from teams.saved_views import rows_with_tabs, view_tabs

MONTHS = 12
MOST_ROWS = 5_000
SUGGESTIONS = 8
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
# Roles that see no customer by themselves; somebody may still take one of them into an account team.
WITHOUT_CUSTOMERS = (Role.ADMIN, Role.COMPLIANCE)


def filtered(request: AuthenticatedHttpRequest, data: Any = None) -> AccountFilter:
    """Return the filter of this request over the customers the person sees."""
    visible = Account.objects.visible_to(request.user)
    given = request.GET if data is None else data
    return AccountFilter(given, queryset=visible, user=request.user, on=request.today)


def _rows(request: AuthenticatedHttpRequest, found: AccountFilter, columns: list[Column]) -> QuerySet[Account]:
    """Return the rows in order, with what the columns need."""
    order = ordering(SORTS, request.GET.get("sort", ""), usual=USUAL_SORT)
    rows = found.qs.select_related("owner", "team", "industry", "parent").order_by(*order)
    if any(column.key == "turnover" for column in columns):
        rows = rows.with_turnover(since=window_start(request.today, MONTHS), until=request.today)
    if any(column.key == "parent" for column in columns):
        rows = rows.with_parent_seen(request.user)
    return rows


def _ready_views(user: User) -> list[tuple[Any, str]]:
    """Return the views everybody has, as (label, query)."""
    ready: list[tuple[Any, str]] = []
    if may(user, Right.SELL):
        ready.append((gettext_lazy("Mine"), f"owner={user.pk}"))
    ready.append((gettext_lazy("Contact overdue"), "next=overdue&sort=next"))
    ready.append((gettext_lazy("Quiet for 60 days"), "quiet=60&sort=last"))
    return ready


def _turnover_of(request: AuthenticatedHttpRequest, accounts: QuerySet[Account]) -> Any:
    since = window_start(request.today, MONTHS)
    booked = Turnover.objects.filter(booked_on__gt=since, booked_on__lte=request.today)
    return booked.filter(account__in=accounts.order_by().values("pk")).aggregate(total=Sum("amount"))["total"]


@require_GET
def account_list(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the customers a person sees."""
    found = filtered(request)
    columns = chosen_columns(COLUMNS, request.GET.getlist("col"))
    rows = _rows(request, found, columns)
    page = paginate(rows, request.GET, searched=found.active_count > 0)
    with_sum = any(column.key == "turnover" for column in columns)
    context = {
        "page": page,
        "filter": found,
        "columns": columns,
        "every_column": COLUMNS,
        "chosen_keys": [column.key for column in columns],
        "sort": request.GET.get("sort", "name"),
        "total": _turnover_of(request, found.qs) if with_sum and page.count_is_exact else None,
        "with_sum": with_sum,
        "may_hand_over": may(request.user, Right.HAND_OVER),
        "may_edit": may(request.user, Right.EDIT_CUSTOMERS),
        "may_export": may(request.user, Right.EXPORT),
        "may_have": request.user.role not in WITHOUT_CUSTOMERS,
    }
    context["tabs"] = view_tabs(
        request, "accounts:list", default_label=gettext_lazy("All"), ready=_ready_views(request.user)
    )
    if is_fragment(request):
        return rows_with_tabs(request, "accounts/list.html#rows", context)
    return render(request, "accounts/list.html", context)


@require_GET
@needs(Right.EXPORT)
@reads_replica
def export(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Hand out exactly the rows and columns the list shows, as .xlsx or .csv."""
    found = filtered(request)
    count = bounded_count(found.qs, MOST_ROWS)
    if count > MOST_ROWS:
        messages.warning(request, _("A download holds at most 5,000 customers. Narrow the list with a filter."))
        return redirect(f"{reverse('accounts:list')}?{request.GET.urlencode()}")
    columns = chosen_columns(COLUMNS, request.GET.getlist("col"))
    note_export(_("Customers"), rows=count, actor=request.user, columns=[column.key for column in columns])
    rows = _rows(request, found, columns)
    headers = [str(column.label) for column in columns]
    table = ([column.value(account) for column in columns] for account in rows.iterator(chunk_size=1_000))
    as_csv = request.GET.get("format") == "csv"
    name = f"{_('Customers')} {request.today.isoformat()}.{'csv' if as_csv else 'xlsx'}"
    file = io.BytesIO()
    if as_csv:
        write_csv(file, headers, table)
    else:
        formats = [column.excel_format for column in columns]
        write_xlsx(file, headers, table, title=_("Customers"), formats=formats)
    response = HttpResponse(file.getvalue(), content_type=CSV if as_csv else XLSX)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


@require_GET
def options(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Suggest customers for a field that asks for one; `?field=` names the field whose text is looked for."""
    query = request.GET.get(request.GET.get("field", "q"), "").strip()
    seen = Account.objects.visible_to(request.user).live()
    found = seen.likely(query).order_by("name", "pk")[:SUGGESTIONS] if query else []
    labels = [choice_label(account) for account in found]
    return render(request, "accounts/options.html", {"labels": labels})
