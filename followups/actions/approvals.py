"""Signing. Steps are signed in order, each by its approver or, while he is away, by his deputy; never by who asked.

A decision can be taken back for thirty seconds; until then nobody is told of it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.audit import record
from crm.editing import write_fields
from crm.models import UndoEntry
from crm.undo import offer_undo
from followups.actions.messages import NO_HOLD, notify
from followups.approval_kinds import ApprovalKind, Description, approval_kind, register_approval
from followups.choices import ApprovalState, DeliveryState, NotSent
from followups.models import Approval, ApprovalStep, Delivery, Notification
from followups.recipients import day_of
from followups.subjects import Subject, address_of, as_pair, current_versions
from teams.models import Absence, User

__all__ = [
    "ApprovalKind",
    "CannotSign",
    "Description",
    "NobodyToSign",
    "NotWaiting",
    "SubjectChanged",
    "approve",
    "approve_all",
    "may_sign",
    "pass_signatures",
    "register_approval",
    "request_approval",
    "send_back",
    "withdraw",
]

HOLD = timedelta(seconds=30)
ASKED, APPROVED, RETURNED = "approval_asked", "approval_approved", "approval_returned"


class CannotSign(Exception):
    """The decision cannot be made; the message says why, for the person."""


class NobodyToSign(CannotSign):
    """There is no approver but the person who asks."""


class NotWaiting(CannotSign):
    """Somebody has decided already, or it was withdrawn."""


class SubjectChanged(CannotSign):
    """The thing was changed after it had been handed in."""


@transaction.atomic
def request_approval(kind: str, subject: Subject, *, approvers: Sequence[User], actor: User, now: datetime) -> Approval:
    """Ask for signatures, in the order of `approvers`, for the subject as it now stands in the database.

    Who asks does not sign: he is left out. The same thing already waiting is returned as it is. Raises NobodyToSign.
    """
    pair = as_pair(subject)
    signers = list(dict.fromkeys(person for person in approvers if person.pk != actor.pk and person.is_active))
    if not signers:
        raise NobodyToSign(_("There is nobody to sign this. Ask an admin to name a manager for your team."))
    waiting = Approval.objects.about(*pair).waiting().filter(kind=kind).first()
    version = current_versions([pair])[pair]
    if waiting and waiting.subject_version == version:
        return waiting
    if waiting:
        withdraw(waiting, actor=actor, now=now)
    approval = Approval.objects.create(
        kind=kind, subject_kind=pair[0], subject_id=pair[1], subject_version=version, requested_by=actor
    )
    ApprovalStep.objects.bulk_create(
        ApprovalStep(approval=approval, position=position, approver=person)
        for position, person in enumerate(signers, start=1)
    )
    record("approval.requested", approval, actor=actor, changes={"approvers": [str(person) for person in signers]})
    _ask(approval, signers[0], now=now)
    return approval


def _message_params(approval: Approval) -> dict[str, Any]:
    pair = (approval.subject_kind, approval.subject_id)
    known = approval_kind(approval.kind)
    title = known.describe([approval])[approval.pk].title if known else approval.kind
    return {"kind": approval.kind, "title": title, "who": str(approval.requested_by), "url": address_of(pair)}


def _tell(approval: Approval, kind: str, to: User, *, now: datetime, hold: timedelta = NO_HOLD, **params: Any) -> None:
    """Write a message about this state of an approval; it is dropped when the approval moves on before it is sent."""
    notify(
        key=f"{kind}:{approval.pk}:{approval.version}",
        kind=kind,
        subject=approval,
        recipient=to,
        params=_message_params(approval) | params,
        now=now,
        source_version=approval.version,
        hold=hold,
    )


def _ask(approval: Approval, approver: User, *, now: datetime, hold: timedelta = NO_HOLD) -> None:
    """Tell the approver, and his deputies while he is away, that a signature is wanted."""
    page = {"url": address_of(("approval", approval.pk))}
    _tell(approval, ASKED, approver, now=now, hold=hold, **page)
    for absence in Absence.objects.filter(user=approver, deputy__is_active=True).select_related("deputy"):
        deputy = absence.deputy
        if deputy and absence.covers(day_of(approver, now)) and deputy.pk != approval.requested_by_id:
            _tell(approval, ASKED, deputy, now=now, hold=hold, **page)


def may_sign(step: ApprovalStep, actor: User, *, now: datetime) -> bool:
    """Return whether the person may sign: he is asked or stands in for who is today; never what he asked for."""
    if step.approval.requested_by_id == actor.pk:
        return False
    if step.approver_id == actor.pk:
        return True
    away = Absence.objects.filter(user_id=step.approver_id, deputy=actor)
    return any(absence.covers(day_of(actor, now)) for absence in away)


def _current_step(approval: Approval) -> ApprovalStep:
    step = (
        ApprovalStep.objects.filter(approval=approval, state=ApprovalState.WAITING)
        .select_related("approval", "approver")
        .order_by("position")
        .first()
    )
    if approval.state != ApprovalState.WAITING or step is None:
        raise NotWaiting(_("This has been decided already."))
    return step


def _locked(approval: Approval) -> Approval:
    return Approval.objects.select_for_update(of=("self",)).select_related("requested_by").get(pk=approval.pk)


def _sign(step: ApprovalStep, state: ApprovalState, *, actor: User, now: datetime, comment: str) -> None:
    step.state, step.decided_by, step.decided_at, step.comment = state, actor, now, comment.strip()
    step.save(update_fields=["state", "decided_by", "decided_at", "comment"])
    asked = Notification.objects.unread().filter(kind=ASKED, subject_kind="approval", subject_id=step.approval_id)
    asked.update(read_at=now)


def _decide(approval: Approval, state: ApprovalState, *, actor: User, now: datetime, comment: str) -> None:
    """Write the final state and tell the subject's room."""
    write_fields(approval, {"state": state, "decided_at": now}, actor=actor, action=f"approval.{state.lower()}")
    known = approval_kind(approval.kind)
    if known:
        known.decided(approval, actor=actor, now=now, comment=comment.strip())


