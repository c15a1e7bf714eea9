"""Signing: in order, by the right person, for what was handed in; with thirty seconds to take it back."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from crm.audit import history_of
from crm.undo import CannotUndo, undo
from followups import approval_kinds
from followups.actions.approvals import (
    ApprovalKind,
    Description,
    NobodyToSign,
    NotWaiting,
    SubjectChanged,
    approve,
    approve_all,
    register_approval,
    request_approval,
    send_back,
    withdraw,
)
from followups.choices import ApprovalState, DeliveryState, NotSent
from followups.models import Approval, Delivery, Notification
from followups.tests.factories import NotificationFactory
from teams.models import User
from teams.tests.factories import AbsenceFactory

pytestmark = pytest.mark.django_db


def describe(approvals: Sequence[Approval]) -> Mapping[int, Description]:
    return {approval.pk: Description(title=f"plan of {approval.requested_by}") for approval in approvals}


@pytest.fixture
def decisions() -> Iterator[list[tuple[str, str]]]:
    """What the subject's room is told of "test-approval"."""
    told: list[tuple[str, str]] = []

    def decided(approval: Approval, *, actor: User, now: object, comment: str) -> None:
        told.append((approval.state, comment))

    def reopened(approval: Approval, *, actor: User, now: object) -> None:
        told.append(("reopened", ""))

    register_approval("test-approval", ApprovalKind("Test", decided, describe, reopened))
    yield told
    approval_kinds._kinds.pop("test-approval")


@pytest.fixture
def asked(decisions, rep, manager, now) -> Approval:
    """Chen Siyuan asks Zhao Min."""
    return request_approval("test-approval", rep, approvers=[manager], actor=rep, now=now)


def edit(person: User) -> None:
    """Change the thing that was handed in."""
    User.objects.filter(pk=person.pk).update(version=person.version + 1)


def messages_to(person: User) -> set[tuple[str, str]]:
    return set(Delivery.objects.filter(recipient=person).values_list("kind", "state"))


def test_asking_tells_the_approver_and_keeps_what_was_handed_in(asked, rep, manager):
    assert (asked.subject_kind, asked.subject_id, asked.subject_version) == ("user", rep.pk, rep.version)
    assert list(Approval.objects.to_sign(manager)) == [asked]
    assert messages_to(manager) == {("approval_asked", DeliveryState.DUE)}
    assert history_of(asked).get().action == "approval.requested"


def test_asking_again_for_the_same_version_is_the_same_request(asked, rep, manager, now):
    assert request_approval("test-approval", rep, approvers=[manager], actor=rep, now=now) == asked
    assert Approval.objects.count() == 1


def test_asking_again_after_a_change_takes_the_place_of_the_first(asked, rep, manager, now):
    edit(rep)
    again = request_approval("test-approval", rep, approvers=[manager], actor=rep, now=now)
    asked.refresh_from_db()
    assert asked.state == ApprovalState.WITHDRAWN
    assert list(Approval.objects.to_sign(manager)) == [again]


def test_nobody_is_asked_to_sign_his_own(decisions, manager, now):
    with pytest.raises(NobodyToSign):
        request_approval("test-approval", manager, approvers=[manager], actor=manager, now=now)


def test_the_signature_is_told_to_the_room_at_once_and_to_the_person_after_thirty_seconds(
    asked, decisions, rep, manager, now
):
    approve(asked, actor=manager, now=now, comment="well done")
    asked.refresh_from_db()
    assert (asked.state, asked.decided_at) == (ApprovalState.APPROVED, now)
    assert decisions == [(ApprovalState.APPROVED, "well done")]
    row = Delivery.objects.get(recipient=rep, channel="IN_APP")
    assert (row.kind, row.due_at) == ("approval_approved", now + timedelta(seconds=30))
    assert not Approval.objects.to_sign(manager).exists()


def test_signing_reads_the_line_that_asked_for_it(asked, manager, now):
    line = NotificationFactory(kind="approval_asked", recipient=manager, subject_kind="approval", subject_id=asked.pk)
    approve(asked, actor=manager, now=now)
    assert Notification.objects.get(pk=line.pk).read_at == now


def test_only_who_is_asked_may_sign(asked, rep, teammate, other_manager, director, now):
    for person in (rep, teammate, other_manager, director):
        with pytest.raises(PermissionDenied):
            approve(asked, actor=person, now=now)
        with pytest.raises(PermissionDenied):
            send_back(asked, actor=person, now=now, comment="no")
    assert Approval.objects.get().state == ApprovalState.WAITING


def test_the_deputy_signs_while_the_approver_is_away(decisions, rep, manager, other_manager, now, today):
    AbsenceFactory(user=manager, deputy=other_manager, starts_on=today, ends_on=today)
    asked = request_approval("test-approval", rep, approvers=[manager], actor=rep, now=now)
    assert messages_to(other_manager) == {("approval_asked", DeliveryState.DUE)}
    with pytest.raises(PermissionDenied):
        approve(asked, actor=other_manager, now=now + timedelta(days=1))
    approve(asked, actor=other_manager, now=now)
    assert asked.steps.get().decided_by == other_manager


def test_a_deputy_does_not_sign_what_he_asked_for(decisions, rep, manager, now, today):
    AbsenceFactory(user=manager, deputy=rep, starts_on=today, ends_on=today)
    asked = request_approval("test-approval", rep, approvers=[manager], actor=rep, now=now)
    rep.stands_in_for = frozenset({manager.pk})
    assert not Approval.objects.to_sign(rep).exists()
    with pytest.raises(PermissionDenied):
        approve(asked, actor=rep, now=now)


