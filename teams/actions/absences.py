"""Who is away, and who stands in."""

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from crm.audit import record
from teams.models import Absence, User
from teams.refusals import Refusal


@transaction.atomic
def note_absence(
    user: User, *, starts_on: date, ends_on: date, actor: User, deputy: User | None = None, reason: str = ""
) -> Absence:
    """Return a noted absence; from the first to the last day the deputy sees the person's customers and signs for him.

    Raises Refusal for days in the wrong order, days already noted, oneself or a left colleague as deputy, and a deputy
    who is away himself on one of the days.
    """
    if ends_on < starts_on:
        raise Refusal(_("The last day must not lie before the first."))
    User.objects.select_for_update().get(pk=user.pk)  # two notes for one person wait for each other
    known = user.absences.overlapping(starts_on, ends_on).first()
    if known:
        days = {"first": known.starts_on.isoformat(), "last": known.ends_on.isoformat()}
        raise Refusal(_("An absence from %(first)s to %(last)s is noted already. End it first.") % days)
    if deputy:
        _refuse_deputy(user, deputy, starts_on, ends_on)
    absence = Absence.objects.create(user=user, starts_on=starts_on, ends_on=ends_on, deputy=deputy, reason=reason)
    changes = {"user": user, "starts_on": starts_on, "ends_on": ends_on, "deputy": deputy}
    record("absence.noted", absence, actor=actor, changes=changes)
    return absence


def _refuse_deputy(user: User, deputy: User, starts_on: date, ends_on: date) -> None:
    """Raise Refusal if `deputy` cannot stand in for `user` on these days."""
    if deputy.pk == user.pk:
        raise Refusal(_("Choose somebody else as deputy."))
    if not deputy.is_active:
        raise Refusal(_("%(name)s no longer works here. Choose another deputy.") % {"name": deputy})
    away = deputy.absences.overlapping(starts_on, ends_on).first()
    if away:
        days = {"name": deputy, "first": away.starts_on.isoformat(), "last": away.ends_on.isoformat()}
        raise Refusal(_("%(name)s is away from %(first)s to %(last)s. Choose another deputy.") % days)


@transaction.atomic
def end_absence(absence: Absence, *, on: date, actor: User) -> None:
    """Note that the person is back on `on`; an absence that had not begun goes away altogether."""
    current = Absence.objects.select_for_update().get(pk=absence.pk)
    if current.ends_on < on:
        raise Refusal(_("This absence is over already."))
    if on <= current.starts_on:
        record("absence.withdrawn", current, actor=actor, changes={"user": current.user_id})
        current.delete()
        return
    before, current.ends_on = current.ends_on, on - timedelta(days=1)
    current.save(update_fields=["ends_on"])
    record("absence.ended", current, actor=actor, changes={"ends_on": [before, current.ends_on]})
