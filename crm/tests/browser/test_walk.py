"""Every page, light and dark, on a phone and at a desk: nothing that axe finds, nothing that must be scrolled sideways.

The pages are those of the tables that say who may open what, so a new page is walked without being named here.
"""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from crm.tests.browser.conftest import DESK, PHONE, Opened, Site
from crm.tests.url_policy import TABLES
from crm.tests.url_rules import PEOPLE, Cast, Policy

NARROW = {"width": 320, "height": 700}
# Whoever can open a page walks it; the first of these who may.
WALKERS = ("rep", "manager", "admin", "director", "clerk", "compliance", "dealer")
# Nobody's pages are walked signed out.
SIGNED_OUT = ("account_login", "account_reset_password", "crm:offline")
axe = Axe()


@pytest.fixture
def cast(
    site: Site, rep, teammate, outsider, manager, other_manager, director, clerk, compliance, dealer, admin, changhong
) -> Cast:
    """Everybody, and a customer of the rep."""
    people = (rep, teammate, outsider, manager, other_manager, director, clerk, compliance, dealer, admin)
    return Cast(dict(zip(PEOPLE, people, strict=True)), changhong)


def walker_of(policy: Policy) -> str | None:
    """Return who opens a page; None when nobody does."""
    return next((name for name in WALKERS if policy.get and policy.get.get(name) == 200), None)


def is_page(user: Any, url: str) -> bool:
    """Return whether an address answers with a whole page, not a part of one, data or a file."""
    client = Client()
    if user is not None:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    response = client.get(url)
    is_html = response.get("Content-Type", "").startswith("text/html") and not response.streaming
    return is_html and response.status_code == 200 and b"<!doctype html>" in response.content[:200]


def faults(page: Page) -> Iterator[str]:
    """Yield what is wrong with the page as it stands, in both themes and at each size."""
    for size in (PHONE, DESK):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            for violation in axe.run(page).response["violations"]:
                nodes = "; ".join(node["target"][0] for node in violation["nodes"][:3])
                yield f"{scheme} {size['width']}: {violation['id']} at {nodes}"
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if wide > 0:
        yield f"{NARROW['width']}: {wide} px must be scrolled sideways"


def walk(page: Page, url: str) -> list[str]:
    """Open a page, wait for its parts, and return its faults."""
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.goto(url)
    page.wait_for_load_state("networkidle")
    return list(faults(page))


@pytest.mark.parametrize("table", TABLES)
def test_every_page_is_clean(table: str, cast: Cast, site: Site, open_page: Opened):
    found: dict[str, list[str]] = {}
    pages: dict[str, Page] = {}
    for name, policy in import_module(table).POLICY.items():
        who = walker_of(policy)
        if who is None or name.startswith("admin:"):
            continue
        url = reverse(name, kwargs=site.look(lambda policy=policy: policy.kwargs(cast)))
        url += f"?{policy.query}" if policy.query else ""
        if not site.look(lambda who=who, url=url: is_page(cast.people[who], url)):
            continue
        if who not in pages:
            pages[who] = open_page(cast.people[who], "/offline/", size=DESK, service_workers="block")
        found[name] = walk(pages[who], url)
    assert {name: list_ for name, list_ in found.items() if list_} == {}


def test_every_page_before_signing_in_is_clean(site: Site, cast: Cast, open_page: Opened):
    page = open_page(None, "/offline/", size=DESK)
    found = {name: walk(page, reverse(name)) for name in SIGNED_OUT}
    assert {name: list_ for name, list_ in found.items() if list_} == {}
