"""What a device sends from its outbox: kept once, judged now, answered the same again."""

import json
import random
import uuid
from datetime import date

import pytest
import time_machine
from django.test import Client

from accounts.tests.factories import AccountFactory
from crm.models.abstract import Origin
from followups.models import FollowUp
from visits.choices import ItemState
from visits.models import Visit
from visits.tests.factories import PlanItemFactory

TODAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _on_tuesday_morning():
    with time_machine.travel("2026-11-24T02:40:00Z", tick=False):
        yield


@pytest.fixture
def send(client_for, rep):
    """Return a function that sends a form from Chen Siyuan's phone, as another person where `user` says so."""

    def sent(fields, *, client_id=None, user=None, written_by=None, address="/visits/sync/", **envelope):
        person = user or rep
        body = {
            "format": 1,
            "client_id": str(client_id or uuid.uuid4()),
            "user": (written_by or person).pk,
            "written_at": "2026-11-24T02:41:07.120Z",
            "fields": fields,
        }
        return client_for(person).post(address, json.dumps(body | envelope), content_type="application/json")

    return sent


def told(account, **fields):
    return {"account": [str(account.pk)], "happened_on": ["2026-11-24"]} | fields


def test_a_visit_from_the_outbox_is_kept_and_answered_with_its_page(send, rep, changhong):
    item = PlanItemFactory(plan__user=rep, plan__day=TODAY, account=changhong)
    client_id = uuid.uuid4()

    response = send(told(changhong, plan_item=[str(item.pk)], said=["电梯里说的"]), client_id=client_id)

    visit = Visit.objects.get()
    answer = response.json()
    item.refresh_from_db()
    assert response.status_code == 200
    assert (answer["client_id"], answer["url"], answer["title"]) == (
        str(client_id),
        f"/visits/{visit.pk}/",
        "长虹精密",
    )
    assert answer["text"].startswith("Saved.")
    assert answer["undo"]
    assert answer["more"] == f"/visits/{visit.pk}/edit/"
    assert (visit.said, visit.origin, visit.client_id, item.state) == (
        "电梯里说的",
        Origin.OFFLINE,
        client_id,
        ItemState.DONE,
    )


def test_the_same_visit_again_is_answered_the_same(send, changhong):
    client_id = uuid.uuid4()
    form = told(changhong, new_name=["周颖"], commitment=["给布局图"])

    answers = [send(form, client_id=client_id).json() for _ in range(3)]

    assert answers[0] == answers[1] == answers[2]
    assert Visit.objects.count() == 1
    assert sorted(FollowUp.objects.values_list("kind", flat=True)) == ["next-contact-due", "promise"]


def test_a_repetition_is_answered_although_the_customer_has_gone(send, outsider, changhong):
    client_id = uuid.uuid4()
    first = send(told(changhong), client_id=client_id).json()
    changhong.owner, changhong.team = outsider, outsider.team
    changhong.save(update_fields=["owner", "team"])

    assert send(told(changhong), client_id=client_id).json()["url"] == first["url"]
    assert send(told(changhong)).status_code == 422


def test_permission_is_checked_when_it_is_sent(send, outsider, changhong):
    changhong.owner, changhong.team = outsider, outsider.team
    changhong.save(update_fields=["owner", "team"])

    response = send(told(changhong, said=["电梯里说的"]))

    assert response.status_code == 422
    assert list(response.json()["errors"]) == ["account"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"happened_on": ["2026-11-25"]}, "happened_on"),
        ({"happened_on": ["soon"]}, "happened_on"),
        ({"account": ["x"]}, "account"),
        ({"account": []}, "account"),
        ({"said": ["长" * 20_001]}, "said"),
        ({"next_on": ["2026-11-01"]}, "next_on"),
    ],
)
def test_what_needs_correcting_is_named_field_by_field(send, changhong, fields, field):
    response = send(told(changhong) | fields)

    assert response.status_code == 422
    assert field in response.json()["errors"]
    assert not Visit.objects.exists()


def test_somebody_elses_identifier_shows_nothing(send, teammate, changhong):
    client_id = uuid.uuid4()
    send(told(changhong), client_id=client_id)

    response = send(told(changhong), client_id=client_id, user=teammate)

    assert response.status_code == 404
    assert "url" not in response.json()


def test_unknown_fields_of_a_newer_page_are_left_alone(send, changhong):
    assert send(told(changhong, mood=["sunny"], photo=["x"])).status_code == 200


def test_who_sells_nothing_logs_nothing(send, clerk, changhong):
    assert send(told(changhong), user=clerk).status_code == 403


def test_a_form_another_person_wrote_on_this_device_is_not_taken(send, teammate, changhong):
    assert send(told(changhong), written_by=teammate).status_code == 401
    assert not Visit.objects.exists()


def test_a_page_older_than_the_server_is_told_to_reload(send, changhong):
    response = send(told(changhong), format=99)

    assert response.status_code == 400
    assert "Reload" in response.json()["message"]


def test_without_signing_in_nothing_is_kept(changhong):
    response = Client().post("/visits/sync/", "{}", content_type="application/json")

    assert response.status_code == 302
    assert not Visit.objects.exists()


def test_an_arrival_from_the_outbox(send, rep, changhong, now):
    item = PlanItemFactory(plan__user=rep, plan__day=TODAY, account=changhong)
    fields = {"at": ["2026-11-24T02:31:00Z"], "latitude": ["31.299"], "longitude": ["120.585"], "accuracy": ["35"]}

    assert send(fields, address=f"/plan/stops/{item.pk}/arrive/sync/").status_code == 200

    item.refresh_from_db()
    assert (item.arrived_at.hour, item.arrived_at.minute, item.accuracy) == (2, 31, 35)


def test_a_week_of_drafts_in_any_order_and_several_times_is_kept_once_each(send, rep):
    chance = random.Random(7)  # noqa: S311 -- the order of a test, not a secret
    accounts = [AccountFactory(owner=rep) for _ in range(4)]
    drafts = [
        (
            uuid.uuid4(),
            told(chance.choice(accounts), happened_on=[f"2026-11-{18 + number % 7}"], said=[f"第{number}次"]),
        )
        for number in range(12)
    ]
    sendings = [draft for draft in drafts for _ in range(chance.randint(1, 3))]
    chance.shuffle(sendings)

    statuses = {send(fields, client_id=client_id).status_code for client_id, fields in sendings}

    assert statuses == {200}
    assert set(Visit.objects.values_list("client_id", "said")) == {(key, form["said"][0]) for key, form in drafts}
    for account in accounts:
        account.refresh_from_db()
        days = list(Visit.objects.filter(account=account).values_list("happened_on", flat=True))
        assert account.last_contact_on == max(days, default=None)
