"""The working calendar: everybody looks, an admin sets, and plans follow at once."""

from datetime import date

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from crm.models import AuditEntry, CalendarDay, UndoEntry
from crm.undo import CannotUndo, undo
from crm.workdays import forget_calendar, load_calendar
from teams.actions.calendar import set_days
from teams.refusals import Refusal
from teams.year import months_of, year_to_announce

NOTICE = "一、元旦：1月1日（周五）至3日（周日）放假调休，共3天。1月9日（周六）上班。"
PAGE = reverse("teams:calendar")


def said() -> dict[date, tuple[bool, str]]:
    return {row.day: (row.is_workday, row.name) for row in CalendarDay.objects.all()}


def test_an_admin_sets_a_day_and_it_counts_at_once(client_for, admin, django_capture_on_commit_callbacks) -> None:
    founding = date(2026, 12, 1)
    assert load_calendar().is_workday(founding)

    with django_capture_on_commit_callbacks(execute=True):
        posted = {"first": "2026-12-01", "last": "", "says": "off", "name": "厂庆"}
        answer = client_for(admin).post(reverse("teams:calendar_days"), posted)

    assert answer.url == f"{PAGE}?year=2026"
    assert said() == {founding: (False, "厂庆")}
    assert not load_calendar().is_workday(founding)
    assert AuditEntry.objects.get(action="calendar.day_set").changes == {
        "day": "2026-12-01",
        "says": [None, [False, "厂庆"]],
    }


def test_everybody_sees_the_day_and_its_reason(client_for, rep, admin, now) -> None:
    set_days({date(2026, 12, 1): (False, "厂庆")}, actor=admin, now=now)
    forget_calendar()

    page = client_for(rep).get(PAGE, {"year": "2026"}, headers={"Accept-Language": "en"}).content.decode()

    assert "厂庆" in page
    assert "247 working days" in page  # one less than published
    assert "Paste the notice" not in page


def test_only_an_admin_sets(rep, manager, now) -> None:
    for person in (rep, manager):
        with pytest.raises(PermissionDenied):
            set_days({date(2026, 12, 1): (False, "")}, actor=person, now=now)
    assert said() == {}


def test_a_notice_is_shown_before_it_is_taken_over(client_for, admin) -> None:
    client: Client = client_for(admin)
    url = reverse("teams:calendar_notice")

    shown = client.post(url, {"year": "2027", "notice": NOTICE}).content.decode()
    assert said() == {}
    assert "2027-01-09" in shown

    client.post(url, {"year": "2027", "notice": NOTICE, "confirmed": "yes"})
    off = {date(2027, 1, number): (False, "元旦") for number in (1, 2, 3)}
    assert said() == off | {date(2027, 1, 9): (True, "元旦")}


@pytest.mark.parametrize(
    ("notice", "sentence"),
    [
        ("放假通知", "No holiday was found in this text."),
        ("一、元旦：1月1日放假。1月4日上班。", "2027-01-04 is worked anyway: it is no weekend day of 2027."),
        ("一、元旦：2月30日放假。", "“2月30日” is no date of 2027."),
    ],
)
def test_an_unclear_notice_is_explained_and_kept(client_for, admin, notice: str, sentence: str) -> None:
    headers = {"Accept-Language": "en"}
    data = {"year": "2027", "notice": notice, "confirmed": "yes"}
    answer = client_for(admin).post(reverse("teams:calendar_notice"), data, headers=headers)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert notice in answer.content.decode()
    assert said() == {}


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        ({"first": "2026-12-02", "last": "2026-12-01"}, "The last day must not lie before the first."),
        ({"first": "2026-12-01", "last": "2027-12-01"}, "At most 60 days at once. Check the year."),
        ({"first": "2026-12-01", "last": "", "says": "public"}, "The calendar says so already."),
    ],
)
def test_what_cannot_be_set_is_said(client_for, admin, days: dict[str, str], sentence: str) -> None:
    data = {"says": "off", "name": "厂庆"} | days
    answer = client_for(admin).post(reverse("teams:calendar_days"), data, headers={"Accept-Language": "en"})

    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_setting_can_be_taken_back_until_somebody_changes_the_day(admin, now) -> None:
    first, second = date(2026, 12, 1), date(2026, 12, 2)
    set_days({first: (False, "厂庆")}, actor=admin, now=now)
    both = set_days({first: (True, ""), second: (False, "厂庆")}, actor=admin, now=now)

    undo(both, actor=admin, now=now)
    assert said() == {first: (False, "厂庆")}

    again = set_days({first: (True, "")}, actor=admin, now=now)
    set_days({first: None}, actor=admin, now=now)
    with pytest.raises(CannotUndo, match="2026-12-01"):
        undo(UndoEntry.objects.get(pk=again.pk), actor=admin, now=now)
    assert said() == {}


def test_a_day_is_left_to_the_public_calendar_again(client_for, admin, now) -> None:
    set_days({date(2026, 12, 1): (False, "厂庆")}, actor=admin, now=now)

    answer = client_for(admin).post(reverse("teams:calendar_days"), {"first": "2026-12-01", "says": "public"})

    assert said() == {}
    assert [message.extra_tags.split(":")[0] for message in get_messages(answer.wsgi_request)] == ["undo"]


def test_saying_the_same_again_is_refused(admin, now) -> None:
    set_days({date(2026, 12, 1): (False, "厂庆")}, actor=admin, now=now)

    with pytest.raises(Refusal, match="says so already"):
        set_days({date(2026, 12, 1): (False, "厂庆")}, actor=admin, now=now)


@pytest.mark.django_db
def test_a_year_has_its_published_working_days_and_marks() -> None:
    months = months_of(2026, load_calendar(), own=())
    cells = {cell.day: cell for month in months for week in month.weeks for cell in week if cell}

    assert len(cells) == 365
    assert sum(month.workdays for month in months) == 248
    assert [cells[day].mark for day in (date(2026, 1, 1), date(2026, 1, 4), date(2026, 11, 24))] == ["休", "班", ""]


@pytest.mark.django_db
def test_the_notice_of_next_year_is_due_from_november_until_it_is_entered(admin, now) -> None:
    assert year_to_announce(date(2026, 10, 31), load_calendar()) is None
    assert year_to_announce(date(2026, 11, 1), load_calendar()) == 2027

    set_days({date(2027, 1, 9): (True, "元旦")}, actor=admin, now=now)
    forget_calendar()
    assert year_to_announce(date(2026, 11, 1), load_calendar()) is None


@time_machine.travel("2026-11-24T02:40:00Z")
def test_the_admin_is_reminded_beside_the_navigation(client_for, admin, manager) -> None:
    headers = {"Accept-Language": "en"}

    assert "The notice for 2027 is due." in client_for(admin).get(PAGE, headers=headers).content.decode()
    assert "The notice for 2027 is due." not in client_for(manager).get(PAGE, headers=headers).content.decode()


@time_machine.travel("2026-11-24T02:40:00Z")
@pytest.mark.parametrize("year", ["", "soon", "99", "2101", "²", "٢٠٢٧"])
def test_a_year_that_is_none_shows_this_year(client_for, rep, year: str) -> None:
    shown = client_for(rep).get(PAGE, {"year": year}).context["year"]

    assert shown == (2027 if year == "٢٠٢٧" else 2026)
