"""A browser, a server it can reach, and people who are signed in.

The server runs in this process on the test database. SQLite in memory is one connection for all threads, so requests
are answered one at a time, and a test that looks at the database while the browser is at work does so through
`site.look`.
"""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as django_settings
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Playwright, sync_playwright

from crm import pwa
from crm.tests.browser.rig import posted, received
from crm.tests.browser.wire import Wire

T = TypeVar("T")
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=en-US",
]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
WAIT_SECONDS = 15.0


def today() -> date:
    """Return the day in Shanghai, as the server sees it."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


def _tried(check: Callable[[], T]) -> T | None:
    """Return what `check` returns, and None while the page it asks is being replaced."""
    try:
        return check()
    except Error as problem:
        if "Execution context was destroyed" not in problem.message:
            raise
        return None


def eventually(check: Callable[[], T], *, seconds: float = WAIT_SECONDS, page: Page | None = None) -> T:
    """Return what `check` returns as soon as it is true; fail with its last value when it never is."""
    end = time.monotonic() + seconds
    while not (value := _tried(check)):
        if time.monotonic() > end:
            pytest.fail(f"waited {seconds:.0f} s in vain; last value {value!r}")
        if page is None:
            time.sleep(0.05)
        else:
            page.wait_for_timeout(50)
    return value


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a browser; the test is skipped where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = os.environ.get("CHROMIUM") or next((found for name in names if (found := shutil.which(name))), None)
    if not path:
        pytest.skip("no Chromium on this machine (set CHROMIUM, or install Debian's chromium)")
    return path


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    """Playwright. Its event loop runs in this thread, so Django takes what the tests do for asynchronous code.

    Such code would get database connections of its own; it is given those that the test database was made with.
    """
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    wrappers = {alias: connections[alias] for alias in connections}
    with sync_playwright() as playwright:
        for alias, wrapper in wrappers.items():
            connections[alias] = wrapper
        yield playwright


@pytest.fixture(scope="session")
def browser(driver: Playwright, chromium: str) -> Iterator[Browser]:
    """One browser for the session; every test has a context of its own."""
    browser = driver.chromium.launch(executable_path=chromium, args=ARGUMENTS[1:])
    yield browser
    browser.close()


class Site:
    """The server, and the wire to it."""

    def __init__(self, live_server: Any) -> None:
        parts = urlsplit(live_server.url)
        self.lock = threading.RLock()
        self.is_over = False
        self.wire = Wire(str(parts.hostname), int(parts.port or 80))
        self.url = f"http://127.0.0.1:{self.wire.port}"
        self.requests: list[tuple[str, str]] = []
        # Paths whose POST is done, but answered with a 500.
        self.broken: set[str] = set()
        self._httpd = live_server.thread.httpd
        self._app = self._httpd.get_app()
        self._httpd.set_app(self._answer)

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        with self.lock:
            if self.is_over:  # asked by a browser that does not know yet that the test has ended
                start("503 Service Unavailable", [])
                return []
            self.requests.append((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
            if environ["REQUEST_METHOD"] != "POST" or environ["PATH_INFO"] not in self.broken:
                return self._app(environ, start)
            self._app(environ, lambda *_answer: lambda _data: None).close()
            start("500 Internal Server Error", [("Content-Type", "text/html")])
            return [b"the work was done, but the answer is lost"]

    def look(self, read: Callable[[], T]) -> T:
        """Read or write the database between two requests."""
        with self.lock:
            return read()

    def count(self, path: str, method: str = "GET") -> int:
        """Return how many requests came for a path."""
        return self.requests.count((method, path))

    def restore(self) -> None:
        """Leave the server as it was."""
        self.wire.close()
        with self.lock:
            self.is_over = True
            self._httpd.set_app(self._app)


@pytest.fixture(scope="session")
def static_folder() -> None:
    """The folder of collected files exists, though nothing needs to be in it here."""
    Path(django_settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture
def site(static_folder: None, live_server: Any, settings: Any) -> Iterator[Site]:
    """The product, served."""
    settings.DEBUG = False
    site = Site(live_server)
    yield site
    site.restore()


@pytest.fixture
def rig(site: Site, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The product with the two small pages of `rig.py`, which devices keep."""
    folders = [*settings.TEMPLATES[0]["DIRS"], Path(__file__).parent / "pages"]
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": folders}]
    settings.ROOT_URLCONF = "crm.tests.browser.rig"
    monkeypatch.setattr(pwa, "_offline_pages", dict.fromkeys(["rig:note", "rig:sheet"], pwa.everybody))
    received.clear()
    posted.clear()
    return site


