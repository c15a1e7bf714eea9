"""Who may sign in no more has no way in left: no session, no running work, nothing on his phone."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from crm.jobs import register_job, start_job
from crm.pwa import device_mark
from teams.actions.people import deactivate_user, reactivate_user
from teams.leaving import Leaving, leavings, register_leaving
from teams.models import User

SignIn = Callable[[User], Client]


def test_running_work_of_who_leaves_stops(rep: User, teammate: User, admin: User, now: datetime) -> None:
    register_job("test.leaving", lambda _running: {})
    jobs = [
        start_job("test.leaving", title="Export", actor=person, params={}, wake=lambda _pk: None)
        for person in (rep, teammate)
    ]
    deactivate_user(rep, actor=admin, now=now)
    for job in jobs:
        job.refresh_from_db()
    assert [job.state for job in jobs] == ["CANCELLED", "WAITING"]


def test_rooms_above_end_what_they_know_of(rep: User, admin: User, now: datetime) -> None:
    ended: list[tuple[User, User]] = []
    register_leaving(Leaving("test", lambda person, *, actor, now: ended.append((person, actor))))
    try:
        deactivate_user(rep, actor=admin, now=now)
        deactivate_user(rep, actor=admin, now=now)  # he has left already
    finally:
        register_leaving(Leaving("test", lambda person, *, actor, now: None))
    assert ended == [(rep, admin)]
    assert "test" in [leaving.name for leaving in leavings()]


def test_a_device_learns_that_its_person_has_left_by_the_mark_it_was_given(
    rep: User, teammate: User, admin: User, now: datetime, client_for: SignIn
) -> None:
    told = client_for(rep).get(reverse("crm:session")).json()
    assert told["mark"] == device_mark(rep.pk)

    def asks(mark: str) -> dict[str, object]:
        return Client(headers={"X-Device": mark}).get(reverse("crm:session")).json()

    assert asks(told["mark"]) == {"user": None}
    deactivate_user(rep, actor=admin, now=now)
    assert asks(told["mark"]) == {"user": None, "gone": True}
    assert asks(device_mark(teammate.pk)) == {"user": None}
    reactivate_user(rep, actor=admin)
    assert asks(told["mark"]) == {"user": None}


@pytest.mark.parametrize("mark", ["", "1", "1:forged", "not a mark"])
def test_nobody_learns_who_left_by_guessing(mark: str, rep: User, admin: User, now: datetime) -> None:
    deactivate_user(rep, actor=admin, now=now)
    answer = Client(headers={"X-Device": mark}).get(reverse("crm:session"))
    assert answer.json() == {"user": None}
