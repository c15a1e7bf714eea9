"""A step that any one of several may sign: the first signature counts, and only that one."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from crm.audit import history_of
from crm.undo import undo
from followups import approval_kinds
from followups.actions.approvals import (
    ApprovalKind,
    Description,
    NobodyToSign,
    NotWaiting,
    approve,
    register_approval,
    request_approval,
    send_back,
)
from followups.choices import ApprovalState
from followups.models import Approval, Delivery, Notification
from followups.tests.factories import NotificationFactory
from teams.models import User
from teams.tests.factories import AbsenceFactory

pytestmark = pytest.mark.django_db


def describe(approvals: Sequence[Approval]) -> Mapping[int, Description]:
    return {approval.pk: Description(title=f"proposal of {approval.requested_by}") for approval in approvals}


@pytest.fixture(autouse=True)
def kind() -> Iterator[None]:
    """Something that a manager and then one of a group sign."""

    def decided(approval: Approval, *, actor: User, now: object, comment: str) -> None:
        """Nothing follows."""

    register_approval("test-group", ApprovalKind("Test", decided, describe, lambda *_a, **_n: None))
    yield
    approval_kinds._kinds.pop("test-group")


@pytest.fixture
def asked(rep, manager, director, other_manager, now) -> Approval:
    """Chen Siyuan asks Zhao Min, then He Yun or Qian Wei."""
    return request_approval("test-group", rep, approvers=[manager, [director, other_manager]], actor=rep, now=now)


def told(person: User) -> int:
    return Delivery.objects.filter(recipient=person, kind="approval_asked", channel="IN_APP").count()


def waits_for(*people: User) -> list[str]:
    return [str(person) for person in people if Approval.objects.to_sign(person).exists()]


def test_a_group_is_asked_after_the_steps_before_it_and_all_of_it(asked, manager, director, other_manager, now):
    assert waits_for(manager, director, other_manager) == ["赵敏"]
    approve(asked, actor=manager, now=now)
    assert waits_for(manager, director, other_manager) == ["何云", "钱伟"]
    assert [told(person) for person in (manager, director, other_manager)] == [1, 1, 1]
    assert history_of(asked).last().changes == {"approvers": ["赵敏", "何云 / 钱伟"]}


def test_the_first_signature_is_enough_and_everybody_s_line_is_read(asked, manager, director, other_manager, now):
    approve(asked, actor=manager, now=now)
    lines = [
        NotificationFactory(kind="approval_asked", recipient=person, subject_kind="approval", subject_id=asked.pk)
        for person in (director, other_manager)
    ]
    approve(asked, actor=other_manager, now=now)
    asked.refresh_from_db()
    assert asked.state == ApprovalState.APPROVED
    assert asked.steps.get(position=2).decided_by == other_manager
    assert not Notification.objects.unread().filter(pk__in=[line.pk for line in lines]).exists()


def test_who_comes_second_is_told_so(rep, manager, director, other_manager, now):
    asked = request_approval("test-group", rep, approvers=[[manager, other_manager], director], actor=rep, now=now)
    approve(asked, actor=manager, now=now)
    with pytest.raises(NotWaiting, match="Somebody else has signed this step"):
        approve(asked, actor=other_manager, now=now)
    with pytest.raises(NotWaiting, match="Somebody else has signed this step"):
        send_back(asked, actor=other_manager, now=now, comment="太早了")
    approve(asked, actor=director, now=now)
    with pytest.raises(NotWaiting, match="decided already"):
        approve(asked, actor=other_manager, now=now)


def test_one_of_a_group_may_return_it_for_all(asked, manager, director, other_manager, now):
    approve(asked, actor=manager, now=now)
    send_back(asked, actor=director, now=now, comment="缺少财务数据")
    asked.refresh_from_db()
    assert (asked.state, waits_for(other_manager)) == (ApprovalState.RETURNED, [])


def test_nobody_outside_the_group_signs(asked, manager, rep, teammate, clerk, now):
    approve(asked, actor=manager, now=now)
    for person in (manager, rep, teammate, clerk):
        with pytest.raises((PermissionDenied, NotWaiting)):
            approve(asked, actor=person, now=now)


def test_whoever_stands_in_for_one_of_a_group_may_sign(asked, manager, director, clerk, today, now):
    AbsenceFactory(user=director, deputy=clerk, starts_on=today, ends_on=today)
    approve(asked, actor=manager, now=now)
    assert told(clerk) == 1
    approve(asked, actor=clerk, now=now)
    assert asked.steps.get(position=2).decided_by == clerk


def test_who_asks_and_who_has_signed_before_are_left_out_of_the_group(rep, manager, director, now):
    asked = request_approval("test-group", rep, approvers=[manager, [manager, rep, director]], actor=rep, now=now)
    assert [step.signers for step in asked.steps.order_by("position")] == [[manager], [director]]


def test_whom_a_group_may_spare_is_asked_at_his_own_step(rep, manager, director, now):
    asked = request_approval("test-group", rep, approvers=[[manager, director], director], actor=rep, now=now)
    assert [step.signers for step in asked.steps.order_by("position")] == [[manager, director], [director]]


def test_a_step_for_which_nobody_is_left_falls_away(rep, manager, now):
    asked = request_approval("test-group", rep, approvers=[[rep], manager, []], actor=rep, now=now)
    assert [step.signers for step in asked.steps.all()] == [[manager]]
    with pytest.raises(NobodyToSign):
        request_approval("test-group", rep, approvers=[[rep], []], actor=rep, now=now)


def test_whoever_may_sign_sees_the_request(asked, director, other_manager, outsider):
    assert [Approval.objects.visible_to(who).count() for who in (director, other_manager, outsider)] == [1, 1, 0]


def test_a_signature_of_one_is_taken_back_for_all(asked, manager, director, other_manager, now):
    approve(asked, actor=manager, now=now)
    entry = approve(asked, actor=director, now=now)
    undo(entry, actor=director, now=now)
    assert waits_for(director, other_manager) == ["何云", "钱伟"]


def test_the_page_names_whoever_may_sign_and_then_who_did(asked, manager, director, other_manager, client_for, now):
    approve(asked, actor=manager, now=now)
    page = client_for(director).get(f"/approvals/{asked.pk}/").content.decode()
    assert "one of 何云, 钱伟" in page
    approve(asked, actor=director, now=now)
    page = client_for(director).get(f"/approvals/{asked.pk}/").content.decode()
    assert "one of" not in page
    assert "<b>何云</b>" in page


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL")
@pytest.mark.django_db(transaction=True)
def test_two_of_a_group_at_once_give_one_signature(rep, manager, director, other_manager, now):
    asked = request_approval("test-group", rep, approvers=[[director, other_manager], manager], actor=rep, now=now)
    both_looked = Barrier(2)

    def sign(person: User) -> str:
        try:
            looked = Approval.objects.get(pk=asked.pk)
            both_looked.wait(timeout=10)
            approve(looked, actor=person, now=now)
        except NotWaiting:
            return "told"
        finally:
            connection.close()
        return "signed"

    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(sign, person) for person in (director, other_manager)]
        results = sorted(answer.result(timeout=30) for answer in answers)

    assert results == ["signed", "told"]
    assert [step.state for step in asked.steps.order_by("position")] == ["APPROVED", "WAITING"]
