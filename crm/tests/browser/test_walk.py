"""Every page, in three languages, light and dark, on a phone and at a desk: nothing that axe finds, nothing sideways.

The pages are those of the tables that say who may open what, so a new page is walked without being named here. Whoever
may open a page first walks it; another role walks it too where the page is made of other parts for him.
"""

import re
from collections.abc import Iterator
from html import unescape
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import polib
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from crm.tests.browser.conftest import DESK, PHONE, Opened, Site, eventually
from crm.tests.url_policy import TABLES
from crm.tests.url_rules import PEOPLE, Cast, Policy
from teams.models import User

NARROW = {"width": 320, "height": 700}
# Whoever can open a page walks it; the first of these who may.
WALKERS = ("rep", "manager", "admin", "director", "clerk", "compliance", "dealer")
# Nobody's pages are walked signed out.
SIGNED_OUT = ("account_login", "account_reset_password", "crm:offline")
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": STANDARDS}}
# A theme changes colours and nothing else.
COLOURS = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
}
PART = re.compile(r'<(\w+)[^>]*?(?: class="([^"]*)")?[^>]*>')
WORDS = re.compile(r">([^<>]+)<")
CODE = re.compile(r"^[a-z_]+\.[a-z_]+( \d+)?$")
axe = Axe()


@pytest.fixture
def cast(
    site: Site, rep, teammate, outsider, manager, other_manager, director, clerk, compliance, dealer, admin, changhong
) -> Cast:
    """Everybody, and a customer of the rep."""
    people = (rep, teammate, outsider, manager, other_manager, director, clerk, compliance, dealer, admin)
    User.objects.update(language="")  # then the language is that of the cookie
    return Cast(dict(zip(PEOPLE, people, strict=True)), changhong)


def walkers_of(policy: Policy) -> list[str]:
    """Return who opens a page, the first to walk it first."""
    return [name for name in WALKERS if policy.get and policy.get.get(name) == 200]


def page_for(user: Any, url: str, language: str) -> str:
    """Return a whole page as it is sent; "" for a part of one, data or a file."""
    client = Client()
    client.cookies["language"] = language
    if user is not None:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    response = client.get(url)
    is_html = response.get("Content-Type", "").startswith("text/html") and not response.streaming
    if not is_html or response.status_code != 200 or b"<!doctype html>" not in response.content[:200]:
        return ""
    return response.content.decode()


def parts_of(html: str) -> set[tuple[str, ...]]:
    """Return what a page is made of between its bars: elements with their classes."""
    return set(PART.findall(html[html.find("<main") : html.find("</main>")]))


def english_in(html: str, known: set[str]) -> Iterator[str]:
    """Yield what a Chinese page says in English though there is a translation, and codes no person can read."""
    body = re.sub(r"<(script|style|template|option)\b.*?</\1>", "", html, flags=re.DOTALL)
    for text in {unescape(found).strip() for found in WORDS.findall(body)}:
        if text in known or CODE.match(text):
            yield f"not in Chinese: {text!r}"


def known_english() -> set[str]:
    """Return the English texts that are written otherwise in Chinese."""
    path = django_settings.LOCALE_PATHS[0] / "zh_Hans" / "LC_MESSAGES" / "django.po"
    return {entry.msgid for entry in polib.pofile(str(path)) if entry.msgstr and entry.msgstr != entry.msgid}


def complaints(page: Page, place: str, options: dict[str, Any]) -> Iterator[str]:
    """Yield what axe finds."""
    for violation in axe.run(page, options=options).response["violations"]:
        nodes = "; ".join(str(node["target"][0]) for node in violation["nodes"][:3])
        yield f"{place}: {violation['id']} at {nodes}"


def open_in(page: Page, url: str, language: str, size: dict[str, int]) -> None:
    """Open a page in a language and wait for its parts."""
    page.emulate_media(color_scheme="light")
    start = urlsplit(page.url)._replace(path="/", query="").geturl()
    page.context.add_cookies([{"name": "language", "value": language.lower(), "url": start}])
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.goto(url)
    eventually(lambda: page.evaluate("!document.querySelector('.htmx-request')"), page=page)


def sideways(page: Page, language: str) -> Iterator[str]:
    """Yield a page that must be scrolled sideways at 320 px."""
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    if (wide := page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
        yield f"{language} {NARROW['width']}: {wide} px must be scrolled sideways"


def faults(page: Page, url: str, *, is_first: bool = True) -> Iterator[str]:
    """Yield what is wrong with a page: each size, both themes, each language once; for a second role the desk only."""
    for language, size in (("zh-Hans", PHONE), ("en", DESK)) if is_first else (("zh-Hans", DESK),):
        open_in(page, url, language, size)
        yield from complaints(page, f"{language} light {size['width']}", EVERYTHING)
        page.emulate_media(color_scheme="dark")
        yield from complaints(page, f"{language} dark {size['width']}", COLOURS)
        yield from sideways(page, language)
    if not is_first:
        return
    open_in(page, url, "zh-Hant", NARROW)
    yield from sideways(page, "zh-Hant")
    if (lang := page.evaluate("document.documentElement.lang")) != "zh-Hant":
        yield f"asked for in zh-Hant, but it says it is {lang}"


def walk_table(table: str, cast: Cast, site: Site, open_page: Opened) -> dict[str, list[str]]:
    """Open every page of a room as everybody for whom it is made of other parts; return the faults by page and role."""
    found: dict[str, list[str]] = {}
    pages: dict[str, Page] = {}
    known = known_english()
    for name, policy in import_module(table).POLICY.items():
        walkers = walkers_of(policy)
        if not walkers or name.startswith("admin:"):
            continue
        url = reverse(name, kwargs=site.look(lambda policy=policy: policy.kwargs(cast)))
        url += f"?{policy.query}" if policy.query else ""
        seen: set[tuple[str, ...]] = set()
        for who in walkers:
            html = site.look(lambda who=who, url=url: page_for(cast.people[who], url, "zh-hans"))
            if not html or parts_of(html) <= seen:
                continue
            if who not in pages:
                pages[who] = open_page(cast.people[who], "/offline/", size=DESK, service_workers="block")
            found[f"{name} as {who}"] = [*english_in(html, known), *faults(pages[who], url, is_first=not seen)]
            seen |= parts_of(html)
    return {name: list_ for name, list_ in found.items() if list_}


@pytest.mark.parametrize("table", TABLES)
def test_every_page_is_clean(table: str, cast: Cast, site: Site, open_page: Opened):
    assert walk_table(table, cast, site, open_page) == {}


def test_every_page_before_signing_in_is_clean(site: Site, cast: Cast, open_page: Opened):
    page = open_page(None, "/offline/", size=DESK, service_workers="block")
    found = {name: list(faults(page, reverse(name))) for name in SIGNED_OUT}
    assert {name: list_ for name, list_ in found.items() if list_} == {}


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [("rep", "/accounts/999999/", 404), ("rep", "/dashboard/", 403), (None, "/nowhere/", 404)],
    ids=["not yours", "not allowed", "signed out"],
)
def test_every_refusal_is_clean(site: Site, cast: Cast, open_page: Opened, who, path: str, status: int):
    page = open_page(cast.people.get(who), "/offline/", size=DESK, service_workers="block")
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == status
    assert list(faults(page, path)) == []
