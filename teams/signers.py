"""Who signs what a person hands in: the manager above."""

from datetime import date

from teams.models import Absence, User
from teams.tree import teams_upwards


def _deputy_of(manager: User, on: date) -> tuple[bool, User | None]:
    """Return whether the manager is away on the day, and who stands in."""
    absence = (
        Absence.objects.filter(user=manager, starts_on__lte=on, ends_on__gte=on)
        .select_related("deputy")
        .order_by("-pk")
        .first()
    )
    return absence is not None, absence.deputy if absence else None


def signer_for(user: User, *, on: date) -> User | None:
    """Return who signs for this person on the day: the manager of the team or of the next team above.

    Nobody signs his own. While a manager is away his deputy signs in his place (`followups.actions.approvals`); where
    nobody stands in but the person himself, or nobody at all, the next manager above is asked. Where only such absent
    managers are left, the nearest of them is asked all the same. None where nobody stands above.
    """
    absent: User | None = None
    for team in teams_upwards(user):
        manager = team.manager
        if manager is None or manager.pk == user.pk or not manager.is_active:
            continue
        is_away, deputy = _deputy_of(manager, on)
        if not is_away or (deputy is not None and deputy.pk != user.pk and deputy.is_active):
            return manager
        absent = absent or manager
    return absent
