"""When tiers are computed anew, and until when rules can be taken back."""

from datetime import date

import pytest

from accounts.tiers.days import back_until, is_run_due, next_run


@pytest.mark.parametrize(
    ("last", "every", "expected"),
    [
        (date(2026, 11, 24), "MONTHLY", date(2026, 12, 1)),
        (date(2026, 12, 1), "MONTHLY", date(2027, 1, 1)),
        (date(2026, 11, 24), "QUARTERLY", date(2027, 1, 1)),
        (date(2027, 1, 1), "QUARTERLY", date(2027, 4, 1)),
        (date(2026, 6, 30), "QUARTERLY", date(2026, 7, 1)),
        (date(2026, 11, 24), "NEVER", None),
    ],
)
def test_the_next_run_is_on_the_first_of_the_next_period(last: date, every: str, expected: date | None) -> None:
    assert next_run(last, every) == expected


def test_a_run_that_was_missed_is_due_until_it_is_made_and_then_once() -> None:
    last = date(2026, 11, 24)
    assert not is_run_due(last, "MONTHLY", date(2026, 11, 30))
    assert is_run_due(last, "MONTHLY", date(2026, 12, 1))
    assert is_run_due(last, "MONTHLY", date(2027, 3, 8))
    assert not is_run_due(date(2027, 3, 8), "MONTHLY", date(2027, 3, 31))
    assert not is_run_due(last, "NEVER", date(2030, 1, 1))


def test_one_can_go_back_for_ninety_days() -> None:
    assert back_until(date(2026, 11, 24)) == date(2027, 2, 22)
