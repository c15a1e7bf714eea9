"""The manager's page, and what changed."""

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm.http import AuthenticatedHttpRequest
from crm.paging import paginate
from crm.replica import reads_replica
from reports import links
from reports.dashboard import change_labels
from reports.dashboard import dashboard as put_together
from reports.forms import ScopeForm
from reports.periods import PeriodKind, period_containing
from reports.queries.changes import KINDS, changed
from teams.access import needs
from teams.choices import Right


@require_safe
@needs(Right.LEAD)
@reads_replica
def dashboard(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the figures of a team in a period."""
    form = ScopeForm(request.GET or None, user=request.user)
    scope = ScopeForm(request.GET, user=request.user).scope(today=request.today, now=request.now)
    context = put_together(scope, pipeline_key=request.GET.get("pipeline", ""))
    context |= {
        "form": form,
        "kinds": [
            (
                kind,
                label,
                links.dashboard(scope, period_containing(PeriodKind(kind), min(request.today, scope.period.last))),
            )
            for kind, label in form.fields["period"].choices  # type: ignore[attr-defined]
        ],
        "previous_url": links.dashboard(scope, scope.period.previous()),
        "next_url": links.dashboard(scope, scope.period.next()),
    }
    return render(request, "reports/dashboard.html", context)


@require_safe
@needs(Right.LEAD)
@reads_replica
def changes(request: AuthenticatedHttpRequest) -> HttpResponse:
    """List the opportunities that moved, slipped, appeared or died in a period."""
    kind = request.GET.get("kind", "")
    if kind not in KINDS:
        raise Http404
    scope = ScopeForm(request.GET, user=request.user).scope(today=request.today, now=request.now)
    try:
        first = date.fromisoformat(request.GET.get("first", ""))
        period = period_containing(PeriodKind(request.GET.get("kind_of", "week")), first)
    except ValueError:
        period = period_containing(PeriodKind.WEEK, request.today)
    rows = changed(scope, kind, period).select_related("account", "owner", "our_step").order_by("-amount", "pk")
    page = paginate(rows, request.GET)
    context = {"page": page, "kind": kind, "labels": change_labels(), "period": period, "scope": scope}
    context["tabs"] = [(name, label, links.changes(scope, name, period)) for name, label in change_labels().items()]
    return render(request, "reports/changes.html", context)
