"""Who is away, and who stands in."""

from datetime import date, timedelta

import pytest

from teams.actions.absences import end_absence, note_absence
from teams.models import Absence, User
from teams.refusals import Refusal
from teams.tests.factories import AbsenceFactory


def test_an_absence_names_its_deputy(rep: User, outsider: User, today: date) -> None:
    absence = note_absence(rep, starts_on=today, ends_on=today, deputy=outsider, reason="培训", actor=rep)

    assert (absence.user, absence.deputy, absence.covers(today)) == (rep, outsider, True)


def test_days_in_the_wrong_order_are_refused(rep: User, today: date) -> None:
    with pytest.raises(Refusal, match="must not lie before"):
        note_absence(rep, starts_on=today, ends_on=today - timedelta(days=1), actor=rep)


@pytest.mark.parametrize(("first", "last"), [(-1, 0), (1, 1), (2, 5), (-3, 9)])
def test_a_day_is_noted_once(rep: User, today: date, first: int, last: int) -> None:
    note_absence(rep, starts_on=today, ends_on=today + timedelta(days=3), actor=rep)

    with pytest.raises(Refusal, match="noted already"):
        note_absence(rep, starts_on=today + timedelta(days=first), ends_on=today + timedelta(days=last), actor=rep)


def test_the_next_day_is_free_again(rep: User, today: date) -> None:
    note_absence(rep, starts_on=today, ends_on=today, actor=rep)
    tomorrow = today + timedelta(days=1)

    assert note_absence(rep, starts_on=tomorrow, ends_on=tomorrow, actor=rep).pk


def test_nobody_stands_in_for_himself(rep: User, today: date) -> None:
    with pytest.raises(Refusal, match="somebody else"):
        note_absence(rep, starts_on=today, ends_on=today, deputy=rep, actor=rep)


def test_a_colleague_who_left_does_not_stand_in(rep: User, teammate: User, today: date) -> None:
    teammate.is_active = False
    teammate.save(update_fields=["is_active"])

    with pytest.raises(Refusal, match="no longer works here"):
        note_absence(rep, starts_on=today, ends_on=today, deputy=teammate, actor=rep)


def test_a_colleague_who_is_away_does_not_stand_in(rep: User, teammate: User, today: date) -> None:
    AbsenceFactory(user=teammate, starts_on=today, ends_on=today)

    with pytest.raises(Refusal, match="is away"):
        note_absence(rep, starts_on=today, ends_on=today, deputy=teammate, actor=rep)


def test_who_is_back_early_ends_it_the_day_before(rep: User, today: date) -> None:
    absence = AbsenceFactory(user=rep, starts_on=today - timedelta(days=2), ends_on=today + timedelta(days=4))

    end_absence(absence, on=today, actor=rep)

    absence.refresh_from_db()
    assert absence.ends_on == today - timedelta(days=1)


def test_what_had_not_begun_goes_away(rep: User, today: date) -> None:
    absence = AbsenceFactory(user=rep, starts_on=today, ends_on=today)

    end_absence(absence, on=today, actor=rep)

    assert not Absence.objects.exists()


def test_what_is_over_stays_as_it_was(rep: User, today: date) -> None:
    yesterday = today - timedelta(days=1)
    absence = AbsenceFactory(user=rep, starts_on=yesterday, ends_on=yesterday)

    with pytest.raises(Refusal, match="over already"):
        end_absence(absence, on=today, actor=rep)


def test_absences_are_seen_by_oneself_the_deputy_and_the_manager(
    rep: User, teammate: User, outsider: User, manager: User, other_manager: User, admin: User, today: date
) -> None:
    absence = AbsenceFactory(user=rep, starts_on=today, ends_on=today, deputy=outsider)

    people = (rep, teammate, outsider, manager, other_manager, admin)
    seeing = {person.username for person in people if absence in Absence.objects.visible_to(person)}
    assert seeing == {"chen", "sun", "zhao", "lin"}
