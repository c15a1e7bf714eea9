"""Signing in, and what protects it."""

import re
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django.urls import reverse

from crm.audit import history_of
from teams.actions.invitations import invite
from teams.actions.people import create_user
from teams.actions.security import set_mfa_roles
from teams.choices import Role
from teams.models import User
from teams.second_factor import security_policy

PASSWORD = "long enough 1"


@pytest.fixture
def wang(admin: User) -> User:
    """Wang Fang, with a password."""
    return create_user(
        name="王芳", username="wangfang", email="wang@firm.example", language="en", password=PASSWORD, actor=admin
    )


def try_to_sign_in(login: str, password: str = PASSWORD, client: Client | None = None):
    return (client or Client()).post(reverse("account_login"), {"login": login, "password": password})


def code_now(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


@pytest.mark.parametrize("login", ["wangfang", "WangFang", "wang@firm.example", "Wang@Firm.Example", " wangfang "])
def test_name_and_e_mail_both_let_in(wang: User, login: str) -> None:
    response = try_to_sign_in(login)

    assert (response.status_code, response.url) == (302, "/")
    assert history_of(wang).first().action == "user.signed_in"


def test_a_wrong_password_keeps_the_typed_name(wang: User) -> None:
    body = try_to_sign_in("wangfang", "wrong").content.decode()

    assert "wangfang" in body
    assert "Name or password are not right" in body or "不对" in body


def test_an_unknown_name_is_answered_like_a_wrong_password(wang: User) -> None:
    known, unknown = try_to_sign_in("wangfang", "wrong"), try_to_sign_in("nobody", "wrong")

    assert known.context["form"].errors == unknown.context["form"].errors


def test_who_left_does_not_get_in(wang: User) -> None:
    wang.is_active = False
    wang.save(update_fields=["is_active"])

    client = Client()
    assert try_to_sign_in("wangfang", client=client).url == reverse("account_inactive")
    assert "_auth_user_id" not in client.session


def test_after_five_wrong_passwords_the_right_one_waits_too(wang: User) -> None:
    client = Client(headers={"Accept-Language": "en"})
    for _attempt in range(5):
        try_to_sign_in("wangfang", "wrong", client)

    body = try_to_sign_in("wangfang", client=client).content.decode()

    assert "Too many failed attempts. Wait five minutes, or reset your password." in body


def test_others_sign_in_while_one_name_is_locked(wang: User, admin: User) -> None:
    for _attempt in range(5):
        try_to_sign_in("wangfang", "wrong")
    admin.set_password(PASSWORD)
    admin.save(update_fields=["password"])

    assert try_to_sign_in("lin").status_code == 302


def test_nobody_signs_up_by_himself(wang: User) -> None:
    data = {"username": "x", "email": "x@x.example", "password1": PASSWORD, "password2": PASSWORD}
    client = Client(headers={"Accept-Language": "en"})

    assert "Accounts are made by an admin" in client.post(reverse("account_signup"), data).content.decode()
    assert not User.objects.filter(username="x").exists()


def test_the_reset_mail_points_to_the_configured_site_not_to_the_host_asked(wang: User, settings) -> None:
    settings.SITE_URL = "https://crm.firm.example"
    settings.ALLOWED_HOSTS = ["*"]
    client = Client(headers={"host": "evil.example"})

    client.post(reverse("account_reset_password"), {"email": "wang@firm.example"})

    (sent,) = mail.outbox
    assert "https://crm.firm.example/account/password/reset/key/" in sent.body
    assert "evil.example" not in sent.body
    assert sent.to == ["wang@firm.example"]


def test_the_link_from_the_mail_sets_a_password_once(wang: User, settings) -> None:
    settings.SITE_URL = "http://testserver"
    client = Client()
    client.post(reverse("account_reset_password"), {"email": "wang@firm.example"})
    link = re.search(r"http://testserver\S+", mail.outbox[0].body)[0]

    form = client.get(link, follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": "another one 2", "password2": "another one 2"})

    assert try_to_sign_in("wangfang", "another one 2").status_code == 302
    assert history_of(wang).filter(action="user.password_changed").count() == 1
    assert "no longer works" in Client(headers={"Accept-Language": "en"}).get(link, follow=True).content.decode()


def test_an_unknown_address_gets_no_mail_and_the_same_answer(wang: User) -> None:
    known = Client().post(reverse("account_reset_password"), {"email": "wang@firm.example"})
    unknown = Client().post(reverse("account_reset_password"), {"email": "nobody@firm.example"})

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert [sent.to for sent in mail.outbox] == [["wang@firm.example"]]


def test_an_invitation_lets_a_new_person_choose_his_password(admin: User, settings) -> None:
    settings.SITE_URL = "http://testserver"
    person = create_user(name="李明", username="liming", actor=admin)
    link, client = invite(person, actor=admin), Client()

    form = client.get(link, follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})

    assert try_to_sign_in("liming").status_code == 302


def test_the_invitation_page_mails_the_link_and_shows_it(admin: User, wang: User, client_for) -> None:
    body = client_for(admin).post(reverse("teams:invitation", args=[wang.pk])).content.decode()

    (sent,) = mail.outbox
    link = re.search(r"http\S+/password/reset/key/\S+", sent.body)[0]
    assert sent.to == ["wang@firm.example"]
    assert link in body


def test_a_new_address_counts_once_it_is_proved(wang: User, settings) -> None:
    settings.SITE_URL = "http://testserver"
    client = Client()
    try_to_sign_in("wangfang", client=client)

    client.post(reverse("account_email"), {"email": "fang@firm.example", "action_add": ""})
    wang.refresh_from_db()
    assert wang.email == "wang@firm.example"

    link = re.search(r"http://testserver\S+", mail.outbox[0].body)[0]
    client.post(link)
    wang.refresh_from_db()
    assert wang.email == "fang@firm.example"
    assert history_of(wang).first().changes["email"] == ["wang@firm.example", "fang@firm.example"]
    assert list(EmailAddress.objects.filter(user=wang).values_list("email", flat=True)) == ["fang@firm.example"]


def test_a_changed_password_is_told_by_mail_and_kept_out_of_history(wang: User) -> None:
    client = Client()
    try_to_sign_in("wangfang", client=client)

    data = {"oldpassword": PASSWORD, "password1": "another one 2", "password2": "another one 2"}
    assert client.post(reverse("account_change_password"), data).url == reverse("teams:me")

    assert [sent.subject for sent in mail.outbox] == ["Your password was changed"]
    assert history_of(wang).first().changes == {"password": "***"}
    assert client.get(reverse("teams:me")).status_code == 200


def test_the_sessions_page_ends_the_others(wang: User) -> None:
    phone, desk = Client(), Client()
    for browser in (phone, desk):
        try_to_sign_in("wangfang", client=browser)
    assert UserSession.objects.filter(user=wang).count() == 2

    desk.post(reverse("usersessions_list"))

    assert phone.get(reverse("teams:me")).status_code == 302
    assert desk.get(reverse("teams:me")).status_code == 200


def test_last_seen_is_written_every_ten_minutes_only(wang: User) -> None:
    client = Client()
    try_to_sign_in("wangfang", client=client)
    UserSession.objects.update(last_seen_at="2026-01-01T00:00:00Z")

    client.get(reverse("teams:me"))
    assert UserSession.objects.get().last_seen_at.year == 2026
    assert UserSession.objects.get().last_seen_at.month == 1

    session = client.session
    session["seen_at"] = int(time.time()) - 700
    session.save()
    client.get(reverse("teams:me"))
    assert UserSession.objects.get().last_seen_at.month != 1


def activate(client: Client) -> str:
    """Set up an authenticator app; return its secret."""
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    response = client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)})
    assert response.url == reverse("mfa_view_recovery_codes")
    return secret


