"""What each customer leaves us, the tail that earns nothing, and what an hour of serving costs."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions.costs import set_service_cost
from accounts.effort import service_cost
from accounts.forms.costs import ServiceCostForm
from accounts.forms.spans import span_links, with_days
from accounts.models import Account
from accounts.profits.columns import COLUMNS, ProfitRow
from accounts.profits.filters import ProfitFilter
from accounts.profits.profit import USUAL_SORT, Profit, Tail, in_order, sums_of
from accounts.profits.reads import MOST, profits_of
from accounts.views.changes import form_page
from crm.conflicts import chosen, conflict_page
from crm.editing import EditConflict
from crm.http import AuthenticatedHttpRequest, go_to, is_fragment
from crm.listing import download
from crm.paging import bounded_count, paginate_rows
from crm.replica import reads_replica
from teams.access import may, needs
from teams.choices import Right

MOST_ROWS = 5_000


def _filtered(request: AuthenticatedHttpRequest) -> ProfitFilter:
    seen = Account.objects.visible_to(request.user).live()
    asked = with_days(request.GET, request.today)
    return ProfitFilter(asked, queryset=seen, user=request.user, on=request.today)


def _rows(profits: list[Profit]) -> list[ProfitRow]:
    """Return figures with their customers; one query."""
    accounts = Account.objects.select_related("owner", "team").in_bulk([profit.id for profit in profits])
    return [ProfitRow(accounts[profit.id], profit) for profit in profits if profit.id in accounts]


def _figures(request: AuthenticatedHttpRequest, found: ProfitFilter) -> dict[str, Any]:
    """Return the page of the list, its sums and its tail; too many customers at once are not reckoned."""
    cost = service_cost()
    is_too_much = bounded_count(found.qs, MOST) > MOST
    profits = [] if is_too_much else profits_of(found.qs, found.span, cost)
    every, listed = sums_of(profits), found.among(profits)
    page = paginate_rows(in_order(listed, request.GET.get("sort", "")), request.GET)
    return {
        "page": page,
        "rows": _rows(page.items),
        "sums": sums_of(listed),
        "every": every,
        "tail": Tail(sums_of(profit for profit in profits if profit.earns_nothing), every),
        "cost": cost,
        "is_too_much": is_too_much,
    }


@require_safe
@needs(Right.LEAD)
@reads_replica
def profits(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show what each customer of one's teams leaves, the least first, and which earn nothing."""
    found = _filtered(request)
    kept = [(name, value) for name, values in request.GET.lists() for value in values]
    context = _figures(request, found) | {
        "filter": found,
        "span": found.span,
        "spans": span_links(request.today, found.span, kept),
        "columns": [column for column in COLUMNS if column.key not in ("team", "uncosted")],
        "sort": request.GET.get("sort") or USUAL_SORT,
        "may_export": may(request.user, Right.EXPORT),
    }
    return render(
        request, "accounts/profits/list.html#figures" if is_fragment(request) else "accounts/profits/list.html", context
    )


@require_safe
@needs(Right.LEAD)
@needs(Right.EXPORT)
@reads_replica
def export(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Hand out the customers the list shows, in its order, as .xlsx or .csv."""
    found = _filtered(request)
    back = f"{reverse('accounts:profits')}?{request.GET.urlencode()}"
    if bounded_count(found.qs, MOST) > MOST:
        return redirect(back)
    listed = in_order(found.among(profits_of(found.qs, found.span, service_cost())), request.GET.get("sort", ""))
    if len(listed) > MOST_ROWS:
        messages.warning(request, _("A download holds at most 5,000 customers. Narrow the list with a filter."))
        return redirect(back)
    return download(
        COLUMNS,
        _rows(listed),
        name=f"{_('Profit per customer')} {found.span.first} – {found.span.last}",
        title=_("Profit per customer"),
        as_csv=request.GET.get("format") == "csv",
    )


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def cost_to_serve(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Say what an hour costs, and what a contact whose times nobody noted counts."""
    post = chosen(request.POST) if request.method == "POST" else None
    form = ServiceCostForm(post, instance=service_cost())
    title, back = _("Cost to serve"), reverse("accounts:picture")
    if form.is_valid():
        try:
            set_service_cost(form.changes, version=form.seen_version, actor=request.user)
        except EditConflict as conflict:
            version = service_cost().version
            return conflict_page(request, conflict, form, title=title, version=version, cancel_url=back)
        messages.success(request, _("Saved. Every profit is reckoned with it from now on."))
        return go_to(request, back)
    return form_page(request, form, title=title, verb=_("Save"), cancel_url=back)
