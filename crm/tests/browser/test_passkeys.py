"""A passkey made and used in a real browser, whose authenticator is a virtual one; the policy for scripts is strict."""

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from crm.tests.browser.conftest import DESK, PHONE, Opened, Site
from teams.actions.people import create_user
from teams.models import User

PASSWORD = "long enough 1"
OPTIONS = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def wang(site: Site, admin: User) -> User:
    """Wang Fang, with a password."""
    return create_user(name="王芳", username="wangfang", language="en", password=PASSWORD, actor=admin)


def named(site: Site, path: str) -> str:
    """Return the address by name: browsers keep no passkey for a bare number."""
    return site.url.replace("127.0.0.1", "localhost") + path


def sign_in(page: Page, site: Site) -> None:
    page.goto(named(site, "/account/login/"))
    page.locator("[name=login]").fill("wangfang")
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/account/login/" not in url)


def with_authenticator(page: Page) -> None:
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": OPTIONS})


def make_passkey(page: Page, site: Site, *, alone: bool = True) -> None:
    page.goto(named(site, "/account/2fa/webauthn/add/"))
    page.locator("[name=passwordless]").set_checked(alone)
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def sign_out(page: Page, site: Site) -> None:
    page.goto(named(site, "/account/logout/"))
    page.get_by_role("button", name="Sign out").last.click()
    page.wait_for_url("**/account/login/**")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_passkey_is_made_and_lets_in_without_a_password(
    site: Site, open_page: Opened, wang: User, size: dict[str, int]
) -> None:
    page = open_page(None, "/account/login/", size=size)
    with_authenticator(page)
    sign_in(page, site)
    make_passkey(page, site)
    sign_out(page, site)

    page.get_by_role("button", name="Sign in with a passkey").click()

    page.wait_for_url(lambda url: "/account/" not in url)
    page.goto(named(site, "/me/"))
    expect(page.locator("h1")).to_have_text("王芳")


def test_a_passkey_is_a_second_factor_beside_the_password(site: Site, open_page: Opened, wang: User) -> None:
    page = open_page(None, "/account/login/", size=DESK)
    with_authenticator(page)
    sign_in(page, site)
    make_passkey(page, site, alone=False)
    sign_out(page, site)

    sign_in(page, site)
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()

    page.wait_for_url(lambda url: "/account/" not in url)


def test_an_address_of_numbers_says_that_it_takes_no_passkey(site: Site, open_page: Opened, wang: User) -> None:
    page = open_page(wang, "/me/", size=DESK)
    page.goto("/account/2fa/webauthn/add/")
    if "reauthenticate" in page.url:
        page.locator("[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()

    expect(page.get_by_role("button", name="Make the passkey")).to_be_disabled()
    expect(page.locator("[data-toast]")).to_contain_text("cannot make a passkey for this address")
    assert site.look(lambda: Authenticator.objects.count()) == 0