def test_what_was_changed_after_handing_in_is_not_signed(asked, rep, manager, now):
    edit(rep)
    with pytest.raises(SubjectChanged):
        approve(asked, actor=manager, now=now)
    assert Approval.objects.get().state == ApprovalState.WAITING


def test_what_was_changed_can_be_returned(asked, rep, manager, now):
    edit(rep)
    send_back(asked, actor=manager, now=now, comment="hand it in again")
    assert Approval.objects.get().state == ApprovalState.RETURNED


def test_nothing_is_decided_twice(asked, manager, now):
    approve(asked, actor=manager, now=now)
    with pytest.raises(NotWaiting):
        approve(asked, actor=manager, now=now)
    with pytest.raises(NotWaiting):
        send_back(asked, actor=manager, now=now, comment="no")


def test_a_return_needs_a_reason_and_tells_it_at_once(asked, decisions, rep, manager, now):
    with pytest.raises(ValidationError):
        send_back(asked, actor=manager, now=now, comment="  ")
    send_back(asked, actor=manager, now=now, comment="two A customers are missing")
    assert decisions == [(ApprovalState.RETURNED, "two A customers are missing")]
    row = Delivery.objects.get(recipient=rep, channel="IN_APP")
    assert (row.kind, row.due_at) == ("approval_returned", now)
    assert row.params["comment"] == "two A customers are missing"


def test_steps_are_signed_in_order(decisions, rep, manager, director, now):
    asked = request_approval("test-approval", rep, approvers=[manager, director], actor=rep, now=now)
    assert not messages_to(director)
    with pytest.raises(PermissionDenied):
        approve(asked, actor=director, now=now)
    approve(asked, actor=manager, now=now)
    assert decisions == []
    assert list(Approval.objects.to_sign(director)) == [asked]
    assert messages_to(director) == {("approval_asked", DeliveryState.DUE)}
    approve(asked, actor=director, now=now)
    assert decisions == [(ApprovalState.APPROVED, "")]


def test_a_signature_is_taken_back_before_anybody_hears_of_it(asked, decisions, rep, manager, now):
    undo(approve(asked, actor=manager, now=now), actor=manager, now=now + timedelta(seconds=20))
    asked.refresh_from_db()
    assert (asked.state, asked.decided_at) == (ApprovalState.WAITING, None)
    assert decisions == [(ApprovalState.APPROVED, ""), ("reopened", "")]
    assert set(Delivery.objects.filter(recipient=rep).values_list("state", "last_error")) == {
        (DeliveryState.CANCELLED, NotSent.TAKEN_BACK)
    }
    approve(asked, actor=manager, now=now + timedelta(seconds=25))
    assert Delivery.objects.filter(recipient=rep, state=DeliveryState.DUE).exists()


def test_after_thirty_seconds_it_stands(asked, manager, now):
    entry = approve(asked, actor=manager, now=now)
    with pytest.raises(CannotUndo):
        undo(entry, actor=manager, now=now + timedelta(seconds=31))


def test_a_first_signature_of_two_is_taken_back_too(decisions, rep, manager, director, now):
    asked = request_approval("test-approval", rep, approvers=[manager, director], actor=rep, now=now)
    undo(approve(asked, actor=manager, now=now), actor=manager, now=now)
    assert list(Approval.objects.to_sign(manager)) == [asked]
    assert not Approval.objects.to_sign(director).exists()
    assert decisions == []


def test_where_the_room_cannot_reopen_there_is_nothing_to_take_back(decisions, rep, manager, now):
    register_approval("test-approval", ApprovalKind("Test", lambda *_args, **_named: None, describe))
    asked = request_approval("test-approval", rep, approvers=[manager], actor=rep, now=now)
    assert approve(asked, actor=manager, now=now) is None


def test_several_are_signed_and_taken_back_together(decisions, rep, teammate, manager, now):
    both = [
        request_approval("test-approval", person, approvers=[manager], actor=person, now=now)
        for person in (rep, teammate)
    ]
    entry = approve_all(both, actor=manager, now=now)
    assert set(Approval.objects.values_list("state", flat=True)) == {ApprovalState.APPROVED}
    undo(entry, actor=manager, now=now)
    assert set(Approval.objects.values_list("state", flat=True)) == {ApprovalState.WAITING}


def test_several_are_signed_all_or_none(decisions, rep, teammate, manager, now):
    both = [
        request_approval("test-approval", person, approvers=[manager], actor=person, now=now)
        for person in (rep, teammate)
    ]
    edit(teammate)
    with pytest.raises(SubjectChanged):
        approve_all(both, actor=manager, now=now)
    assert set(Approval.objects.values_list("state", flat=True)) == {ApprovalState.WAITING}


def test_the_room_withdraws_what_is_changed(asked, decisions, rep, manager, now):
    with pytest.raises(PermissionDenied):
        withdraw(asked, actor=manager, now=now)
    withdraw(asked, actor=rep, now=now)
    asked.refresh_from_db()
    assert asked.state == ApprovalState.WITHDRAWN
    assert asked.steps.get().state == ApprovalState.WITHDRAWN
    assert messages_to(manager) == {("approval_asked", DeliveryState.CANCELLED)}
    assert decisions == []
    with pytest.raises(NotWaiting):
        withdraw(asked, actor=rep, now=now)


def test_who_sees_a_request(asked, rep, teammate, manager, other_manager, director, admin):
    seen = {person.username for person in (rep, manager, director) if Approval.objects.visible_to(person).exists()}
    unseen = [person for person in (teammate, other_manager, admin) if Approval.objects.visible_to(person).exists()]
    assert seen == {"chen", "zhao", "he"}
    assert unseen == []
