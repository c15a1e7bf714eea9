"""The next step of an opportunity as a mark: a day, today, overdue, or none. No database and no clock."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.workdays import WorkCalendar

OVERDUE, TODAY, THIS_WEEK, NEXT_WEEK, LATER, NONE = "overdue", "today", "week", "next_week", "later", "none"


@dataclass(frozen=True)
class Mark:
    """What a pill shows."""

    tone: str
    text: str


def mark_of(next_step_on: date | None, on: date, *, is_stalled: bool = False) -> Mark:
    """Return the pill of a next step; a thing has at most one red, so a stalled one's pill is only a warning."""
    if next_step_on is None:
        return Mark("warn", _("No next step"))
    days = (on - next_step_on).days
    if days > 0:
        text = ngettext("%(n)s day overdue", "%(n)s days overdue", days) % {"n": days}
        return Mark("warn" if is_stalled else "danger", text)
    if days == 0:
        return Mark("info", _("Today"))
    return Mark("", next_step_on.isoformat()[5:] if next_step_on.year == on.year else next_step_on.isoformat())


def week_ends(on: date) -> tuple[date, date]:
    """Return the last day of the week of `on` and of the next; weeks begin on Monday."""
    sunday = on + timedelta(days=6 - on.weekday())
    return sunday, sunday + timedelta(days=7)


def usual_days(on: date, calendar: WorkCalendar) -> dict[str, date]:
    """Return the days offered for a next step: next working day, next Monday, in one week, in two; working days."""
    sunday, _next = week_ends(on)
    return {
        "tomorrow": calendar.next_workday(on + timedelta(days=1)),
        "monday": calendar.next_workday(sunday + timedelta(days=1)),
        "week": calendar.next_workday(on + timedelta(days=7)),
        "fortnight": calendar.next_workday(on + timedelta(days=14)),
    }
