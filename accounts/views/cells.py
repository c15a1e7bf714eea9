"""One cell of the list of customers, corrected where it stands."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from accounts.actions.bulk_edits import edit_in_list
from accounts.actions.groups import GroupCycle
from accounts.columns import COLUMNS
from accounts.forms.lists import CellForm
from accounts.models import Account
from accounts.views.changes import editable
from crm.editing import EditConflict
from crm.http import AuthenticatedHttpRequest, is_fragment
from crm.listing import Column


def _column(fields: str) -> Column:
    """Return the column these fields of the form are behind."""
    found = next((column for column in COLUMNS if column.fields and column.fields == fields), None)
    if found is None:
        raise Http404
    return found


def _shown(request: AuthenticatedHttpRequest, pk: int, column: Column) -> HttpResponse:
    """Answer with the cell as the list shows it."""
    rows = Account.objects.select_related("industry", "parent", "owner", "team").with_parent_seen(request.user)
    context = {"account": rows.get(pk=pk), "column": column, "may_edit": True}
    return render(request, "accounts/cell.html", context | {"row_url": reverse("accounts:edit", args=[pk])})


def _form(request: AuthenticatedHttpRequest, pk: int, column: Column, **context: Any) -> HttpResponse:
    url = f"{reverse('accounts:cell', args=[pk])}?only={column.fields}"
    context |= {"column": column, "action": url}
    return render(request, "accounts/cell_form.html", context, status=422 if context["form"].is_bound else 200)


@require_http_methods(["GET", "POST"])
def cell(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Open the cell `?only=` names, correct it, or with `?shown=` show it again; without a script go to the form."""
    account, column = editable(request, pk), _column(request.GET.get("only", ""))
    if not is_fragment(request):
        return redirect(f"{reverse('accounts:edit', args=[pk])}?only={column.fields}")
    if request.GET.get("shown"):
        return _shown(request, pk, column)
    only = column.fields.split(",")
    form = CellForm(request.POST or None, instance=Account.objects.get(pk=pk), user=request.user, only=only)
    if not form.is_valid():
        return _form(request, pk, column, form=form)
    try:
        fresh, entry = edit_in_list(
            account, changes=form.changes, version=form.seen_version, actor=request.user, now=request.now
        )
    except EditConflict as conflict:
        return _form(request, pk, column, form=_asked_again(request, pk, only, conflict), is_stale=True)
    except GroupCycle as refusal:
        form.add_error("parent", str(refusal))
        return _form(request, pk, column, form=form)
    said = {"text": entry.label, "undo": reverse("crm:undo", args=[entry.pk])} if entry else {}
    return trigger_client_event(_shown(request, fresh.pk, column), "cellSaved", said)


def _asked_again(request: AuthenticatedHttpRequest, pk: int, only: list[str], conflict: EditConflict) -> CellForm:
    """Return the form with what was typed, what somebody else wrote beside it, and the version that is there now."""
    kept, data = Account.objects.get(pk=pk), request.POST.copy()
    data["version"] = str(kept.version)
    form = CellForm(data, instance=kept, user=request.user, only=only)
    form.show_clashes(conflict.clashes)
    return form
