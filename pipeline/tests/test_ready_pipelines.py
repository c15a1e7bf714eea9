"""The pipelines that come ready."""

import pytest

from pipeline.choices import Track
from pipeline.models import Criterion, LossReason, Pipeline, Step
from pipeline.ready_texts import READY_TEXTS
from pipeline.tests.factories import default_pipeline
from pipeline.tracks import signing_step

pytestmark = pytest.mark.django_db


def test_four_pipelines_come_ready_and_key_accounts_is_the_default():
    assert set(Pipeline.objects.values_list("key", flat=True)) == {
        "key-accounts",
        "seven-steps",
        "vehicle-fleet",
        "home-improvement",
    }
    assert default_pipeline().key == "key-accounts"


def test_key_accounts_have_the_six_sync_points_with_their_bands():
    steps = default_pipeline().steps.order_by("position")

    assert [(step.code, step.band) for step in steps] == [
        ("F", 25),
        ("E", 25),
        ("D", 50),
        ("C", 75),
        ("B", 75),
        ("A", 100),
    ]
    assert [step.needs_sponsor for step in steps] == [False, False, False, True, True, True]
    assert [step.countdown_days for step in steps] == [None, None, None, None, None, 30]


@pytest.mark.parametrize("key", ["key-accounts", "seven-steps", "vehicle-fleet", "home-improvement"])
def test_no_step_is_passed_without_evidence(key: str):
    pipeline = Pipeline.objects.get(key=key)
    tracks = [Track.OURS, Track.CUSTOMER] if pipeline.has_customer_track else [Track.OURS]

    for step in pipeline.steps.all():
        for track in tracks:
            assert step.criteria.filter(track=track, is_required=True).exists(), f"{step} {track}"


def test_signing_comes_before_delivery():
    codes = {pipeline.key: signing_step(pipeline.steps.all()).name for pipeline in Pipeline.objects.all()}

    assert codes == {
        "key-accounts": "Contract approval",
        "seven-steps": "Closing the deal",
        "vehicle-fleet": "Signing",
        "home-improvement": "Order placed",
    }


def test_every_ready_text_is_known_to_the_catalogues():
    written = set(Pipeline.objects.values_list("name", flat=True)) | set(
        LossReason.objects.values_list("name", flat=True)
    )
    written |= set(Criterion.objects.values_list("text", flat=True))
    for field in ("name", "customer_does", "we_do", "reached_when", "value"):
        written |= set(Step.objects.values_list(field, flat=True))

    assert written - {""} == set(READY_TEXTS)
