"""One save of a visit, and everything that follows from it."""

import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from accounts.choices import Stance
from accounts.models import Account, Contact, StanceChange, TierPolicy
from accounts.rules import NEXT_CONTACT
from accounts.tests.factories import AccountFactory, ContactFactory
from crm.audit import history_of
from crm.editing import EditConflict
from crm.models.abstract import Origin
from crm.undo import undo
from followups.models import Delivery, FollowUp
from followups.planning import plan_follow_ups
from pipeline.models import Evidence
from pipeline.tests.factories import OpportunityFactory
from visits.actions.visits import archive_visit, edit_visit, log_visit, undo_for
from visits.choices import ItemState, Result
from visits.models import Visit
from visits.rules import NOT_LOGGED, VISIT_TOMORROW
from visits.tests.factories import PlanItemFactory, VisitFactory
from visits.visit_input import EvidenceSeen, NewPerson, StanceSeen, VisitInput, VisitRefused

TODAY = date(2026, 11, 24)
NEXT = date(2026, 12, 1)


@pytest.fixture
def li_min(changhong):
    """Li Min buys at Changhong; nobody has said where she stands."""
    return ContactFactory(account=changhong, name="李敏", title="采购经理")


@pytest.fixture
def line_two(changhong):
    """Changhong's second line, an open opportunity at the first step."""
    return OpportunityFactory(account=changhong, name="二期扩容")


@pytest.fixture
def stop(rep, changhong, line_two, li_min):
    """Changhong in today's plan."""
    return PlanItemFactory(
        plan__user=rep, plan__day=TODAY, account=changhong, opportunity=line_two, contact=li_min, purpose="ORDER"
    )


def first_criterion(opportunity):
    return opportunity.our_step.criteria.filter(track="OURS").order_by("position")[0]


def told(account, **fields):
    return VisitInput(account_id=account.pk, happened_on=TODAY, **fields)


def errors_of(data, actor, now):
    with pytest.raises(VisitRefused) as refusal:
        log_visit(data, actor=actor, now=now)
    return refusal.value.errors


def test_only_the_customer_is_needed(rep, changhong, now):
    visit = log_visit(told(changhong), actor=rep, now=now)

    assert (visit.account, visit.user, visit.happened_on, visit.result) == (changhong, rep, TODAY, "")
    assert [entry.action for entry in history_of(visit)] == ["visit.logged"]


def test_one_save_does_everything_that_follows(rep, changhong, line_two, stop, li_min, now):
    criterion = first_criterion(line_two)
    visit = log_visit(
        told(
            changhong,
            plan_item_id=stop.pk,
            opportunity_id=line_two.pk,
            contact_ids=(li_min.pk,),
            new_people=(NewPerson("周颖", "工程师"),),
            said="样品测试通过，担心交期",
            result=Result.FORWARD,
            goal_reached=True,
            commitment="周五前给车间布局图",
            commitment_on=date(2026, 11, 27),
            next_step="带二轮报价再访",
            next_on=NEXT,
            stances=(StanceSeen(li_min.pk, Stance.SUPPORTER),),
            evidence=(EvidenceSeen(criterion.pk, "李敏说预算 380 万已批"),),
        ),
        actor=rep,
        now=now,
    )

    stop.refresh_from_db()
    changhong.refresh_from_db()
    line_two.refresh_from_db()
    li_min.refresh_from_db()
    newcomer = Contact.objects.get(name="周颖")
    assert (stop.state, stop.visit, visit.purpose) == (ItemState.DONE, visit, "ORDER")
    assert {row.contact for row in visit.met.all()} == {li_min, newcomer}
    assert (newcomer.title, newcomer.is_verified) == ("工程师", False)
    assert (changhong.last_contact_on, changhong.next_contact_on) == (TODAY, NEXT)
    assert (li_min.stance, li_min.last_contact_on) == (Stance.SUPPORTER, TODAY)
    assert StanceChange.objects.get().source_id == visit.pk
    assert (line_two.next_step, line_two.next_step_on) == ("带二轮报价再访", NEXT)
    assert (line_two.progressed_at, line_two.progress_kind) == (now, "VISIT")
    shown = Evidence.objects.get()
    assert (shown.criterion, shown.text, shown.contact, shown.source_id) == (
        criterion,
        "李敏说预算 380 万已批",
        li_min,
        visit.pk,
    )
    promise = FollowUp.objects.get(kind="promise")
    assert (promise.recipient, promise.due_on, promise.account_id) == (rep, date(2026, 11, 27), changhong.pk)
    following = FollowUp.objects.get(kind=NEXT_CONTACT)
    assert (following.recipient, following.due_on, following.state) == (rep, NEXT, "OPEN")
    assert set(following.deliveries.values_list("channel", "state")) == {("IN_APP", "DUE"), ("EMAIL", "DUE")}


