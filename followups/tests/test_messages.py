"""Messages, comments, channel choices and rule settings."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import translation

from crm.audit import history_of
from crm.editing import EditConflict
from followups.actions.comments import comment_on, people_concerned
from followups.actions.messages import notify
from followups.actions.settings import choose_channels, set_rule
from followups.checkup import faults
from followups.choices import Channel, DeliveryState
from followups.models import ChannelChoice, Comment, Delivery, RuleSetting
from followups.planning import plan_follow_ups
from followups.rules import Due, Param
from followups.wording import fill, wording

pytestmark = pytest.mark.django_db

NIGHT = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
NEXT_MORNING = datetime(2026, 11, 25, 0, 30, tzinfo=UTC)


def tell(person, now, **fields) -> None:
    values = {"key": "comment:1", "kind": "comment", "subject": person, "recipient": person, "params": {"who": "赵敏"}}
    notify(**(values | fields), now=now)


# --- messages ---------------------------------------------------------------------------------------------------------
def test_a_message_goes_by_the_channels_of_its_kind_once(rep, now):
    tell(rep, now)
    tell(rep, now)
    assert set(Delivery.objects.values_list("channel", "due_at")) == {(Channel.IN_APP, now), (Channel.EMAIL, now)}


def test_at_night_the_app_knows_at_once_and_the_mail_waits(rep):
    tell(rep, NIGHT)
    assert dict(Delivery.objects.values_list("channel", "due_at")) == {
        Channel.IN_APP: NIGHT,
        Channel.EMAIL: NEXT_MORNING,
    }


def test_a_held_message_is_not_due_before(rep, now):
    tell(rep, now, hold=timedelta(seconds=30))
    assert set(Delivery.objects.values_list("due_at", flat=True)) == {now + timedelta(seconds=30)}


def test_the_caller_chooses_the_channels_and_the_person_stands_above(rep, now):
    tell(rep, now, channels=[Channel.EMAIL])
    assert list(Delivery.objects.values_list("channel", flat=True)) == [Channel.EMAIL]
    ChannelChoice.objects.create(user=rep, kind="comment", channel=Channel.EMAIL, is_on=False)
    tell(rep, now, key="comment:2", channels=[Channel.EMAIL])
    assert Delivery.objects.count() == 1


def test_the_same_key_reaches_each_person(rep, teammate, now):
    tell(rep, now)
    tell(teammate, now)
    assert Delivery.objects.values("recipient").distinct().count() == 2


# --- words ------------------------------------------------------------------------------------------------------------
def test_words_are_made_when_shown_in_the_readers_language(db):
    params = {"text": "寄图纸", "made_on": "2026-11-20"}
    with translation.override("en"):
        assert wording("promise", params).title == "寄图纸"
        assert wording("promise", params).reason == "Promised on 2026-11-20"


def test_a_missing_or_hostile_param_takes_no_page_away():
    assert fill("See %(who)s", {}) == "See --"
    assert fill("See %(who)s", {"who": "%(days)s {0.__class__} {{7*7}}"}) == "See %(days)s {0.__class__} {{7*7}}"
    assert fill("100 %", {"who": "x"}) == "100 %"


def test_a_kind_whose_room_is_gone_still_has_words():
    assert wording("old-kind", {}).label == "old-kind"


# --- comments ---------------------------------------------------------------------------------------------------------
def test_a_comment_reaches_who_is_concerned_but_not_its_author(changhong, rep, manager, now):
    first = comment_on("account", changhong.pk, text=" 价格? ", author=manager, now=now, recipients=[rep, manager])
    assert first.text == "价格?"
    assert set(Delivery.objects.values_list("recipient__username", flat=True)) == {"chen"}
    assert "长虹精密" in Delivery.objects.first().params["about"]
    assert history_of(first).get().action == "comment.written"


def test_the_owner_and_who_spoke_before_are_concerned(changhong, rep, manager, director, now):
    comment_on("account", changhong.pk, text="why?", author=director, now=now, recipients=[])
    assert people_concerned(changhong, "account") == [rep, director]


def test_a_comment_sent_twice_is_one(changhong, rep, manager, now):
    token = uuid4()
    for _each in range(2):
        comment_on("account", changhong.pk, text="why?", author=manager, now=now, client_id=token, recipients=[rep])
    assert Comment.objects.count() == 1
    assert Delivery.objects.filter(channel=Channel.IN_APP).count() == 1


@pytest.mark.parametrize("text", ["", "  \n", "x" * 4001])
def test_an_empty_or_endless_comment_is_refused(changhong, rep, now, text):
    with pytest.raises(ValidationError):
        comment_on("account", changhong.pk, text=text, author=rep, now=now, recipients=[])


# --- channel choices --------------------------------------------------------------------------------------------------
def test_a_channel_switched_on_gets_what_is_open(rule_book, rep, now, today):
    due = Due("check-in", ("user", rep.pk), rep.pk, today, "check-in:1", {"who": "李敏", "days": 3})
    rule_book(lambda context: [due], channels=(Channel.IN_APP,))
    plan_follow_ups(on=today, now=now)
    assert list(Delivery.objects.values_list("channel", flat=True)) == [Channel.IN_APP]
    choose_channels({("check-in", Channel.EMAIL): True, ("check-in", Channel.IN_APP): True}, actor=rep, now=now)
    assert set(Delivery.objects.values_list("channel", flat=True)) == {Channel.IN_APP, Channel.EMAIL}
    assert ChannelChoice.objects.count() == 1
    assert history_of(rep).get().changes == {"check-in EMAIL": [False, True]}
    assert faults(now=now) == []


def test_what_stays_as_it_was_is_not_recorded(rep, now):
    choose_channels({("comment", Channel.EMAIL): True, ("comment", "PIGEON"): True}, actor=rep, now=now)
    assert not ChannelChoice.objects.exists()
    assert not history_of(rep).exists()


# --- rule settings ----------------------------------------------------------------------------------------------------
def test_an_admin_sets_a_rule_and_others_may_not(rule_book, admin, manager):
    rule = rule_book(lambda context: [], params=(Param("days", "Days", 30, 7, 90),))
    setting = set_rule(rule, is_on=False, params={"days": 14}, version=0, actor=admin)
    assert (setting.is_on, setting.params) == (False, {"days": 14})
    assert history_of(setting).get().changes["is_on"] == [True, False]
    with pytest.raises(PermissionDenied):
        set_rule(rule, is_on=True, params={"days": 14}, version=setting.version, actor=manager)


@pytest.mark.parametrize("days", [6, 91])
def test_a_number_out_of_bounds_is_refused(rule_book, admin, days):
    rule = rule_book(lambda context: [], params=(Param("days", "Days", 30, 7, 90),))
    with pytest.raises(ValidationError, match="from 7 to 90"):
        set_rule(rule, is_on=True, params={"days": days}, version=0, actor=admin)
    assert not RuleSetting.objects.exists()


def test_two_admins_do_not_overwrite_one_another(rule_book, admin, director):
    rule = rule_book(lambda context: [], params=(Param("days", "Days", 30, 7, 90),))
    set_rule(rule, is_on=True, params={"days": 14}, version=0, actor=admin)
    with pytest.raises(EditConflict):
        set_rule(rule, is_on=True, params={"days": 21}, version=1, actor=admin)


def test_deliveries_of_the_night_are_not_late_in_the_morning(rep):
    tell(rep, NIGHT)
    Delivery.objects.filter(channel=Channel.IN_APP).update(state=DeliveryState.CANCELLED, last_error="done")
    assert faults(now=NIGHT + timedelta(hours=10)) == []
