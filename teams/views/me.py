"""A person's own page."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.editing import EditConflict
from crm.http import AuthenticatedHttpRequest, go_to
from crm.navigation import url_or_none
from teams.actions.own_settings import change_settings
from teams.forms import SettingsForm
from teams.models import User
from teams.role_texts import role_text
from teams.second_factor import has_factor

YEAR_SECONDS = 365 * 24 * 3600


@require_http_methods(["GET", "POST"])
def me(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show and save one's own settings; the links lead to password, e-mail, second factor and sessions."""
    person = User.objects.select_related("team").get(pk=request.user.pk)
    form = SettingsForm(request.POST or None, instance=person, now=request.now)
    status = 200
    if form.is_valid():
        try:
            saved = change_settings(request.user, changes=form.changes, version=form.seen_version, actor=request.user)
        except EditConflict as conflict:
            form.show_conflict(conflict, version=User.objects.get(pk=person.pk).version)
            status = 409
        else:
            return _saved(request, saved)
    context = {
        "form": form,
        "person": request.user,
        "team": person.team,
        "role_text": role_text(person.role),
        "has_factor": has_factor(person),
        "choices_url": url_or_none("followups:choices"),
    }
    return render(request, "teams/me.html", context, status=status)


def _saved(request: AuthenticatedHttpRequest, person: User) -> HttpResponse:
    """Go on in the language just chosen, and let this browser remember it for the sign-in page."""
    language = person.language or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "") or settings.LANGUAGE_CODE
    with translation.override(language):
        messages.success(request, _("Saved."))
    response = go_to(request, "teams:me")
    kept = {"theme": person.theme, "density": person.density}
    if person.language:
        kept[settings.LANGUAGE_COOKIE_NAME] = person.language
    for name, value in kept.items():
        response.set_cookie(name, value, max_age=YEAR_SECONDS, samesite="Lax", secure=settings.HTTPS)
    return response
