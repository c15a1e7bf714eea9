"""What every page needs beside its own content."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from crm.navigation import commands_for, nav_for, place_url, registry

THEMES = ("auto", "light", "dark")
DENSITIES = ("comfortable", "compact")

# Texts that scripts show; everything else is written by the server.
TEXTS = {
    "close": _("Close"),
    "undo": _("Undo"),
    "copied": _("Copied."),
    "copyFailed": _("This browser does not allow copying. Select the text and copy it."),
    "offline": _("You are offline. What you type is kept on this device."),
    "online": _("You are online again."),
    "timeout": _("The server takes too long to answer. Try again."),
    "sendError": _("There is no connection. Nothing was changed; try again when you are online."),
    "forbidden": _("You may see this, but not change it."),
    "missing": _("This is no longer there, or not yours to see."),
    "conflict": _("Somebody else changed this meanwhile. Reload the page to see both."),
    "signedOut": _("You have been signed out. Sign in again in another tab, then repeat."),
    "tooMany": _("Too many attempts. Wait a minute, then try again."),
    "serverError": _("The server could not do this. What you typed is still here; try again."),
    "busy": _("Working…"),
    "recent": _("Recent"),
    "commands": _("Commands"),
    "noHit": _("Nothing found for “%(q)s”."),
    "results": _("%(n)s results"),
    "searching": _("Searching…"),
    "selected": _("%(n)s selected"),
}


def _choice(request: HttpRequest, name: str, allowed: tuple[str, ...]) -> str:
    """Return a person's setting, or what the cookie remembers before sign-in."""
    value = getattr(getattr(request, "user", None), name, "") or request.COOKIES.get(name, "")
    return value if value in allowed else allowed[0]


def _places() -> dict[str, str]:
    return {place: place_url(place) for place in ("search", "outbox", "me", "appearance", "help", "home")}


def _keys_on(request: HttpRequest) -> bool:
    return bool(getattr(getattr(request, "user", None), "single_keys", True))


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the frame's context; the navigation is only worked out (and counted) when a whole page is rendered."""
    frame = SimpleLazyObject(lambda: nav_for(request))
    return {
        "product_name": settings.PRODUCT_NAME,
        "firm_name": settings.FIRM_NAME,
        "is_demo": settings.IS_DEMO,
        "theme": _choice(request, "theme", THEMES),
        "density": _choice(request, "density", DENSITIES),
        "keys_on": _keys_on(request),
        "nav": SimpleLazyObject(lambda: frame[0]),
        "phone_nav": SimpleLazyObject(lambda: frame[1]),
        "commands": SimpleLazyObject(lambda: commands_for(request)),
        "places": SimpleLazyObject(_places),
        "page_texts": lambda: TEXTS | registry.texts,
    }
