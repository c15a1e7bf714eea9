"""Moving along the two tracks."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.audit import history_of
from crm.undo import CannotUndo, undo
from pipeline.actions.evidence import withdraw_evidence
from pipeline.actions.guards import CannotChange, CannotMove, EvidenceMissing, WrongDay
from pipeline.actions.opportunities import archive_opportunity, edit_opportunity
from pipeline.actions.steps import missing_for, move
from pipeline.choices import ChangeKind, Track
from pipeline.models import Evidence, Opportunity, Pipeline, Step
from pipeline.tests.factories import EvidenceFactory, OpportunityFactory, show_required

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(changhong) -> Opportunity:
    """Chen Siyuan's opportunity at the first point of the key-account pipeline."""
    return OpportunityFactory(account=changhong, name="总装线改造")


def step(deal: Opportunity, position: int) -> Step:
    return deal.pipeline.steps.get(position=position)


def test_a_step_without_evidence_says_what_is_missing(deal, rep, today, now):
    with pytest.raises(EvidenceMissing) as refused:
        move(deal, track=Track.OURS, to=step(deal, 2), on=today, actor=rep, now=now)

    assert [item.text for item in refused.value.missing] == [
        "A first profile of the customer is written",
        "We can say whether the customer potentially needs us",
    ]
    assert str(refused.value) == (
        "To move on, show this first: A first profile of the customer is written; "
        "We can say whether the customer potentially needs us."
    )
    deal.refresh_from_db()
    assert deal.our_step == step(deal, 1)
    assert not deal.stage_changes.exists()


def test_with_evidence_it_moves_on_and_the_server_says_when(deal, rep, today, now):
    show_required(deal, Track.OURS)
    before = timezone.now()

    moved = move(deal, track=Track.OURS, to=step(deal, 2), on=date(2026, 11, 20), actor=rep, now=now)

    assert (moved.our_step, moved.customer_step, moved.step_since) == (step(deal, 2), step(deal, 1), now)
    assert moved.lead == 1
    change = deal.stage_changes.get()
    assert (change.kind, change.track, change.before, change.after) == (
        ChangeKind.FORWARD,
        Track.OURS,
        step(deal, 1),
        step(deal, 2),
    )
    assert change.happened_on == date(2026, 11, 20)
    assert change.recorded_at >= before
    assert history_of(deal)[0].action == "opportunity.moved"


def test_evidence_on_one_track_does_not_move_the_other(deal, rep, today, now):
    show_required(deal, Track.OURS)

    assert missing_for(deal, Track.OURS, step(deal, 6)) == []
    with pytest.raises(EvidenceMissing):
        move(deal, track=Track.CUSTOMER, to=step(deal, 2), on=today, actor=rep, now=now)


def test_several_steps_at_once_need_the_evidence_of_each(deal, rep, today, now):
    for criterion in step(deal, 1).criteria.filter(track=Track.OURS, is_required=True):
        EvidenceFactory(opportunity=deal, criterion=criterion)

    with pytest.raises(EvidenceMissing) as refused:
        move(deal, track=Track.OURS, to=step(deal, 3), on=today, actor=rep, now=now)
    assert {item.step for item in refused.value.missing} == {step(deal, 2)}

    show_required(deal)
    assert move(deal, track=Track.OURS, to=step(deal, 3), on=today, actor=rep, now=now).our_step == step(deal, 3)


def test_withdrawn_evidence_shows_nothing(deal, rep, today, now):
    show_required(deal, Track.OURS)
    first = Evidence.objects.filter(opportunity=deal, criterion__step=step(deal, 1)).order_by("pk")[0]
    withdraw_evidence(first, reason="客户否认", actor=rep, now=now)

    with pytest.raises(EvidenceMissing) as refused:
        move(deal, track=Track.OURS, to=step(deal, 2), on=today, actor=rep, now=now)
    assert refused.value.missing == [first.criterion]


def test_back_needs_a_reason_and_no_evidence(changhong, rep, today, now):
    deal = OpportunityFactory(account=changhong, step="C")

    with pytest.raises(CannotMove, match="Say why it goes back"):
        move(deal, track=Track.OURS, to=step(deal, 2), on=today, actor=rep, now=now, reason=" ")

    moved = move(deal, track=Track.OURS, to=step(deal, 2), on=today, actor=rep, now=now, reason="预算取消")
    assert moved.our_step == step(deal, 2)
    change = deal.stage_changes.get()
    assert (change.kind, change.reason) == (ChangeKind.BACK, "预算取消")


def test_nobody_can_move_it_in_the_future_or_before_the_last_move(deal, rep, today, now):
    show_required(deal)
    with pytest.raises(WrongDay, match="future"):
        move(deal, track=Track.OURS, to=step(deal, 2), on=today + timedelta(days=1), actor=rep, now=now)
    with pytest.raises(WrongDay, match="2026-10-01"):
        move(deal, track=Track.OURS, to=step(deal, 2), on=date(2026, 9, 30), actor=rep, now=now)

    moved = move(deal, track=Track.OURS, to=step(deal, 2), on=date(2026, 11, 20), actor=rep, now=now)
    with pytest.raises(WrongDay, match="2026-11-20"):
        move(moved, track=Track.OURS, to=step(deal, 3), on=date(2026, 11, 19), actor=rep, now=now)
    assert move(moved, track=Track.CUSTOMER, to=step(deal, 2), on=date(2026, 11, 3), actor=rep, now=now)


