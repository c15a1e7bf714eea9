"""Rows of the stage history. Parts of other actions, which record themselves."""

from datetime import date
from typing import Any

from crm.models.abstract import Origin
from pipeline.choices import ChangeKind, Track
from pipeline.models import Opportunity, StageChange
from teams.models import User


def write_change(
    opportunity: Opportunity,
    kind: ChangeKind,
    *,
    on: date,
    actor: User | None,
    track: Track = Track.OURS,
    before: Any = None,
    after: Any = None,
    reason: str = "",
    origin: str = Origin.WEB,
) -> StageChange:
    """Write one row of the stage history; its time is the server's."""
    return StageChange.objects.create(
        opportunity=opportunity,
        track=track,
        kind=kind,
        before=before,
        after=after,
        amount=opportunity.amount,
        happened_on=on,
        actor=actor,
        reason=reason[:250],
        origin=origin,
    )


def last_day(opportunity: Opportunity, track: str) -> date | None:
    """Return the day of the last move on the track, or of the opening (None: not known); nothing may lie before it."""
    changes: Any = StageChange.objects.standing().filter(opportunity=opportunity, track=track)
    last: date | None = changes.order_by("-id").values_list("happened_on", flat=True).first()
    return last or opportunity.opened_on or opportunity.recorded_at.date()
