"""Response headers that every page needs."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class PrivateCacheMiddleware:
    """Keep signed-in pages out of shared caches and out of the back button after sign-out.

    `X-Signed-In` tells the service worker whose page it is, so that nobody is ever shown another person's copy; the
    answer to signing out tells the browser to drop what it has kept.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the headers set."""
        was_signed_in = request.user.is_authenticated
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=(self)")
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
            response.headers.setdefault("Vary", "Cookie")
            response.headers["X-Signed-In"] = str(request.user.pk)
        elif was_signed_in:
            response.headers["Clear-Site-Data"] = '"cache"'
        return response
