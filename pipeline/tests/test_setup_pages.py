"""The admin's pages of pipelines."""

import pytest
from django.urls import reverse

from crm.audit import history_of
from crm.models import AuditEntry
from pipeline.actions.setup import CannotSetUp, add_step, swap
from pipeline.models import Criterion, LossReason, Opportunity, Pipeline, Product, Step
from pipeline.tests.factories import EvidenceFactory, OpportunityFactory, ProductFactory, default_pipeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_for, admin):
    """Lin Yue's browser."""
    return client_for(admin)


def url(name: str, *args: int) -> str:
    return reverse(f"pipeline:{name}", args=args)


def shown(page) -> dict[str, str]:
    """Return what the browser would post for an untouched form."""
    form = page.context["form"]
    fields = {field.html_name: field.value() for field in form}
    return {name: value for name, value in fields.items() if value not in (None, False)}


def test_every_pipeline_reason_and_product_is_listed(client):
    ProductFactory(name="精密减速机")
    page = client.get(url("pipelines")).text

    for text in ("Key accounts", "Home improvement", "Competitor&#x27;s relationship", "精密减速机"):
        assert text in page


def test_a_step_is_edited_and_recorded(client, admin):
    step = default_pipeline().steps.get(code="C")
    page = client.get(url("edit_step", step.pk))
    client.post(url("edit_step", step.pk), {**shown(page), "expected_days": "45", "needs_sponsor": ""})

    step.refresh_from_db()
    assert (step.expected_days, step.needs_sponsor, step.name) == (45, False, "Evaluation")
    entry = history_of(step)[0]
    assert (entry.action, entry.actor, entry.changes["expected_days"]) == ("step.edited", admin, [30, 45])


def test_a_ready_text_is_edited_in_the_language_of_the_admin_and_stays_in_all_until_then(client, admin):
    type(admin).objects.filter(pk=admin.pk).update(language="zh-hans")
    step = default_pipeline().steps.get(code="C")
    page = client.get(url("edit_step", step.pk))
    assert shown(page)["name"] == "评估"

    client.post(url("edit_step", step.pk), {**shown(page), "expected_days": "45"})
    step.refresh_from_db()
    assert (step.expected_days, step.name) == (45, "Evaluation")

    client.post(url("edit_step", step.pk), {**shown(client.get(url("edit_step", step.pk))), "name": "方案评估"})
    step.refresh_from_db()
    assert step.name == "方案评估"


def test_two_admins_at_one_step_are_asked(client):
    step = default_pipeline().steps.get(code="C")
    page = client.get(url("edit_step", step.pk))
    client.post(url("edit_step", step.pk), {**shown(page), "expected_days": "45"})

    assert client.post(url("edit_step", step.pk), {**shown(page), "expected_days": "50"}).status_code == 409


def test_a_new_criterion_holds_at_once_and_a_retired_one_no_longer(client, changhong):
    step = default_pipeline().steps.get(code="F")
    deal = OpportunityFactory(account=changhong)
    client.post(url("new_criterion", step.pk), {"track": "OURS", "text": "信用已查", "is_required": "on"})
    added = Criterion.objects.get(text="信用已查")
    assert (added.position, added.is_required, str(added)) == (3, True, "信用已查")
    EvidenceFactory(opportunity=deal, criterion=added)

    page = client.get(url("edit_criterion", added.pk))
    data = shown(page)
    del data["is_active"]
    client.post(url("edit_criterion", added.pk), data)
    added.refresh_from_db()
    assert added.is_active is False
    assert client.post(url("new_criterion", step.pk), {"track": "OURS", "text": ""}).status_code == 422


