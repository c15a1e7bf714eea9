"""Sending: what, when, to whom, once; and what happens when it does not work."""

import smtplib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail

from followups import channels
from followups.channels import ChannelKind, NoAddress, Parcel, Refused, TryLater, register_channel
from followups.channels.email import failure_of
from followups.checkup import faults
from followups.choices import Channel, DeliveryState, FollowUpState, NotSent
from followups.dispatching import LEASE, claim, dispatch_channel, dispatch_due, dispatch_in_app, message_id_for
from followups.models import ChannelChoice, Delivery, FollowUp, Notification
from followups.planning import plan_follow_ups
from followups.retrying import RETRY_AFTER, next_try
from followups.rules import Due
from followups.tests.factories import DeliveryFactory, FollowUpFactory
from teams.models import User

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def email_of(person: User, **fields: object) -> Delivery:
    item = FollowUpFactory(recipient=person)
    return DeliveryFactory(follow_up=item, channel=Channel.EMAIL, **fields)


def send(at: datetime = MORNING) -> dict:
    return dispatch_due(clock=lambda: at)


class FakeSender:
    """A channel that answers as told."""

    def __init__(self, answers: list[Exception | None]) -> None:
        self.answers = answers
        self.parcels: list[Parcel] = []

    def send(self, parcel: Parcel) -> None:
        """Take the parcel and answer."""
        self.parcels.append(parcel)
        answer = self.answers.pop(0) if self.answers else None
        if answer:
            raise answer

    def close(self) -> None:
        """Nothing to let go of."""


@pytest.fixture
def post() -> Iterator[Callable[..., FakeSender]]:
    """Replace e-mail by a sender that answers as told: `post(Refused("550"), None)`."""
    before = dict(channels._channels)

    def answering(*answers: Exception | None) -> FakeSender:
        sender = FakeSender(list(answers))
        register_channel(ChannelKind(Channel.EMAIL, sender=lambda: sender))
        return sender

    yield answering
    channels._channels.clear()
    channels._channels.update(before)


# --- in the app -------------------------------------------------------------------------------------------------------
def test_what_is_due_becomes_a_line_once(rep):
    row = DeliveryFactory(follow_up__recipient=rep)
    DeliveryFactory(follow_up__recipient=rep, due_at=MORNING + SECOND)
    assert send()["IN_APP"].sent == 1
    assert send()["IN_APP"].sent == 0
    line = Notification.objects.get()
    row.refresh_from_db()
    assert (line.key, line.recipient, line.follow_up_id) == (row.key, rep, row.follow_up_id)
    assert (row.state, row.sent_at) == (DeliveryState.SENT, MORNING)


@pytest.mark.parametrize("many", [1, 3])
def test_lines_of_a_batch_cost_the_same(rep, many, django_assert_num_queries):
    for _each in range(many):
        DeliveryFactory(follow_up__recipient=rep)
    with django_assert_num_queries(13):
        dispatch_in_app(clock=lambda: MORNING)


def test_a_hundred_lines_in_batches(rep, monkeypatch):
    monkeypatch.setattr("followups.dispatching.IN_APP_BATCH", 40)
    for _each in range(100):
        DeliveryFactory(follow_up__recipient=rep)
    assert send()["IN_APP"].sent == 100
    assert Notification.objects.count() == 100


def test_one_row_that_cannot_be_judged_holds_up_no_other(rep, monkeypatch):
    good = DeliveryFactory(follow_up__recipient=rep)
    bad = DeliveryFactory(follow_up__recipient=rep, subject_kind="follow_up")

    def broken(pairs, user):
        if any(kind == "follow_up" for kind, _pk in pairs):
            raise RuntimeError("a room's visibility rule is broken")
        return set(pairs)

    monkeypatch.setattr("followups.rechecks.visible_pairs", broken)
    bad.subject_id = bad.follow_up_id
    bad.save()
    send()
    good.refresh_from_db()
    bad.refresh_from_db()
    assert good.state == DeliveryState.SENT
    assert (bad.state, bad.attempts, bad.next_try_at) == (DeliveryState.DUE, 1, MORNING + RETRY_AFTER[0])


