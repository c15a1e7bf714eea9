"""Back to where a form was posted from."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from crm.http import AuthenticatedHttpRequest


def back(request: AuthenticatedHttpRequest, default: str) -> HttpResponse:
    """Return to the page named by `next` if it is one of ours, else to `default` (a URL or URL name)."""
    url = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(url if safe else default)