def test_steps_and_criteria_change_places_and_stop_at_the_ends(client, admin):
    steps = list(default_pipeline().steps.order_by("position"))
    client.post(url("move_step", steps[1].pk), {"to": "up"})
    assert [step.code for step in default_pipeline().steps.order_by("position")] == ["E", "F", "D", "C", "B", "A"]
    client.post(url("move_step", steps[1].pk), {"to": "up"})
    client.post(url("move_step", steps[5].pk), {"to": "down"})
    assert [step.position for step in default_pipeline().steps.order_by("position")] == [1, 2, 3, 4, 5, 6]
    assert AuditEntry.objects.filter(action="step.moved").count() == 1

    first, second, third = steps[3].criteria.filter(track="OURS").order_by("position")
    client.post(url("move_criterion", first.pk), {"to": "down"})
    assert list(steps[3].criteria.filter(track="OURS").order_by("position")) == [second, first, third]
    swap(third, up=False, actor=admin)
    assert steps[3].criteria.filter(track="OURS").order_by("position").last() == third


def test_a_pipeline_begins_as_a_copy_of_another(client):
    client.post(url("new_pipeline"), {"name": "Solar parks", "like": default_pipeline().pk})
    made = Pipeline.objects.get(name="Solar parks")

    assert [step.code for step in made.steps.order_by("position")] == ["F", "E", "D", "C", "B", "A"]
    assert Criterion.objects.filter(step__pipeline=made).count() == 25
    assert default_pipeline().steps.count() == 6
    client.post(url("new_pipeline"), {"name": "Solar parks", "like": made.pk})
    client.post(url("new_pipeline"), {"name": "光伏", "like": made.pk})
    assert Pipeline.objects.values("key").distinct().count() == 7


def test_another_pipeline_is_used_for_new_opportunities(client):
    fleet = Pipeline.objects.get(key="vehicle-fleet")
    client.post(url("make_default", fleet.pk))
    client.post(url("make_default", fleet.pk))

    assert default_pipeline() == fleet
    assert AuditEntry.objects.filter(action="pipeline.made_default").count() == 1


def test_a_step_is_added_at_the_end_once(client, admin):
    fleet = Pipeline.objects.get(key="vehicle-fleet")
    page = client.get(url("new_step", fleet.pk))
    data = {**shown(page), "code": "7", "name": "回访", "band": "100", "expected_days": "30"}
    client.post(url("new_step", fleet.pk), data)

    assert Step.objects.get(pipeline=fleet, code="7").position == 7
    answer = client.post(url("new_step", fleet.pk), data)
    assert answer.status_code == 422
    assert "already has a step 7" in answer.text
    with pytest.raises(CannotSetUp):
        add_step(fleet, fields={"code": "7", "name": "又一次", "band": 100}, actor=admin)


def test_reasons_and_products_are_added_changed_and_no_longer_offered(client, changhong, client_for, rep):
    client.post(url("new_reason"), {"name": "政策", "is_active": "on"})
    reason = LossReason.objects.get(name="政策")
    assert reason.position == 9
    data = shown(client.get(url("edit_reason", reason.pk)))
    del data["is_active"]
    client.post(url("edit_reason", reason.pk), data)
    deal = OpportunityFactory(account=changhong)
    assert "政策" not in client_for(rep).get(url("lose", deal.pk)).text

    client.post(url("new_product"), {"name": "精密减速机", "series": "HX", "price": "2.6万", "is_active": "on"})
    product = Product.objects.get()
    assert product.price == 26_000
    data = shown(client.get(url("edit_product", product.pk)))
    client.post(url("edit_product", product.pk), {**data, "price": "2.8万"})
    product.refresh_from_db()
    assert product.price == 28_000
    assert client.post(url("new_product"), {"name": "精密减速机"}).status_code == 422


def test_the_tracks_of_a_pipeline_are_edited(client):
    fleet = Pipeline.objects.get(key="vehicle-fleet")
    data = shown(client.get(url("edit_pipeline", fleet.pk)))
    client.post(url("edit_pipeline", fleet.pk), {**data, "has_customer_track": "on"})

    fleet.refresh_from_db()
    assert fleet.has_customer_track is True
    assert "beside ours" in client.get(url("pipeline", fleet.pk)).text


def test_no_code_names_a_step(changhong, rep, today, now):
    """Renamed codes and names change nothing: steps are rows."""
    for step in Step.objects.all():
        step.code, step.name = f"X{step.pk}", f"第{step.pk}步"
        step.save(update_fields=["code", "name"])

    assert OpportunityFactory(account=changhong).our_step.position == 1
    assert Opportunity.objects.stalled(now).count() == 0