def test_with_an_app_the_password_alone_lets_nobody_in(wang: User, forget_cache) -> None:
    client = Client()
    try_to_sign_in("wangfang", client=client)
    secret = activate(client)

    other = Client(headers={"Accept-Language": "en"})
    assert try_to_sign_in("wangfang", client=other).url == reverse("mfa_authenticate")
    assert other.get(reverse("teams:me")).status_code == 302
    assert "not right" in other.post(reverse("mfa_authenticate"), {"code": "000000"}).content.decode()

    forget_cache()
    assert other.post(reverse("mfa_authenticate"), {"code": code_now(secret)}).url == "/"
    assert other.get(reverse("teams:me")).status_code == 200


def test_a_recovery_code_lets_in_once(wang: User) -> None:
    client = Client()
    try_to_sign_in("wangfang", client=client)
    activate(client)
    codes = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]

    answers = []
    for _attempt in range(2):
        other = Client()
        try_to_sign_in("wangfang", client=other)
        answers.append(other.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code)
    assert answers == [302, 200]


@pytest.mark.django_db(transaction=True)  # allauth tells of a new factor once it is committed
def test_the_secret_of_an_app_is_not_readable_in_the_database(wang: User) -> None:
    client = Client()
    try_to_sign_in("wangfang", client=client)
    secret = activate(client)

    stored = Authenticator.objects.get(user=wang, type=Authenticator.Type.TOTP)
    assert secret not in str(stored.data)
    assert get_adapter().decrypt(stored.data["secret"]) == secret
    assert isinstance(stored.wrap(), TOTP)
    assert history_of(wang).filter(action="user.totp_activated").count() == 1
    assert "An authenticator app was set up" in [sent.subject for sent in mail.outbox]


