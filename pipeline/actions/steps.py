"""Moving along the two tracks: forward on evidence only, back with a reason, in the order the server saw it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm.editing import write_fields
from pipeline.actions.guards import CannotMove, EvidenceMissing, lock, must_be_live, said_day
from pipeline.actions.history import last_day, write_change
from pipeline.actions.takeback import field_values, offer_takeback
from pipeline.choices import ChangeKind, OpportunityState, ProgressKind, Track
from pipeline.models import Criterion, Opportunity, Step
from pipeline.tracks import SIGNED
from teams.models import User

STEP_FIELD = {Track.OURS: "our_step", Track.CUSTOMER: "customer_step"}


def criteria_between(opportunity: Opportunity, track: str, *, start: int, end: int) -> list[Criterion]:
    """Return the criteria of the steps from position `start` up to, not with, `end` on one track, in order."""
    rows = Criterion.objects.filter(
        step__pipeline=opportunity.pipeline_id,
        step__position__gte=start,
        step__position__lt=end,
        track=track,
        is_active=True,
    )
    return list(rows.select_related("step").order_by("step__position", "position"))


def shown_criteria(opportunity: Opportunity) -> set[int]:
    """Return the ids of the criteria for which evidence stands."""
    return set(opportunity.evidence.standing().values_list("criterion_id", flat=True))


def missing_between(opportunity: Opportunity, track: str, *, start: int, end: int) -> list[Criterion]:
    """Return the required criteria between two positions that no evidence shows."""
    shown = shown_criteria(opportunity)
    criteria = criteria_between(opportunity, track, start=start, end=end)
    return [criterion for criterion in criteria if criterion.is_required and criterion.pk not in shown]


def missing_for(opportunity: Opportunity, track: str, to: Step) -> list[Criterion]:
    """Return what still has to be shown before the opportunity may move forward to `to` on the track."""
    here: Step = getattr(opportunity, STEP_FIELD[Track(track)])
    return missing_between(opportunity, track, start=here.position, end=to.position)


@transaction.atomic
def move(
    opportunity: Opportunity,
    *,
    track: str,
    to: Step,
    on: date,
    actor: User,
    now: datetime,
    reason: str = "",
    seen: int | None = None,
) -> Opportunity:
    """Move an opportunity to another step of a track. Can be undone.

    Forward, over one or more steps, every required criterion of the passed steps must be shown by evidence on that
    track; back, a reason is needed. `on` is what the person says; the history goes by the server's time. `seen` is the
    step the person looked at (default: the one of `opportunity`): whoever comes second is told so.
    Raises CannotMove, EvidenceMissing, WrongDay, CannotChange.
    """
    track = Track(track)
    field = STEP_FIELD[track]
    current = lock(opportunity)
    must_be_live(current)
    here: Step = getattr(current, field)
    _check_target(current, track, here=here, to=to, seen=seen or getattr(opportunity, f"{field}_id"))
    said_day(on, actor=actor, now=now, not_before=last_day(current, track))
    kind = _checked_kind(current, track, here=here, to=to, reason=reason)
    values = _moved_values(current, track, to, now=now)
    before = field_values(current, list(values))
    write_fields(current, values, actor=actor, action="opportunity.moved")
    change = write_change(current, kind, track=track, before=here, after=to, on=on, actor=actor, reason=reason.strip())
    offer_takeback(
        "opportunity.moved",
        [current],
        before={current.pk: before},
        changes=[change.pk],
        actor=actor,
        label=_("%(name)s moved to %(step)s") % {"name": current.name, "step": to},
        now=now,
    )
    return current


def _checked_kind(current: Opportunity, track: Track, *, here: Step, to: Step, reason: str) -> ChangeKind:
    """Return whether the move goes forward or back; raises EvidenceMissing or CannotMove for what it lacks."""
    if to.position < here.position:
        if not reason.strip():
            raise CannotMove(_("Say why it goes back."))
        return ChangeKind.BACK
    missing = missing_between(current, track, start=here.position, end=to.position)
    if missing:
        raise EvidenceMissing(missing)
    return ChangeKind.FORWARD


def _check_target(current: Opportunity, track: Track, *, here: Step, to: Step, seen: int) -> None:
    """Raise CannotMove unless `to` is another step of the same pipeline that may be entered from here."""
    if to.pipeline_id != current.pipeline_id:
        raise CannotMove(_("This step belongs to another pipeline."))
    if track == Track.CUSTOMER and not current.pipeline.has_customer_track:
        raise CannotMove(_("This pipeline follows our own steps only."))
    if here.pk != seen:
        raise CannotMove(_("Somebody else has moved it to %(step)s meanwhile. Look at it again.") % {"step": here})
    if to.pk == here.pk:
        raise CannotMove(_("It stands at %(step)s already.") % {"step": here})
    # After the signature delivery and service are still followed.
    is_delivery = current.state == OpportunityState.WON and to.position > here.position and to.band == SIGNED
    if not current.is_open and not is_delivery:
        raise CannotMove(_("“%(name)s” is closed. Reopen it first.") % {"name": current.name})


def _moved_values(current: Opportunity, track: Track, to: Step, *, now: datetime) -> dict[str, Any]:
    """Return the fields a move writes; one track alone takes the other along."""
    values: dict[str, Any] = {STEP_FIELD[track]: to, "progressed_at": now, "progress_kind": ProgressKind.STAGE}
    if track == Track.OURS:
        values["step_since"] = now
        if not current.pipeline.has_customer_track:
            values["customer_step"] = to
    return values


def steps_of(opportunity: Opportunity) -> Sequence[Step]:
    """Return the steps of the opportunity's pipeline, in order."""
    return list(opportunity.pipeline.steps.order_by("position"))
