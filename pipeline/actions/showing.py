"""Moving or winning, and showing what was missing, in one go: nothing of it happens unless all of it may."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from pipeline.actions.closing import win
from pipeline.actions.evidence import add_evidence
from pipeline.actions.steps import move
from pipeline.choices import EvidenceKind
from pipeline.models import Criterion, Opportunity, Step
from teams.models import User


@dataclass(frozen=True)
class Shown:
    """What a person writes to show a criterion."""

    criterion: Criterion
    text: str


def _show(opportunity: Opportunity, shown: Sequence[Shown], *, on: date, actor: User, now: datetime) -> None:
    for item in shown:
        add_evidence(
            opportunity, criterion=item.criterion, kind=EvidenceKind.WORD, text=item.text, on=on, actor=actor, now=now
        )


@transaction.atomic
def move_showing(
    opportunity: Opportunity,
    *,
    track: str,
    to: Step,
    on: date,
    shown: Sequence[Shown],
    actor: User,
    now: datetime,
    reason: str = "",
    seen: int | None = None,
) -> Opportunity:
    """Add evidence of the day `on` for what is shown, then move; see `move` for the rest. Undo takes back the move."""
    _show(opportunity, shown, on=on, actor=actor, now=now)
    return move(opportunity, track=track, to=to, on=on, actor=actor, now=now, reason=reason, seen=seen)


@transaction.atomic
def win_showing(
    opportunity: Opportunity, *, on: date, shown: Sequence[Shown], actor: User, now: datetime
) -> Opportunity:
    """Add evidence of the day `on` for what is shown, then close as won; see `win`. Undo takes back the closing."""
    _show(opportunity, shown, on=on, actor=actor, now=now)
    return win(opportunity, on=on, actor=actor, now=now)
