"""What a device needs to go on working without a connection: its service worker, its key, its few pages.

Nothing here keeps data: what is typed lies on the device (static/js/device.js) until the server has it.
"""

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from crm.http import AuthenticatedHttpRequest
from crm.navigation import url_or_none

STATIC_DIR = Path(__file__).resolve().parent.parent / "static"
# What the first page without a connection needs; it is fetched when the worker is installed.
SHELL_FILES = (
    "css/app.css",
    "css/visits.css",
    "css/print.css",
    "js/app.js",
    "js/device.js",
    "js/sender.js",
    "js/drafts.js",
    "js/outbox.js",
    "js/shell.js",
    "js/visit_form.js",
    "js/palette.js",
    "vendor/htmx.min.js",
    "vendor/icons/sprite.svg",
    "img/icon.svg",
)
Opens = Callable[[Any], bool]
_offline_pages: dict[str, Opens] = {}


def everybody(_user: Any) -> bool:
    """Say that whoever is signed in may open a page."""
    return True


def register_offline_page(url_name: str, opens: Opens = everybody) -> None:
    """Let the devices of those for whom `opens` holds keep the page for use without a connection.

    It may only hold what is the person's own.
    """
    _offline_pages[url_name] = opens


def offline_pages(user: Any) -> list[str]:
    """Return the addresses of the pages this person's devices keep."""
    return [url for name, opens in _offline_pages.items() if opens(user) and (url := url_or_none(name))]


def device_keys(user_id: int) -> list[dict[str, str]]:
    """Return the keys that protect a person's unsent items on a device, the one to write with first.

    They follow from the installation's secret, so the same person gets the same keys on his next sign-in, and nobody
    else does. Retired secrets stay good for reading.
    """
    keys = []
    for secret in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]:
        key = salted_hmac("crm.pwa.device", str(user_id), secret=secret, algorithm="sha256").digest()
        keys.append({"id": hashlib.sha256(key).hexdigest()[:12], "key": b64encode(key).decode()})
    return keys


def device_mark(user_id: int) -> str:
    """Return what a device shows to ask whether the person it was used by still works here."""
    return Signer(salt="crm.pwa.mark").sign(str(user_id))


def _has_left(mark: str) -> bool:
    """Return whether the person a device was used by may sign in no more; it must forget what it keeps of him then."""
    try:
        user_id = Signer(salt="crm.pwa.mark").unsign(mark)
    except BadSignature:
        return False
    return get_user_model()._default_manager.filter(pk=user_id, is_active=False).exists()


@cache
def build_version() -> str:
    """Return a digest of the static files: a new one makes devices fetch the shell again."""
    digest = hashlib.sha256()
    for name in ("css", "js", "vendor", "img"):
        for path in sorted((STATIC_DIR / name).rglob("*")):
            if path.is_file():
                digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _shell() -> list[str]:
    """Return the addresses of the shell's files; one that was not collected is left out rather than failing all."""
    found = []
    for name in SHELL_FILES:
        with suppress(ValueError):
            found.append(static(name))
    return found


@login_not_required
@require_GET
def service_worker(_request: HttpRequest) -> HttpResponse:
    """Answer with the worker's script and its configuration; version "0" makes every installed worker remove itself."""
    config: dict[str, str | list[str]] = {"version": "0"}
    if settings.SERVICE_WORKER:
        config = {
            "version": build_version(),
            "shell": _shell(),
            "offline": reverse("crm:offline"),
            "session": reverse("crm:session"),
            "statics": settings.STATIC_URL,
            "scripts": [static("js/device.js"), static("js/sender.js")],
        }
    script = (STATIC_DIR / "js" / "sw.js").read_text(encoding="utf-8")
    body = f"self.CONFIG = {json.dumps(config)};\n{script}"
    return HttpResponse(
        body,
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache", "Service-Worker-Allowed": "/"},
    )


@login_not_required
@require_GET
def manifest(_request: HttpRequest) -> HttpResponse:
    """Answer with what a phone needs to put the product on its home screen."""
    icons = [
        {"src": static("img/icon-192.png"), "sizes": "192x192", "type": "image/png"},
        {"src": static("img/icon-512.png"), "sizes": "512x512", "type": "image/png"},
        {"src": static("img/icon-maskable-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
        {"src": static("img/icon.svg"), "sizes": "any", "type": "image/svg+xml"},
    ]
    data = {
        "id": "/",
        "name": str(settings.PRODUCT_NAME),
        "short_name": str(settings.PRODUCT_NAME),
        "description": _("Plan and log visits, follow opportunities; logging works without a connection."),
        "start_url": "/?from=home-screen",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f5f6f8",
        "theme_color": "#0b6470",
        "icons": icons,
    }
    headers = {"Cache-Control": "no-cache"}
    return JsonResponse(data, content_type="application/manifest+json", headers=headers)


@login_not_required
@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """Show the page that stands in for one that is not on the device; it holds nobody's data."""
    return render(request, "offline.html")


@login_not_required
@require_GET
@never_cache
def session(request: HttpRequest) -> HttpResponse:
    """Tell a device who is signed in, with a fresh CSRF token and the keys of its store; 401 when nobody is.

    A device that shows its mark is told whether its person has left, so that it forgets everything.
    """
    if not request.user.is_authenticated:
        gone = {"gone": True} if _has_left(request.headers.get("X-Device", "")) else {}
        return JsonResponse({"user": None} | gone, status=401)
    return JsonResponse(
        {
            "user": request.user.pk,
            "name": str(request.user),
            "csrf": get_token(request),
            "keys": device_keys(request.user.pk),
            "mark": device_mark(request.user.pk),
            "pages": offline_pages(request.user),
            "worker": settings.SERVICE_WORKER,
        }
    )


@require_GET
def outbox(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the frame of the outbox; the device fills it with what it still holds."""
    return render(request, "pwa/outbox.html")