# --- mail -------------------------------------------------------------------------------------------------------------
def test_everything_due_for_a_person_travels_in_one_mail_with_one_identity(rep, teammate):
    first, second = email_of(rep), email_of(rep)
    email_of(teammate)
    assert send()["EMAIL"].sent == 3
    assert len(mail.outbox) == 2
    to_rep = next(message for message in mail.outbox if message.to == [rep.email])
    assert to_rep.subject == "2 follow-ups for you"
    assert first.follow_up.params["text"] in to_rep.body
    assert second.follow_up.params["text"] in to_rep.body
    assert to_rep.extra_headers["Message-ID"] == message_id_for(first.key)
    assert set(Delivery.objects.filter(recipient=rep).values_list("provider_ref", flat=True)) == {
        message_id_for(first.key)
    }


def test_a_single_thing_is_the_subject_and_links_start_with_the_address_of_the_site(rep, settings):
    settings.SITE_URL = "https://crm.firm.example"
    item = FollowUpFactory(recipient=rep, params={"text": "send\nthe drawing"}, subject_kind="follow_up")
    item.subject_id = item.pk
    item.save()
    DeliveryFactory(follow_up=item, channel=Channel.EMAIL)
    send()
    message = mail.outbox[0]
    assert message.subject == "send the drawing"
    assert f"https://crm.firm.example/follow-ups/{item.pk}/" in message.body
    assert f'href="https://crm.firm.example/follow-ups/{item.pk}/"' in message.alternatives[0][0]
    assert message.extra_headers["Message-ID"].endswith("@crm.firm.example>")


def test_the_mail_speaks_the_readers_language(rep):
    rep.language = "zh-hans"
    rep.save(update_fields=["language"])
    email_of(rep)
    send()
    assert "陈思远" in mail.outbox[0].body
    assert 'lang="zh-Hans"' in mail.outbox[0].alternatives[0][0]


def test_markup_in_a_text_is_shown_as_text(rep):
    DeliveryFactory(
        follow_up=FollowUpFactory(recipient=rep, params={"text": "<script>alert(1)</script>"}), channel=Channel.EMAIL
    )
    send()
    assert "<script>" not in mail.outbox[0].alternatives[0][0]


def test_without_an_address_there_is_no_mail(rep):
    User.objects.filter(pk=rep.pk).update(email="")
    row = email_of(rep)
    send()
    row.refresh_from_db()
    assert (row.state, row.last_error) == (DeliveryState.CANCELLED, NotSent.NO_ADDRESS)


def test_identities_are_legal_and_stable():
    assert message_id_for("visit-tomorrow:planitem:8:55:EMAIL") == "<visit-tomorrow.planitem.8.55.EMAIL@127.0.0.1>"
    assert message_id_for("a b@c:客户") == "<a%20b%40c.%E5%AE%A2%E6%88%B7@127.0.0.1>"


# --- is it still right? -----------------------------------------------------------------------------------------------
def after(person: User, change: Callable[[Delivery], object]) -> tuple[str, str]:
    """Return state and reason of a line whose circumstances changed before it was due."""
    row = DeliveryFactory(follow_up__recipient=person)
    change(row)
    send()
    row.refresh_from_db()
    return row.state, row.last_error


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"state": FollowUpState.DONE}, NotSent.DONE),
        ({"state": FollowUpState.CANCELLED}, NotSent.NOT_NEEDED),
        ({"snoozed_until": date(2026, 11, 25)}, NotSent.SNOOZED),
        ({"source_version": 7}, NotSent.STALE),
    ],
)
def test_an_item_that_changed_is_not_sent(rep, values, reason):
    def change(row: Delivery) -> None:
        FollowUp.objects.filter(pk=row.follow_up_id).update(**values)

    assert after(rep, change) == (DeliveryState.CANCELLED, reason)
    assert not Notification.objects.exists()


def test_an_item_handed_on_is_not_sent_to_the_first(rep, teammate):
    def change(row: Delivery) -> None:
        FollowUp.objects.filter(pk=row.follow_up_id).update(recipient=teammate)

    assert after(rep, change) == (DeliveryState.CANCELLED, NotSent.TAKEN_BACK)


