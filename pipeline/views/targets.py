"""Targets of teams and people."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from crm.editing import EditConflict
from crm.http import AuthenticatedHttpRequest
from crm.money import exact_number
from pipeline.actions.guards import Refused
from pipeline.actions.targets import set_target
from pipeline.choices import Metric, PeriodKind
from pipeline.forms.targets import TargetsForm
from pipeline.periods import periods_of_year
from pipeline.target_grid import grid_of
from pipeline.views.shared import posted
from teams.access import get_visible_or_404, needs
from teams.choices import Right, Role
from teams.models import Team


def _teams_led(request: AuthenticatedHttpRequest) -> Any:
    """Return the teams whose targets the person sets: a director all, a manager his own and those below."""
    teams = Team.objects.filter(is_active=True)
    return teams if request.user.acts_as(Role.DIRECTOR) else teams.led_by(request.user)


def _chosen(request: AuthenticatedHttpRequest, name: str, values: list[str]) -> str:
    asked = request.GET.get(name, "")
    return asked if asked in values else values[0]


def _write(form: TargetsForm, *, metric: str, request: AuthenticatedHttpRequest) -> int:
    """Set what was typed, all or nothing; return how many."""
    with transaction.atomic():
        changed = form.changed()
        for row, cell, value, version in changed:
            whose = {row.kind: row.holder}
            set_target(period=cell.period, metric=metric, value=value, actor=request.user, version=version, **whose)
    return len(changed)


@require_http_methods(["GET", "POST"])
@needs(Right.LEAD)
def targets(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show and set the targets of one team, its teams and people, for a year."""
    teams = list(_teams_led(request).order_by("path"))
    if not teams:
        return render(request, "pipeline/targets_none.html")
    asked = request.GET.get("team", "")
    team = get_visible_or_404(Team, request.user, pk=asked) if asked.isdigit() else teams[0]
    if team not in teams:
        team = teams[0]
    metric, kind = _chosen(request, "metric", Metric.values), _chosen(request, "kind", ["QUARTER", "MONTH", "YEAR"])
    years = [request.today.year + offset for offset in (0, 1, -1)]
    year = int(_chosen(request, "year", [str(one) for one in years]))
    grid = grid_of(team, periods_of_year(year, kind), metric=metric)
    form = TargetsForm(posted(request), grid=grid, metric=metric)
    if request.method == "POST" and form.is_valid():
        try:
            count = _write(form, metric=metric, request=request)
        except EditConflict as conflict:
            _explain(form, conflict)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, ngettext("%(n)s target set.", "%(n)s targets set.", count) % {"n": count})
            return redirect(f"{reverse('pipeline:targets')}?{request.GET.urlencode()}")
    context = {
        "form": form,
        "grid": grid,
        "team": team,
        "teams": teams,
        "metric": metric,
        "metrics": Metric.choices,
        "kind": kind,
        "kinds": PeriodKind.choices,
        "year": year,
        "years": sorted(years),
    }
    return render(request, "pipeline/targets.html", context, status=_status(form))


def _status(form: TargetsForm) -> int:
    return 422 if form.errors else 200


def _explain(form: TargetsForm, conflict: EditConflict) -> None:
    """Say which box somebody else changed meanwhile and to what; what was typed stays in its box."""
    for clash in conflict.clashes:
        theirs = "--" if clash.theirs is None else exact_number(clash.theirs)
        form.add_error(
            None,
            _("%(what)s was set to %(value)s meanwhile. Look at it, then save again.")
            % {"what": clash.label, "value": theirs},
        )
