"""The manager's page, and the lists behind it that no other room has."""

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.http import AuthenticatedHttpRequest
from crm.paging import paginate
from crm.replica import reads_replica
from pipeline.models import Step
from reports import links
from reports.dashboard import change_labels
from reports.dashboard import dashboard as put_together
from reports.forms import PERIODS, ScopeForm
from reports.periods import PeriodKind, period_containing
from reports.queries.changes import KINDS, changed
from reports.queries.funnel import passed as passed_rows
from reports.scope import Scope
from teams.access import needs
from teams.choices import Right


def _scope(request: AuthenticatedHttpRequest) -> Scope:
    return ScopeForm(request.GET, user=request.user).scope(today=request.today, now=request.now)


@require_safe
@needs(Right.LEAD)
@reads_replica
def dashboard(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the figures of a team in a period."""
    scope = _scope(request)
    day = min(request.today, scope.period.last)
    later = scope.period.next()
    context = put_together(scope) | {
        "form": ScopeForm(
            {"team": scope.team.pk if scope.team else "", "pipeline": scope.pipeline, "measure": scope.measure},
            user=request.user,
        ),
        "kinds": [(kind, label, links.dashboard(scope, period_containing(kind, day))) for kind, label in PERIODS],
        "previous_url": links.dashboard(scope, scope.period.previous()),
        "next_url": links.dashboard(scope, later) if later.first <= request.today else "",
        "now_url": ""
        if scope.period.holds(request.today)
        else links.dashboard(scope, period_containing(scope.period.kind, request.today)),
        "targets_url": links.targets(scope),
    }
    return render(request, "reports/dashboard.html", context)


def _listed(request: AuthenticatedHttpRequest, rows: Any, **context: Any) -> HttpResponse:
    """Show opportunities as a plain list, the largest first."""
    rows = rows.select_related("account", "owner", "our_step").order_by("-amount", "pk")
    return render(request, "reports/changes.html", context | {"page": paginate(rows, request.GET)})


@require_safe
@needs(Right.LEAD)
@reads_replica
def changes(request: AuthenticatedHttpRequest) -> HttpResponse:
    """List the opportunities that moved, slipped, appeared or died in a period."""
    kind = request.GET.get("kind", "")
    if kind not in KINDS:
        raise Http404
    scope = _scope(request)
    try:
        first = date.fromisoformat(request.GET.get("first", ""))
        period = period_containing(PeriodKind(request.GET.get("kind_of", "week")), first)
    except ValueError:
        period = period_containing(PeriodKind.WEEK, request.today)
    labels = change_labels()
    return _listed(
        request,
        changed(scope, kind, period),
        title=_("What changed") + f" · {period.label}",
        scope=scope,
        kind=kind,
        tabs=[(name, label, links.changes(scope, name, period)) for name, label in labels.items()],
    )


@require_safe
@needs(Right.LEAD)
@reads_replica
def passed(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """List the opportunities behind a conversion of the funnel: those that came to a step, or those that went on."""
    step = get_object_or_404(Step, pk=pk)
    scope, went_on = _scope(request), request.GET.get("went_on") == "yes"
    labels = {"": _("Came to %(step)s"), "yes": _("Went on from %(step)s")}
    return _listed(
        request,
        passed_rows(scope, step, went_on=went_on),
        title=f"{step} · {scope.period.label}",
        scope=scope,
        kind="yes" if went_on else "",
        tabs=[
            (name, label % {"step": step.code}, links.passed(scope, step.pk, went_on=bool(name)))
            for name, label in labels.items()
        ],
    )
