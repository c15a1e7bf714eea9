"""What one person has to do or to sign, passed on to another."""

from datetime import datetime

import pytest

from crm.audit import history_of
from followups.actions.approvals import approve, pass_signatures, request_approval
from followups.actions.items import complete, promise
from followups.actions.passing import pass_back, pass_on
from followups.checkup import faults
from followups.models import Delivery, FollowUp, Notification
from teams.models import User


@pytest.fixture
def item(rep: User, today, now: datetime) -> FollowUp:
    """Chen Siyuan promised a sample."""
    return promise(rep, recipient=rep, text="送样品", due_on=today, actor=rep, now=now)


def test_the_other_has_to_do_it_and_hears_of_it(item, rep, teammate, manager, now) -> None:
    [passed] = pass_on([item], to=teammate, actor=manager, now=now)
    assert (passed.recipient, passed.version) == (teammate, 2)
    due = Delivery.objects.filter(state="DUE").values_list("recipient", flat=True).distinct()
    assert list(due) == [teammate.pk]
    assert faults(now=now) == []
    assert history_of(item)[0].action == "follow_up.passed_on"


def test_given_back_it_reminds_the_first_again(item, rep, teammate, manager, now) -> None:
    pass_on([item], to=teammate, actor=manager, now=now)
    pass_back([item.pk], to=rep, actor=manager, now=now)
    due = Delivery.objects.filter(state="DUE").values_list("recipient", flat=True).distinct()
    assert list(due) == [rep.pk]
    assert faults(now=now) == []


def test_what_is_done_stays_with_who_did_it(item, rep, teammate, manager, now) -> None:
    complete(item, actor=rep, now=now)
    assert pass_on([item], to=teammate, actor=manager, now=now) == []
    item.refresh_from_db()
    assert item.recipient == rep


def test_a_line_in_the_old_centre_counts_as_read(item, rep, teammate, manager, now) -> None:
    Notification.objects.create(
        key="line", kind=item.kind, recipient=rep, follow_up=item, subject_kind="user", subject_id=rep.pk
    )
    pass_on([item], to=teammate, actor=manager, now=now)
    assert not Notification.objects.unread().exists()


def test_a_signature_is_asked_of_the_other_but_never_of_who_wants_it(rep, teammate, manager, director, now) -> None:
    first = request_approval("test-approval", rep, approvers=[manager], actor=rep, now=now)
    own = request_approval("test-approval", director, approvers=[manager], actor=director, now=now)
    passed = pass_signatures([first, own], giver=manager, to=director, actor=director, now=now)
    assert passed == [first]
    approve(first, actor=director, now=now)
    first.refresh_from_db()
    assert first.state == "APPROVED"
    assert own.steps.get().approver == manager
