"""Filling the demo: the same for a day, all or nothing, into an empty database only."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.models import Industry
from crm.management.demo.customers import quota
from crm.management.demo.firm import held, seed
from crm.models import CalendarDay
from crm.workdays import load_calendar
from pipeline.models import Opportunity
from teams.models import Team, User
from visits.models import DayPlan, Visit

THURSDAY = date(2026, 11, 26)
MORNING = datetime(2026, 11, 26, 1, 30, tzinfo=UTC)  # 9:30 in Shanghai
SMALL = 60
# Technical, and another each time.
OWN = {"id", "client_id", "recorded_at", "password", "digest", "values_digest", "key", "params", "inverse", "changes"}
OWN |= {
    "source_id",
    "subject_id",
    "account_id",
    "expects",
    "last_entry_id",
    "first_entry_id",
    "date_joined",
    "subject_name",
}


def content() -> dict[str, Counter[tuple[Any, ...]]]:
    """Return what every table holds but for keys and the time of writing."""
    found = {}
    for label in held():
        model = apps.get_model(label)
        names = [f.name for f in model._meta.concrete_fields if not f.is_relation and f.name not in OWN]
        rows = model._base_manager.values_list(*names) if names else [()] * model._base_manager.count()
        found[label] = Counter(map(str, rows))
    return found


def seeded(on: date, now: datetime, *, number: int = 2026) -> dict[str, Counter[tuple[Any, ...]]]:
    """Return what a small demo holds, and take it away again."""
    with transaction.atomic():
        seed(accounts=SMALL, password="", on=on, now=now, number=number)
        found = content()
        transaction.set_rollback(True)
    return found


def test_a_day_gives_the_same_whenever_it_is_filled_and_another_number_gives_another_firm(db) -> None:
    evening = MORNING + timedelta(hours=9)
    first = seeded(THURSDAY, MORNING)
    again = seeded(THURSDAY, evening)
    other = seeded(THURSDAY, MORNING, number=7)

    told = {label for label in first if first[label] != again[label]}
    # When reminders go out, who holds what since when, and until when something can be taken back, depend on now.
    assert told <= {
        "accounts.Claim",
        "accounts.Ownership",
        "accounts.TierPolicy",
        "crm.UndoEntry",
        "followups.Delivery",
        "followups.RuleRun",
    }
    assert first["accounts.Contact"] != other["accounts.Contact"]


@pytest.mark.parametrize(
    ("on", "plans_for"),
    [
        (date(2026, 11, 23), [date(2026, 11, 23), date(2026, 11, 24)]),  # a Monday
        (date(2026, 11, 28), [date(2026, 11, 30)]),  # a Saturday
        (date(2026, 10, 3), [date(2026, 10, 8)]),  # National Day; the whole week is off
        (date(2026, 1, 4), [date(2026, 1, 4), date(2026, 1, 5)]),  # a Sunday that is worked
    ],
)
def test_days_off_are_days_off(db, on: date, plans_for: list[date]) -> None:
    calendar = load_calendar()
    seed(accounts=SMALL, password="", on=on, now=datetime(on.year, on.month, on.day, 2, tzinfo=UTC))

    days = {*Visit.objects.values_list("happened_on", flat=True), *DayPlan.objects.values_list("day", flat=True)}
    days |= {*Opportunity.objects.exclude(next_step_on=None).values_list("next_step_on", flat=True)}
    assert [day for day in sorted(days) if not calendar.is_workday(day)] == []
    assert sorted(set(DayPlan.objects.filter(day__gte=on).values_list("day", flat=True))) == plans_for
    assert Visit.objects.filter(happened_on__gt=on).count() == 0


def test_interrupted_it_leaves_nothing(db) -> None:
    def stop(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if "followups_comment" in sql:
            raise KeyboardInterrupt
        return execute(sql, *rest)

    before = held()
    with pytest.raises(KeyboardInterrupt), connection.execute_wrapper(stop):
        seed(accounts=SMALL, password="", on=THURSDAY, now=MORNING)

    assert held() == before


@pytest.mark.parametrize(
    ("make", "label"),
    [
        (lambda: User.objects.create(username="owner"), "teams.User"),
        (lambda: Team.objects.add_root({"name": "阀门厂"}), "teams.Team"),
        (lambda: Industry.objects.create(name="阀门"), "accounts.Industry"),
        (lambda: CalendarDay.objects.create(day=THURSDAY, is_workday=False), "crm.CalendarDay"),
    ],
)
def test_a_database_that_holds_anything_else_is_refused(db, make: Callable[[], object], label: str) -> None:
    make()
    before = held()

    with pytest.raises(CommandError) as refused:
        call_command("seed_demo", accounts=SMALL)

    assert str(refused.value) == (
        f"This database holds data already ({label}); demo data go into an empty one only. "
        "Point DATABASE_URL (or VAR_DIR) elsewhere."
    )
    assert held() == before


def test_shares_add_up_and_follow_the_weights() -> None:
    assert quota([1, 1, 1, 1], 10) == [2, 3, 2, 3]
    assert quota([3, 1], 8) == [6, 2]
    assert sum(quota([0.1, 2.7, 1.3] * 50, 377)) == 377