def test_the_next_contact_stays_on_the_list_until_its_day_and_the_next_visit_moves_it(rep, changhong, now):
    log_visit(told(changhong, next_on=NEXT), actor=rep, now=now)
    plan_follow_ups(on=TODAY, now=now)
    assert [(item.due_on, item.state) for item in FollowUp.objects.all()] == [(NEXT, "OPEN")]

    log_visit(told(changhong, next_on=date(2026, 12, 8)), actor=rep, now=now)
    plan_follow_ups(on=TODAY, now=now)

    assert [(item.due_on, item.state) for item in FollowUp.objects.order_by("due_on")] == [
        (NEXT, "DONE"),
        (date(2026, 12, 8), "OPEN"),
    ]


def test_a_visit_told_late_leaves_the_next_contact_open(rep, changhong, now):
    log_visit(told(changhong, next_on=NEXT), actor=rep, now=now)

    log_visit(VisitInput(account_id=changhong.pk, happened_on=date(2026, 11, 10)), actor=rep, now=now)

    assert [(item.due_on, item.state) for item in FollowUp.objects.all()] == [(NEXT, "OPEN")]


def test_the_same_form_again_is_the_same_visit(rep, changhong, li_min, now):
    data = told(changhong, new_people=(NewPerson("周颖"),), commitment="给布局图")

    first = log_visit(data, actor=rep, now=now)
    again = log_visit(data, actor=rep, now=datetime(2026, 11, 25, tzinfo=UTC), origin=Origin.OFFLINE)

    assert (again, Visit.objects.count()) == (first, 1)
    assert Contact.objects.filter(name="周颖").count() == 1
    assert sorted(FollowUp.objects.values_list("kind", flat=True)) == [NEXT_CONTACT, "promise"]


def test_a_repetition_succeeds_even_when_the_customer_has_gone_to_somebody_else(rep, outsider, changhong, now):
    data = told(changhong)
    first = log_visit(data, actor=rep, now=now)
    changhong.owner, changhong.team = outsider, outsider.team
    changhong.save(update_fields=["owner", "team"])

    assert log_visit(data, actor=rep, now=now) == first


def test_somebody_elses_form_is_refused(rep, teammate, changhong, now):
    data = told(changhong)
    log_visit(data, actor=rep, now=now)

    assert list(errors_of(data, teammate, now)) == ["__all__"]


def test_a_visit_at_a_planned_customer_closes_the_stop_without_being_told(rep, changhong, stop, now):
    visit = log_visit(told(changhong), actor=rep, now=now)

    assert visit.plan_item == stop
    stop.refresh_from_db()
    assert stop.state == ItemState.DONE


def test_a_second_visit_at_the_same_stop_is_kept_beside_it(rep, changhong, stop, now):
    log_visit(told(changhong, plan_item_id=stop.pk), actor=rep, now=now)

    second = log_visit(told(changhong, plan_item_id=stop.pk), actor=rep, now=now)

    assert second.plan_item is None
    assert Visit.objects.count() == 2


def test_a_form_moved_to_another_customer_leaves_the_stop_open(rep, stop, now):
    other = AccountFactory(owner=rep)

    visit = log_visit(told(other, plan_item_id=stop.pk), actor=rep, now=now)

    assert (visit.account, visit.plan_item) == (other, None)
    stop.refresh_from_db()
    assert stop.state == ItemState.OPEN


def test_the_time_and_place_of_arriving_are_taken_over(rep, changhong, stop, now):
    stop.arrived_at, stop.latitude, stop.longitude, stop.accuracy = now, Decimal("31.3"), Decimal("120.6"), 35
    stop.save()

    visit = log_visit(told(changhong, plan_item_id=stop.pk), actor=rep, now=now)

    assert (visit.started_at, visit.accuracy) == (time(10, 40), 35)


