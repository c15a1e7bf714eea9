"""The steps are data: the whole room works on a pipeline nobody had thought of, and no code names a step."""

import ast
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from crm.undo import undo
from pipeline.actions.closing import lose, reopen, win
from pipeline.actions.evidence import add_evidence
from pipeline.actions.guards import EvidenceMissing
from pipeline.actions.opportunities import open_opportunity
from pipeline.actions.setup import add_criterion, add_pipeline, add_step, make_default
from pipeline.actions.steps import missing_for, move
from pipeline.choices import EvidenceKind, Track
from pipeline.models import LossReason, Opportunity, Pipeline, StageChange, Step
from pipeline.tests.factories import default_pipeline

TODAY = date(2026, 11, 24)
ROOMS = ("crm", "teams", "followups", "accounts", "pipeline", "visits", "imports", "reports")


@pytest.fixture(autouse=True)
def _frozen(now):
    """Stand still at 10:40 on Tuesday, 24 November 2026."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def ferry(admin) -> Pipeline:
    """A pipeline of ferries: three steps, none of whose codes or names is known to anybody."""
    made = add_pipeline(name="渡轮", like=default_pipeline(), actor=admin)
    made.steps.all().delete()
    for code, name, band in (("看", "看船", 10), ("Q7", "试航", 60), ("签", "签字", 100)):
        step = add_step(made, fields={"code": code, "name": name, "band": band, "expected_days": 3}, actor=admin)
        for track in Track.values:
            add_criterion(step, track=track, text=f"{name}：{track}", is_required=True, actor=admin)
    Step.objects.filter(pipeline=made, band=60).update(needs_sponsor=True)
    Step.objects.filter(pipeline=made, band=100).update(countdown_days=5)
    make_default(made, actor=admin)
    return made


def show(deal, track, code, actor, now):
    (criterion,) = deal.pipeline.steps.get(code=code).criteria.filter(track=track)
    add_evidence(deal, criterion=criterion, kind=EvidenceKind.WORD, text="船长说的", on=TODAY, actor=actor, now=now)


def test_an_opportunity_goes_through_an_invented_pipeline_from_the_opening_to_the_signature(
    ferry, rep, changhong, now, client_for, manager
):
    deal = open_opportunity(
        name="二号船", account=changhong, owner=rep, actor=rep, on=TODAY, now=now, amount=Decimal(1_000_000)
    )
    look, sail, sign = ferry.steps.order_by("position")
    assert (deal.our_step, deal.customer_step) == (look, look)

    with pytest.raises(EvidenceMissing) as missing:
        move(deal, track=Track.OURS, to=sail, on=TODAY, actor=rep, now=now)
    assert str(missing.value) == "To move on, show this first: 看船：OURS."
    assert [str(item) for item in missing_for(deal, Track.OURS, sign)] == ["看船：OURS", "试航：OURS"]

    show(deal, Track.OURS, "看", rep, now)
    deal = move(deal, track=Track.OURS, to=sail, on=TODAY, actor=rep, now=now)
    assert deal.lead == 1

    client = client_for(rep)
    page = client.get(deal.get_absolute_url())
    assert "We are 1 step ahead of the customer." in page.text
    assert "No sponsor, no sale" in page.text
    board = client.get(reverse("pipeline:board"))
    assert [(str(one["column"].title), one["column"].totals.count) for one in board.context["columns"]] == [
        ("看 看船", 0), ("Q7 试航", 1), ("签 签字", 0),
    ]  # fmt: skip
    assert board.context["totals"].weighted == 600_000
    assert client.get(reverse("pipeline:list"), {"step": sail.pk}).context["page"].count == 1
    levels = client_for(manager).get(reverse("reports:dashboard")).context["levels"]
    assert [(level.step.code, level.count, level.entered, level.went_on) for level in levels] == [
        ("看", 0, 1, 1), ("Q7", 1, 1, 0), ("签", 0, 0, 0),
    ]  # fmt: skip

    for track, code in ((Track.OURS, "Q7"), (Track.OURS, "签"), (Track.CUSTOMER, "签")):
        show(deal, track, code, rep, now)
    won = win(deal, on=TODAY, actor=rep, now=now)
    assert (won.state, won.our_step) == ("WON", sign)
    undo(won.undo_entry, actor=rep, now=now)
    again = Opportunity.objects.get()
    assert (again.state, again.our_step) == ("OPEN", sail)


def test_it_is_lost_with_a_reason_and_opened_again(ferry, rep, now):
    deal = open_opportunity(name="三号船", account=None, owner=rep, actor=rep, on=TODAY, now=now)
    lost = lose(
        deal, reason=LossReason.objects.all()[0], on=TODAY, actor=rep, now=now, competitor="江南造船", lesson="来晚了"
    )
    assert (lost.state, lost.competitor, lost.lesson) == ("LOST", "江南造船", "来晚了")
    opened = reopen(lost, actor=rep, now=now)
    assert (opened.state, opened.our_step.code, opened.competitor) == ("OPEN", "看", "")


def test_nobody_writes_stage_history_of_the_past(ferry, rep, admin, now, client_for):
    deal = open_opportunity(name="四号船", account=None, owner=rep, actor=rep, on=TODAY, now=now)
    long_ago = datetime(2026, 1, 5, tzinfo=UTC)
    # Not by a row without the mark of an import, whatever it claims.
    with pytest.raises(IntegrityError), transaction.atomic():
        StageChange.objects.create(
            opportunity=deal, track="OURS", kind="FORWARD", happened_on=TODAY, history_at=long_ago
        )
    # Not by giving the server's time.
    given = StageChange.objects.create(
        opportunity=deal, track="OURS", kind="FORWARD", happened_on=TODAY, recorded_at=long_ago
    )
    assert given.recorded_at == now
    # Not by a form that posts what no form asks for.
    show(deal, Track.OURS, "看", rep, now)
    sail = ferry.steps.get(code="Q7")
    posted = {"track": "OURS", "seen": deal.our_step_id, "to": sail.pk, "on": TODAY.isoformat()}
    sneaked = {"recorded_at": "2026-01-05", "history_at": "2026-01-05", "step_since": "2026-01-05", "origin": "IMPORT"}
    client_for(rep).post(reverse("pipeline:move", args=[deal.pk]), posted | sneaked)
    moved = StageChange.objects.order_by("-id")[0]
    assert (moved.after, moved.recorded_at, moved.history_at, moved.origin) == (sail, now, None, "WEB")
    assert Opportunity.objects.get().step_since == now
    # Not in Django's own admin, which only shows.
    admin.is_staff = admin.is_superuser = True
    admin.save()
    change = client_for(admin).post(f"/admin/pipeline/stagechange/{moved.pk}/change/", {"happened_on": "2026-01-05"})
    assert change.status_code in (403, 404)


def _texts(room: str) -> Iterator[tuple[str, str]]:
    for path in (Path(settings.BASE_DIR) / room).rglob("*.py"):
        parts = {*path.parts}
        if parts.isdisjoint({"tests", "migrations", "demo"}) and path.name != "ready_texts.py":
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield f"{room}/{path.name}", node.value


def _code_lookups(room: str) -> Iterator[str]:
    """Yield where code compares or looks up a step's code, whatever the code."""
    for path in (Path(settings.BASE_DIR) / room).rglob("*.py"):
        if not {*path.parts}.isdisjoint({"tests", "migrations", "demo"}):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Compare) and "step.code" in ast.unparse(node.left):
                yield f"{path.name}: {ast.unparse(node)}"
            if isinstance(node, ast.keyword) and (node.arg or "").endswith("step__code"):
                yield f"{path.name}: {node.arg}"


@pytest.mark.django_db
def test_no_code_names_a_step_or_a_pipeline():
    names = {*Step.objects.values_list("name", flat=True), *Pipeline.objects.values_list("key", flat=True)}
    names |= {word for words in Step.objects.values_list("customer_does", "we_do") for word in words if word}
    # Words that also mean something else: a heading, a button, a verb of the field.
    also = {"Need", "Find", "Close", "Contact", "Deliver", "Sign", "Call", "Approval", "Quote", "Visit", "Hand-over"}
    found = [(where, text) for room in ROOMS for where, text in _texts(room) if text in names - also]
    assert found == []
    assert [line for room in ROOMS for line in _code_lookups(room)] == []
