"""Rules yield; what they yield is planned once, and follows what they say later."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from followups.choices import Channel, DeliveryState, FollowUpState, NotSent
from followups.models import ChannelChoice, Delivery, FollowUp, RuleRun, RuleSetting
from followups.planning import plan_follow_ups
from followups.rules import Due, Param, RuleContext
from teams.models import User

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
DAWN = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
TUESDAY = date(2026, 11, 24)


def due(person: User, **fields: object) -> Due:
    """Return one occurrence about the person himself."""
    values: dict = {
        "kind": "check-in",
        "subject": ("user", person.pk),
        "recipient_id": person.pk,
        "due_on": TUESDAY,
        "key": f"check-in:{person.pk}",
        "params": {"who": "李敏", "days": 30},
    }
    return Due(**(values | fields))


def plan(now: datetime = DAWN, on: date = TUESDAY) -> dict:
    return plan_follow_ups(on=on, now=now)


def test_a_rule_is_asked_about_the_day_and_its_yield_is_written_with_deliveries(rule_book, rep):
    asked = []

    def rule(context: RuleContext):
        asked.append(context.on)
        yield due(rep)

    rule_book(rule)
    tally = plan()["check-in"]

    item = FollowUp.objects.get()
    assert asked == [TUESDAY]
    assert (tally.yielded, tally.added) == (1, 1)
    assert (item.recipient, item.due_on, item.state) == (rep, TUESDAY, FollowUpState.OPEN)
    assert {row.channel: row.due_at for row in item.deliveries.all()} == {
        Channel.IN_APP: MORNING,
        Channel.EMAIL: MORNING,
    }


def test_running_again_changes_nothing(rule_book, rep):
    rule_book(lambda context: [due(rep)])
    plan()
    before = list(FollowUp.objects.values()), list(Delivery.objects.values())
    tally = plan()["check-in"]
    assert (tally.added, tally.refreshed, tally.reopened, tally.cancelled) == (0, 0, 0, 0)
    assert before == (list(FollowUp.objects.values()), list(Delivery.objects.values()))


def test_an_occurrence_yielded_twice_is_one(rule_book, rep):
    rule_book(lambda context: [due(rep), due(rep, due_on=date(2026, 12, 1))])
    plan()
    plan()
    assert FollowUp.objects.get().due_on == TUESDAY


def test_planned_late_it_is_due_at_once(rule_book, rep, now):
    rule_book(lambda context: [due(rep)])
    plan(now=now)
    assert set(Delivery.objects.values_list("due_at", flat=True)) == {now}


def test_the_morning_is_that_of_the_recipient(rule_book, rep):
    rep.time_zone = "America/New_York"
    rep.save(update_fields=["time_zone"])
    rule_book(lambda context: [due(rep)])
    plan()
    assert Delivery.objects.first().due_at == datetime(2026, 11, 24, 13, 30, tzinfo=UTC)


def test_on_a_holiday_it_waits_for_the_first_working_morning(rule_book, rep):
    rule_book(lambda context: [due(rep, due_on=date(2026, 10, 2))])
    plan(now=datetime(2026, 9, 30, tzinfo=UTC), on=date(2026, 9, 30))
    assert Delivery.objects.first().due_at == datetime(2026, 10, 8, 0, 30, tzinfo=UTC)


def test_only_the_channels_a_person_wants_get_a_delivery(rule_book, rep, teammate):
    ChannelChoice.objects.create(user=rep, kind="check-in", channel=Channel.EMAIL, is_on=False)
    rule_book(lambda context: [due(rep), due(teammate)])
    plan()
    assert list(Delivery.objects.filter(recipient=rep).values_list("channel", flat=True)) == [Channel.IN_APP]
    assert Delivery.objects.filter(recipient=teammate).count() == 2


def test_what_is_no_longer_yielded_is_cancelled_with_its_deliveries(rule_book, rep, teammate):
    people = [rep, teammate]
    rule_book(lambda context: [due(person) for person in people])
    plan()
    people.remove(teammate)
    assert plan()["check-in"].cancelled == 1
    gone = FollowUp.objects.get(recipient=teammate)
    assert gone.state == FollowUpState.CANCELLED
    assert set(gone.deliveries.values_list("state", "last_error")) == {(DeliveryState.CANCELLED, NotSent.NOT_NEEDED)}
    assert FollowUp.objects.get(recipient=rep).state == FollowUpState.OPEN


def test_what_is_yielded_again_is_opened_again_with_what_was_not_sent(rule_book, rep):
    people = [rep]
    rule_book(lambda context: [due(person) for person in people])
    plan()
    Delivery.objects.filter(channel=Channel.IN_APP).update(state=DeliveryState.SENT, sent_at=MORNING)
    people.clear()
    plan(now=MORNING)
    people.append(rep)
    assert plan(now=MORNING + timedelta(hours=1))["check-in"].reopened == 1
    item = FollowUp.objects.get()
    assert item.state == FollowUpState.OPEN
    assert item.closed_at is None
    assert dict(item.deliveries.values_list("channel", "state")) == {
        Channel.IN_APP: DeliveryState.SENT,
        Channel.EMAIL: DeliveryState.DUE,
    }


def test_what_a_person_did_stays_done(rule_book, rep):
    rule_book(lambda context: [due(rep)])
    plan()
    FollowUp.objects.update(state=FollowUpState.DONE)
    plan()
    assert FollowUp.objects.get().state == FollowUpState.DONE


def test_a_new_day_moves_the_open_item_and_what_waits(rule_book, rep):
    days = [TUESDAY]
    rule_book(lambda context: [due(rep, due_on=days[0])])
    plan()
    FollowUp.objects.update(snoozed_until=date(2026, 11, 25))
    days[0] = date(2026, 11, 27)
    assert plan()["check-in"].refreshed == 1
    item = FollowUp.objects.get()
    assert (item.due_on, item.snoozed_until) == (date(2026, 11, 27), None)
    assert {row.due_at for row in item.deliveries.all()} == {datetime(2026, 11, 27, 0, 30, tzinfo=UTC)}


def test_new_words_are_taken_over_and_nothing_is_sent_again(rule_book, rep):
    days = [30]
    rule_book(lambda context: [due(rep, params={"who": "李敏", "days": days[0]})])
    plan()
    Delivery.objects.update(state=DeliveryState.SENT, sent_at=MORNING)
    days[0] = 31
    plan(now=MORNING + timedelta(days=1))
    assert FollowUp.objects.get().params["days"] == 31
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.SENT}


def test_an_occurrence_computed_from_an_older_version_is_left_for_the_next_run(rule_book, rep):
    User.objects.update(version=3)
    rule_book(lambda context: [due(rep, source_version=2)])
    tally = plan()["check-in"]
    assert (tally.added, tally.stale) == (0, 1)
    assert not FollowUp.objects.exists()
    assert RuleRun.objects.get(kind="check-in").stale == 1


def test_another_recipient_takes_the_place_of_the_first(rule_book, rep, teammate):
    person = [rep]
    rule_book(lambda context: [due(rep, recipient_id=person[0].pk)])
    plan()
    person[0] = teammate
    plan()
    assert FollowUp.objects.get().recipient == teammate
    assert set(Delivery.objects.filter(recipient=rep).values_list("state", flat=True)) == {DeliveryState.CANCELLED}
    assert set(Delivery.objects.filter(recipient=teammate).values_list("state", flat=True)) == {DeliveryState.DUE}


def test_nobody_is_reminded_who_has_left(rule_book, rep):
    rep.is_active = False
    rep.save(update_fields=["is_active"])
    rule_book(lambda context: [due(rep)])
    plan()
    assert not FollowUp.objects.exists()


def test_a_rule_that_raises_stops_no_other_and_cancels_nothing(rule_book, rep):
    is_broken = [False]

    def fragile(context: RuleContext):
        if is_broken[0]:
            raise RuntimeError("no such table")
        yield due(rep, kind="fragile", key="fragile:1")

    rule_book(fragile, kind="fragile")
    rule_book(lambda context: [due(rep)])
    plan()
    is_broken[0] = True
    FollowUp.objects.filter(kind="check-in").delete()
    tallies = plan(now=MORNING)
    assert tallies["check-in"].added == 1
    assert FollowUp.objects.get(kind="fragile").state == FollowUpState.OPEN
    run = RuleRun.objects.get(kind="fragile")
    assert run.error == "RuntimeError: no such table"
    assert (run.ran_at, run.succeeded_at) == (MORNING, DAWN)


@pytest.mark.parametrize("wrong", [{"kind": "other"}, {"key": "k" * 161}, {"key": ""}, {"subject": ("nothing", 1)}])
def test_a_rule_that_breaks_its_contract_is_reported(rule_book, rep, wrong):
    rule_book(lambda context: [due(rep, **wrong)])
    assert plan()["check-in"].error
    assert not FollowUp.objects.exists()


def test_a_rule_that_is_switched_off_has_nothing_open_and_switched_on_again_has_it_back(rule_book, rep):
    rule_book(lambda context: [due(rep)])
    plan()
    setting = RuleSetting.objects.create(kind="check-in", is_on=False)
    plan()
    assert FollowUp.objects.get().state == FollowUpState.CANCELLED
    setting.is_on = True
    setting.save()
    plan()
    assert FollowUp.objects.get().state == FollowUpState.OPEN


def test_a_rule_gets_the_numbers_of_the_admin_within_its_bounds(rule_book, rep):
    seen: list = []

    def rule(context: RuleContext):
        seen.append(dict(context.params))
        return []

    rule_book(rule, params=(Param("days", "Days", default=30, low=7, high=90),))
    plan()
    RuleSetting.objects.create(kind="check-in", params={"days": 14, "other": 1})
    plan()
    RuleSetting.objects.update(params={"days": 900})
    plan()
    RuleSetting.objects.update(params={"days": "many"})
    plan()
    assert seen == [{"days": 30}, {"days": 14}, {"days": 90}, {"days": 30}]


def test_promises_of_people_are_never_cancelled_by_planning(rule_book, rep):
    FollowUp.objects.create(
        key="p1", kind="promise", subject_kind="user", subject_id=rep.pk, recipient=rep, due_on=TUESDAY
    )
    plan()
    assert FollowUp.objects.get().state == FollowUpState.OPEN


@pytest.mark.parametrize("many", [1, 3])
def test_the_cost_of_a_batch_does_not_depend_on_its_size(rule_book, rep, many, django_assert_num_queries):
    rule_book(lambda context: [due(rep, key=f"check-in:{number}") for number in range(many)])
    plan_once: Callable = plan
    FollowUp.objects.exists()
    with django_assert_num_queries(20):
        plan_once()


def test_two_thousand_in_batches_and_once_more_without_a_write(rule_book, rep):
    dues = [due(rep, key=f"check-in:{number}", params={"who": "李敏", "days": number}) for number in range(2_000)]
    rule_book(lambda context: iter(dues))
    assert plan()["check-in"].added == 2_000
    tally = plan()["check-in"]
    assert (tally.yielded, tally.added, tally.refreshed, tally.cancelled) == (2_000, 0, 0, 0)
    assert Delivery.objects.count() == 4_000