def test_without_a_day_the_next_contact_follows_the_tier(rep, changhong, now):
    changhong.tier = "A"
    changhong.save(update_fields=["tier"])
    TierPolicy.objects.update_or_create(state="ACTIVE", defaults={"name": "v1"})

    log_visit(told(changhong), actor=rep, now=now)

    changhong.refresh_from_db()
    assert changhong.next_contact_on == date(2026, 12, 8)


def test_a_visit_told_late_does_not_move_the_last_contact_back(rep, changhong, now):
    log_visit(told(changhong), actor=rep, now=now)

    log_visit(VisitInput(account_id=changhong.pk, happened_on=date(2026, 11, 20)), actor=rep, now=now)

    changhong.refresh_from_db()
    assert changhong.last_contact_on == TODAY


def test_words_without_a_day_become_the_next_step_on_the_next_contact(rep, changhong, line_two, now):
    log_visit(told(changhong, opportunity_id=line_two.pk, next_on=NEXT, next_step="报价"), actor=rep, now=now)
    log_visit(told(changhong, opportunity_id=line_two.pk, next_step=""), actor=rep, now=now)

    line_two.refresh_from_db()
    assert (line_two.next_step, line_two.next_step_on) == ("报价", NEXT)


def test_evidence_without_words_rests_on_what_was_said(rep, changhong, line_two, now):
    criterion = first_criterion(line_two)
    log_visit(
        told(changhong, opportunity_id=line_two.pk, said="预算已批", evidence=(EvidenceSeen(criterion.pk),)),
        actor=rep,
        now=now,
    )

    assert Evidence.objects.get().text == "预算已批"


# --- refusals -----------------------------------------------------------------------------------------------------
def test_a_visit_in_the_future_is_refused(rep, changhong, now):
    data = VisitInput(account_id=changhong.pk, happened_on=date(2026, 11, 25))

    assert errors_of(data, rep, now) == {
        "happened_on": "The visit lies in the future. Choose 2026-11-24 or an earlier day."
    }
    assert not Visit.objects.exists()


def test_an_unknown_customer_and_a_foreign_one_are_refused_alike(rep, outsider, now):
    foreign = AccountFactory(owner=outsider)
    unknown = VisitInput(account_id=10**9, happened_on=TODAY)

    assert errors_of(told(foreign), rep, now) == errors_of(unknown, rep, now)
    assert list(errors_of(unknown, rep, now)) == ["account"]


def test_a_stop_of_somebody_elses_plan_is_refused(rep, teammate, changhong, now):
    theirs = PlanItemFactory(plan__user=teammate, plan__day=TODAY, account=changhong)

    assert errors_of(told(changhong, plan_item_id=theirs.pk), rep, now) == {
        "plan_item": "This stop is in somebody else's plan. Log the visit without it."
    }


def test_an_opportunity_person_or_criterion_of_elsewhere_is_refused(rep, changhong, line_two, now):
    elsewhere = OpportunityFactory(account=AccountFactory(owner=rep))
    stranger = ContactFactory(account=elsewhere.account)

    assert list(errors_of(told(changhong, opportunity_id=elsewhere.pk), rep, now)) == ["opportunity"]
    assert list(errors_of(told(changhong, contact_ids=(stranger.pk,)), rep, now)) == ["met"]
    evidence = (EvidenceSeen(10**9),)
    assert list(errors_of(told(changhong, opportunity_id=line_two.pk, evidence=evidence), rep, now)) == ["evidence"]
    assert list(errors_of(told(changhong, evidence=evidence), rep, now)) == ["opportunity"]


def test_every_wrong_day_is_named_at_once(rep, changhong, now):
    data = told(
        changhong,
        next_on=date(2026, 11, 23),
        commitment_on=date(2026, 11, 22),
        started_at=time(11, 0),
        ended_at=time(10, 0),
    )

    assert set(errors_of(data, rep, now)) == {"next_on", "commitment_on", "ended_at"}


@pytest.mark.parametrize("who", ["clerk", "compliance", "admin", "dealer"])
def test_who_sells_nothing_logs_nothing(request, changhong, now, who):
    with pytest.raises(PermissionDenied):
        log_visit(told(changhong), actor=request.getfixturevalue(who), now=now)


def test_a_refused_visit_leaves_nothing_behind(rep, changhong, line_two, now):
    data = told(changhong, new_people=(NewPerson("周颖"),), next_on=date(2026, 11, 1))

    errors_of(data, rep, now)

    assert not Visit.objects.exists()
    assert not Contact.objects.exists()