def test_who_has_left_gets_nothing(rep):
    change = lambda row: User.objects.filter(pk=row.recipient_id).update(is_active=False)  # noqa: E731
    assert after(rep, change) == (DeliveryState.CANCELLED, NotSent.INACTIVE)


def test_what_a_person_may_no_longer_see_is_not_told(rep, outsider):
    def change(row: Delivery) -> None:
        Delivery.objects.filter(pk=row.pk).update(subject_kind="user", subject_id=outsider.pk)

    assert after(rep, change) == (DeliveryState.CANCELLED, NotSent.HIDDEN)


@pytest.mark.parametrize("kind", ["user", "a kind of a removed room"])
def test_what_is_gone_is_not_told(rep, kind):
    def change(row: Delivery) -> None:
        Delivery.objects.filter(pk=row.pk).update(subject_kind=kind, subject_id=999_999)

    assert after(rep, change) == (DeliveryState.CANCELLED, NotSent.GONE)


def test_a_channel_switched_off_since_is_not_used(rep):
    def change(row: Delivery) -> None:
        ChannelChoice.objects.create(user=rep, kind=row.kind, channel=row.channel, is_on=False)

    assert after(rep, change) == (DeliveryState.CANCELLED, NotSent.CHANNEL_OFF)


def test_what_a_deputy_sees_for_the_absent_reaches_him(rep, teammate, today):
    teammate.deputising.create(user=rep, starts_on=today, ends_on=today)
    row = DeliveryFactory(follow_up__recipient=teammate, subject_kind="user", subject_id=rep.pk)
    send()
    row.refresh_from_db()
    assert row.state == DeliveryState.SENT


def test_a_reminder_stopped_for_a_newer_version_comes_with_the_next_plan(rule_book, rep, today):
    def rule(context):
        person = User.objects.get(pk=rep.pk)
        params = {"who": "李敏", "days": person.version}
        yield Due("check-in", ("user", rep.pk), rep.pk, today, "check-in:1", params, source_version=person.version)

    rule_book(rule)
    plan_follow_ups(on=today, now=MORNING - SECOND)
    User.objects.filter(pk=rep.pk).update(version=5)
    send()
    assert set(Delivery.objects.values_list("state", "last_error")) == {(DeliveryState.CANCELLED, NotSent.STALE)}
    plan_follow_ups(on=today, now=MORNING + SECOND)
    send(MORNING + SECOND)
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.SENT}
    assert Notification.objects.get().params["days"] == 5
    assert "Not seen for 5 days" in mail.outbox[0].body


# --- working hours, pace, lateness -----------------------------------------------------------------------------------
def test_a_mail_that_missed_its_hour_waits_for_the_morning(rep):
    row = email_of(rep)
    night = MORNING + timedelta(hours=14)
    send(night)
    row.refresh_from_db()
    assert mail.outbox == []
    assert (row.state, row.due_at, row.attempts, row.provider_ref) == (
        DeliveryState.DUE,
        MORNING + timedelta(days=1),
        0,
        "",
    )
    send(MORNING + timedelta(days=1))
    assert len(mail.outbox) == 1
    assert "comes late" not in mail.outbox[0].body


def test_a_person_is_mailed_at_most_once_an_hour(rep):
    email_of(rep)
    send()
    again = email_of(rep, due_at=MORNING + timedelta(minutes=10))
    send(MORNING + timedelta(minutes=10))
    again.refresh_from_db()
    assert len(mail.outbox) == 1
    assert again.next_try_at == MORNING + timedelta(hours=1)
    send(MORNING + timedelta(hours=1))
    assert len(mail.outbox) == 2


def test_later_than_a_quarter_of_an_hour_is_said(rep):
    email_of(rep)
    send(MORNING + timedelta(minutes=16))
    assert "This comes late: it was due at 2026-11-24 08:30." in mail.outbox[0].body


def test_later_than_two_days_it_only_stands_in_the_app(rep):
    row = email_of(rep)
    send(MORNING + timedelta(days=3))
    row.refresh_from_db()
    assert (row.state, row.last_error) == (DeliveryState.CANCELLED, NotSent.TOO_LATE)
    assert mail.outbox == []
    assert Notification.objects.get().kind == "undelivered"


