"""What every action on an opportunity checks first, and the refusals they raise. Their text is meant for the person."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from pipeline.models import Criterion, Opportunity


class Refused(Exception):
    """The action cannot be done; the message says why and what to do."""


class CannotMove(Refused):
    """The opportunity cannot go to this step."""


class CannotChange(Refused):
    """The opportunity is closed or archived, or what was given does not belong to it."""


class WrongDay(Refused):
    """A day in the future, or before what it must follow."""


class EvidenceMissing(Refused):
    """Required criteria of the passed steps are not shown; `missing` names them in order."""

    def __init__(self, missing: Sequence[Criterion]) -> None:
        self.missing = list(missing)
        super().__init__(
            _("To move on, show this first: %(what)s.") % {"what": _("; ").join(str(item) for item in missing)}
        )


def lock(opportunity: Opportunity) -> Opportunity:
    """Return the opportunity as it stands now, locked until the transaction ends.

    Without joins: PostgreSQL drops a locked row whose joined step was changed while it waited for the lock.
    """
    return Opportunity.objects.select_for_update().get(pk=opportunity.pk)


def lock_open(opportunity: Opportunity) -> Opportunity:
    """Return the opportunity locked; raises CannotChange when it is closed or archived."""
    current = lock(opportunity)
    must_be_live(current)
    if not current.is_open:
        raise CannotChange(_("“%(name)s” is closed. Reopen it first.") % {"name": current.name})
    return current


def must_be_live(opportunity: Opportunity) -> None:
    """Raise CannotChange when the opportunity is archived."""
    if opportunity.archived_at:
        raise CannotChange(_("“%(name)s” is archived. Restore it first.") % {"name": opportunity.name})


def today_of(actor: Any, now: datetime) -> date:
    """Return what day `now` is for the person, or for the firm where nobody acts."""
    return now.astimezone(ZoneInfo(actor.time_zone if actor else settings.TIME_ZONE)).date()


def said_day(on: date, *, actor: Any, now: datetime, not_before: date | None = None) -> date:
    """Return the day a person gives; raises WrongDay for one in the future or before `not_before`."""
    if on > today_of(actor, now):
        raise WrongDay(_("%(day)s lies in the future. Give the day it happened.") % {"day": on.isoformat()})
    if not_before and on < not_before:
        raise WrongDay(
            _("%(day)s lies before %(first)s, the day of the step before it.")
            % {"day": on.isoformat(), "first": not_before.isoformat()}
        )
    return on
