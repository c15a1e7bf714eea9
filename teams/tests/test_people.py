"""Making, changing and letting go of people."""

from datetime import UTC, datetime

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from crm.audit import history_of
from crm.editing import EditConflict
from teams.actions.people import create_user, deactivate_user, edit_user, move_to_team, reactivate_user, set_role
from teams.actions.sign_in import end_sessions
from teams.choices import Role
from teams.models import Team, User
from teams.refusals import Refusal
from teams.tests.factories import UserFactory

NOW = datetime(2026, 11, 24, 2, 40, tzinfo=UTC)


def last_action(person: User) -> str:
    return history_of(person).first().action


def sign_in(person: User) -> Client:
    password = "long enough 1"
    if not person.check_password(password):
        person.set_password(password)
        person.save(update_fields=["password"])
    client = Client()
    client.post(reverse("account_login"), {"login": person.username, "password": password})
    return client


def test_a_new_person_is_in_history_with_role_and_team(admin: User, east: Team) -> None:
    person = create_user(name="王芳", username="WangFang", email="Wang@Firm.example", team=east, actor=admin)

    assert (person.username, person.email, person.role, person.team) == (
        "wangfang",
        "wang@firm.example",
        Role.REP,
        east,
    )
    entry = history_of(person).get()
    assert (entry.action, entry.actor) == ("user.created", admin)
    assert entry.changes["team"] == east.pk


def test_a_new_person_has_no_password_until_he_chooses_one(admin: User) -> None:
    assert not create_user(name="王芳", username="wang", actor=admin).has_usable_password()


def test_an_admins_word_counts_as_proof_of_an_address(admin: User) -> None:
    person = create_user(name="王芳", username="wang", email="wang@firm.example", actor=admin)

    address = EmailAddress.objects.get(user=person)
    assert (address.email, address.verified, address.primary) == ("wang@firm.example", True, True)


def test_a_changed_address_replaces_the_old_one(admin: User) -> None:
    person = create_user(name="王芳", username="wang", email="wang@firm.example", actor=admin)

    edit_user(person, changes={"email": "fang@firm.example"}, version=person.version, actor=admin)

    assert list(EmailAddress.objects.filter(user=person).values_list("email", flat=True)) == ["fang@firm.example"]


def test_different_fields_merge_and_the_same_field_asks(admin: User, rep: User) -> None:
    opened = rep.version
    edit_user(rep, changes={"phone": "13800000000"}, version=opened, actor=admin)

    edit_user(rep, changes={"name": "陈思"}, version=opened, actor=admin)
    with pytest.raises(EditConflict) as conflict:
        edit_user(rep, changes={"phone": "13911111111"}, version=opened, actor=admin)

    rep.refresh_from_db()
    assert (rep.name, rep.phone) == ("陈思", "13800000000")
    assert [clash.field for clash in conflict.value.clashes] == ["phone"]


def test_a_role_and_a_team_can_be_changed_alone(admin: User, rep: User, west: Team) -> None:
    assert set_role(rep, role=Role.MANAGER, actor=admin).role == Role.MANAGER
    assert move_to_team(rep, team=west, actor=admin).team == west


def test_the_last_admin_keeps_the_role(admin: User) -> None:
    with pytest.raises(Refusal, match="last admin"):
        set_role(admin, role=Role.REP, actor=admin)

    UserFactory(role=Role.ADMIN)
    assert set_role(admin, role=Role.REP, actor=admin).role == Role.REP


def test_an_admin_who_may_not_sign_in_does_not_count(admin: User) -> None:
    UserFactory(role=Role.ADMIN, is_active=False)

    with pytest.raises(Refusal, match="last admin"):
        set_role(admin, role=Role.REP, actor=admin)


def test_deactivating_ends_the_sessions_at_once(admin: User, rep: User) -> None:
    browser = sign_in(rep)
    assert browser.get(reverse("teams:me")).status_code == 200

    deactivate_user(rep, actor=admin, now=NOW)

    assert browser.get(reverse("teams:me")).status_code == 302
    assert UserSession.objects.filter(user=rep).count() == 0
    rep.refresh_from_db()
    assert not rep.is_active
    assert history_of(rep).filter(action="user.deactivated").count() == 1


def test_nobody_deactivates_himself(admin: User) -> None:
    UserFactory(role=Role.ADMIN)

    with pytest.raises(Refusal, match="yourself"):
        deactivate_user(admin, actor=admin, now=NOW)


def test_another_admin_may_go_while_one_stays(admin: User) -> None:
    other = UserFactory(role=Role.ADMIN)

    assert not deactivate_user(other, actor=admin, now=NOW).is_active


def test_the_last_admin_stays_whoever_asks(admin: User, director: User) -> None:
    with pytest.raises(Refusal, match="last admin"):
        deactivate_user(admin, actor=director, now=NOW)


def test_deactivating_twice_writes_history_once(admin: User, rep: User) -> None:
    deactivate_user(rep, actor=admin, now=NOW)
    deactivate_user(rep, actor=admin, now=NOW)

    assert history_of(rep).filter(action="user.deactivated").count() == 1


def test_who_comes_back_can_sign_in_again(admin: User, rep: User) -> None:
    deactivate_user(rep, actor=admin, now=NOW)

    reactivate_user(rep, actor=admin)

    assert sign_in(rep).get(reverse("teams:me")).status_code == 200
    assert history_of(rep).filter(action="user.reactivated").count() == 1


def test_ending_sessions_spares_the_present_one(rep: User) -> None:
    phone, desk = sign_in(rep), sign_in(rep)

    assert end_sessions(rep, actor=rep, keep=desk.session.session_key) == 1

    assert phone.get(reverse("teams:me")).status_code == 302
    assert desk.get(reverse("teams:me")).status_code == 200


def test_createsuperuser_makes_a_working_admin(db) -> None:
    person = User.objects.create_superuser("boss", "boss@firm.example", "long enough 1")

    assert (person.role, person.name, person.is_superuser) == (Role.ADMIN, "boss", True)
    assert sign_in(person).get(reverse("teams:people")).status_code == 200