def _sign_next(approval: Approval, *, actor: User, now: datetime, comment: str) -> list[int]:
    """Sign the next step of a locked approval; return [approval, step] for taking it back."""
    step = _current_step(approval)
    if not may_sign(step, actor, now=now):
        raise PermissionDenied
    pair = (approval.subject_kind, approval.subject_id)
    if current_versions([pair]).get(pair) != approval.subject_version:
        raise SubjectChanged(_("This was changed after it had been handed in. It has to be handed in again."))
    _sign(step, ApprovalState.APPROVED, actor=actor, now=now, comment=comment)
    after = ApprovalStep.objects.filter(approval=approval, state=ApprovalState.WAITING).select_related("approver")
    following = after.order_by("position").first()
    if following is None:
        _decide(approval, ApprovalState.APPROVED, actor=actor, now=now, comment=comment)
        _tell(approval, APPROVED, approval.requested_by, now=now, hold=HOLD, by=str(actor), comment=comment.strip())
    else:
        write_fields(approval, {}, actor=actor, action="approval.step_signed")
        _ask(approval, following.approver, now=now, hold=HOLD)
    return [approval.pk, step.pk]


def approve(approval: Approval, *, actor: User, now: datetime, comment: str = "") -> UndoEntry | None:
    """Sign the next step; the last one approves. Returns how to take it back, None where that cannot be.

    Raises PermissionDenied, NotWaiting, SubjectChanged.
    """
    return approve_all([approval], actor=actor, now=now, comment=comment)


