"""Evidence, and the people who decide."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.tests.factories import ContactFactory
from crm.audit import history_of
from crm.models import StoredFile
from pipeline.actions.closing import lose
from pipeline.actions.deciders import set_roles
from pipeline.actions.evidence import add_evidence, withdraw_evidence
from pipeline.actions.guards import CannotChange, WrongDay
from pipeline.choices import DecisionRole, EvidenceKind, ProgressKind
from pipeline.models import Criterion, Decider, Evidence, LossReason, Opportunity, Pipeline
from pipeline.tests.factories import EvidenceFactory, OpportunityFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(changhong) -> Opportunity:
    """Chen Siyuan's opportunity."""
    return OpportunityFactory(account=changhong)


@pytest.fixture
def criterion(deal) -> Criterion:
    """The first thing to show on our track."""
    return deal.our_step.criteria.filter(track="OURS").order_by("position")[0]


@pytest.fixture
def add(deal, criterion, rep, today, now):
    """Return a function that adds a person's word as evidence; `changes` replace arguments."""

    def _add(**changes) -> Evidence:
        given = {
            "criterion": criterion,
            "kind": EvidenceKind.WORD,
            "text": "李总说三月前要换线",
            "on": today,
            "actor": rep,
            "now": now,
        }
        return add_evidence(deal, **given | changes)

    return _add


def test_a_persons_word_is_kept_with_its_day_and_source(add, deal, changhong, rep, now):
    li = ContactFactory(account=changhong, name="李敏")
    found = add(contact=li, on=date(2026, 11, 20), source=("visit", 8))

    assert (found.contact, found.happened_on, found.actor) == (li, date(2026, 11, 20), rep)
    assert (found.source_kind, found.source_id) == ("visit", 8)
    deal.refresh_from_db()
    assert (deal.progressed_at, deal.progress_kind) == (now, ProgressKind.EVIDENCE)
    assert history_of(deal).get().action == "opportunity.evidence_added"


def test_the_same_one_sent_twice_is_kept_once(add):
    client_id = uuid4()

    assert add(client_id=client_id) == add(client_id=client_id)
    assert Evidence.objects.count() == 1


def test_what_does_not_belong_is_refused(add, deal, rep, today, now):
    elsewhere = Pipeline.objects.get(key="seven-steps").steps.get(position=1).criteria.first()
    for changes, sentence in (
        ({"criterion": elsewhere}, "another pipeline"),
        ({"contact": ContactFactory(name="王强")}, "王强 does not belong"),
        ({"text": "  "}, "Write down"),
    ):
        with pytest.raises(CannotChange, match=sentence):
            add(**changes)
    with pytest.raises(WrongDay):
        add(on=today + timedelta(days=1))

    lose(deal, reason=LossReason.objects.all()[0], on=today, actor=rep, now=now)
    with pytest.raises(CannotChange, match="closed"):
        add()
    assert not Evidence.objects.exists()


def test_withdrawn_it_stays_readable_with_the_reason(deal, criterion, rep, now):
    evidence = EvidenceFactory(opportunity=deal, criterion=criterion)
    with pytest.raises(CannotChange, match="Say why"):
        withdraw_evidence(evidence, reason=" ", actor=rep, now=now)

    withdrawn = withdraw_evidence(evidence, reason="李总已离职", actor=rep, now=now)
    assert (withdrawn.withdrawn_at, withdrawn.withdrawn_why) == (now, "李总已离职")
    withdraw_evidence(evidence, reason="又一次", actor=rep, now=now)
    assert Evidence.objects.get().withdrawn_why == "李总已离职"
    assert not Evidence.objects.standing().exists()


def test_a_person_holds_exactly_the_parts_given(deal, changhong, rep):
    li = ContactFactory(account=changhong, name="李敏")
    set_roles(deal, li, roles=[DecisionRole.DECIDER, DecisionRole.EVALUATOR], actor=rep)
    set_roles(deal, li, roles=[DecisionRole.EVALUATOR, DecisionRole.USER], actor=rep)

    assert set(Decider.objects.values_list("role", flat=True)) == {"E", "U"}
    set_roles(deal, li, roles=[DecisionRole.USER, DecisionRole.EVALUATOR], actor=rep)
    assert history_of(deal).count() == 2

    with pytest.raises(CannotChange, match="王强"):
        set_roles(deal, ContactFactory(name="王强"), roles=[DecisionRole.USER], actor=rep)


def test_a_document_is_kept_with_the_evidence_and_read_by_who_sees_the_opportunity(
    changhong, rep, teammate, outsider, client_for
):
    deal = OpportunityFactory(account=changhong)
    criterion = deal.our_step.criteria.filter(track="OURS")[0]
    url = reverse("pipeline:evidence", args=[deal.pk, criterion.pk])
    given = client_for(rep).get(url).context["form"].initial["client_id"]
    data = {"kind": "DOCUMENT", "text": "会议纪要", "on": "2026-11-20", "client_id": given}
    for _again in range(2):  # a phone may send twice
        paper = SimpleUploadedFile("纪要.txt", "双方同意。".encode())
        assert client_for(rep).post(url, data | {"document": paper}).status_code == 302

    (evidence,) = deal.evidence.all()
    assert (StoredFile.objects.count(), evidence.document.name) == (1, "纪要.txt")
    file_url = reverse("crm:file", args=[evidence.document.key])
    assert file_url in client_for(rep).get(deal.get_absolute_url()).text
    assert client_for(rep).get(file_url).status_code == 200
    assert client_for(outsider).get(file_url).status_code == 404


def test_a_document_that_is_none_is_refused_with_words_and_what_was_typed_stays(changhong, rep, client_for):
    deal = OpportunityFactory(account=changhong)
    criterion = deal.our_step.criteria.filter(track="OURS")[0]
    url = reverse("pipeline:evidence", args=[deal.pk, criterion.pk])
    given = client_for(rep).get(url).context["form"].initial["client_id"]
    data = {"kind": "DOCUMENT", "text": "会议纪要", "on": "2026-11-20", "client_id": given}
    answer = client_for(rep).post(url, data | {"document": SimpleUploadedFile("x.exe", b"MZ\x90\x00" + b"\x00" * 99)})
    assert answer.status_code == 422
    assert answer.context["form"].errors["document"]
    assert "会议纪要" in answer.text
    assert (deal.evidence.count(), StoredFile.objects.count()) == (0, 0)
