"""People: the list, a person's page, and what an admin does there."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.editing import EditConflict
from crm.http import AuthenticatedHttpRequest, go_to, is_fragment
from crm.navigation import place_url
from crm.paging import paginate
from teams.access import get_visible_or_404, may, needs
from teams.actions.invitations import invite
from teams.actions.people import create_user, deactivate_user, edit_user, reactivate_user
from teams.actions.sign_in import end_sessions
from teams.choices import Right, Role
from teams.filters import PeopleFilter
from teams.forms import PersonForm
from teams.holdings import held_by
from teams.mail import send_invitation
from teams.models import Absence, Team, User
from teams.refusals import Refusal
from teams.role_texts import ROLE_TEXTS, role_text
from teams.second_factor import has_factor


@require_GET
def people(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the people whose work this person may look at."""
    visible = User.objects.visible_to(request.user).select_related("team").order_by("name", "pk")
    found = PeopleFilter(request.GET, queryset=visible)
    page = paginate(found.qs, request.GET)
    absent = Absence.objects.on(request.today).filter(user__in=[person.pk for person in page.items])
    context = {
        "page": page,
        "filter": found,
        "absent": set(absent.values_list("user_id", flat=True)),
        "may_administer": may(request.user, Right.ADMINISTER),
    }
    template = "teams/people.html#rows" if is_fragment(request) else "teams/people.html"
    return render(request, template, context)


@require_GET
def person(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show one person: role, team, absences; for an admin also how he signs in."""
    shown = get_visible_or_404(User.objects.select_related("team"), request.user, pk=pk)
    administers = may(request.user, Right.ADMINISTER)
    context = {
        "person": shown,
        "role_text": role_text(shown.role),
        "leads": Team.objects.filter(manager=shown, is_active=True),
        "absences": shown.absences.since(request.today).select_related("deputy").order_by("starts_on", "pk"),
        "deputises": Absence.objects.on(request.today).filter(deputy=shown).select_related("user"),
        "administers": administers,
        "has_factor": has_factor(shown) if administers else None,
        "sessions": shown.usersession_set.count() if administers else None,
        "hand_over_url": place_url("hand_over") if may(request.user, Right.HAND_OVER) else "",
    }
    return render(request, "teams/person.html", context)


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def new_person(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Make a person; the invitation follows on his page."""
    form = PersonForm(request.POST or None, now=request.now, initial={"language": request.user.language})
    if form.is_valid():
        fields = {name: form.cleaned_data[name] for name in form.Meta.fields}
        made = create_user(actor=request.user, **fields)
        messages.success(request, _("%(name)s is here. Send the invitation next.") % {"name": made})
        return go_to(request, made.get_absolute_url())
    return _form_page(request, form, None)


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def edit_person(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Change a person."""
    shown = get_visible_or_404(User, request.user, pk=pk)
    form = PersonForm(request.POST or None, instance=User.objects.get(pk=pk), now=request.now)
    if form.is_valid():
        try:
            saved = edit_user(shown, changes=form.changes, version=form.seen_version, actor=request.user)
        except EditConflict as conflict:
            form.show_conflict(conflict, version=shown.version)
            return _form_page(request, form, shown, status=409)
        except Refusal as refusal:
            form.add_error("role", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return go_to(request, saved.get_absolute_url())
    return _form_page(request, form, shown)


def _form_page(
    request: AuthenticatedHttpRequest, form: PersonForm, shown: User | None, status: int = 200
) -> HttpResponse:
    texts = [(Role(role).label, text) for role, text in ROLE_TEXTS.items()]
    context = {"form": form, "person": shown, "role_texts": texts}
    return render(request, "teams/person_form.html", context, status=status)


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def deactivate(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Ask, naming what the person still holds, then let him sign in no more."""
    shown = get_visible_or_404(User, request.user, pk=pk)
    if request.method == "POST":
        done = _("%(name)s can no longer sign in.") % {"name": shown}
        return _done(request, shown, lambda: deactivate_user(shown, actor=request.user, now=request.now), done)
    context = {"person": shown, "held": held_by(shown), "leads": Team.objects.filter(manager=shown, is_active=True)}
    return render(request, "teams/deactivate.html", context)


@require_POST
@needs(Right.ADMINISTER)
def reactivate(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Let a person sign in again."""
    shown = get_visible_or_404(User, request.user, pk=pk)
    done = _("%(name)s can sign in again.") % {"name": shown}
    return _done(request, shown, lambda: reactivate_user(shown, actor=request.user), done)


@require_POST
@needs(Right.ADMINISTER)
def sign_out_everywhere(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """End all of a person's sessions; of one's own, all but this one."""
    shown = get_visible_or_404(User, request.user, pk=pk)
    keep = request.session.session_key if shown.pk == request.user.pk else ""
    done = _("%(name)s is signed out on every device.") % {"name": shown}
    return _done(request, shown, lambda: end_sessions(shown, actor=request.user, keep=keep or ""), done)


def _done(request: AuthenticatedHttpRequest, shown: User, act: Callable[[], Any], done: str) -> HttpResponse:
    """Do `act` and go back to the person's page with the sentence that fits."""
    try:
        act()
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return go_to(request, reverse("teams:person", args=[shown.pk]))


@require_POST
@needs(Right.ADMINISTER)
def invitation(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Make a link by which the person chooses a password; mail it, and show it for handing over in person."""
    shown = get_visible_or_404(User, request.user, pk=pk)
    try:
        link = invite(shown, actor=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(shown)
    context = {"person": shown, "link": link, "mailed": send_invitation(shown, link, by=request.user)}
    return render(request, "teams/invitation.html", context)
