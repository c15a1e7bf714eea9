"""Makes the request that person's own, and holds back whoever has something to do first."""

import time
from collections.abc import Callable
from copy import copy
from zoneinfo import ZoneInfo

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from crm.http import go_to
from teams.first_run import needs_setup
from teams.presence import be_there
from teams.second_factor import has_factor

Answer = Callable[[HttpRequest], HttpResponse]

# How often a session's "last seen" is written: a page view should not cost a write.
SEEN_EVERY_SECONDS = 600
# Pages that need nobody: the frame of the device, the language, the appearance.
OF_THE_FRAME = frozenset(
    {
        "set_language",
        "crm:language",
        "crm:theme",
        "crm:service_worker",
        "crm:manifest",
        "crm:offline",
        "crm:session",
        "followups:healthz",
        "followups:readyz",
    }
)
BEFORE_SETUP = OF_THE_FRAME | {"teams:setup"}
BEFORE_FACTOR = OF_THE_FRAME | {"account_logout", "account_reauthenticate"}


def _view_name(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else ""


class PersonalMiddleware:
    """Set `request.now`, `today` and the person's zone, language and deputising."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as the person at the keyboard."""
        # Rooms get a plain User, not the lazy wrapper around one, whose type() is something else.
        user = request.user = copy(request.user)
        zone = user.time_zone if user.is_authenticated else settings.TIME_ZONE
        now = timezone.now()
        today = now.astimezone(ZoneInfo(zone)).date()
        request.now, request.today = now, today  # type: ignore[attr-defined]
        if user.is_authenticated:
            be_there(user, on=today)
            if user.language:
                translation.activate(user.language)
                request.LANGUAGE_CODE = user.language
        with timezone.override(ZoneInfo(zone)):
            return self.get_response(request)


class FirstRunMiddleware:
    """Send everybody to the first-run page while there is nobody who could sign in."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; `process_view` looks first."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        """Redirect, unless somebody is signed in (then a user exists) or the page is needed for the set-up."""
        if request.user.is_authenticated or _view_name(request) in BEFORE_SETUP:
            return None
        return redirect("teams:setup") if needs_setup() else None


class SecondFactorMiddleware:
    """Send a person who needs a second factor and has none to set one up."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; `process_view` looks first."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        """Redirect to the activation page; signing out, the second factor itself and the language stay open."""
        user = request.user
        if not (user.is_authenticated and user.needs_mfa) or has_factor(user):
            return None
        name = _view_name(request)
        if name in BEFORE_FACTOR or name.startswith("mfa_"):
            return None
        messages.warning(request, _("Your role needs a second factor at sign-in. Set it up to go on."))
        return go_to(request, "mfa_activate_totp")


class SessionSeenMiddleware:
    """Note when a session was last used, every ten minutes at most.

    allauth's own middleware writes on every request, which on SQLite makes each page view wait for whoever writes.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, having noted the session if its note is old."""
        if request.user.is_authenticated and self._is_due(request):
            UserSession.objects.create_from_request(request)
            request.session["seen_at"] = int(time.time())
        return self.get_response(request)

    def _is_due(self, request: HttpRequest) -> bool:
        """Return whether the session is known (somebody signed in through our pages) and its note is old."""
        signed_in = request.session.get("account_authentication_methods")
        if not signed_in:
            return False
        last: float = request.session.get("seen_at") or signed_in[-1].get("at", 0)
        return time.time() - last > SEEN_EVERY_SECONDS