@pytest.mark.parametrize(
    ("day", "hour", "sent"), [(24, 0, True), (25, 2, True), (26, 2, False)], ids=["on time", "on the day", "after it"]
)
def test_what_is_over_disturbs_nobody_and_stands_in_the_app(rep, post, day: int, hour: int, sent: bool):
    sender = post()
    item = FollowUpFactory(recipient=rep, ends_on=date(2026, 11, 25))
    row = DeliveryFactory(follow_up=item, channel=Channel.EMAIL)

    send(datetime(2026, 11, day, hour, 40, tzinfo=UTC))

    row.refresh_from_db()
    assert (row.state, row.last_error) == (("SENT", "") if sent else ("CANCELLED", NotSent.TOO_LATE))
    assert len(sender.parcels) == sent
    assert Notification.objects.filter(kind="undelivered").count() == (not sent)


# --- failures ---------------------------------------------------------------------------------------------------------
def test_what_is_refused_for_good_is_given_up_and_told_in_the_app(rep, post):
    row = email_of(rep)
    post(Refused("550 no such user"))
    assert send()["EMAIL"].dead == 1
    row.refresh_from_db()
    assert (row.state, row.last_error) == (DeliveryState.DEAD, "550 no such user")
    assert Notification.objects.get().params["why"] == "550 no such user"


def test_what_may_work_later_is_tried_again_under_the_same_identity(rep, post):
    row = email_of(rep)
    sender = post(TryLater("450 busy"), TryLater("450 busy"), None)
    at = MORNING
    for delay in RETRY_AFTER[:2]:
        send(at)
        row.refresh_from_db()
        assert (row.state, row.next_try_at) == (DeliveryState.DUE, at + delay)
        at = row.next_try_at
    email_of(rep, due_at=at)
    send(at)
    row.refresh_from_db()
    assert (row.state, row.attempts) == (DeliveryState.SENT, 3)
    assert len({parcel.message_id for parcel in sender.parcels[:3]}) == 1
    assert {len(parcel.lines) for parcel in sender.parcels[:3]} == {1}


def test_after_the_last_try_it_is_given_up(rep, post):
    row = email_of(rep, attempts=len(RETRY_AFTER))
    post(TryLater("450 busy"))
    send()
    row.refresh_from_db()
    assert row.state == DeliveryState.DEAD
    assert next_try(1, MORNING) == MORNING + timedelta(seconds=10)
    assert next_try(9, MORNING) == MORNING + timedelta(hours=12)
    assert next_try(10, MORNING) is None


def test_while_the_server_is_out_the_others_keep_their_turn(rep, teammate, post):
    email_of(rep)
    waiting = email_of(teammate)
    sender = post(TryLater("connection refused", is_outage=True))
    assert send()["EMAIL"].is_outage
    waiting.refresh_from_db()
    assert len(sender.parcels) == 1
    assert (waiting.state, waiting.attempts) == (DeliveryState.DUE, 0)
    send(MORNING + 5 * SECOND)
    waiting.refresh_from_db()
    assert waiting.state == DeliveryState.SENT


def test_a_fault_of_our_own_is_tried_again_and_ends_nothing(rep, teammate, post):
    row, other = email_of(rep), email_of(teammate)
    post(KeyError("template"), None)
    send()
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.state, row.last_error) == (DeliveryState.DUE, "KeyError: 'template'")
    assert other.state == DeliveryState.SENT


def test_no_address_for_the_channel(rep, post):
    row = email_of(rep)
    post(NoAddress())
    assert send()["EMAIL"].cancelled == 1
    row.refresh_from_db()
    assert row.last_error == NotSent.NO_ADDRESS


@pytest.mark.parametrize(
    ("error", "meaning", "is_outage"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b.example": (550, b"unknown")}), Refused, None),
        (smtplib.SMTPRecipientsRefused({"a@b.example": (450, b"greylisted")}), TryLater, False),
        (smtplib.SMTPDataError(552, b"too large"), Refused, None),
        (smtplib.SMTPDataError(451, b"try again"), TryLater, False),
        (smtplib.SMTPResponseException(421, b"closing"), TryLater, True),
        (smtplib.SMTPAuthenticationError(535, b"wrong password"), TryLater, True),
        (smtplib.SMTPServerDisconnected("gone after DATA"), TryLater, True),
        (smtplib.SMTPNotSupportedError("no such command"), TryLater, False),
        (ConnectionRefusedError("refused"), TryLater, True),
        (TimeoutError("timed out"), TryLater, True),
    ],
)
def test_what_the_mail_server_means(error, meaning, is_outage):
    found = failure_of(error)
    assert type(found) is meaning
    assert is_outage is None or found.is_outage is is_outage


