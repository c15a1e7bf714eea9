"""Taking back, handing out files, language and appearance."""

import logging
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.i18n import set_language

from crm.appearance import set_preference
from crm.context import THEMES
from crm.files import readable_file
from crm.http import AuthenticatedHttpRequest
from crm.models import UndoEntry
from crm.undo import CannotUndo, place_after, undo

logger = logging.getLogger(__name__)

YEAR_SECONDS = 365 * 24 * 3600


def _back(request: HttpRequest) -> HttpResponse:
    """Go back to the page that posted, if it is one of ours."""
    url = request.POST.get("next", "")
    hosts = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(url, allowed_hosts=hosts, require_https=request.is_secure())
    return redirect(url if safe else "/")


@require_POST
def undo_view(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Take an action back and return to where it was done; a script that asks for JSON gets the sentence."""
    entry = UndoEntry.objects.filter(pk=pk, actor=request.user).first()
    if entry is None:
        raise Http404
    try:
        left = undo(entry, actor=request.user, now=request.now)
    except CannotUndo as refusal:
        text, done = str(refusal), False
    else:
        text, done = left or _("Taken back."), True
    place = place_after(entry.action) if done else ""
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"message": text}, status=200 if done else 409)
    messages.add_message(request, messages.SUCCESS if done else messages.ERROR, text)
    return redirect(place) if place else _back(request)


@require_GET
def file_view(request: AuthenticatedHttpRequest, key: UUID) -> FileResponse:
    """Hand out a file to whoever may see what it belongs to, always as a download and never as a page of ours."""
    stored = readable_file(str(key), user=request.user, now=request.now)
    if stored is None:
        raise Http404
    try:
        content = default_storage.open(stored.path)
    except FileNotFoundError:
        logger.exception("the bytes of file %s are missing", stored.pk)
        raise Http404 from None
    return FileResponse(
        content,
        as_attachment=True,
        filename=stored.name,
        content_type=stored.content_type,
        headers={
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


@require_POST
def theme(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Keep the appearance a person chose; the cookie shows it on the sign-in page too."""
    value = request.POST.get("theme", "")
    if value not in THEMES:
        return HttpResponseBadRequest()
    set_preference(request.user, name="theme", value=value, actor=request.user)
    response = _back(request)
    response.set_cookie("theme", value, max_age=YEAR_SECONDS, samesite="Lax", secure=settings.HTTPS)
    return response


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the language a person chose: in the cookie for everybody, with the person when signed in."""
    value = request.POST.get("language", "")
    if value not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest()
    if request.user.is_authenticated:
        set_preference(request.user, name="language", value=value, actor=request.user)
    return set_language(request)
