"""What this room tells others: timeline, search, navigation, what a leaver holds."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from accounts.panels import panels
from accounts.tests.factories import ContactFactory
from accounts.timeline import timeline
from crm.kinds import kind_named, visible_ids
from crm.navigation import registry
from followups.rules import rule_for
from pipeline.actions.closing import lose, reopen
from pipeline.actions.evidence import add_evidence
from pipeline.actions.opportunities import open_opportunity
from pipeline.actions.steps import move
from pipeline.choices import EvidenceKind, Track
from pipeline.models import LossReason, StageChange
from pipeline.search import find_opportunities
from pipeline.tests.factories import OpportunityFactory
from teams.holdings import held_by

pytestmark = pytest.mark.django_db


def test_a_customers_timeline_tells_what_happened_to_its_opportunities(changhong, rep, today, now):
    deal = open_opportunity(name="总装线", account=changhong, owner=rep, actor=rep, on=date(2026, 11, 2), now=now)
    li = ContactFactory(account=changhong, name="李敏")
    criterion = deal.our_step.criteria.filter(track="OURS")[0]
    said = {"criterion": criterion, "kind": EvidenceKind.WORD, "text": "要换线", "contact": li}
    add_evidence(deal, **said, on=date(2026, 11, 9), actor=rep, now=now)
    for other in deal.our_step.criteria.exclude(pk=criterion.pk):
        add_evidence(deal, criterion=other, kind="WORD", text="确认", on=date(2026, 11, 9), actor=rep, now=now)
    second = deal.pipeline.steps.get(position=2)
    moved = move(deal, track=Track.OURS, to=second, on=date(2026, 11, 16), actor=rep, now=now)
    back = move(moved, track=Track.OURS, to=deal.our_step, on=date(2026, 11, 17), actor=rep, now=now, reason="预算")
    lost = lose(back, reason=LossReason.objects.get(name="Price"), on=date(2026, 11, 18), actor=rep, now=now)
    reopen(lost, actor=rep, now=now, reason="重启")
    StageChange.objects.filter(kind="REOPENED").update(happened_on=date(2026, 11, 19))

    found = timeline([changhong.pk], user=rep, group="pipeline")
    titles = [entry.title for entry in found if not entry.title.startswith("总装线: ")]
    assert titles == [
        "“总装线” open again",
        "“总装线” lost",
        "“总装线” moved back to F Need (we)",
        "“总装线” moved on to E Feasibility (we)",
        "“总装线” opened",
    ]
    texts = {entry.text for entry in found}
    assert {"“要换线” · 李敏", "预算", "Price", "重启"} <= texts


def test_the_timeline_pages_and_costs_two_queries(changhong, rep, now, django_assert_num_queries):
    for day in range(1, 8):
        open_opportunity(name="总装线", account=changhong, owner=rep, actor=rep, on=date(2026, 11, day), now=now)
    with django_assert_num_queries(2):
        first = timeline([changhong.pk], user=rep, group="pipeline", limit=4)
    with django_assert_num_queries(2):
        rest = timeline([changhong.pk], user=rep, group="pipeline", before=first[-1].at, limit=4)

    assert [entry.at.day for entry in first + rest] == [7, 6, 5, 4, 3, 2, 1]


def test_opportunities_are_found_by_name_and_customer_but_only_ones_own(changhong, rep, outsider):
    deal = OpportunityFactory(account=changhong, name="总装线改造")
    OpportunityFactory(account=changhong, name="长虹旧线", state="WON", closed_on=date(2026, 1, 5))

    def found(query: str, user) -> list[str]:
        return [hit.title for hit in find_opportunities(query, user=user, limit=5)]

    assert found("总装", rep) == ["总装线改造"]
    assert found("长虹", rep) == ["总装线改造", "长虹旧线"]
    assert found("长虹", outsider) == []
    assert found(" ", rep) == []
    assert find_opportunities("总装", user=rep, limit=5)[0].url == deal.get_absolute_url()


def test_pairs_in_another_order_are_not_a_hit(rep):
    OpportunityFactory(account=None, owner=rep, name="线改造总装")

    assert [hit.title for hit in find_opportunities("造总装线改", user=rep, limit=5)] == []


def test_the_kind_knows_its_rows_pages_and_who_sees_them(changhong, rep, outsider):
    deal = OpportunityFactory(account=changhong, name="总装线改造")
    kind = kind_named("opportunity")

    assert (kind.url(deal.pk), kind.label(deal)) == (deal.get_absolute_url(), "总装线改造")
    assert visible_ids("opportunity", [deal.pk], rep) == {deal.pk}
    assert visible_ids("opportunity", [deal.pk], outsider) == set()


def test_what_somebody_still_holds_is_counted(changhong, rep, now):
    OpportunityFactory(account=changhong)
    OpportunityFactory(account=changhong, state="WON", closed_on=date(2026, 11, 2))
    OpportunityFactory(account=changhong, archived_at=datetime(2026, 11, 2, tzinfo=UTC))

    held = {str(item.label): (item.count, item.url) for item in held_by(rep)}
    assert held["open opportunities"] == (1, f"{reverse('pipeline:list')}?owner={rep.pk}")


def test_it_stands_in_the_frame():
    assert {"opportunities", "targets", "pipelines"} <= set(registry.entries)
    assert registry.commands["new-opportunity"].url_name == "pipeline:new"
    assert [panel.url_name for panel in panels() if panel.name == "opportunities"] == ["pipeline:of_account"]
    assert rule_for("stage_overdue") is not None