# --- leases -----------------------------------------------------------------------------------------------------------
def test_what_is_claimed_is_nobody_elses_until_the_lease_ends(rep):
    row = email_of(rep)
    assert claim("EMAIL", now=MORNING) == [row]
    assert claim("EMAIL", now=MORNING + LEASE - SECOND) == []
    again = claim("EMAIL", now=MORNING + LEASE)
    assert again == [row]
    assert (again[0].attempts, again[0].lost_leases) == (2, 1)
    assert again[0].provider_ref == message_id_for(row.key)


def test_who_lost_his_lease_marks_nothing(rep, post):
    row = email_of(rep)
    taken_over = []

    class Slow(FakeSender):
        def send(self, parcel: Parcel) -> None:
            taken_over.extend(claim("EMAIL", now=MORNING + LEASE))

    register_channel(ChannelKind(Channel.EMAIL, sender=lambda: Slow([])))
    post  # noqa: B018 - restores the channels
    dispatch_channel(ChannelKind(Channel.EMAIL, sender=lambda: Slow([])), clock=lambda: MORNING)
    row.refresh_from_db()
    assert row.state == DeliveryState.SENDING
    assert row.lease_token == taken_over[0].lease_token


def test_rows_that_kill_their_dispatcher_are_given_up_after_five_times(rep, post):
    row = email_of(rep, state=DeliveryState.SENDING, lost_leases=4, attempts=5)
    sender = post()
    send()
    row.refresh_from_db()
    assert (row.state, row.last_error) == (DeliveryState.DEAD, NotSent.POISON)
    assert sender.parcels == []


def test_a_stopped_dispatcher_takes_nothing_more(rep):
    email_of(rep)
    dispatch_due(clock=lambda: MORNING, should_stop=lambda: True)
    assert mail.outbox == []


# --- the oracle -------------------------------------------------------------------------------------------------------
def test_all_is_well_after_a_morning(rule_book, rep, teammate, today):
    people = (rep, teammate)
    rule_book(
        lambda context: [
            Due("check-in", ("user", person.pk), person.pk, today, f"check-in:{person.pk}", {"who": "x", "days": 1})
            for person in people
        ]
    )
    plan_follow_ups(on=today, now=MORNING - SECOND)
    send()
    assert faults(now=MORNING + timedelta(minutes=5)) == []


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda: Delivery.objects.filter(channel="EMAIL").delete(), "no delivery by EMAIL"),
        (lambda: Notification.objects.all().delete(), "without a line"),
        (lambda: Delivery.objects.filter(channel="IN_APP").update(state="DUE"), "a line without a sent delivery"),
        (lambda: Delivery.objects.filter(channel="EMAIL").update(provider_ref=""), "without an identity"),
        (lambda: Delivery.objects.filter(channel="EMAIL").update(provider_ref="<1@x>"), "for several people"),
        (lambda: Delivery.objects.filter(channel="EMAIL").update(state="SENDING"), "its lease ended"),
        (lambda: Delivery.objects.filter(channel="EMAIL").update(state="DEAD"), "without a reason"),
        (lambda: FollowUp.objects.update(closed_at=MORNING - timedelta(seconds=2)), "after its follow-up was closed"),
    ],
)
def test_the_oracle_sees_every_kind_of_harm(rule_book, rep, teammate, today, harm, words):
    rule_book(
        lambda context: [
            Due("check-in", ("user", person.pk), person.pk, today, f"check-in:{person.pk}", {"who": "x", "days": 1})
            for person in (rep, teammate)
        ]
    )
    plan_follow_ups(on=today, now=MORNING - SECOND)
    send()
    harm()
    assert any(words in fault for fault in faults(now=MORNING + timedelta(minutes=5)))