def test_today_is_the_persons_own_day(deal, rep, now):
    """Just after midnight in Shanghai it is still the day before in London."""
    show_required(deal)
    midnight = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)
    rep.time_zone = "Europe/London"
    with pytest.raises(WrongDay):
        move(deal, track=Track.OURS, to=step(deal, 2), on=date(2026, 11, 25), actor=rep, now=midnight)

    rep.time_zone = "Asia/Shanghai"
    assert move(deal, track=Track.OURS, to=step(deal, 2), on=date(2026, 11, 25), actor=rep, now=midnight)


def test_who_looked_at_an_old_step_is_told(deal, rep, teammate, today, now):
    show_required(deal)
    seen_by_liu = Opportunity.objects.get(pk=deal.pk)
    move(deal, track=Track.OURS, to=step(deal, 2), on=today, actor=rep, now=now)

    with pytest.raises(CannotMove, match="Somebody else has moved it to E"):
        move(seen_by_liu, track=Track.OURS, to=step(deal, 3), on=today, actor=teammate, now=now)
    fresh = Opportunity.objects.get(pk=deal.pk)
    with pytest.raises(CannotMove, match="Somebody else"):
        move(fresh, track=Track.OURS, to=step(deal, 3), on=today, actor=teammate, now=now, seen=step(deal, 1).pk)
    assert deal.stage_changes.count() == 1


def test_a_step_of_another_pipeline_the_same_step_and_an_archived_one_are_refused(deal, rep, today, now):
    elsewhere = Pipeline.objects.get(key="seven-steps").steps.get(position=2)
    with pytest.raises(CannotMove, match="another pipeline"):
        move(deal, track=Track.OURS, to=elsewhere, on=today, actor=rep, now=now)
    with pytest.raises(CannotMove, match="already"):
        move(deal, track=Track.OURS, to=step(deal, 1), on=today, actor=rep, now=now)

    archive_opportunity(deal, actor=rep, now=now)
    with pytest.raises(CannotChange, match="archived"):
        move(deal, track=Track.OURS, to=step(deal, 2), on=today, actor=rep, now=now)


def test_a_pipeline_of_one_track_takes_the_other_along(changhong, rep, today, now):
    seven = Pipeline.objects.get(key="seven-steps")
    deal = OpportunityFactory(account=changhong, pipeline=seven)
    show_required(deal)

    moved = move(deal, track=Track.OURS, to=step(deal, 2), on=today, actor=rep, now=now)
    assert (moved.our_step, moved.customer_step, moved.lead) == (step(deal, 2), step(deal, 2), 0)
    with pytest.raises(CannotMove, match="our own steps only"):
        move(moved, track=Track.CUSTOMER, to=step(deal, 3), on=today, actor=rep, now=now)


def test_a_move_can_be_taken_back_until_somebody_changed_it(deal, rep, manager, today, now):
    show_required(deal)
    moved = move(deal, track=Track.OURS, to=step(deal, 2), on=today, actor=rep, now=now)
    undo(moved.undo_entry, actor=rep, now=now)

    back = Opportunity.objects.get(pk=deal.pk)
    assert (back.our_step, back.step_since) == (step(deal, 1), deal.step_since)
    assert deal.stage_changes.get().undone_at == now
    assert not deal.stage_changes.standing().exists()

    again = move(back, track=Track.OURS, to=step(deal, 2), on=today, actor=rep, now=now)
    edit_opportunity(again, changes={"odds": 60}, version=again.version, actor=manager, now=now)
    with pytest.raises(CannotUndo, match="总装线改造"):
        undo(again.undo_entry, actor=rep, now=now)


@pytest.mark.property
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_forward_never_without_evidence(data, changhong, rep, today, now):
    """Whatever is shown and wherever it stands: it moves forward exactly when nothing required is missing."""
    deal = OpportunityFactory(account=changhong)
    steps = list(deal.pipeline.steps.order_by("position"))
    track = data.draw(st.sampled_from(Track.values))
    criteria = [criterion for one in steps for criterion in one.criteria.filter(track=track)]
    shown = data.draw(st.sets(st.sampled_from(criteria))) if data.draw(st.booleans()) else set(criteria)
    for criterion in shown:
        EvidenceFactory(opportunity=deal, criterion=criterion)
    to = data.draw(st.sampled_from(steps[1:]))
    passed = [criterion for criterion in criteria if criterion.step.position < to.position]
    missing = [criterion for criterion in passed if criterion.is_required and criterion not in shown]

    if missing:
        with pytest.raises(EvidenceMissing) as refused:
            move(deal, track=track, to=to, on=today, actor=rep, now=now)
        assert refused.value.missing == missing
    else:
        move(deal, track=track, to=to, on=today, actor=rep, now=now)
