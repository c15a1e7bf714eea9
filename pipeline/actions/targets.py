"""Setting targets of teams and people."""

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from crm.audit import record
from crm.editing import Clash, EditConflict
from pipeline.actions.guards import CannotChange
from pipeline.models import Target
from pipeline.periods import Period
from teams.models import Team, User


@transaction.atomic
def set_target(
    *,
    period: Period,
    metric: str,
    value: Decimal | None,
    actor: User,
    team: Team | None = None,
    user: User | None = None,
    version: int | None = None,
) -> Target | None:
    """Set what a team or a person is to reach in a period; None takes the target away.

    `version` is the one the form saw (0: there was no target). Raises EditConflict when somebody set another value
    since, CannotChange for a negative value or unless exactly one of team and user is given.
    """
    if (team is None) == (user is None):
        raise CannotChange(_("Choose a team or a person."))
    if value is not None and value < 0:
        raise CannotChange(_("A target is zero or more."))
    key = {"team": team, "user": user, "metric": metric, "period": period.kind, "starts_on": period.first}
    current = Target.objects.select_for_update().filter(**key).first()
    if (current.value if current else None) == value:
        return current
    if version is not None and version != (current.version if current else 0):
        theirs = current.value if current else None
        raise EditConflict([Clash("value", f"{team or user} {period.label}", theirs, value, "")])
    if value is None:
        _remove(current, actor=actor)
        return None
    if current is None:
        target = Target.objects.create(**key, value=value)
        record("target.set", target, actor=actor, changes={"value": [None, value]})
        return target
    before, current.value, current.version = current.value, value, current.version + 1
    current.save(update_fields=["value", "version"])
    record("target.set", current, actor=actor, changes={"value": [before, value]})
    return current


def _remove(current: Target | None, *, actor: User) -> None:
    if current:
        record("target.removed", current, actor=actor, changes={"value": [current.value, None]})
        current.delete()
