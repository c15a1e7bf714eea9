"""The list of opportunities: filters, columns, views, download, and giving many to somebody else."""

from typing import Any, cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from crm.http import AuthenticatedHttpRequest, go_to, is_fragment
from crm.listing import chosen_columns, download, ordering
from crm.models import UndoEntry
from crm.paging import bounded_count, paginate
from crm.replica import reads_replica
from pipeline.actions.guards import Refused
from pipeline.actions.opportunities import change_owners
from pipeline.columns import COLUMNS, SORTS, USUAL_SORT
from pipeline.filters import OpportunityFilter
from pipeline.forms.closing import OwnerForm
from pipeline.models import ExchangeRate, Opportunity
from teams.access import may, needs
from teams.actions.exports import note_export
from teams.choices import Right
from teams.models import User
from teams.saved_views import rows_with_tabs, view_tabs

MOST_ROWS = 5_000
MOST_GIVEN = 500
SHOWN = 20
LOADED = ("account", "owner", "team", "our_step", "customer_step", "product", "loss_reason")


def filtered(request: AuthenticatedHttpRequest, data: Any = None) -> OpportunityFilter:
    """Return the filter of this request over the opportunities the person sees."""
    visible = Opportunity.objects.visible_to(request.user)
    given = request.GET if data is None else data
    return OpportunityFilter(given, queryset=visible, user=request.user, on=request.today, now=request.now)


def _rows(request: AuthenticatedHttpRequest, found: OpportunityFilter) -> QuerySet[Opportunity]:
    """Return the rows in order, with what the columns need."""
    order = ordering(SORTS, request.GET.get("sort", ""), usual=USUAL_SORT)
    rows: QuerySet[Opportunity] = found.qs.select_related(*LOADED).order_by(*order)
    return rows


def _ready_views(user: User) -> list[tuple[Any, str]]:
    """Return the views everybody has, as (label, query)."""
    mine = [(gettext_lazy("Mine"), f"owner={user.pk}")] if may(user, Right.SELL) else []
    return [
        *mine,
        (gettext_lazy("Next step overdue"), "next=overdue"),
        (gettext_lazy("Stalled"), "stalled=true&sort=-amount"),
        (gettext_lazy("Without a sponsor"), "sponsor=none&sort=-amount"),
    ]


@require_GET
def opportunity_list(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the opportunities a person sees."""
    found = filtered(request)
    columns = chosen_columns(COLUMNS, request.GET.getlist("col"))
    page = paginate(_rows(request, found), request.GET)
    context = {
        "page": page,
        "filter": found,
        "columns": columns,
        "every_column": COLUMNS,
        "chosen_keys": [column.key for column in columns],
        "sort": request.GET.get("sort") or USUAL_SORT,
        "sums": found.qs.sums(ExchangeRate.objects.rates(), request.today)
        if page.items and page.count_is_exact
        else None,
        "may_hand_over": may(request.user, Right.HAND_OVER),
        "may_work": may(request.user, Right.SELL),
        "may_export": may(request.user, Right.EXPORT),
    }
    context["tabs"] = view_tabs(
        request, "pipeline:list", default_label=pgettext_lazy("opportunities", "Open"), ready=_ready_views(request.user)
    )
    if is_fragment(request):
        return rows_with_tabs(request, "pipeline/list.html#rows", context)
    return render(request, "pipeline/list.html", context)


@require_GET
@needs(Right.EXPORT)
@reads_replica
def export(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Hand out exactly the rows and columns the list shows, as .xlsx or .csv."""
    found = filtered(request)
    count = bounded_count(found.qs, MOST_ROWS)
    if count > MOST_ROWS:
        messages.warning(request, _("A download holds at most 5,000 opportunities. Narrow the list with a filter."))
        return redirect(f"{reverse('pipeline:list')}?{request.GET.urlencode()}")
    columns = chosen_columns(COLUMNS, request.GET.getlist("col"))
    note_export(_("Opportunities"), rows=count, actor=request.user, columns=[column.key for column in columns])
    return download(
        columns,
        _rows(request, found).iterator(chunk_size=1_000),
        name=f"{_('Opportunities')} {request.today.isoformat()}",
        title=_("Opportunities"),
        as_csv=request.GET.get("format") == "csv",
    )


def _selected(request: AuthenticatedHttpRequest) -> QuerySet[Opportunity]:
    """Return the opportunities ticked, or with `everything` all that the filters in `query` find; visible ones only."""
    if request.POST.get("everything"):
        rows: QuerySet[Opportunity] = filtered(request, QueryDict(request.POST.get("query", ""))).qs
        return rows
    ids = [int(value) for value in request.POST.getlist("ids") if value.isascii() and value.isdigit()]
    return Opportunity.objects.visible_to(request.user).live().filter(pk__in=ids[:MOST_GIVEN])


def _back_to(request: AuthenticatedHttpRequest) -> str:
    query = QueryDict(request.POST.get("query", "")).urlencode()
    return f"{reverse('pipeline:list')}?{query}" if query else reverse("pipeline:list")


@require_POST
@needs(Right.HAND_OVER)
def hand_over(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show which opportunities would go to whom; with `sure`, give them."""
    chosen = _selected(request)
    count = bounded_count(chosen, MOST_GIVEN)
    if not 0 < count <= MOST_GIVEN:
        few = _("Choose at least one opportunity first.")
        many = _("At most 500 opportunities at a time. Narrow the list with a filter.")
        messages.warning(request, many if count else few)
        return redirect(_back_to(request))
    form = OwnerForm(request.POST if request.POST.get("sure") else None, user=request.user)
    if form.is_valid():
        try:
            given = change_owners(list(chosen), to=form.cleaned_data["to"], actor=request.user, now=request.now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            entry = cast("UndoEntry", given[0].undo_entry)  # the action has just offered it
            messages.success(request, entry.label, extra_tags=f"undo:{entry.pk}")
            return go_to(request, _back_to(request))
    title = ngettext("Give %(n)s opportunity to somebody else", "Give %(n)s opportunities to somebody else", count)
    context = {
        "form": form,
        "title": title % {"n": count},
        "opportunities": chosen.select_related("owner", "account").order_by("name", "pk")[:SHOWN],
        "more": max(0, count - SHOWN),
        "ids": request.POST.getlist("ids"),
        "everything": request.POST.get("everything", ""),
        "query": request.POST.get("query", ""),
        "cancel_url": _back_to(request),
    }
    return render(request, "pipeline/hand_over.html", context, status=422 if form.is_bound else 200)
