"""The page of targets."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from pipeline.models import Target
from pipeline.tests.factories import TargetFactory
from teams.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _frozen(now):
    """Stand still on 24 November 2026."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def open_page(client_for, manager):
    """Return a function that opens the page as Zhao Min."""
    client = client_for(manager)
    return lambda query="": client.get(f"{reverse('pipeline:targets')}{query}")


def test_a_manager_sees_the_own_team_its_people_and_the_difference(open_page, east, rep, teammate):
    TargetFactory(team=east, period="QUARTER", starts_on=date(2026, 10, 1), value=Decimal(1_000_000))
    TargetFactory(user=rep, period="QUARTER", starts_on=date(2026, 10, 1), value=Decimal(400_000))
    TargetFactory(user=teammate, starts_on=date(2026, 11, 1), value=Decimal(300_000))

    page = open_page()
    grid = page.context["grid"]
    assert [str(row.holder) for row in [grid.whole, *grid.parts]] == ["华东一区", "刘婷", "赵敏", "陈思远"]
    assert grid.differences == [None, None, None, -300_000]
    assert 'placeholder="300,000"' in page.text


def test_a_director_sees_every_team_as_parts_of_the_whole(client_for, director, firm, east, west):
    grid = client_for(director).get(reverse("pipeline:targets"), {"team": firm.pk}).context["grid"]

    assert [str(row.holder) for row in grid.parts] == ["华东一区", "西南区"]


def test_targets_are_written_in_every_way_of_writing_amounts(client_for, manager, east, rep):
    client, url = client_for(manager), f"{reverse('pipeline:targets')}?kind=MONTH"
    name = f"user_{rep.pk}_202611"
    client.post(url, {name: "30万", f"seen_{name}": "0"})
    assert Target.objects.get().value == 300_000

    answer = client.post(url, {name: "", f"seen_{name}": "1"}, follow=True)
    assert "1 target set." in answer.text
    assert not Target.objects.exists()


def test_what_cannot_be_read_or_was_changed_meanwhile_stays_in_its_box(client_for, manager, east, rep):
    client, url = client_for(manager), f"{reverse('pipeline:targets')}?kind=MONTH"
    name = f"user_{rep.pk}_202611"
    assert client.post(url, {name: "很多", f"seen_{name}": "0"}).status_code == 422

    TargetFactory(user=rep, value=Decimal(500_000))
    answer = client.post(url, {name: "30万", f"seen_{name}": "0"})
    assert answer.status_code == 422
    assert "陈思远 2026-11 was set to 500,000 meanwhile." in answer.text
    assert 'value="30万"' in answer.text


def test_new_customers_are_counted_in_whole_numbers(client_for, manager, east, rep):
    name = f"user_{rep.pk}_202601"
    client_for(manager).post(
        f"{reverse('pipeline:targets')}?kind=YEAR&metric=NEW_ACCOUNTS", {name: "12", f"seen_{name}": "0"}
    )

    target = Target.objects.get()
    assert (target.metric, target.period, target.value) == ("NEW_ACCOUNTS", "YEAR", 12)


def test_a_team_one_does_not_lead_is_not_shown(open_page, east, west):
    assert str(west) not in open_page(f"?team={west.pk}").content.decode()


def test_who_leads_no_team_is_told(client_for, other_manager, west):
    west.manager = None
    west.save(update_fields=["manager"])

    assert "You lead no team yet" in client_for(other_manager).get(reverse("pipeline:targets")).text


def test_the_page_costs_the_same_with_one_and_three(open_page, east, rep, django_assert_num_queries):
    open_page()
    TargetFactory(user=rep)
    with django_assert_num_queries(9):
        open_page("?kind=MONTH")
    for person in UserFactory.create_batch(2, team=east):
        TargetFactory(user=person)
    with django_assert_num_queries(9):
        open_page("?kind=MONTH")
