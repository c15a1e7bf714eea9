"""Who gets which customer, and when each is first visited."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.handover.sharing import Shared, Sharing, ToVisit, receiver_of, spread
from crm.workdays import WorkCalendar

TUESDAY = date(2026, 11, 24)
CALENDAR = WorkCalendar()
LIU, OUYANG, REST = 9, 10, 11


def test_the_first_rule_that_names_a_customer_counts() -> None:
    rules = [Sharing("tier", "A", LIU), Sharing("city", "昆山", OUYANG)]
    assert receiver_of(Shared(tier="A", city="昆山"), rules, REST) == LIU
    assert receiver_of(Shared(tier="B", city="昆山"), rules, REST) == OUYANG
    assert receiver_of(Shared(tier="B", city="苏州"), rules, REST) == REST
    assert receiver_of(Shared(tier="B", city="苏州"), rules, None) is None


def test_a_customer_without_a_tier_can_be_named() -> None:
    assert receiver_of(Shared(tier=""), [Sharing("tier", "", LIU)], REST) == LIU


def test_the_urgent_ones_come_first_and_not_all_on_one_day() -> None:
    wanted = [ToVisit(3, LIU, 20), ToVisit(1, LIU, 2), ToVisit(2, LIU, 2), ToVisit(4, LIU, 2)]
    days = spread(wanted, start=TUESDAY, calendar=CALENDAR)
    assert days == {1: date(2026, 11, 25), 2: date(2026, 11, 26), 4: date(2026, 11, 25), 3: date(2026, 11, 27)}


def test_a_weekend_is_jumped_over() -> None:
    assert spread([ToVisit(1, LIU, 5)], start=date(2026, 11, 27), calendar=CALENDAR) == {1: date(2026, 11, 30)}


WANTED = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 20)), max_size=60)


@pytest.mark.property
@given(wanted=WANTED)
def test_every_visit_has_a_working_day_within_its_term_and_no_day_is_heaped(wanted) -> None:
    asked = [ToVisit(key, to, within) for key, (to, within) in enumerate(wanted)]
    days = spread(asked, start=TUESDAY, calendar=CALENDAR)
    assert sorted(days) == list(range(len(wanted)))
    for one in asked:
        assert CALENDAR.is_workday(days[one.key])
        assert TUESDAY < days[one.key] <= CALENDAR.add_workdays(TUESDAY, one.within)
    for to in {one.to for one in asked}:
        mine = [one for one in asked if one.to == to]
        loads = Counter(days[one.key] for one in mine)
        # Nobody has more on a day than the tightest of his terms forces upon him.
        forced = max(-(-sum(one.within <= term for one in mine) // term) for term in {one.within for one in mine})
        assert max(loads.values()) <= forced
