"""The request as our views see it, after sign-in."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django_htmx.http import HttpResponseClientRedirect

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails


class AuthenticatedHttpRequest(HttpRequest):
    """A signed-in request: who, and what day and time it is for that person."""

    user: Any  # a teams.models.User; the ground knows no room
    htmx: "HtmxDetails"
    today: date
    now: datetime


def is_fragment(request: HttpRequest) -> bool:
    """Return whether only a part of the page is wanted."""
    htmx = getattr(request, "htmx", False)
    return bool(htmx) and not getattr(htmx, "boosted", False)


def go_to(request: HttpRequest, url: str) -> HttpResponse:
    """Send the browser on after a write, whether it posted a form or asked for a fragment; `url` may be a URL name."""
    return HttpResponseClientRedirect(resolve_url(url)) if is_fragment(request) else redirect(url)
