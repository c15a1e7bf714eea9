"""Signing. Steps are signed in order, each by one of its signers or his deputy while he is away; never by who asked.

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

# A step: the person who signs it, or several of whom any one does.
Signers = User | Sequence[User]
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


def _steps_of(approvers: Sequence[Signers], actor: User) -> list[list[User]]:
    """Return who may sign each step; a step for which nobody is left falls away.

    Left out are who asks, and from later steps whoever signs an earlier one alone: nobody signs twice.
    """
    named = {actor.pk}
    steps = []
    for signers in approvers:
        people = [signers] if isinstance(signers, User) else signers
        asked = {person.pk: person for person in people if person.is_active and person.pk not in named}
        named |= set(asked) if len(asked) == 1 else set()
        steps += [list(asked.values())] if asked else []
    return steps


def _write_steps(approval: Approval, steps: Sequence[Sequence[User]]) -> None:
    rows = [
        ApprovalStep(approval=approval, position=position, approver=first)
        for position, (first, *_others) in enumerate(steps, start=1)
    ]
    for row, (_first, *others) in zip(ApprovalStep.objects.bulk_create(rows), steps, strict=True):
        if others:
            row.or_else.set(others)


@transaction.atomic
def request_approval(
    kind: str, subject: Subject, *, approvers: Sequence[Signers], actor: User, now: datetime
) -> Approval:
    """Ask for signatures, in the order of `approvers`, for the subject as it now stands in the database.

    Where several persons stand at one place of the order, the first of them to sign does it for all. Who asks does not
    sign: he is left out. The same thing already waiting is returned as it is. Raises NobodyToSign.
    """
    pair = as_pair(subject)
    steps = _steps_of(approvers, actor)
    if not steps:
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
    _write_steps(approval, steps)
    asked = [" / ".join(str(person) for person in signers) for signers in steps]
    record("approval.requested", approval, actor=actor, changes={"approvers": asked})
    _ask(approval, steps[0], now=now)
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


def _ask(approval: Approval, signers: Sequence[User], *, now: datetime, hold: timedelta = NO_HOLD) -> None:
    """Tell the signers of a step, and the deputies of those who are away, that a signature is wanted."""
    page = {"url": address_of(("approval", approval.pk))}
    for person in signers:
        _tell(approval, ASKED, person, now=now, hold=hold, **page)
    days = {person.pk: day_of(person, now) for person in signers}
    for absence in Absence.objects.filter(user__in=signers, deputy__is_active=True).select_related("deputy"):
        deputy = absence.deputy
        if deputy and absence.covers(days[absence.user_id]) and deputy.pk != approval.requested_by_id:
            _tell(approval, ASKED, deputy, now=now, hold=hold, **page)


def may_sign(step: ApprovalStep, actor: User, *, now: datetime) -> bool:
    """Return whether the person may sign: he is asked or stands in for who is today; never what he asked for."""
    if step.approval.requested_by_id == actor.pk:
        return False
    asked = {person.pk for person in step.signers}
    if actor.pk in asked:
        return True
    away = Absence.objects.filter(user_id__in=asked, deputy=actor)
    return any(absence.covers(day_of(actor, now)) for absence in away)


def _step_to_sign(approval: Approval, actor: User, *, now: datetime) -> ApprovalStep:
    """Return the step of a locked approval that waits, for a person who may sign it.

    Raises PermissionDenied; NotWaiting where it is decided, or where somebody else was first at the person's own step.
    """
    steps = list(ApprovalStep.objects.filter(approval=approval).select_related("approval", "approver"))
    waiting = sorted((step for step in steps if step.state == ApprovalState.WAITING), key=lambda step: step.position)
    if approval.state != ApprovalState.WAITING or not waiting:
        raise NotWaiting(_("This has been decided already."))
    if may_sign(waiting[0], actor, now=now):
        return waiting[0]
    if any(may_sign(step, actor, now=now) for step in steps if step not in waiting):
        raise NotWaiting(_("Somebody else has signed this step already; the next one is asked now."))
    raise PermissionDenied


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
    step = _step_to_sign(approval, actor, now=now)
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
        _ask(approval, following.signers, now=now, hold=HOLD)
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
    step = _step_to_sign(approval, actor, now=now)
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
    approvals: Iterable[Approval], *, giver: User, to: User, actor: User | None, now: datetime
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
        first = ApprovalStep.objects.filter(approval=approval, state=ApprovalState.WAITING).order_by("position").first()
        if first and first.approver_id == to.pk:
            _ask(approval, [to], now=now)
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
