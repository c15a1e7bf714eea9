"""Won, lost, and back again."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm.editing import write_fields
from pipeline.actions.guards import (
    CannotChange,
    EvidenceMissing,
    lock,
    lock_open,
    must_be_live,
    said_day,
    today_of,
)
from pipeline.actions.history import last_day, write_change
from pipeline.actions.steps import missing_between, steps_of
from pipeline.actions.takeback import field_values, offer_takeback
from pipeline.choices import ChangeKind, OpportunityState, ProgressKind, Track
from pipeline.models import Criterion, LossReason, Opportunity, Step
from pipeline.tracks import signing_step
from teams.models import User

OPEN_AGAIN: dict[str, Any] = {
    "state": OpportunityState.OPEN,
    "closed_on": None,
    "closed_at": None,
    "loss_reason": None,
    "competitor": "",
    "lesson": "",
}


def missing_to_win(opportunity: Opportunity) -> list[Criterion]:
    """Return what must be shown before the opportunity counts as won.

    On our track everything from here to the signing step, with it; of the signing step the customer's side too.
    """
    sign: Step = signing_step(steps_of(opportunity))
    end = sign.position + 1
    missing = missing_between(opportunity, Track.OURS, start=opportunity.our_step.position, end=end)
    if opportunity.pipeline.has_customer_track:
        missing += missing_between(opportunity, Track.CUSTOMER, start=sign.position, end=end)
    return missing


@transaction.atomic
def win(opportunity: Opportunity, *, on: date, actor: User, now: datetime) -> Opportunity:
    """Close as won, signed on `on`: the signing step is passed. Can be undone.

    Raises EvidenceMissing, WrongDay (in the future or before the last move), CannotChange (not open).
    """
    current = lock_open(opportunity)
    said_day(on, actor=actor, now=now, not_before=last_day(current, Track.OURS))
    missing = missing_to_win(current)
    if missing:
        raise EvidenceMissing(missing)
    here = current.our_step
    sign = max(here, signing_step(steps_of(current)), key=lambda step: step.position)
    values: dict[str, Any] = {"state": OpportunityState.WON, "our_step": sign}
    if sign.pk != here.pk:
        values["step_since"] = now
    if not current.pipeline.has_customer_track:
        values["customer_step"] = sign
    return _close(current, ChangeKind.WON, values, after=sign, on=on, actor=actor, now=now)


@transaction.atomic
def lose(
    opportunity: Opportunity,
    *,
    reason: LossReason,
    on: date,
    actor: User,
    now: datetime,
    competitor: str = "",
    lesson: str = "",
) -> Opportunity:
    """Close as lost; the reason is required, competitor and lesson may follow. Can be undone.

    Raises WrongDay, CannotChange (not open).
    """
    current = lock_open(opportunity)
    said_day(on, actor=actor, now=now, not_before=last_day(current, Track.OURS))
    values: dict[str, Any] = {
        "state": OpportunityState.LOST,
        "loss_reason": reason,
        "competitor": competitor[:100],
        "lesson": lesson,
    }
    return _close(current, ChangeKind.LOST, values, after=None, on=on, actor=actor, now=now, why=str(reason.name))


@transaction.atomic
def reopen(opportunity: Opportunity, *, actor: User, now: datetime, reason: str = "") -> Opportunity:
    """Open a closed opportunity again at the step it had; its clocks start anew. Can be undone.

    Raises CannotChange when it is open or archived.
    """
    current = lock(opportunity)
    must_be_live(current)
    if current.is_open:
        raise CannotChange(_("“%(name)s” is open already.") % {"name": current.name})
    values = OPEN_AGAIN | {"step_since": now, "progressed_at": now, "progress_kind": ProgressKind.STAGE}
    on = today_of(actor, now)
    return _write(current, ChangeKind.REOPENED, values, after=current.our_step, on=on, actor=actor, now=now, why=reason)


def _close(
    current: Opportunity,
    kind: ChangeKind,
    values: dict[str, Any],
    *,
    after: Step | None,
    on: date,
    actor: User,
    now: datetime,
    why: str = "",
) -> Opportunity:
    """Write a closing: nothing comes next, both dates, the claimed and the server's."""
    values |= {"closed_on": on, "closed_at": now, "next_step": "", "next_step_on": None}
    return _write(current, kind, values, after=after, on=on, actor=actor, now=now, why=why)


def _write(
    current: Opportunity,
    kind: ChangeKind,
    values: dict[str, Any],
    *,
    after: Step | None,
    on: date,
    actor: User,
    now: datetime,
    why: str = "",
) -> Opportunity:
    here, before, action = current.our_step, field_values(current, list(values)), f"opportunity.{kind.lower()}"
    write_fields(current, values, actor=actor, action=action)
    change = write_change(current, kind, before=here, after=after, on=on, actor=actor, reason=why)
    offer_takeback(
        action,
        [current],
        before={current.pk: before},
        changes=[change.pk],
        actor=actor,
        label=f"{current.name}: {kind.label}",
        now=now,
    )
    return current
