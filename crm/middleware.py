"""Response headers that every page needs."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class PrivateCacheMiddleware:
    """Keep signed-in pages out of shared caches and out of the back button after sign-out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=(self)")
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
            response.headers.setdefault("Vary", "Cookie")
        return response
