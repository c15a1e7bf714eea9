"""When an opportunity counts as stuck, and why, in words. Dates in, reason out: no database and no clock.

Only what moves it forward resets the clock (a visit, a move, evidence, a new amount, a next step done), and an agreed
day still to come pauses it. The expected days of a step are working days.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.workdays import WorkCalendar
from pipeline.choices import ProgressKind


@dataclass(frozen=True)
class Stall:
    """An opportunity that stands still: for how many calendar days, and what moved it last."""

    days: int
    progressed_on: date
    kind: str = ""


def stall_line(on: date, expected_days: int, calendar: WorkCalendar) -> date:
    """Return the first day on which progress is still recent enough on the day `on`.

    Progress before it lies more than `expected_days` working days back.
    """
    last_workday = calendar.previous_workday(on)
    return calendar.add_workdays(last_workday, -expected_days) if expected_days else last_workday


def is_paused(next_step_on: date | None, on: date) -> bool:
    """Return whether a next step for today or later is agreed: what is agreed for a later day is not stuck."""
    return next_step_on is not None and next_step_on >= on


def stall_of(
    progressed_on: date,
    *,
    expected_days: int,
    next_step_on: date | None,
    on: date,
    calendar: WorkCalendar,
    kind: str = "",
) -> Stall | None:
    """Return how long an open opportunity has stood still, None while it moves as fast as expected."""
    if is_paused(next_step_on, on) or progressed_on >= stall_line(on, expected_days, calendar):
        return None
    return Stall((on - progressed_on).days, progressed_on, kind)


def stall_reason(stall: Stall) -> str:
    """Return the sentence a card shows: "21 days: last progress was the visit of 11-03"."""
    sentences = {
        ProgressKind.OPENED.value: _("%(days)s: nothing has moved since it was opened on %(day)s"),
        ProgressKind.STAGE.value: _("%(days)s: last progress was the move of %(day)s"),
        ProgressKind.EVIDENCE.value: _("%(days)s: last progress was the evidence of %(day)s"),
        ProgressKind.AMOUNT.value: _("%(days)s: last progress was the new amount of %(day)s"),
        ProgressKind.NEXT_STEP.value: _("%(days)s: last progress was the step done on %(day)s"),
        ProgressKind.VISIT.value: _("%(days)s: last progress was the visit of %(day)s"),
    }
    days = ngettext("%(n)s day", "%(n)s days", stall.days) % {"n": stall.days}
    sentence = sentences.get(stall.kind, _("%(days)s: last progress was on %(day)s"))
    far = stall.days > timedelta(days=300).days
    return sentence % {"days": days, "day": stall.progressed_on.isoformat() if far else f"{stall.progressed_on:%m-%d}"}


def overdue_since(since: date, expected_days: int, calendar: WorkCalendar) -> date:
    """Return the working day on which a stay that began on `since` has lasted longer than expected."""
    return calendar.add_workdays(since, expected_days + 1)
