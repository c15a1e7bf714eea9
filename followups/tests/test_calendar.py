"""The working calendar as an admin keeps it."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from crm.models import AuditEntry, CalendarDay
from crm.workdays import forget_calendar, load_calendar
from followups.actions.calendar import set_days
from followups.calendar_text import Said, read_days

NOTICE = "2027-02-05~2027-02-07 休 春节\n2027-02-14 班\n"


def entered() -> list[tuple[str, bool, str]]:
    """Return what is kept, in the order of days."""
    rows = CalendarDay.objects.order_by("day").values_list("day", "is_workday", "name")
    return [(day.isoformat(), works, name) for day, works, name in rows]


@pytest.mark.parametrize(
    ("line", "days"),
    [
        ("2027-02-14 班", [("2027-02-14", True, "")]),
        ("2027-2-4至2027-2-5 休 春节", [("2027-02-04", False, "春节"), ("2027-02-05", False, "春节")]),
        ("2027-01-01：休元旦", [("2027-01-01", False, "元旦")]),
        ("2027-01-04 Work stocktaking", [("2027-01-04", True, "stocktaking")]),
    ],
)
def test_a_line_names_days(line: str, days: list[tuple[str, bool, str]]):
    assert read_days(line) == ([Said(date.fromisoformat(day), works, name) for day, works, name in days], [])


@pytest.mark.parametrize(
    "line",
    [
        "春节",
        "2027-02-30 休",
        "2027-02-07~2027-02-05 休",
        "2027-01-01~2027-12-31 休",
        "2027-02-14",
        "2027-02-14 workday",
    ],
)
def test_a_line_that_names_no_day_is_given_back(line: str):
    assert read_days(f"{line}\n\n2027-02-14 班") == ([Said(date(2027, 2, 14), True, "")], [line])


def test_a_later_line_stands_above_an_earlier_one():
    assert read_days("2027-02-14 休\n2027-02-14 班")[0] == [Said(date(2027, 2, 14), True, "")]


@pytest.fixture
def browser(client_for, admin):
    """The admin in November, when the next year should be announced."""
    with time_machine.travel("2026-11-24T02:40:00Z", tick=False):
        yield client_for(admin)


def test_an_admin_enters_the_notice_and_the_year_is_known(browser, django_capture_on_commit_callbacks):
    page = browser.get("/follow-ups/calendar/?year=2027").content.decode()
    assert "The make-up days of 2027 are not known here." in page
    assert "The make-up days of 2027 are not known here." in browser.get("/follow-ups/rules/").content.decode()
    assert not load_calendar().is_workday(date(2027, 2, 14))

    with django_capture_on_commit_callbacks(execute=True):
        answer = browser.post("/follow-ups/calendar/?year=2027", {"days": NOTICE})

    assert answer.headers["Location"] == "/follow-ups/calendar/?year=2027"
    assert entered() == [
        ("2027-02-05", False, "春节"),
        ("2027-02-06", False, "春节"),
        ("2027-02-07", False, "春节"),
        ("2027-02-14", True, ""),
    ]
    known = load_calendar()
    assert (known.is_workday(date(2027, 2, 14)), known.is_workday(date(2027, 2, 5))) == (True, False)
    page = browser.get("/follow-ups/calendar/?year=2027").content.decode()
    assert "4 days are kept." in page
    assert "The make-up days of 2027 are not known here." not in page
    assert AuditEntry.objects.filter(action="calendar.set").count() == 4


def test_a_line_that_cannot_be_read_keeps_nothing_and_everything_typed(browser):
    answer = browser.post("/follow-ups/calendar/?year=2027", {"days": "2027-02-14 班\n春节放假"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Nothing was kept. These lines could not be read:" in page
    assert page.count("春节放假") == 2
    assert entered() == []


def test_a_day_is_given_back_to_the_public_calendar(browser, django_capture_on_commit_callbacks):
    row = CalendarDay.objects.create(day=date(2026, 10, 1), is_workday=True)
    forget_calendar()
    assert load_calendar().is_workday(date(2026, 10, 1))

    with django_capture_on_commit_callbacks(execute=True):
        browser.post(f"/follow-ups/calendar/{row.pk}/drop/")

    assert not load_calendar().is_workday(date(2026, 10, 1))
    assert entered() == []
    assert browser.post(f"/follow-ups/calendar/{row.pk}/drop/").status_code == 404


def test_before_november_nobody_waits_for_the_next_year(client_for, admin):
    with time_machine.travel("2026-10-31T02:40:00Z", tick=False):
        assert "not known here" not in client_for(admin).get("/follow-ups/rules/").content.decode()


def test_only_an_admin_says_what_a_day_is(manager):
    with pytest.raises(PermissionDenied):
        set_days([Said(date(2027, 2, 14), True, "")], actor=manager)