@transaction.atomic
def approve_all(approvals: Sequence[Approval], *, actor: User, now: datetime, comment: str = "") -> UndoEntry | None:
    """Sign the next step of several, all or none; one undo takes all back. Raises as `approve`."""
    ordered = sorted(approvals, key=lambda approval: approval.pk)
    locked = [_locked(approval) for approval in ordered]
    signed = [_sign_next(approval, actor=actor, now=now, comment=comment) for approval in locked]
    kinds = [approval_kind(approval.kind) for approval in locked]
    if not locked or any(kind is None or kind.reopened is None for kind in kinds):
        return None
    label = ngettext("Approved: %(n)s", "Approved: %(n)s", len(locked)) % {"n": len(locked)}
    return offer_undo(
        "approval.approved", actor=actor, label=label, inverse={"signed": signed}, rows=locked, now=now, keep=HOLD
    )


@transaction.atomic
def send_back(approval: Approval, *, actor: User, now: datetime, comment: str) -> None:
    """Return it to whoever asked, with the reason.

    Raises ValidationError without a reason, PermissionDenied, NotWaiting.
    """
    if not comment.strip():
        raise ValidationError(_("Say what has to change."))
    approval = _locked(approval)
    step = _current_step(approval)
    if not may_sign(step, actor, now=now):
        raise PermissionDenied
    _sign(step, ApprovalState.RETURNED, actor=actor, now=now, comment=comment)
    _decide(approval, ApprovalState.RETURNED, actor=actor, now=now, comment=comment)
    _tell(approval, RETURNED, approval.requested_by, now=now, by=str(actor), comment=comment.strip()[:500])


@transaction.atomic
def withdraw(approval: Approval, *, actor: User, now: datetime) -> None:
    """Take a request back because its subject is changed or gone; the subject's room does this, so it is not told.

    Raises PermissionDenied for another's request, NotWaiting when it was decided.
    """
    approval = _locked(approval)
    if approval.requested_by_id != actor.pk:
        raise PermissionDenied
    if approval.state != ApprovalState.WAITING:
        raise NotWaiting(_("This has been decided already."))
    ApprovalStep.objects.filter(approval=approval, state=ApprovalState.WAITING).update(state=ApprovalState.WITHDRAWN)
    values = {"state": ApprovalState.WITHDRAWN, "decided_at": now}
    write_fields(approval, values, actor=actor, action="approval.withdrawn")
    _drop_messages(approval)


def pass_signatures(
    approvals: Iterable[Approval], *, giver: User, to: User, actor: User, now: datetime
) -> list[Approval]:
    """Let `to` sign what waits for `giver`, but for what `to` asked for himself; return the requests fresh.

    Call inside atomic.
    """
    passed = []
    for one in approvals:
        approval = _locked(one)
        steps = ApprovalStep.objects.filter(approval=approval, approver=giver, state=ApprovalState.WAITING)
        if approval.requested_by_id == to.pk or not steps.update(approver=to):
            continue
        approval = write_fields(approval, {}, actor=actor, action="approval.passed_on")
        if _current_step(approval).approver_id == to.pk:
            _ask(approval, to, now=now)
        passed.append(approval)
    return passed


def _drop_messages(approval: Approval) -> None:
    Delivery.objects.unsent().about("approval", approval.pk).update(
        state=DeliveryState.CANCELLED, last_error=NotSent.TAKEN_BACK
    )


def undo_approve(data: dict[str, Any], *, actor: User, now: datetime) -> None:
    """Take signatures back: the steps wait again, and the subjects are handed in as before."""
    for approval_id, step_id in data["signed"]:
        approval = _locked(Approval.objects.get(pk=approval_id))
        was_final = approval.state == ApprovalState.APPROVED
        ApprovalStep.objects.filter(pk=step_id).update(
            state=ApprovalState.WAITING, decided_by=None, decided_at=None, comment=""
        )
        _drop_messages(approval)
        known = approval_kind(approval.kind)
        if was_final and known and known.reopened:
            known.reopened(approval, actor=actor, now=now)
        pair = (approval.subject_kind, approval.subject_id)
        values = {
            "state": ApprovalState.WAITING,
            "decided_at": None,
            "subject_version": current_versions([pair]).get(pair, approval.subject_version),
        }
        write_fields(approval, values, actor=actor, action="approval.taken_back")
