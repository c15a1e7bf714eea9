"""A sweep as a rep works it: one tap a door, exactly once; what is due comes back; a unit becomes a customer."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.actions.sweeps import AlreadyCustomer, add_doors, archive_place, create_place, make_customer, note_unit
from accounts.models import Account, Contact, Knock, SweepPlace, SweepUnit
from accounts.sweeps.rules import CALL_ON_UNIT
from accounts.sweeps.sweeping import doors
from accounts.tests.factories import SweepPlaceFactory, SweepUnitFactory
from crm.editing import EditConflict
from crm.models import UndoEntry
from crm.undo import undo
from followups.models import FollowUp
from followups.planning import plan_follow_ups

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


@pytest.fixture
def place(rep) -> SweepPlace:
    """An estate of two buildings with eight flats."""
    return create_place(name="阳光花园", doors=doors(["1", "2"], 2, 2), owner=rep, actor=rep, city="苏州")


@pytest.fixture
def unit(place) -> SweepUnit:
    """Flat 1-101."""
    return place.units.get(building="1", number="101")


def note(unit, rep, now, **changes):
    """Note at a unit today."""
    return note_unit(unit, changes=changes, actor=rep, on=TODAY, now=now)


def open_calls(unit) -> list[str]:
    """Return the days on which the unit is to be called on."""
    items = FollowUp.objects.open().filter(kind=CALL_ON_UNIT, subject_kind="sweep_unit", subject_id=unit.pk)
    return [item.params["day"] for item in items]


def test_a_place_sent_twice_is_one_place(rep):
    key = uuid4()
    for _time in range(2):
        create_place(name="阳光花园", doors=doors(["1"], 2, 2), owner=rep, actor=rep, client_id=key)
    assert SweepPlace.objects.count() == 1
    assert SweepUnit.objects.count() == 4


def test_a_building_added_later_leaves_what_was_noted(place, unit, rep, now):
    note(unit, rep, now, state="WANTS")
    assert add_doors(place, doors=doors(["1", "3"], 2, 2), actor=rep) == 4
    unit.refresh_from_db()
    assert unit.state == "WANTS"


def test_one_tap_says_what_was_found_and_when_to_come_again(unit, rep, now):
    noted = note(unit, rep, now, state="NOBODY")
    assert (noted.unit.state, noted.unit.knocked_on) == ("NOBODY", TODAY)
    assert noted.unit.next_on == date(2026, 11, 27)
    assert open_calls(unit) == ["2026-11-27"]


def test_a_tap_sent_twice_is_one_knock(unit, rep, now):
    key = uuid4()
    first = note_unit(unit, changes={"state": "TALKED"}, actor=rep, on=TODAY, now=now, client_id=key)
    note(unit, rep, now, state="WANTS")
    again = note_unit(unit, changes={"state": "TALKED"}, actor=rep, on=TODAY, now=now, client_id=key)
    assert first.undo
    assert again.undo is None
    assert again.unit.state == "WANTS", "what came later stays"
    assert Knock.objects.count() == 2


def test_the_next_call_replaces_the_one_before(unit, rep, now):
    note(unit, rep, now, state="WANTS", progress="NOT_BEGUN", install_on=date(2026, 12, 31))
    plan_follow_ups(on=TODAY, now=now)
    assert open_calls(unit) == ["2026-12-17"], "it stays, however far ahead"
    note(unit, rep, now, state="WANTS", next_on=date(2026, 12, 4))
    assert open_calls(unit) == ["2026-12-04"]


def test_who_does_not_want_it_is_left_alone(unit, rep, now):
    note(unit, rep, now, state="TALKED")
    note(unit, rep, now, state="REFUSED")
    assert open_calls(unit) == []


def test_taking_back_restores_what_was_known_and_the_call(unit, rep, now):
    note(unit, rep, now, state="WANTS", person="王芳", next_on=date(2026, 12, 4))
    noted = note(unit, rep, now, state="REFUSED", person="")
    undo(noted.undo, actor=rep, now=now)
    unit.refresh_from_db()
    assert (unit.state, unit.person, unit.next_on) == ("WANTS", "王芳", date(2026, 12, 4))
    assert open_calls(unit) == ["2026-12-04"]
    assert Knock.objects.filter(taken_back_at__isnull=False).count() == 1


def test_two_who_note_different_things_at_one_unit_are_asked(unit, rep, teammate, now):
    seen = unit.version
    note(unit, rep, now, state="TALKED", phone="138 0000 0001")
    with pytest.raises(EditConflict):
        note_unit(
            unit,
            changes={"state": "TALKED", "phone": "139 0000 0002"},
            version=seen,
            actor=teammate,
            on=TODAY,
            now=now,
        )
    unit.refresh_from_db()
    assert unit.phone == "138 0000 0001"


def test_a_unit_becomes_a_direct_prospect_with_the_person_who_decides(unit, rep, now):
    note(
        unit, rep, now, state="WANTS", person="李敏", phone="138 0000 0001", decider="王建国", decider_place="WORK",
        decider_at="税务局", next_on=date(2026, 12, 4),
    )  # fmt: skip
    account = make_customer(unit, actor=rep, now=now)
    assert (account.kind, account.source, account.prospect_kind) == ("PROSPECT", "ESTATE", "DIRECT")
    assert account.next_contact_on == date(2026, 12, 4)
    assert account.address == "阳光花园 1-101", "a place without an address is found by its name"
    assert list(Contact.objects.filter(account=account).values_list("name", "title")) == [
        ("王建国", "税务局"),
        ("李敏", ""),
    ]
    assert open_calls(unit) == [], "the customer's own follow-up stands in its place"
    with pytest.raises(AlreadyCustomer, match="1-101"):
        make_customer(unit, actor=rep, now=now)
    assert Account.objects.count() == 1


def test_an_archived_place_calls_nobody_until_it_is_back(place, unit, rep, now):
    note(unit, rep, now, state="WANTS", next_on=date(2026, 11, 27))
    entry = archive_place(place, actor=rep, now=now)
    assert open_calls(unit) == []
    plan_follow_ups(on=TODAY, now=now)
    assert open_calls(unit) == []
    undo(entry, actor=rep, now=now)
    plan_follow_ups(on=date(2026, 11, 26), now=now)
    assert open_calls(unit) == ["2026-11-27"]


# --- pages ------------------------------------------------------------------------------------------------------------
def test_the_grid_shows_floors_from_the_top_and_taps_come_back_to_their_building(client, place, rep):
    client.force_login(rep)
    page = client.get(place.get_absolute_url(), {"building": "2"}).content.decode()
    assert page.index(">201<") < page.index(">101<")
    unit = place.units.get(building="2", number="102")
    answer = client.post(reverse("accounts:sweep_tap", args=[place.pk]), {"unit": unit.pk, "state": "WANTS"})
    assert answer.url == f"{place.get_absolute_url()}?building=2&tap=WANTS"
    assert "1 of 8 units covered, 12 %" in client.get(place.get_absolute_url()).content.decode()
    assert UndoEntry.objects.get().label == "2-102: wants it"


def test_a_tap_without_a_state_opens_the_unit_and_one_elsewhere_is_refused(client, place, unit, rep):
    client.force_login(rep)
    url = reverse("accounts:sweep_tap", args=[place.pk])
    assert client.post(url, {"unit": unit.pk, "state": ""}).url == reverse("accounts:sweep_unit", args=[unit.pk])
    other = SweepUnitFactory(place__owner=rep)
    assert client.post(url, {"unit": other.pk, "state": "WANTS"}).status_code == 404
    assert client.post(url, {"unit": "x", "state": ""}).status_code == 404


def test_a_layout_that_cannot_be_says_so_and_keeps_what_was_typed(client, rep):
    client.force_login(rep)
    data = {"name": "阳光花园", "kind": "ESTATE", "owner": rep.pk, "buildings": "6-1", "floors": 3, "per_floor": 2}
    answer = client.post(reverse("accounts:new_sweep"), data)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "The first number of a span is the smaller one" in page
    assert "阳光花园" in page
    assert client.post(reverse("accounts:new_sweep"), data | {"buildings": "1-6"}).status_code == 302
    assert SweepUnit.objects.count() == 36


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_and_the_grid_cost_the_same_however_many_there_are(client, rep, many, django_assert_num_queries):
    for _number in range(many):
        place = SweepPlaceFactory(owner=rep)
        for building in range(many):
            SweepUnitFactory.create_batch(many, place=place, building=str(building), state="WANTS")
    client.force_login(rep)
    client.get(reverse("accounts:sweeps"))
    with django_assert_num_queries(LIST_QUERIES):
        client.get(reverse("accounts:sweeps"))
    with django_assert_num_queries(GRID_QUERIES):
        client.get(place.get_absolute_url())


LIST_QUERIES = 8
GRID_QUERIES = 10


def test_a_unit_told_at_length_becomes_a_customer_within_what_its_columns_hold(rep, now):
    laid = {"address": "文三路 478 号" * 30, "name": "阳光花园" * 30}
    place = create_place(
        name=laid["name"][:120],
        doors=doors(["西区 12 号楼"], 1, 1),
        owner=rep,
        actor=rep,
        address=laid["address"][:250],
    )
    unit = place.units.get()
    told = {
        "decider": "王建国" * 20,
        "decider_place": "WORK",
        "decider_at": "苏州工业园区" * 20,
        "phone": "0512-66668888 转 8001，或 138 1234 5678 王",
    }
    note(unit, rep, now, state="WANTS", **told)
    account = make_customer(unit, actor=rep, now=now)
    for row in (account, *Contact.objects.filter(account=account)):
        row.full_clean(exclude=["client_id"])
    assert "138 1234 5678" in Contact.objects.filter(account=account)[0].phone
