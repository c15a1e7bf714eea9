"""The tree of teams."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.editing import EditConflict
from crm.http import AuthenticatedHttpRequest, go_to, is_fragment
from teams.access import get_visible_or_404, may, needs
from teams.actions.teams import close_team, create_team, edit_team, reopen_team
from teams.choices import Right
from teams.forms import TeamForm
from teams.models import Team, User
from teams.refusals import Refusal
from teams.tree import grow


@require_GET
def teams(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the tree; closed teams only to those who could open them again."""
    administers = may(request.user, Right.ADMINISTER)
    shown = Team.objects.visible_to(request.user).with_sizes().select_related("manager")
    branches = grow(shown if administers else shown.filter(is_active=True))
    template = "teams/teams.html#tree" if is_fragment(request) else "teams/teams.html"
    return render(request, template, {"branches": branches, "administers": administers})


@require_GET
def team(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show one team: who leads it, who works in it, what stands below."""
    shown = get_visible_or_404(Team.objects.select_related("manager"), request.user, pk=pk)
    members = User.objects.active().filter(team=shown).order_by("name", "pk")
    context = {
        "team": shown,
        "members": members,
        "seen": set(User.objects.visible_to(request.user).filter(team=shown).values_list("pk", flat=True)),
        "above": Team.objects.get_ancestors(shown),
        "below": Team.objects.live().filter(path__startswith=shown.path, depth=shown.depth + 1).with_sizes(),
        "administers": may(request.user, Right.ADMINISTER),
    }
    return render(request, "teams/team.html", context)


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def new_team(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Make a team."""
    form = TeamForm(request.POST or None, initial={"below": request.GET.get("below")})
    if form.is_valid():
        data = form.cleaned_data
        made = create_team(name=data["name"], below=data["below"], manager=data["manager"], actor=request.user)
        messages.success(request, _("%(name)s is made.") % {"name": made})
        return go_to(request, reverse("teams:team", args=[made.pk]))
    return render(request, "teams/team_form.html", {"form": form, "team": None})


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def edit_team_view(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Change a team's name, place or manager."""
    shown = get_visible_or_404(Team, request.user, pk=pk)
    opened = {
        "name": shown.name,
        "below": Team.objects.get_parent(shown),
        "manager": shown.manager_id,
        "version": shown.version,
    }
    form = TeamForm(request.POST or None, team=shown, initial=opened)
    status = 200
    if form.is_valid():
        try:
            edit_team(shown, version=form.seen_version, actor=request.user, **form.values)
        except EditConflict as conflict:
            form.show_conflict(conflict, version=shown.version)
            status = 409
        except Refusal as refusal:
            form.add_error("below", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return go_to(request, reverse("teams:team", args=[pk]))
    return render(request, "teams/team_form.html", {"form": form, "team": shown}, status=status)


def _done(request: AuthenticatedHttpRequest, pk: int, act: Callable[[], Any], done: str) -> HttpResponse:
    try:
        act()
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return go_to(request, reverse("teams:team", args=[pk]))


@require_POST
@needs(Right.ADMINISTER)
def close(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Close a team."""
    shown = get_visible_or_404(Team, request.user, pk=pk)
    done = _("%(name)s is closed.") % {"name": shown}
    return _done(request, pk, lambda: close_team(shown, actor=request.user), done)


@require_POST
@needs(Right.ADMINISTER)
def reopen(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Open a closed team again."""
    shown = get_visible_or_404(Team, request.user, pk=pk)
    done = _("%(name)s is open again.") % {"name": shown}
    return _done(request, pk, lambda: reopen_team(shown, actor=request.user), done)
