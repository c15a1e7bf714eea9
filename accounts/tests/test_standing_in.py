"""Whose customers a deputy sees, and on which days."""

from datetime import date, timedelta

from accounts.models import Account
from teams.actions.absences import note_absence
from teams.models import Absence, User
from teams.tests.factories import AbsenceFactory


def stand_in(person: User, day: date) -> None:
    """Do for `person` what the middleware does on `day`."""
    absences = Absence.objects.on(day).filter(deputy=person)
    person.stands_in_for = frozenset(absences.values_list("user_id", flat=True))


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
