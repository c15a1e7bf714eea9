"""What an admin changes: pipelines, their steps and criteria, reasons for loss, products, exchange rates."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from crm.audit import record
from crm.editing import save_edit
from crm.models.abstract import Versioned
from pipeline.actions.guards import Refused
from pipeline.models import Criterion, ExchangeRate, LossReason, Pipeline, Product, Step
from teams.models import User

T = TypeVar("T", bound=Versioned)


class CannotSetUp(Refused):
    """The setup cannot be changed so; the message says why."""


@transaction.atomic
def edit_row(row: T, *, changes: Mapping[str, Any], version: int, actor: User) -> T:
    """Write plain fields of a pipeline, step, criterion, reason or product; raises EditConflict."""
    return save_edit(row, changes=changes, version=version, actor=actor, action=f"{row._meta.model_name}.edited")


def _last(rows: Any) -> int:
    return rows.aggregate(last=Max("position"))["last"] or 0


@transaction.atomic
def add_pipeline(*, name: str, like: Pipeline, actor: User) -> Pipeline:
    """Make a pipeline with the steps and criteria of another one, to be changed from there."""
    key = slugify(name)[:30] or "pipeline"
    if Pipeline.objects.filter(key=key).exists():
        key = f"{key}-{Pipeline.objects.count() + 1}"
    pipeline = Pipeline.objects.create(key=key, name=name, has_customer_track=like.has_customer_track)
    for step in like.steps.order_by("position"):
        criteria = list(step.criteria.filter(is_active=True).order_by("track", "position"))
        step.pk, step.pipeline, step.version = None, pipeline, 1
        step.save(force_insert=True)
        for criterion in criteria:
            criterion.pk, criterion.step, criterion.version = None, step, 1
        Criterion.objects.bulk_create(criteria)
    record("pipeline.added", pipeline, actor=actor, changes={"name": name, "like": like.key})
    return pipeline


@transaction.atomic
def make_default(pipeline: Pipeline, *, actor: User) -> None:
    """Use this pipeline for new opportunities unless another is chosen."""
    before = Pipeline.objects.select_for_update().filter(is_default=True).first()
    if before == pipeline:
        return
    Pipeline.objects.filter(is_default=True).update(is_default=False)
    Pipeline.objects.filter(pk=pipeline.pk).update(is_default=True)
    record("pipeline.made_default", pipeline, actor=actor, changes={"before": before.key if before else ""})


@transaction.atomic
def add_step(pipeline: Pipeline, *, fields: Mapping[str, Any], actor: User) -> Step:
    """Add a step at the end. Raises CannotSetUp when its code is taken."""
    Pipeline.objects.select_for_update().get(pk=pipeline.pk)
    if pipeline.steps.filter(code=fields["code"]).exists():
        raise CannotSetUp(_("This pipeline already has a step %(code)s.") % {"code": fields["code"]})
    step: Step = Step.objects.create(pipeline=pipeline, position=_last(pipeline.steps) + 1, **fields)
    record("step.added", step, actor=actor, changes={"pipeline": pipeline.key, "code": step.code})
    return step


@transaction.atomic
def add_criterion(step: Step, *, track: str, text: str, is_required: bool, actor: User) -> Criterion:
    """Ask for one more thing at a step, last on its track."""
    Step.objects.select_for_update().get(pk=step.pk)
    position = _last(step.criteria.filter(track=track)) + 1
    criterion: Criterion = Criterion.objects.create(
        step=step, track=track, text=text, is_required=is_required, position=position
    )
    record("criterion.added", criterion, actor=actor, changes={"step": step.code, "track": track})
    return criterion


@transaction.atomic
def swap(row: Step | Criterion, *, up: bool, actor: User) -> None:
    """Change places with the neighbour above or below; at the end of the line nothing happens."""
    neighbours: Any
    if isinstance(row, Step):
        Pipeline.objects.select_for_update().get(pk=row.pipeline_id)
        neighbours = Step.objects.filter(pipeline=row.pipeline_id)
    else:
        Step.objects.select_for_update().get(pk=row.step_id)
        neighbours = Criterion.objects.filter(step=row.step_id, track=row.track)
    rows = list(neighbours.order_by("position"))
    place = next(number for number, one in enumerate(rows) if one.pk == row.pk)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(rows):
        return
    here, there = rows[place].position, rows[other].position
    # Positions are unique: one steps aside for a moment.
    neighbours.filter(pk=rows[other].pk).update(position=_last(neighbours) + 1)
    neighbours.filter(pk=row.pk).update(position=there)
    neighbours.filter(pk=rows[other].pk).update(position=here)
    record(f"{row._meta.model_name}.moved", row, actor=actor, changes={"position": [here, there]})


@transaction.atomic
def add_loss_reason(*, name: str, actor: User) -> LossReason:
    """Add a reason for loss at the end of the list."""
    reason: LossReason = LossReason.objects.create(name=name, position=_last(LossReason.objects.all()) + 1)
    record("lossreason.added", reason, actor=actor, changes={"name": name})
    return reason


@transaction.atomic
def add_product(*, fields: Mapping[str, Any], actor: User) -> Product:
    """Add a product."""
    product: Product = Product.objects.create(**fields)
    record("product.added", product, actor=actor, changes={"name": product.name})
    return product


@transaction.atomic
def add_rate(*, fields: Mapping[str, Any], actor: User) -> ExchangeRate:
    """Say what a currency is worth in the firm's own from a day on."""
    rate: ExchangeRate = ExchangeRate.objects.create(**fields)
    record("exchangerate.added", rate, actor=actor, changes=dict(fields))
    return rate
