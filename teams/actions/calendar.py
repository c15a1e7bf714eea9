"""The firm's word about days: worked although the public calendar says no, or off although it says yes."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.audit import record
from crm.models import CalendarDay, UndoEntry
from crm.notice import NoticeDay
from crm.undo import CannotUndo, offer_undo
from crm.workdays import forget_calendar
from teams.access import require
from teams.choices import Right
from teams.models import User
from teams.refusals import Refusal

UNDO = "teams.set_days"
LONGEST = 60  # days at once; more is a mistyped year
# What the firm says of a day: whether it is worked, and the name of the reason. None: as the public calendar says.
Word = tuple[bool, str] | None


def days_between(first: date, last: date) -> list[date]:
    """Return every day from the first to the last. Raises Refusal for the wrong order or more than `LONGEST` days."""
    if last < first:
        raise Refusal(_("The last day must not lie before the first."))
    if last - first >= timedelta(days=LONGEST):
        raise Refusal(_("At most %(n)s days at once. Check the year.") % {"n": LONGEST})
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def take_over_notice(notice: Iterable[NoticeDay], *, actor: User, now: datetime) -> UndoEntry:
    """Write the days of a public notice into the firm's calendar; return what takes it back."""
    return set_days({said.day: (said.is_workday, said.name) for said in notice}, actor=actor, now=now)


@transaction.atomic
def set_days(words: Mapping[date, Word], *, actor: User, now: datetime) -> UndoEntry:
    """Say of each day whether the firm works (None: as the public calendar says); return what takes it back.

    Raises Refusal where nothing would change, PermissionDenied for who is no admin.
    """
    require(actor, Right.ADMINISTER)
    known = _known(words)
    changed = {day: word for day, word in words.items() if known.get(day) != word}
    if not changed:
        raise Refusal(_("The calendar says so already."))
    before = {day: known.get(day) for day in changed}
    _write(changed, actor=actor)
    label = ngettext(
        "%(n)s day changed in the working calendar", "%(n)s days changed in the working calendar", len(changed)
    )
    inverse = {"before": _as_json(before), "after": _as_json(changed)}
    return offer_undo(UNDO, actor=actor, label=label % {"n": len(changed)}, inverse=inverse, rows=[], now=now)


def undo_days(data: dict[str, Any], *, actor: User, now: datetime) -> None:  # noqa: ARG001 - the way of all inverses
    """Put the days back as they were; raises CannotUndo when one was changed since."""
    before, after = _from_json(data["before"]), _from_json(data["after"])
    known = _known(after)
    touched = [day.isoformat() for day, word in sorted(after.items()) if known.get(day) != word]
    if touched:
        raise CannotUndo(
            _("This cannot be undone, because it was changed since: %(names)s.") % {"names": ", ".join(touched[:5])}
        )
    _write(before, actor=actor)


def _known(days: Iterable[date]) -> dict[date, Word]:
    rows = CalendarDay.objects.select_for_update().filter(day__in=list(days))
    return {row.day: (row.is_workday, row.name) for row in rows}


def _write(words: Mapping[date, Word], *, actor: User) -> None:
    """Write the words, one history row for each day; every process sees them within a minute, this one at once."""
    for day, word in sorted(words.items()):
        row = CalendarDay.objects.filter(day=day).first() or CalendarDay(day=day)
        before = [row.is_workday, row.name] if row.pk else None
        if word is None:
            record("calendar.day_cleared", row, actor=actor, changes={"day": day, "says": [before, None]})
            row.delete()
            continue
        row.is_workday, row.name = word
        row.save()
        record("calendar.day_set", row, actor=actor, changes={"day": day, "says": [before, list(word)]})
    transaction.on_commit(forget_calendar)


def _as_json(words: Mapping[date, Word]) -> dict[str, list[Any] | None]:
    return {day.isoformat(): list(word) if word else None for day, word in words.items()}


def _from_json(words: Mapping[str, list[Any] | None]) -> dict[date, Word]:
    return {date.fromisoformat(day): (word[0], word[1]) if word else None for day, word in words.items()}
