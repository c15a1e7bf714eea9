"""Who did what: the whole history for those who may read it, one record's for those who see the record."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm.audit import history_of
from crm.http import AuthenticatedHttpRequest
from crm.kinds import UnknownKind, kind_named
from crm.models import AuditEntry
from crm.paging import paginate
from reports.filters import HistoryFilter
from reports.history import lines_of
from teams.access import may
from teams.choices import Right


@require_safe
def history(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show everything that was done; values stay hidden here, they belong to whoever sees the record."""
    if not may(request.user, Right.READ_HISTORY):
        raise PermissionDenied
    chosen = HistoryFilter(request.GET, queryset=AuditEntry.objects.order_by("-id"))
    page = paginate(chosen.qs, request.GET)
    context = {"page": page, "filter": chosen, "lines": lines_of(page.items, request.user)}
    return render(request, "reports/history.html", context)


@require_safe
def history_of_record(request: AuthenticatedHttpRequest, kind: str, pk: int) -> HttpResponse:
    """Show the history of one record to whoever may see it."""
    try:
        subject = kind_named(kind).visible(request.user).filter(pk=pk).first()
    except UnknownKind:
        raise Http404 from None
    if subject is None:
        raise Http404
    page = paginate(history_of(subject), request.GET)
    context = {
        "page": page,
        "lines": lines_of(page.items, request.user, with_values=True),
        "subject": subject,
        "url": kind_named(kind).url(pk),
        "label": kind_named(kind).label(subject),
    }
    return render(request, "reports/history_of_record.html", context)
