"""Whose customers a deputy sees, and on which days."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Account
from accounts.tests.factories import AccountFactory
from teams.access import may
from teams.actions.absences import note_absence
from teams.choices import Right
from teams.models import Absence, User
from teams.tests.factories import AbsenceFactory


@pytest.fixture(autouse=True)
def _day(now: datetime):
    """Every page is opened on 24 November 2026."""
    with time_machine.travel(now, tick=False):
        yield


def stand_in(person: User, day: date) -> None:
    """Do for `person` what the middleware does on `day`."""
    absences = Absence.objects.on(day).filter(deputy=person)
    person.stand_in_for(absences.values_list("user_id", "user__role"))


def test_the_deputy_sees_the_absent_persons_customers_on_those_days_only(
    rep: User, outsider: User, changhong: Account, today: date
) -> None:
    note_absence(rep, starts_on=today, ends_on=today, deputy=outsider, actor=rep)

    seen = {}
    for offset in (-1, 0, 1):
        stand_in(outsider, today + timedelta(days=offset))
        seen[offset] = set(Account.objects.visible_to(outsider))
    assert seen == {-1: set(), 0: {changhong}, 1: set()}


def test_yesterdays_absence_gives_nothing_today(rep: User, outsider: User, changhong: Account, today: date) -> None:
    yesterday = today - timedelta(days=1)
    AbsenceFactory(user=rep, starts_on=yesterday, ends_on=yesterday, deputy=outsider)

    stand_in(outsider, today)

    assert not Account.objects.visible_to(outsider).exists()


def test_without_a_deputy_nobody_sees_more(rep: User, outsider: User, changhong: Account, today: date) -> None:
    note_absence(rep, starts_on=today, ends_on=today, actor=rep)

    stand_in(outsider, today)

    assert not Account.objects.visible_to(outsider).exists()


def test_a_rep_who_stands_in_for_his_manager_leads_the_team_for_these_days(
    manager: User, rep: User, teammate: User, outsider: User, today: date, client_for
) -> None:
    theirs = AccountFactory(name="刘婷的客户", owner=teammate)
    foreign = AccountFactory(name="孙磊的客户", owner=outsider)
    client = client_for(rep)
    assert client.get(theirs.get_absolute_url()).status_code == 404
    approvals = f'href="{reverse("followups:approvals")}"'
    assert approvals not in client.get("/accounts/").content.decode()

    page = {"user": manager.pk, "starts_on": "2026-11-24", "ends_on": "2026-11-25", "deputy": rep.pk}
    assert client_for(manager).post(reverse("teams:new_absence"), page).status_code == 302

    assert client.get(theirs.get_absolute_url()).status_code == 200
    assert client.get(foreign.get_absolute_url()).status_code == 404
    assert approvals in client.get("/accounts/").content.decode()
    # What is neither daily work nor leading waits for his return.
    assert client.post(reverse("accounts:hand_over"), {"ids": [theirs.pk]}).status_code == 403


def test_the_deputy_of_the_director_sees_the_firm_and_of_an_admin_no_more_than_before(
    director: User, admin: User, rep: User, teammate: User, outsider: User, today: date
) -> None:
    foreign = AccountFactory(owner=outsider)
    note_absence(director, starts_on=today, ends_on=today, deputy=rep, actor=director)
    note_absence(admin, starts_on=today, ends_on=today, deputy=teammate, actor=admin)
    for person, seen, administers in ((rep, [foreign], False), (teammate, [], False)):
        stand_in(person, today)
        assert (list(Account.objects.visible_to(person)), may(person, Right.ADMINISTER)) == (seen, administers)
