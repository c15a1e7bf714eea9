"""When tiers are computed anew, and until when one can go back. No database, no clock."""

from datetime import date, timedelta
from typing import Final

# Ours: a quarter is over by then, and so is what the rules were for.
BACK_DAYS: Final = 90
MONTHS: Final = {"MONTHLY": 1, "QUARTERLY": 3}


def next_run(last: date, every: str) -> date | None:
    """Return the first day of the period after the one of the last run; None where they are never run again."""
    months = MONTHS.get(every)
    if months is None:
        return None
    year, month = divmod(last.year * 12 + (last.month - 1) // months * months + months, 12)
    return date(year, month + 1, 1)


def is_run_due(last: date, every: str, on: date) -> bool:
    """Return whether a run is due on a day; one that was missed is due until it is made, and then once."""
    day = next_run(last, every)
    return day is not None and on >= day


def back_until(applied: date) -> date:
    """Return the last day on which rules that came into force on a day can be taken back."""
    return applied + timedelta(days=BACK_DAYS)
