"""Won, lost, and back again."""

from datetime import date, timedelta

import pytest

from crm.undo import undo
from pipeline.actions.closing import lose, missing_to_win, reopen, win
from pipeline.actions.guards import CannotChange, CannotMove, EvidenceMissing, WrongDay
from pipeline.actions.steps import move
from pipeline.choices import ChangeKind, OpportunityState, Track
from pipeline.models import LossReason, Opportunity, Pipeline
from pipeline.tests.factories import EvidenceFactory, OpportunityFactory, show_required

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(changhong) -> Opportunity:
    """An opportunity in the customer's decision."""
    return OpportunityFactory(account=changhong, step="B", next_step="签合同", next_step_on=date(2026, 11, 30))


@pytest.fixture
def price() -> LossReason:
    """Lost on price."""
    return LossReason.objects.get(name="Price")


def test_winning_without_evidence_says_what_is_missing(deal, rep, today, now):
    with pytest.raises(EvidenceMissing) as refused:
        win(deal, on=today, actor=rep, now=now)

    assert [item.text for item in refused.value.missing] == [
        "The investment is confirmed",
        "The negotiation is done",
        "The contract is signed",
        "The customer has finally approved the contract",
    ]
    deal.refresh_from_db()
    assert deal.is_open


def test_with_the_contract_signed_it_is_won(deal, rep, today, now):
    for criterion in missing_to_win(deal):
        EvidenceFactory(opportunity=deal, criterion=criterion)

    won = win(deal, on=date(2026, 11, 23), actor=rep, now=now)

    assert (won.state, won.closed_on, won.closed_at) == (OpportunityState.WON, date(2026, 11, 23), now)
    assert (won.our_step.band, won.next_step, won.next_step_on) == (100, "", None)
    assert deal.stage_changes.get().kind == ChangeKind.WON


def test_a_deal_is_lost_for_a_reason_with_competitor_and_lesson(deal, rep, today, now, price):
    lost = lose(deal, reason=price, competitor="华机", lesson="报价太晚", on=today, actor=rep, now=now)

    assert (lost.state, lost.loss_reason, lost.competitor, lost.lesson) == ("LOST", price, "华机", "报价太晚")
    change = deal.stage_changes.get()
    assert (change.kind, change.before, change.after, change.reason) == ("LOST", deal.our_step, None, "Price")


def test_what_is_closed_stays_closed_until_it_is_reopened(deal, rep, today, now, price):
    show_required(deal)
    lost = lose(deal, reason=price, on=today, actor=rep, now=now)
    for refused in (
        lambda: lose(deal, reason=price, on=today, actor=rep, now=now),
        lambda: win(deal, on=today, actor=rep, now=now),
    ):
        with pytest.raises(CannotChange, match="Reopen it first"):
            refused()
    with pytest.raises(CannotMove, match="Reopen it first"):
        move(lost, track=Track.OURS, to=deal.pipeline.steps.get(code="A"), on=today, actor=rep, now=now)

    opened = reopen(deal, actor=rep, now=now, reason="客户重启项目")
    assert (opened.state, opened.closed_on, opened.loss_reason) == (OpportunityState.OPEN, None, None)
    assert (opened.our_step, opened.step_since) == (deal.our_step, now)
    with pytest.raises(CannotChange, match="open already"):
        reopen(deal, actor=rep, now=now)


@pytest.mark.parametrize("day", [date(2026, 11, 25), date(2026, 9, 30)])
def test_it_cannot_close_in_the_future_or_before_it_was_opened(day, deal, rep, now, price):
    show_required(deal)
    with pytest.raises(WrongDay):
        lose(deal, reason=price, on=day, actor=rep, now=now)
    with pytest.raises(WrongDay):
        win(deal, on=day, actor=rep, now=now)


def test_it_cannot_close_before_its_last_move(deal, rep, today, now, price):
    show_required(deal)
    move(deal, track=Track.OURS, to=deal.pipeline.steps.get(code="A"), on=today, actor=rep, now=now)

    with pytest.raises(WrongDay, match="2026-11-24"):
        lose(deal, reason=price, on=today - timedelta(days=1), actor=rep, now=now)


def test_closing_and_reopening_can_be_taken_back(deal, rep, today, now, price):
    lost = lose(deal, reason=price, on=today, actor=rep, now=now)
    undo(lost.undo_entry, actor=rep, now=now)
    deal.refresh_from_db()
    assert (deal.state, deal.closed_on, deal.next_step) == (OpportunityState.OPEN, None, "签合同")
    assert not deal.stage_changes.standing().exists()

    opened = reopen(lose(deal, reason=price, on=today, actor=rep, now=now), actor=rep, now=now)
    undo(opened.undo_entry, actor=rep, now=now)
    deal.refresh_from_db()
    assert (deal.state, deal.loss_reason, deal.closed_on) == (OpportunityState.LOST, price, today)


def test_after_the_signature_delivery_is_still_followed(changhong, rep, today, now):
    fleet = Pipeline.objects.get(key="vehicle-fleet")
    deal = OpportunityFactory(account=changhong, pipeline=fleet, step="4")
    sign, deliver = fleet.steps.get(position=5), fleet.steps.get(position=6)
    for position in (4, 5):
        for criterion in fleet.steps.get(position=position).criteria.filter(is_required=True):
            EvidenceFactory(opportunity=deal, criterion=criterion)

    won = win(deal, on=today, actor=rep, now=now)
    assert (won.our_step, won.customer_step, won.state) == (sign, sign, "WON")
    moved = move(won, track=Track.OURS, to=deliver, on=today, actor=rep, now=now)
    assert (moved.our_step, moved.state) == (deliver, "WON")
    with pytest.raises(CannotMove, match="closed"):
        move(moved, track=Track.OURS, to=sign, on=today, actor=rep, now=now, reason="退回")