# --- taking back, deleting, correcting ------------------------------------------------------------------------------
@pytest.fixture
def asked_for(changhong, stop, now):
    """The contact with Changhong was due on the 20th, and its stop is asked for."""
    Account.objects.filter(pk=changhong.pk).update(
        last_contact_on=date(2026, 11, 6), next_contact_on=date(2026, 11, 20)
    )
    Contact.objects.filter(account=changhong).update(last_contact_on=date(2026, 11, 6))
    changhong.refresh_from_db()
    plan_follow_ups(on=date(2026, 11, 23), now=now - timedelta(days=1))
    open_ones = FollowUp.objects.open().order_by("kind")
    assert [item.kind for item in open_ones] == [NEXT_CONTACT, VISIT_TOMORROW]
    return list(open_ones)


@pytest.fixture
def logged(rep, changhong, line_two, stop, li_min, now):
    """A visit with all its effects."""
    data = told(
        changhong,
        plan_item_id=stop.pk,
        opportunity_id=line_two.pk,
        contact_ids=(li_min.pk,),
        commitment="给布局图",
        next_step="报价",
        next_on=NEXT,
        stances=(StanceSeen(li_min.pk, Stance.SUPPORTER),),
        evidence=(EvidenceSeen(first_criterion(line_two).pk, "已批"),),
    )
    visit = log_visit(data, actor=rep, now=now)
    Visit.objects.filter(pk=visit.pk).update(recorded_at=now)
    visit.refresh_from_db()
    return visit


def test_a_save_can_be_taken_back_with_all_that_followed(logged, rep, changhong, line_two, stop, li_min, now):
    undo(undo_for(logged, actor=rep), actor=rep, now=now)

    for row in (logged, changhong, line_two, stop, li_min):
        row.refresh_from_db()
    assert (logged.archived_at, logged.plan_item) == (now, None)
    assert (changhong.last_contact_on, changhong.next_contact_on) == (None, None)
    assert (line_two.next_step, line_two.next_step_on) == ("", None)
    assert (stop.state, li_min.stance) == (ItemState.OPEN, "")
    assert not Evidence.objects.standing().exists()
    assert not FollowUp.objects.open().exists()


def test_taking_back_leaves_everything_as_it_was(rep, changhong, line_two, stop, li_min, asked_for, now):
    def state_of_things():
        plan_follow_ups(on=TODAY, now=now)
        for row in (changhong, line_two, stop, li_min):
            row.refresh_from_db()
        return (
            (changhong.last_contact_on, changhong.next_contact_on),
            (line_two.next_step, line_two.next_step_on, line_two.progressed_at, line_two.progress_kind),
            (stop.state, li_min.stance, li_min.last_contact_on),
            list(Contact.objects.live().order_by("pk").values_list("name", flat=True)),
            list(FollowUp.objects.open().order_by("pk").values_list("key", "due_on")),
            list(Delivery.objects.filter(follow_up__state="OPEN").order_by("pk").values_list("key", "state")),
        )

    before = state_of_things()
    data = told(
        changhong,
        plan_item_id=stop.pk,
        opportunity_id=line_two.pk,
        contact_ids=(li_min.pk,),
        new_people=(NewPerson("周颖"),),
        said="预算已批",
        commitment="给布局图",
        next_step="报价",
        stances=(StanceSeen(li_min.pk, Stance.SUPPORTER),),
        evidence=(EvidenceSeen(first_criterion(line_two).pk),),
    )
    visit = log_visit(data, actor=rep, now=now)
    after = state_of_things()
    assert all(was != is_now for was, is_now in zip(before, after, strict=True))

    undo(undo_for(visit, actor=rep), actor=rep, now=now + timedelta(seconds=8))

    assert state_of_things() == before


def test_a_person_made_known_by_a_visit_that_is_taken_back_stays_when_somebody_met_her_since(rep, changhong, now):
    visit = log_visit(told(changhong, new_people=(NewPerson("周颖"), NewPerson("吴昊"))), actor=rep, now=now)
    met_again = Contact.objects.get(name="周颖")
    log_visit(told(changhong, contact_ids=(met_again.pk,)), actor=rep, now=now)

    undo(undo_for(visit, actor=rep), actor=rep, now=now)

    assert list(Contact.objects.live().values_list("name", flat=True)) == ["周颖"]


