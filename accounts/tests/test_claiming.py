"""The rule of claims: how long one protects, when it lapses, how many a person may hold; for any day and number."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.claims.claiming import (
    Limits,
    Reached,
    free_again_on,
    lapse_day,
    lapse_line,
    limit_reached,
    protected_until,
    renewed,
    warning_day,
    warning_line,
)
from crm.workdays import WorkCalendar

DAYS = {"A": 45, "B": 60, "C": 120, "": 60}
CALENDAR = WorkCalendar()
days = st.dates(date(2024, 1, 1), date(2027, 12, 31))
tiers = st.sampled_from(["A", "B", "C", ""])
warnings = st.integers(1, 30)


def test_a_claim_protects_for_the_days_of_its_tier() -> None:
    assert protected_until(date(2026, 11, 2), "A", DAYS) == date(2026, 12, 17)
    assert protected_until(date(2026, 11, 2), "", DAYS) == date(2027, 1, 1)


def test_nobody_loses_a_customer_over_a_holiday() -> None:
    """The National Day holiday of 2026 lasts from 1 to 7 October."""
    assert lapse_day(date(2026, 9, 30), CALENDAR) == date(2026, 10, 8)
    assert warning_day(date(2026, 9, 30), 5, CALENDAR) == date(2026, 9, 23)


def test_a_contact_renews_and_never_shortens() -> None:
    assert renewed(date(2026, 12, 17), date(2026, 11, 24), "A", DAYS) == date(2027, 1, 8)
    assert renewed(date(2027, 6, 30), date(2026, 11, 24), "A", DAYS) == date(2027, 6, 30)


def test_the_limit_in_all_is_named_before_that_of_a_tier() -> None:
    held = {"A": 2, "B": 3}
    assert limit_reached(held, "A", Limits()) is None
    assert limit_reached(held, "A", Limits(total=6)) is None
    assert limit_reached(held, "A", Limits(total=5)) == Reached(5)
    assert limit_reached(held, "A", Limits(total=6, tiers={"A": 2})) == Reached(2, "A")
    assert limit_reached(held, "B", Limits(total=6, tiers={"A": 2})) is None
    assert limit_reached(held, "", Limits(tiers={"": 1})) is None


def test_who_lost_a_customer_waits() -> None:
    assert free_again_on(date(2026, 11, 20), 30) == date(2026, 12, 20)
    assert free_again_on(date(2026, 11, 20), 0) == date(2026, 11, 20)


@pytest.mark.property
@given(until=days)
def test_it_lapses_on_a_working_day_after_its_end_with_none_between(until: date) -> None:
    lapse = lapse_day(until, CALENDAR)

    assert lapse > until
    assert CALENDAR.is_workday(lapse)
    assert CALENDAR.workdays_between(until, lapse) == 1


@pytest.mark.property
@given(until=days, on=days)
def test_the_line_takes_those_whose_day_has_come(until: date, on: date) -> None:
    assert (until < lapse_line(on, CALENDAR)) == (lapse_day(until, CALENDAR) <= on)


@pytest.mark.property
@given(until=days, shift=st.integers(-60, 20), warning=warnings)
def test_the_line_of_warnings_takes_those_whose_day_has_come(until: date, shift: int, warning: int) -> None:
    on = until + timedelta(days=shift)

    assert (until < warning_line(on, warning, CALENDAR)) == (warning_day(until, warning, CALENDAR) <= on)


@pytest.mark.property
@given(until=days, warning=warnings)
def test_a_warning_comes_so_many_working_days_before_the_lapse(until: date, warning: int) -> None:
    warned = warning_day(until, warning, CALENDAR)

    assert CALENDAR.is_workday(warned)
    assert CALENDAR.workdays_between(warned, lapse_day(until, CALENDAR)) == warning


@pytest.mark.property
@given(until=days, active_on=days, later=st.integers(0, 400), tier=tiers)
def test_work_never_shortens_and_later_work_never_protects_less(
    until: date, active_on: date, later: int, tier: str
) -> None:
    once = renewed(until, active_on, tier, DAYS)

    assert once >= until
    assert renewed(once, active_on + timedelta(days=later), tier, DAYS) >= once
    assert renewed(once, active_on, tier, DAYS) == once


@pytest.mark.property
@given(
    held=st.dictionaries(tiers, st.integers(0, 200)),
    tier=tiers,
    total=st.none() | st.integers(1, 300),
    of_tier=st.none() | st.integers(1, 100),
)
def test_there_is_room_exactly_while_one_more_breaks_no_limit(
    held: dict[str, int], tier: str, total: int | None, of_tier: int | None
) -> None:
    reached = limit_reached(held, tier, Limits(total, {tier: of_tier}))
    fits = (total is None or sum(held.values()) + 1 <= total) and (of_tier is None or held.get(tier, 0) + 1 <= of_tier)

    assert (reached is None) == fits
