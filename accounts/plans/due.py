"""Days by which something of a plan is due: a new one lies ahead, an old one may stay. No database and no clock."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

FIELD = "due_on"


class DayPassed(Exception):
    """A day set now lies behind; the message says what to do."""


def refuse_passed(values: Mapping[str, Any], *, kept: date | None, today: date) -> None:
    """Raise DayPassed where `values` set another day than the `kept` one and it is over: its follow-up came too late.

    A day that has passed since it was set stays as it is, so that everything else of an overdue line can be changed.
    """
    day = values.get(FIELD)
    if day is None or day == kept or day >= today:
        return
    sentence = _("%(day)s has passed. Choose today or a later day, or leave it empty until a day is agreed.")
    raise DayPassed(sentence % {"day": day.isoformat()})
