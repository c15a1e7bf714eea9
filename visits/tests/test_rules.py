"""The two reminders about planned stops."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from crm.workdays import WorkCalendar
from followups.models import FollowUp
from followups.planning import plan_follow_ups
from followups.rules import RuleContext
from followups.wording import wording
from visits.actions.visits import log_visit
from visits.choices import ItemState
from visits.rules import NOT_LOGGED, VISIT_TOMORROW, visits_not_logged, visits_tomorrow
from visits.tests.factories import PlanItemFactory
from visits.visit_input import VisitInput

FRIDAY = date(2026, 11, 27)


def context(on, days=14):
    return RuleContext(on, WorkCalendar(), {"days": days})


def days_reminded(rule, on):
    return {(due.params["day"], due.due_on) for due in rule(context(on))}


@pytest.fixture
def stops(rep):
    """A stop on each day from Friday to Tuesday."""
    return [PlanItemFactory(plan__user=rep, plan__day=FRIDAY + timedelta(days=number)) for number in range(5)]


@pytest.mark.parametrize("on", [FRIDAY, date(2026, 11, 28), date(2026, 11, 29)])
def test_on_friday_and_the_weekend_monday_and_what_lies_between_is_told_for_friday(stops, on):
    still_to_come = {day for day in (date(2026, 11, 28), date(2026, 11, 29), date(2026, 11, 30)) if day > on}

    assert days_reminded(visits_tomorrow, on) == {(day.isoformat(), FRIDAY) for day in still_to_come}


def test_on_an_ordinary_day_the_next_one_is_told(stops):
    assert days_reminded(visits_tomorrow, date(2026, 11, 30)) == {("2026-12-01", date(2026, 11, 30))}


def test_what_is_done_or_taken_out_is_not_told(rep):
    for state in (ItemState.DONE, ItemState.DROPPED):
        PlanItemFactory(plan__user=rep, plan__day=date(2026, 11, 25), state=state)

    assert list(visits_tomorrow(context(date(2026, 11, 24)))) == []


def test_who_left_is_not_reminded(rep):
    PlanItemFactory(plan__user=rep, plan__day=date(2026, 11, 25))
    rep.is_active = False
    rep.save(update_fields=["is_active"])

    assert list(visits_tomorrow(context(date(2026, 11, 24)))) == []


def test_a_visit_tomorrow_names_customer_and_time(rep, changhong):
    PlanItemFactory(
        plan__user=rep, plan__day=date(2026, 11, 25), account=changhong, starts_at=time(10, 30), goal="谈样品"
    )

    [due] = visits_tomorrow(context(date(2026, 11, 24)))

    assert (due.recipient_id, due.account_id) == (rep.pk, changhong.pk)
    words = wording(VISIT_TOMORROW, due.params)
    assert words.title == "Visit 长虹精密 on 11-25 10:30"
    assert words.reason == "It is in your plan. Goal: 谈样品"
    assert due.ends_on == date(2026, 11, 25)


def test_without_a_goal_a_visit_tomorrow_names_the_purpose(rep, changhong):
    PlanItemFactory(plan__user=rep, plan__day=date(2026, 11, 25), account=changhong, purpose="COLLECTION")

    [due] = visits_tomorrow(context(date(2026, 11, 24)))

    words = wording(VISIT_TOMORROW, due.params)
    assert (words.title, words.reason) == ("Visit 长虹精密 on 11-25", "It is in your plan. Goal: collection")


def test_a_stop_of_a_day_that_is_over_is_asked_for_until_the_set_number_of_days(rep):
    item = PlanItemFactory(plan__user=rep, plan__day=date(2026, 11, 20))

    [due] = visits_not_logged(context(date(2026, 11, 24)))
    assert (due.subject, due.due_on, due.key) == (
        ("plan_item", item.pk),
        date(2026, 11, 23),
        f"visit-not-logged:{item.pk}",
    )
    assert list(visits_not_logged(context(date(2026, 11, 20)))) == []
    assert list(visits_not_logged(context(date(2026, 12, 4), days=14)))
    assert list(visits_not_logged(context(date(2026, 12, 5), days=14))) == []


def test_planning_again_and_again_reminds_once_and_logging_ends_it(rep, changhong, now):
    PlanItemFactory(plan__user=rep, plan__day=date(2026, 11, 20), account=changhong)
    for _ in range(3):
        plan_follow_ups(on=date(2026, 11, 24), now=now)
    [item] = FollowUp.objects.filter(kind=NOT_LOGGED)
    assert item.state == "OPEN"

    log_visit(VisitInput(account_id=changhong.pk, happened_on=date(2026, 11, 20)), actor=rep, now=now)

    item.refresh_from_db()
    assert item.state == "DONE"
    plan_follow_ups(on=date(2026, 11, 24), now=datetime(2026, 11, 24, 3, 0, tzinfo=UTC))
    assert not FollowUp.objects.open().filter(kind=NOT_LOGGED).exists()
