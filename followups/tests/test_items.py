"""Closing, putting off, promising."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from crm.audit import history_of
from crm.models import UndoEntry
from crm.undo import CannotUndo, undo
from followups.actions.items import NotPlanned, close_for, complete, promise, reopen, schedule, snooze
from followups.choices import Channel, DeliveryState, FollowUpState, NotSent
from followups.models import Delivery, FollowUp, RuleSetting
from followups.planning import plan_follow_ups
from followups.rules import Due
from followups.tests.factories import DeliveryFactory, FollowUpFactory, NotificationFactory
from teams.tests.factories import AbsenceFactory

pytestmark = pytest.mark.django_db

TOMORROW = date(2026, 11, 25)


def states(item: FollowUp) -> set[tuple[str, str]]:
    return set(item.deliveries.values_list("state", "last_error"))


def check_in(person, **fields) -> Due:
    values = {
        "kind": "check-in",
        "subject": ("user", person.pk),
        "recipient_id": person.pk,
        "due_on": date(2026, 11, 24),
        "key": f"check-in:{person.pk}",
        "params": {"who": "李敏", "days": 30},
    }
    return Due(**(values | fields))


# --- scheduling -------------------------------------------------------------------------------------------------------
def test_an_occurrence_scheduled_by_an_action_is_the_one_the_rule_yields(rule_book, rep, now, today):
    rule_book(lambda context: [check_in(rep)])
    item = schedule(check_in(rep), actor=rep, now=now)
    assert plan_follow_ups(on=today, now=now)["check-in"].added == 0
    assert FollowUp.objects.get() == item
    assert item.made_by == rep
    assert item.deliveries.count() == 2
    assert history_of(item).get().action == "follow_up.scheduled"


def test_a_kind_that_is_switched_off_is_written_but_tells_nobody(rule_book, rep, now):
    rule_book(lambda context: [])
    RuleSetting.objects.create(kind="check-in", is_on=False)
    item = schedule(check_in(rep), now=now)
    assert item.state == FollowUpState.CANCELLED
    assert {state for state, _why in states(item)} == {DeliveryState.CANCELLED}


def test_an_occurrence_of_an_older_version_is_refused(rule_book, rep, now):
    rule_book(lambda context: [])
    with pytest.raises(NotPlanned):
        schedule(check_in(rep, source_version=rep.version + 1), now=now)


def test_a_kind_without_a_rule_is_refused(rule_book, rep, now):
    with pytest.raises(LookupError):
        schedule(check_in(rep), now=now)


def test_a_promise_is_remembered_for_its_day(rep, manager, now):
    item = promise(rep, recipient=rep, text="send the\ndrawing", due_on=TOMORROW, actor=manager, now=now, account_id=7)
    assert (item.kind, item.due_on, item.account_id, item.recipient) == ("promise", TOMORROW, 7, rep)
    assert item.params == {"text": "send the drawing", "made_on": "2026-11-24", "made_by": "赵敏"}
    assert {row.due_at for row in item.deliveries.all()} == {datetime(2026, 11, 25, 0, 30, tzinfo=UTC)}


def test_a_promise_sent_twice_under_one_key_is_one(rep, now):
    for _each in range(2):
        promise(rep, recipient=rep, text="call back", due_on=TOMORROW, actor=rep, now=now, key="promise:visit:9")
    assert FollowUp.objects.count() == 1
    assert Delivery.objects.count() == 2


# --- closing ----------------------------------------------------------------------------------------------------------
def test_done_closes_it_drops_what_waits_and_reads_its_lines(rep, now):
    item = FollowUpFactory(recipient=rep)
    DeliveryFactory(follow_up=item)
    line = NotificationFactory(recipient=rep, follow_up=item)
    complete(item, actor=rep, now=now)
    item.refresh_from_db()
    line.refresh_from_db()
    assert (item.state, item.closed_by, item.closed_at) == (FollowUpState.DONE, rep, now)
    assert states(item) == {(DeliveryState.CANCELLED, NotSent.DONE)}
    assert line.read_at == now
    assert history_of(item).get().action == "follow_up.completed"


def test_done_twice_is_done_once(rep, now):
    item = FollowUpFactory(recipient=rep)
    assert complete(item, actor=rep, now=now)
    assert complete(item, actor=rep, now=now) is None
    assert history_of(item).count() == 1


def test_a_deputy_may_close_it_a_manager_may_not(rep, teammate, manager, now, today):
    AbsenceFactory(user=rep, deputy=teammate, starts_on=today, ends_on=today)
    teammate.stands_in_for = frozenset({rep.pk})
    item = FollowUpFactory(recipient=rep)
    with pytest.raises(PermissionDenied):
        complete(item, actor=manager, now=now)
    assert complete(item, actor=teammate, now=now)


def test_done_can_be_taken_back(rep, now):
    item = FollowUpFactory(recipient=rep)
    DeliveryFactory(follow_up=item, due_at=now + timedelta(days=1))
    entry = complete(item, actor=rep, now=now)
    undo(entry, actor=rep, now=now)
    item.refresh_from_db()
    assert (item.state, item.closed_at, item.closed_by) == (FollowUpState.OPEN, None, None)
    row = item.deliveries.get()
    assert (row.state, row.due_at) == (DeliveryState.DUE, now + timedelta(days=1))


def test_what_was_sent_is_not_sent_again_after_taking_back(rep, now):
    item = FollowUpFactory(recipient=rep)
    DeliveryFactory(follow_up=item, state=DeliveryState.SENT, sent_at=now)
    undo(complete(item, actor=rep, now=now), actor=rep, now=now)
    assert item.deliveries.get().state == DeliveryState.SENT


def test_a_room_closes_what_has_happened(rep, teammate, now):
    about_rep = FollowUpFactory(recipient=rep, kind="check-in")
    FollowUpFactory(recipient=teammate, kind="check-in")
    FollowUpFactory(recipient=rep, kind="promise")
    assert close_for("check-in", ("user", rep.pk), actor=rep, now=now) == 1
    assert FollowUp.objects.get(state=FollowUpState.DONE) == about_rep
    assert close_for("check-in", rep, actor=rep, now=now) == 0


def test_only_what_is_done_can_be_reopened(rep, now):
    item = FollowUpFactory(recipient=rep, state=FollowUpState.CANCELLED)
    reopen(item, actor=rep, now=now)
    item.refresh_from_db()
    assert item.state == FollowUpState.CANCELLED


# --- putting off ------------------------------------------------------------------------------------------------------
def test_put_off_it_reminds_again_on_that_day(rep, now):
    item = FollowUpFactory(recipient=rep)
    DeliveryFactory(follow_up=item)
    snooze(item, until=date(2026, 11, 27), actor=rep, now=now)
    item.refresh_from_db()
    assert item.snoozed_until == date(2026, 11, 27)
    waiting = item.deliveries.filter(state=DeliveryState.DUE)
    assert {(row.channel, row.due_at) for row in waiting} == {
        (Channel.IN_APP, datetime(2026, 11, 27, 0, 30, tzinfo=UTC)),
        (Channel.EMAIL, datetime(2026, 11, 27, 0, 30, tzinfo=UTC)),
    }
    assert item.deliveries.get(last_error=NotSent.SNOOZED).state == DeliveryState.CANCELLED


def test_putting_off_can_be_taken_back_and_done_again(rep, now):
    item = FollowUpFactory(recipient=rep)
    DeliveryFactory(follow_up=item, due_at=now + timedelta(hours=1))
    undo(snooze(item, until=TOMORROW, actor=rep, now=now), actor=rep, now=now)
    item.refresh_from_db()
    assert item.snoozed_until is None
    assert [row.due_at for row in item.deliveries.filter(state=DeliveryState.DUE)] == [now + timedelta(hours=1)]
    snooze(item, until=TOMORROW, actor=rep, now=now)
    assert item.deliveries.filter(state=DeliveryState.DUE).count() == 2


def test_putting_off_twice_is_taken_back_step_by_step(rep, now):
    item = FollowUpFactory(recipient=rep)
    snooze(item, until=TOMORROW, actor=rep, now=now)
    second = snooze(item, until=date(2026, 11, 30), actor=rep, now=now)
    undo(second, actor=rep, now=now)
    item.refresh_from_db()
    assert item.snoozed_until == TOMORROW
    assert {row.due_at.day for row in item.deliveries.filter(state=DeliveryState.DUE)} == {25}


def test_it_cannot_be_taken_back_once_the_day_has_come(rep, now):
    item = FollowUpFactory(recipient=rep)
    entry = snooze(item, until=TOMORROW, actor=rep, now=now)
    with pytest.raises(CannotUndo):
        undo(entry, actor=rep, now=now + timedelta(days=1))
    assert UndoEntry.objects.get().used_at is None


@pytest.mark.parametrize("day", [date(2026, 11, 24), date(2026, 11, 1)])
def test_only_a_day_ahead_will_do(rep, now, day):
    with pytest.raises(ValidationError, match="after today"):
        snooze(FollowUpFactory(recipient=rep), until=day, actor=rep, now=now)


def test_what_is_done_cannot_be_put_off(rep, now):
    with pytest.raises(ValidationError, match="closed"):
        snooze(FollowUpFactory(recipient=rep, state=FollowUpState.DONE), until=TOMORROW, actor=rep, now=now)


def test_somebody_elses_cannot_be_put_off(rep, teammate, now):
    with pytest.raises(PermissionDenied):
        snooze(FollowUpFactory(recipient=rep), until=TOMORROW, actor=teammate, now=now)
