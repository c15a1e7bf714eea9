"""Django's admin shows everything to superusers and changes nothing."""

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from crm.readonly_admin import ROOMS, site
from teams.models import Absence, Team, User
from teams.tests.factories import AbsenceFactory

OURS = [model for room in ROOMS if apps.is_installed(room) for model in apps.get_app_config(room).get_models()]


@pytest.fixture
def browser(db) -> Client:
    """A superuser's browser."""
    client = Client()
    person = User.objects.create_superuser("root", "root@firm.example", "long enough 1", language="en")
    client.force_login(person)
    return client


def address(model, page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def test_every_table_of_ours_is_there() -> None:
    assert set(site._registry) == set(OURS)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_table_opens_and_none_can_be_added_to(browser: Client, model) -> None:
    assert browser.get(address(model, "changelist")).status_code == 200
    assert browser.get(address(model, "add")).status_code == 403
    assert browser.post(address(model, "add"), {}).status_code == 403


def test_a_row_is_shown_but_not_changed_or_deleted(browser: Client, east: Team, rep: User) -> None:
    rep.set_password("long enough 1")
    rep.save(update_fields=["password"])

    page = browser.get(address(User, "change", rep.pk))

    assert "陈思远" in page.content.decode()
    assert rep.password not in page.content.decode()
    assert browser.post(address(User, "change", rep.pk), {"name": "X"}).status_code == 403
    assert browser.post(address(Team, "delete", east.pk), {"post": "yes"}).status_code == 403
    assert Team.objects.filter(pk=east.pk).exists()


def test_no_action_can_be_run_on_rows(browser: Client, rep: User) -> None:
    data = {"action": "delete_selected", "_selected_action": [rep.pk], "post": "yes"}
    browser.post(address(User, "changelist"), data)

    assert User.objects.filter(pk=rep.pk).exists()


def test_the_admin_role_alone_does_not_open_it(admin: User, client_for) -> None:
    response = client_for(admin).get(reverse("admin:index"), follow=True)

    assert response.status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_a_table_costs_the_same_with_one_and_three_rows(
    browser: Client, rep: User, count: int, django_assert_num_queries
) -> None:

    for day in range(count):
        AbsenceFactory(user=rep, starts_on=f"2026-11-0{day + 1}", ends_on=f"2026-11-0{day + 1}")

    # session, user, deputising; the admin counts, reads a page
    with django_assert_num_queries(5):
        browser.get(address(Absence, "changelist"))
