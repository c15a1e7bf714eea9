"""Visits: the list, one visit with all that followed from it, correcting it, and the parts other pages show."""

from typing import IO, Any, cast

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Account
from crm.editing import EditConflict
from crm.http import AuthenticatedHttpRequest, is_fragment
from crm.paging import bounded_count, paginate
from crm.replica import reads_replica
from crm.spreadsheet import write_xlsx
from pipeline.models import Opportunity
from teams.access import get_visible_or_404, may, needs
from teams.actions.exports import note_export
from teams.choices import Right
from visits.access import may_archive, may_correct
from visits.actions.visits import archive_visit, edit_visit
from visits.columns import COLUMNS
from visits.filters import VisitFilter
from visits.forms import EditVisitForm
from visits.models import Visit
from visits.queries.visit import visit_page
from visits.visit_input import VisitRefused

MOST_ROWS = 5_000
SHOWN_IN_PANEL = 5
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _filtered(request: AuthenticatedHttpRequest) -> VisitFilter:
    return VisitFilter(request.GET, queryset=Visit.objects.live().visible_to(request.user), user=request.user)


def _rows(found: VisitFilter) -> "QuerySet[Visit]":
    rows = found.qs.select_related("account", "user", "opportunity").prefetch_related("contacts")
    return rows.order_by(F("happened_on").desc(), F("pk").desc())


@require_safe
def visit_list(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the visits a person may see, the newest first."""
    found = _filtered(request)
    context = {
        "page": paginate(_rows(found), request.GET),
        "filter": found,
        "may_export": may(request.user, Right.EXPORT),
        "may_log": may(request.user, Right.SELL),
    }
    return render(request, "visits/list.html#rows" if is_fragment(request) else "visits/list.html", context)


@require_safe
@needs(Right.EXPORT)
@reads_replica
def export(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Hand out the rows the list shows, as .xlsx."""
    found = _filtered(request)
    count = bounded_count(found.qs, MOST_ROWS)
    if count > MOST_ROWS:
        messages.warning(request, _("A download holds at most 5,000 visits. Narrow the list with a filter."))
        return redirect(f"{reverse('visits:list')}?{request.GET.urlencode()}")
    note_export(_("Visits"), rows=count, actor=request.user)
    name = f"{_('Visits')} {request.today.isoformat()}.xlsx"
    response = HttpResponse(content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    table = ([column.value(visit) for column in COLUMNS] for visit in _rows(found).iterator(chunk_size=1_000))
    file = cast("IO[bytes]", response)  # what the writer needs of a file, it has
    write_xlsx(file, [str(column.label) for column in COLUMNS], table, title=_("Visits"))
    return response


def _visit(request: AuthenticatedHttpRequest, pk: int) -> Visit:
    rows = Visit.objects.select_related("account", "user", "opportunity", "plan_item__plan")
    visit: Visit = get_visible_or_404(rows, request.user, pk=pk)
    return visit


@require_safe
def visit(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show one visit: what was told, and what followed from it."""
    found = _visit(request, pk)
    context = {
        "crumbs": [(_("Visits"), reverse("visits:list")), (found.account.called, found.account.get_absolute_url())],
        "page": visit_page(found),
        "visit": found,
        "may_correct": may_correct(request.user, found, request.today),
        "may_archive": may_archive(request.user, found, request.today),
    }
    return render(request, "visits/visit.html", context)


@require_http_methods(["GET", "POST"])
@needs(Right.SELL)
def edit(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Correct a visit on the day it was logged."""
    found = _visit(request, pk)
    form = EditVisitForm(request.POST or None, instance=Visit.objects.select_related("account").get(pk=pk))
    if request.method == "POST" and form.is_valid() and _corrected(request, found, form):
        messages.success(request, _("Saved."))
        return redirect(found)
    if request.method != "POST" and not may_correct(request.user, found, request.today):
        messages.warning(request, _("A visit can be corrected on the day it was logged. Write a comment instead."))
        return redirect(found)
    return render(request, "visits/edit.html", {"visit": found, "form": form}, status=422 if form.errors else 200)


def _corrected(request: AuthenticatedHttpRequest, found: Visit, form: EditVisitForm) -> bool:
    """Write the corrections; a refusal stands in the form."""
    try:
        edit_visit(
            found,
            changes=form.changes(),
            met=form.cleaned_data["met"],
            version=form.cleaned_data["version"],
            actor=request.user,
            now=request.now,
        )
    except VisitRefused as refusal:
        for field, sentence in refusal.errors.items():
            form.add_error(field, sentence)
    except EditConflict as conflict:
        for clash in conflict.clashes:
            who = {"who": clash.changed_by, "value": clash.theirs}
            form.add_error(clash.field, _("%(who)s wrote here: %(value)s") % who)
    return not form.errors


@require_POST
@needs(Right.SELL)
def archive(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Delete a visit; the toast takes that back."""
    found = _visit(request, pk)
    entry = archive_visit(found, actor=request.user, now=request.now)
    messages.success(request, entry.label, extra_tags=f"undo:{entry.pk}")
    return redirect("visits:list")


def _panel(request: AuthenticatedHttpRequest, rows: Any, context: dict[str, Any]) -> HttpResponse:
    """Answer with a fragment for the page of a customer or an opportunity; without htmx go to the list itself."""
    if not is_fragment(request):
        name = "opportunity" if "opportunity" in context else "account"
        return redirect(f"{reverse('visits:list')}?{name}={context[name].pk}")
    newest = list(rows.live().visible_to(request.user).select_related("user", "account").newest_first()[:6])
    context |= {"visits": newest[:SHOWN_IN_PANEL], "has_more": len(newest) > SHOWN_IN_PANEL}
    context["may_log"] = may(request.user, Right.SELL)
    return render(request, "visits/panel.html", context)


@require_safe
def of_account(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show the newest visits at a customer, as a part of the customer's page."""
    account = get_visible_or_404(Account, request.user, pk=pk)
    return _panel(request, Visit.objects.filter(account=account), {"account": account})


@require_safe
def of_opportunity(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show the newest visits about an opportunity, as a part of its page."""
    opportunity = get_visible_or_404(Opportunity.objects.select_related("account"), request.user, pk=pk)
    context = {"opportunity": opportunity, "account": opportunity.account}
    return _panel(request, Visit.objects.filter(opportunity=opportunity), context)
