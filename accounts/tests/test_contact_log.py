"""Last and next contact, as visits and calls leave them."""

from datetime import date, timedelta

import pytest

from accounts.actions.contact_log import note_contact
from accounts.choices import PolicyState
from accounts.models import Account, TierPolicy
from accounts.tests.factories import ContactFactory
from teams.models import User


@pytest.fixture(autouse=True)
def _policy(db) -> None:
    """A policy in force: every 14, 30, 90 days."""
    TierPolicy.objects.filter(state=PolicyState.ACTIVE).delete()
    TierPolicy.objects.create(name="2026", state=PolicyState.ACTIVE)


def test_a_contact_moves_both_dates_and_those_of_the_people_met(changhong: Account, rep: User, today: date) -> None:
    met, absent = ContactFactory(account=changhong), ContactFactory(account=changhong)
    Account.objects.filter(pk=changhong.pk).update(tier="A")
    note_contact(changhong, on=today, next_on=None, contacts=[met], actor=rep)
    changhong.refresh_from_db()
    assert changhong.last_contact_on == today
    assert changhong.next_contact_on == today + timedelta(days=14)
    met.refresh_from_db()
    absent.refresh_from_db()
    assert (met.last_contact_on, absent.last_contact_on) == (today, None)


def test_the_day_agreed_stands_as_agreed(changhong: Account, rep: User, today: date) -> None:
    saturday = date(2026, 11, 28)
    note_contact(changhong, on=today, next_on=saturday, contacts=[], actor=rep)
    assert changhong.next_contact_on == saturday


def test_a_visit_told_late_moves_nothing_back(changhong: Account, rep: User, today: date) -> None:
    note_contact(changhong, on=today, next_on=None, contacts=[], actor=rep)
    due = changhong.next_contact_on
    person = ContactFactory(account=changhong, last_contact_on=today)
    note_contact(changhong, on=today - timedelta(days=5), next_on=None, contacts=[person], actor=rep)
    person.refresh_from_db()
    assert (changhong.last_contact_on, changhong.next_contact_on, person.last_contact_on) == (today, due, today)


def test_a_visit_told_late_may_name_a_day_to_come(changhong: Account, rep: User, today: date) -> None:
    note_contact(changhong, on=today, next_on=None, contacts=[], actor=rep)
    note_contact(changhong, on=today - timedelta(days=5), next_on=today + timedelta(days=2), contacts=[], actor=rep)
    assert (changhong.last_contact_on, changhong.next_contact_on) == (today, today + timedelta(days=2))


def test_people_of_another_customer_are_left_alone(changhong: Account, rep: User, today: date) -> None:
    stranger = ContactFactory()
    note_contact(changhong, on=today, next_on=None, contacts=[stranger], actor=rep)
    stranger.refresh_from_db()
    assert stranger.last_contact_on is None
