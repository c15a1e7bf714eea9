"""Who may change a plan or a visit; who sees one is said by `visible_to`."""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied

from crm.wallclock import local
from teams.access import may
from teams.choices import Right
from teams.models import User
from visits.models import DayPlan, Visit


def day_of(user: User, moment: datetime) -> date:
    """Return what day it is for a person at a moment."""
    return local(moment, user.time_zone).date()


def acts_for(actor: User, user_id: int) -> bool:
    """Return whether the actor is that person, or stands in for him or her."""
    return user_id == actor.pk or user_id in actor.stands_in_for


def may_plan(actor: User, plan: DayPlan) -> bool:
    """Return whether the actor may change the plan: its owner, and who stands in for the owner."""
    return may(actor, Right.SELL) and acts_for(actor, plan.user_id)


def require_plan(actor: User, plan: DayPlan) -> None:
    """Raise PermissionDenied unless the actor may change the plan."""
    if not may_plan(actor, plan):
        raise PermissionDenied


def may_correct(actor: User, visit: Visit, on: date) -> bool:
    """Return whether the actor may still correct the visit: who logged it, on the day it was logged.

    What was learnt belongs into the record the same day (growing-key-accounts); later, a comment says what changed.
    """
    return (
        may(actor, Right.SELL)
        and acts_for(actor, visit.user_id)
        and visit.archived_at is None
        and day_of(actor, visit.recorded_at) == on
    )


def may_archive(actor: User, visit: Visit, on: date) -> bool:
    """Return whether the actor may put the visit away: as for a correction, and at any time who leads the person."""
    if visit.archived_at is not None:
        return False
    leads = may(actor, Right.LEAD) and User.objects.visible_to(actor).filter(pk=visit.user_id).exists()
    return leads or may_correct(actor, visit, on)