def cookies_of(user: Any, site: Site) -> list[dict[str, str]]:
    """Return the cookies of a fresh session."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    name = django_settings.SESSION_COOKIE_NAME
    return [{"name": name, "value": client.cookies[name].value, "url": site.url}]


class Watch:
    """What the browser complained about."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self.expected: tuple[str, ...] = ("Failed to load resource", "net::ERR_", "Failed to fetch")

    def follow(self, context: BrowserContext) -> None:
        """Listen to every page of a context."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(text in message.text for text in self.expected):
            place = message.location
            self.complaints.append(f"{message.text} ({place['url']}:{place['lineNumber']})")


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Fail the test when a page threw an error or broke the security policy."""
    watch = Watch()
    yield watch
    assert watch.complaints == []


Opened = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, site: Site, watch: Watch) -> Iterator[Opened]:
    """Return a page for a person: `open_page(user, "/path/", size=PHONE)`; a new context each time."""
    contexts: list[BrowserContext] = []

    def opened(user: Any, path: str = "/", *, size: dict[str, int] = PHONE, **options: Any) -> Page:
        phone = size["width"] < 768
        context = browser.new_context(
            base_url=site.url, viewport=size, has_touch=phone, is_mobile=phone, locale="en-US", **options
        )
        contexts.append(context)
        watch.follow(context)
        if user is not None:
            context.add_cookies(site.look(lambda: cookies_of(user, site)))
        page = context.new_page()
        page.set_default_timeout(WAIT_SECONDS * 1000)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()


class OwnBrowser:
    """A browser with a profile on disk, which can be killed like one on a phone whose battery is taken out."""

    def __init__(self, driver: Playwright, chromium: str, profile: Path, site: Site) -> None:
        self._driver, self._chromium, self._profile, self._site = driver, chromium, profile, site
        self._process: subprocess.Popen[bytes] | None = None
        self.context: BrowserContext

    def start(self) -> Page:
        """Start it, on the same profile as before, and return a page."""
        port_file = self._profile / "DevToolsActivePort"
        port_file.unlink(missing_ok=True)
        command = [
            self._chromium,
            *ARGUMENTS,
            "--remote-debugging-port=0",
            f"--user-data-dir={self._profile}",
            "about:blank",
        ]
        self._process = subprocess.Popen(  # a browser found on this machine
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        port = eventually(
            lambda: port_file.exists() and port_file.read_text(encoding="utf-8").split("\n")[0], seconds=30
        )
        browser = self._driver.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        self.context = browser.contexts[0]
        page = self.context.new_page()
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        page.set_default_timeout(WAIT_SECONDS * 1000)
        return page

    def kill(self) -> None:
        """Kill every process of it at once; nothing can be tidied up."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(timeout=10)
        self._process = None
        for lock in ("SingletonLock", "SingletonSocket", "SingletonCookie"):
            (self._profile / lock).unlink(missing_ok=True)


@pytest.fixture
def own_browser(driver: Playwright, chromium: str, tmp_path: Path, site: Site) -> Iterator[OwnBrowser]:
    """A browser process of its own, with a profile that outlives it."""
    own = OwnBrowser(driver, chromium, tmp_path / "profile", site)
    yield own
    own.kill()
