"""What an admin says about single days of the working calendar."""

from collections.abc import Iterable

from django.db import transaction

from crm.audit import record
from crm.models import CalendarDay
from crm.workdays import forget_calendar
from followups.calendar_text import Said
from teams.access import require
from teams.choices import Right
from teams.models import User


@transaction.atomic
def set_days(days: Iterable[Said], *, actor: User) -> int:
    """Write what is said about days; it stands above the public calendar. Return how many; raises PermissionDenied."""
    require(actor, Right.ADMINISTER)
    count = 0
    for said in days:
        values = {"is_workday": said.is_workday, "name": said.name}
        row, _is_new = CalendarDay.objects.update_or_create(day=said.day, defaults=values)
        record("calendar.set", row, actor=actor, changes=values)
        count += 1
    transaction.on_commit(forget_calendar)
    return count


@transaction.atomic
def drop_day(row: CalendarDay, *, actor: User) -> None:
    """Let the public calendar decide about a day again. Raises PermissionDenied."""
    require(actor, Right.ADMINISTER)
    record("calendar.dropped", row, actor=actor, changes={"day": row.day})
    row.delete()
    transaction.on_commit(forget_calendar)