def test_a_deleted_visit_is_asked_for_again(rep, changhong, asked_for, li_min, now):
    visit = log_visit(told(changhong, contact_ids=(li_min.pk,)), actor=rep, now=now)
    Visit.objects.filter(pk=visit.pk).update(recorded_at=now)

    archive_visit(visit, actor=rep, now=now)

    plan_follow_ups(on=date(2026, 11, 25), now=now)
    changhong.refresh_from_db()
    li_min.refresh_from_db()
    assert (changhong.last_contact_on, li_min.last_contact_on) == (None, None)
    assert [item.kind for item in FollowUp.objects.open()] == [NOT_LOGGED]


def test_after_taking_back_the_stop_can_be_logged_again(logged, rep, changhong, stop, now):
    undo(undo_for(logged, actor=rep), actor=rep, now=now)

    assert log_visit(told(changhong), actor=rep, now=now).plan_item == stop


def test_a_deleted_visit_comes_back_with_what_stood_on_it(logged, rep, changhong, stop, li_min, now):
    VisitFactory(account=changhong, happened_on=date(2026, 11, 10))

    entry = archive_visit(logged, actor=rep, now=now)
    changhong.refresh_from_db()
    assert changhong.last_contact_on == date(2026, 11, 10)

    undo(entry, actor=rep, now=now)
    for row in (logged, changhong, stop, li_min):
        row.refresh_from_db()
    assert (logged.archived_at, logged.plan_item, stop.state) == (None, stop, ItemState.DONE)
    assert (changhong.last_contact_on, li_min.stance) == (TODAY, Stance.SUPPORTER)
    assert Evidence.objects.standing().get().text == "已批"
    assert FollowUp.objects.open().get(kind="promise").params["text"] == "给布局图"
    assert FollowUp.objects.open().get(kind=NEXT_CONTACT).due_on == NEXT


@pytest.mark.parametrize(("who", "may"), [("rep", True), ("manager", True), ("director", True), ("teammate", False)])
def test_who_may_delete_a_visit(request, rep, changhong, now, who, may):
    visit = log_visit(told(changhong), actor=rep, now=now)
    Visit.objects.filter(pk=visit.pk).update(recorded_at=now)
    actor = request.getfixturevalue(who)

    if may:
        assert archive_visit(visit, actor=actor, now=now)
    else:
        with pytest.raises(PermissionDenied):
            archive_visit(visit, actor=actor, now=now)


def test_a_visit_is_corrected_on_the_day_it_was_logged(logged, rep, changhong, li_min, now):
    changes = {"result": Result.BLOCKED, "next_on": date(2026, 12, 3), "commitment": "寄样品"}

    fresh = edit_visit(logged, changes=changes, met=[], version=logged.version, actor=rep, now=now)

    changhong.refresh_from_db()
    assert (fresh.result, fresh.version, fresh.met.count()) == (Result.BLOCKED, logged.version + 1, 0)
    assert changhong.next_contact_on == date(2026, 12, 3)
    assert FollowUp.objects.open().get(kind="promise").params["text"] == "寄样品"
    assert FollowUp.objects.open().get(kind=NEXT_CONTACT).due_on == date(2026, 12, 3)


def test_the_next_day_it_is_no_longer_corrected(logged, rep, now):
    Visit.objects.filter(pk=logged.pk).update(recorded_at=datetime(2026, 11, 23, 2, 0, tzinfo=UTC))
    logged.refresh_from_db()

    with pytest.raises(PermissionDenied):
        edit_visit(logged, changes={"said": "x"}, met=[], version=logged.version, actor=rep, now=now)


def test_a_correction_meets_another_one_openly(logged, rep, now):
    edit_visit(logged, changes={"said": "一"}, met=[], version=logged.version, actor=rep, now=now)

    with pytest.raises(EditConflict):
        edit_visit(logged, changes={"said": "二"}, met=[], version=logged.version, actor=rep, now=now)


def test_a_correction_into_the_future_is_refused(logged, rep, now):

    with pytest.raises(VisitRefused, match="future"):
        edit_visit(
            logged, changes={"happened_on": date(2026, 11, 30)}, met=[], version=logged.version, actor=rep, now=now
        )


def test_two_forms_of_different_devices_are_two_visits(rep, changhong, now):
    ids = {log_visit(told(changhong, client_id=uuid.uuid4()), actor=rep, now=now).pk for _ in range(2)}

    assert len(ids) == 2