def test_whoever_needs_a_factor_is_led_to_set_one_up(wang: User, admin: User, client_for) -> None:
    client = Client()
    try_to_sign_in("wangfang", client=client)
    assert client.get(reverse("teams:me")).status_code == 200

    set_mfa_roles([Role.REP], version=security_policy().version, actor=admin)

    assert client.get(reverse("teams:me")).url == reverse("mfa_activate_totp")
    assert client.post(reverse("teams:new_absence")).url == reverse("mfa_activate_totp")
    assert client.get(reverse("mfa_add_webauthn")).status_code == 200
    assert client_for(admin).get(reverse("teams:me")).status_code == 200

    activate(client)
    assert client.get(reverse("teams:me")).status_code == 200


def test_a_fragment_is_led_there_as_a_whole_page(wang: User, client_for) -> None:
    wang.must_use_mfa = True
    wang.save(update_fields=["must_use_mfa"])

    response = client_for(wang).get(reverse("teams:people"), headers={"HX-Request": "true"})

    assert response.headers["HX-Redirect"] == reverse("mfa_activate_totp")


def test_signing_out_and_the_language_stay_open_without_a_factor(wang: User, client_for) -> None:
    wang.must_use_mfa = True
    wang.save(update_fields=["must_use_mfa"])
    client = client_for(wang)

    assert client.post(reverse("set_language"), {"language": "en"}).url != reverse("mfa_activate_totp")
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


def test_the_requirement_of_a_role_reaches_people_made_later_and_those_who_change_role(admin: User, wang: User) -> None:
    set_mfa_roles([Role.MANAGER], version=security_policy().version, actor=admin)

    assert not User.objects.get(pk=wang.pk).needs_mfa
    assert create_user(name="李明", username="liming", role=Role.MANAGER, actor=admin).needs_mfa


def test_people_made_in_bulk_get_the_requirement_at_sign_in(admin: User, wang: User) -> None:
    set_mfa_roles([Role.REP], version=security_policy().version, actor=admin)
    User.objects.filter(pk=wang.pk).update(role_needs_mfa=False)

    client = Client()
    try_to_sign_in("wangfang", client=client)

    assert client.get(reverse("teams:me")).url == reverse("mfa_activate_totp")


def test_a_required_factor_cannot_be_taken_away(wang: User) -> None:
    client = Client()
    try_to_sign_in("wangfang", client=client)
    activate(client)
    wang.must_use_mfa = True
    wang.save(update_fields=["must_use_mfa"])

    response = client.post(reverse("mfa_deactivate_totp"))

    assert "needs a second factor" in response.content.decode()
    assert Authenticator.objects.filter(user=wang, type=Authenticator.Type.TOTP).exists()


def test_an_admin_chooses_the_roles(admin: User, client_for) -> None:
    client = client_for(admin)
    page = client.get(reverse("teams:security"))
    assert {row["role"]: row["people"] for row in page.context["roles"]} == {"ADMIN": 1}

    client.post(reverse("teams:security"), {"mfa_roles": ["DIRECTOR", "CLERK"], "version": 1})
    assert security_policy().mfa_roles == ["CLERK", "DIRECTOR"]

    assert client.post(reverse("teams:security"), {"mfa_roles": ["REP"], "version": 1}).status_code == 409
    assert history_of(security_policy()).count() == 1


def test_too_many_reset_mails_are_answered_in_words(wang: User) -> None:
    client = Client(headers={"Accept-Language": "en"})
    for _attempt in range(30):
        response = client.post(reverse("account_reset_password"), {"email": "wang@firm.example"})

    assert response.status_code == 429
    assert "Wait a few minutes" in response.content.decode()
    assert len(mail.outbox) < 30
