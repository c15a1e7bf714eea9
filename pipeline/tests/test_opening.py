"""Opening, editing, next steps, archiving, handing over."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from crm.audit import history_of
from crm.editing import EditConflict
from crm.undo import undo
from pipeline.actions.guards import CannotChange, WrongDay
from pipeline.actions.opportunities import (
    archive_opportunity,
    change_owner,
    change_owners,
    edit_opportunity,
    finish_next_step,
    open_opportunity,
    restore_opportunity,
    set_next_step,
)
from pipeline.actions.progress import note_progress
from pipeline.choices import ChangeKind, ProgressKind, Track
from pipeline.models import Opportunity, Pipeline
from pipeline.tests.factories import OpportunityFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(changhong) -> Opportunity:
    """Chen Siyuan's opportunity."""
    return OpportunityFactory(account=changhong, name="总装线改造")


def test_it_opens_at_the_first_step_of_the_usual_pipeline(changhong, rep, east, today, now):
    deal = open_opportunity(
        name="总装线改造", account=changhong, owner=rep, actor=rep, on=today, now=now, amount=Decimal(3_800_000)
    )

    assert (deal.pipeline.key, deal.our_step.position, deal.customer_step.position) == ("key-accounts", 1, 1)
    assert (deal.team, deal.step_since, deal.progress_kind) == (east, now, ProgressKind.OPENED)
    change = deal.stage_changes.get()
    assert (change.kind, change.track, change.amount) == (ChangeKind.OPENED, Track.OURS, Decimal(3_800_000))
    assert history_of(deal).get().action == "opportunity.opened"


def test_it_may_lack_a_customer_and_choose_a_pipeline(rep, today, now):
    fleet = Pipeline.objects.get(key="vehicle-fleet")
    deal = open_opportunity(name="车队更新", account=None, owner=rep, actor=rep, on=today, now=now, pipeline=fleet)

    assert (deal.account, deal.our_step) == (None, fleet.steps.get(position=1))


def test_the_same_one_sent_twice_is_opened_once(changhong, rep, today, now):
    client_id = uuid4()
    first, second = (
        open_opportunity(
            name="总装线改造", account=changhong, owner=rep, actor=rep, on=today, now=now, client_id=client_id
        )
        for _ in range(2)
    )

    assert first == second
    assert first.stage_changes.count() == 1


def test_it_cannot_be_opened_tomorrow(changhong, rep, today, now):
    tomorrow = today + timedelta(days=1)
    with pytest.raises(WrongDay, match="future"):
        open_opportunity(name="总装线改造", account=changhong, owner=rep, actor=rep, on=tomorrow, now=now)


@pytest.mark.parametrize("query", ["总装", "长虹", "zzx", "5301"])
def test_it_is_found_by_its_name_its_customer_and_its_number(query, changhong, rep, today, now):
    deal = open_opportunity(
        name="总装线改造", account=changhong, owner=rep, actor=rep, on=today, now=now, external_id="OPP-5301"
    )

    assert Opportunity.objects.matching(query).get() == deal
    assert not Opportunity.objects.matching("搬迁").exists()


def test_an_edit_keeps_it_findable_and_a_new_amount_is_progress(deal, rep, now):
    changed = edit_opportunity(
        deal, changes={"name": "涂装线搬迁", "amount": Decimal(4_200_000)}, version=deal.version, actor=rep, now=now
    )

    assert (changed.progressed_at, changed.progress_kind) == (now, ProgressKind.AMOUNT)
    assert Opportunity.objects.matching("搬迁").get() == deal
    assert not Opportunity.objects.matching("总装").exists()


def test_a_change_of_odds_alone_is_no_progress(deal, rep, now):
    changed = edit_opportunity(deal, changes={"odds": 60}, version=deal.version, actor=rep, now=now)

    assert (changed.odds, changed.progressed_at) == (60, deal.progressed_at)


def test_two_people_may_change_different_fields_and_the_same_field_asks(deal, rep, manager, now):
    seen = deal.version
    edit_opportunity(deal, changes={"odds": 60}, version=seen, actor=manager, now=now)

    assert edit_opportunity(deal, changes={"notes": "已约演示"}, version=seen, actor=rep, now=now).odds == 60
    with pytest.raises(EditConflict):
        edit_opportunity(deal, changes={"odds": 80}, version=seen, actor=rep, now=now)


def test_a_next_step_is_set_and_taken_back_without_touching_the_clock(deal, rep, now):
    changed = set_next_step(deal, text="约技术交流", on=date(2026, 11, 27), actor=rep, now=now)
    assert (changed.next_step, changed.next_step_on) == ("约技术交流", date(2026, 11, 27))
    assert changed.progressed_at == deal.progressed_at

    undo(changed.undo_entry, actor=rep, now=now)
    deal.refresh_from_db()
    assert (deal.next_step, deal.next_step_on) == ("", None)


def test_a_next_step_without_a_day_is_none(deal, rep, now):
    assert set_next_step(deal, text="再说", on=None, actor=rep, now=now).next_step == ""


def test_a_step_done_is_progress(deal, rep, now):
    with pytest.raises(CannotChange, match="no next step"):
        finish_next_step(deal, actor=rep, now=now)

    set_next_step(deal, text="约技术交流", on=date(2026, 11, 20), actor=rep, now=now)
    done = finish_next_step(deal, actor=rep, now=now)
    assert (done.next_step_on, done.progressed_at, done.progress_kind) == (None, now, ProgressKind.NEXT_STEP)

    undo(done.undo_entry, actor=rep, now=now)
    deal.refresh_from_db()
    assert (deal.next_step, deal.next_step_on) == ("约技术交流", date(2026, 11, 20))
    assert deal.progress_kind == ""


def test_progress_never_goes_back(deal, now):
    note_progress(deal, kind=ProgressKind.VISIT, now=now)
    note_progress(deal, kind=ProgressKind.EVIDENCE, now=now - timedelta(days=3))

    deal.refresh_from_db()
    assert (deal.progressed_at, deal.progress_kind, deal.version) == (now, ProgressKind.VISIT, 1)


def test_archived_it_leaves_lists_and_can_come_back(deal, rep, now):
    archived = archive_opportunity(deal, actor=rep, now=now)
    assert not Opportunity.objects.live().exists()
    with pytest.raises(CannotChange, match="archived"):
        edit_opportunity(deal, changes={"odds": 60}, version=archived.version, actor=rep, now=now)
    with pytest.raises(CannotChange, match="archived"):
        archive_opportunity(deal, actor=rep, now=now)

    restored = restore_opportunity(deal, actor=rep, now=now)
    assert Opportunity.objects.live().get() == deal
    undo(restored.undo_entry, actor=rep, now=now)
    assert not Opportunity.objects.live().exists()


def test_a_new_owner_brings_his_team(deal, rep, teammate, outsider, west, manager, now):
    assert change_owner(deal, to=outsider, actor=manager, now=now).team == west

    second = OpportunityFactory(account=deal.account)
    given = change_owners([deal, second], to=teammate, actor=manager, now=now)
    assert {one.owner for one in given} == {teammate}

    undo(given[0].undo_entry, actor=manager, now=now)
    deal.refresh_from_db()
    second.refresh_from_db()
    assert (deal.owner, deal.team, second.owner) == (outsider, west, rep)
