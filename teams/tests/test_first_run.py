"""The first start of an empty installation."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from teams.actions.first_run import set_up
from teams.choices import Role
from teams.first_run import forget_setup
from teams.models import Team, User
from teams.refusals import Refusal

ANSWERS = {
    "firm": "苏州阀门",
    "name": "林越",
    "username": "lin",
    "email": "lin@firm.example",
    "password": "long enough 1",
    "again": "long enough 1",
}


@pytest.fixture(autouse=True)
def _look_again(db) -> None:
    """Ask whether anybody exists afresh."""
    forget_setup()
    yield
    forget_setup()


@pytest.mark.parametrize("url", ["/", "/account/login/", "/people/"])
def test_an_empty_installation_leads_to_the_first_page(url: str) -> None:
    assert Client().get(url).url == reverse("teams:setup")


def test_the_first_admin_is_signed_in_and_has_the_firm_as_team() -> None:
    client = Client()
    response = client.post(reverse("teams:setup"), ANSWERS)

    person = User.objects.get()
    assert (response.status_code, response.url) == (302, "/")
    assert (person.name, person.role, person.team) == ("林越", Role.ADMIN, Team.objects.get(name="苏州阀门"))
    assert client.get(reverse("teams:people")).status_code == 200


def test_afterwards_the_page_is_gone() -> None:
    Client().post(reverse("teams:setup"), ANSWERS)

    assert Client().get(reverse("teams:setup")).status_code == 404
    assert Client().post(reverse("teams:setup"), ANSWERS | {"username": "second"}).status_code == 404
    assert User.objects.count() == 1


def test_a_second_set_up_at_the_same_moment_makes_nothing() -> None:
    answers = {name: value for name, value in ANSWERS.items() if name != "again"}
    set_up(**answers)

    with pytest.raises(Refusal):
        set_up(**answers | {"username": "second", "firm": "Other"})
    assert (User.objects.count(), Team.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"again": "something else 1"}, "again"),
        ({"password": "12345", "again": "12345"}, "password"),
        ({"name": ""}, "name"),
        ({"username": "有 空格"}, "username"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(wrong: dict[str, str], field: str) -> None:
    response = Client().post(reverse("teams:setup"), ANSWERS | wrong)

    assert list(response.context["form"].errors) == [field]
    assert "苏州阀门" in response.content.decode()
    assert not User.objects.exists()


def test_somebody_signed_in_costs_no_look(rep: User, client_for) -> None:
    client = client_for(rep)
    forget_setup()

    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("teams:saved_views"))
    assert [query["sql"] for query in asked if query["sql"].startswith("SELECT 1")] == []
