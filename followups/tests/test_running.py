"""The dispatcher as a process, the admin's second try, kept mail, and the health pages."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage, get_connection
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from crm.audit import history_of
from crm.stopping import StopRequest
from followups import tasks
from followups.actions.deliveries import send_again
from followups.choices import Channel, DeliveryState
from followups.mailbox import BODY_LENGTH
from followups.models import DispatcherBeat, FollowUp, KeptMail, Notification
from followups.rules import Due
from followups.running import plan_when_due, run_once, take_turn
from followups.tests.factories import DeliveryFactory, FollowUpFactory

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def test_the_turn_is_taken_once_a_minute_however_many_ask(now):
    assert [take_turn("planner", every=MINUTE, now=now) for _each in range(3)] == [True, False, False]
    assert take_turn("planner", every=MINUTE, now=now + MINUTE)


def test_a_clock_that_was_set_back_stops_no_planning(now):
    take_turn("planner", every=MINUTE, now=now + timedelta(hours=1))
    assert take_turn("planner", every=MINUTE, now=now)


def test_the_day_that_is_planned_is_the_firms(rule_book, rep):
    days = []
    rule_book(lambda context: days.append(context.on) or [])
    plan_when_due(now=datetime(2026, 11, 24, 17, 0, tzinfo=UTC))
    assert str(days[0]) == "2026-11-25"


def test_once_plans_and_sends_and_leaves_a_sign_of_life(rule_book, rep, today):
    due = Due("check-in", ("user", rep.pk), rep.pk, today, "check-in:1", {"who": "李敏", "days": 3})
    rule_book(lambda context: [due], channels=(Channel.IN_APP,))
    run_once(StopRequest())
    assert FollowUp.objects.count() == 1
    assert DispatcherBeat.objects.exclude(name="planner").count() == 1


def test_the_command_sends_what_is_due(rep):
    DeliveryFactory(follow_up__recipient=rep, due_at=timezone.now())
    call_command("dispatch", "--once")
    assert Notification.objects.count() == 1


def test_the_tasks_only_wake(rep):
    DeliveryFactory(follow_up__recipient=rep, due_at=timezone.now())
    assert tasks.plan() is True
    assert tasks.plan() is False
    tasks.dispatch()
    assert Notification.objects.count() == 1


def test_the_check_says_what_is_wrong(rep, capsys):
    call_command("check_deliveries")
    assert "as it must be" in capsys.readouterr().out
    DeliveryFactory(follow_up__recipient=rep, follow_up__kind="unknown", state=DeliveryState.SENT)
    with pytest.raises(CommandError, match="1 faults"):
        call_command("check_deliveries")


# --- sending again ----------------------------------------------------------------------------------------------------
def test_an_admin_sends_again_what_was_given_up(rep, admin, manager, now):
    item = FollowUpFactory(recipient=rep)
    dead = DeliveryFactory(
        follow_up=item,
        channel=Channel.EMAIL,
        state=DeliveryState.DEAD,
        attempts=10,
        last_error="550",
        provider_ref="<1@x>",
    )
    with pytest.raises(PermissionDenied):
        send_again(dead, actor=manager, now=now)
    assert send_again(dead, actor=admin, now=now)
    dead.refresh_from_db()
    assert (dead.state, dead.attempts, dead.next_try_at, dead.provider_ref) == (DeliveryState.DUE, 0, now, "<1@x>")
    assert history_of(dead).count() == 1
    assert not send_again(dead, actor=admin, now=now)


# --- kept mail --------------------------------------------------------------------------------------------------------
def test_without_a_mail_server_mail_is_kept_under_its_identity(db):
    connection = get_connection("followups.mailbox.MailboxBackend")
    mail = EmailMessage("Hello", "x" * 30_000, to=["chen@firm.example"], headers={"Message-ID": "<k@h>"})
    assert connection.send_messages([mail, EmailMessage("to nobody", "x")]) == 1
    kept = KeptMail.objects.get()
    assert (kept.message_id, kept.recipients, kept.subject) == ("<k@h>", "chen@firm.example", "Hello")
    assert len(kept.body) == BODY_LENGTH


def test_a_mail_of_another_part_gets_an_identity_of_its_own(db):
    get_connection("followups.mailbox.MailboxBackend").send_messages([EmailMessage("s" * 300, "b", to=["a@b.example"])])
    kept = KeptMail.objects.get()
    assert kept.message_id.startswith("<")
    assert len(kept.subject) == 250


def test_everybody_reads_his_own_mail_and_the_admin_all(rep, teammate, admin):
    KeptMail.objects.create(message_id="<1@x>", recipients="Chen@firm.example", subject="s", body="b")
    seen = [person for person in (rep, teammate, admin) if KeptMail.objects.visible_to(person).exists()]
    assert seen == [rep, admin]
    teammate.email = ""
    assert not KeptMail.objects.visible_to(teammate).exists()


# --- health -----------------------------------------------------------------------------------------------------------
def test_alive_and_ready_are_answered_without_sign_in(db):
    assert Client().get("/healthz").status_code == 200
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "deliveries": "on time"}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(("seconds", "status"), [(60, 200), (130, 503)])
def test_it_is_not_ready_when_something_is_two_minutes_late(rep, seconds, status):
    DeliveryFactory(follow_up__recipient=rep, due_at=timezone.now() - timedelta(seconds=seconds))
    assert Client().get("/readyz").status_code == status
    assert Client().get("/healthz").status_code == 200
