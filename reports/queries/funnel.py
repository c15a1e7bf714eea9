"""The funnel: what stands at each step, and how many of those who entered one went on."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Max, Q

from pipeline.choices import OpportunityState, Track
from pipeline.models import Pipeline, StageChange, Step
from reports.scope import Scope, sum_of


@dataclass(frozen=True)
class Level:
    """One step with the open opportunities that stand at it.

    `entered` counts those of the period that ever came here, `went_on` those of them that passed it.
    """

    step: Step
    count: int
    value: Decimal
    weighted: Decimal
    entered: int
    went_on: int

    @property
    def conversion(self) -> int | None:
        """Return the share that went on, in whole percent; None when nobody entered."""
        return round(self.went_on * 100 / self.entered) if self.entered else None


def pipeline_shown(scope: Scope, key: str = "") -> Pipeline:
    """Return the pipeline asked for, else the one most open opportunities in the scope are in."""
    pipelines = Pipeline.objects.all()
    chosen = pipelines.filter(key=key).first() if key else None
    if chosen:
        return chosen
    busiest = (
        scope.opportunities()
        .open()
        .order_by()
        .values("pipeline")
        .annotate(count=Count("pk"))
        .order_by("-count", "pipeline")
    ).first()
    return pipelines.get(pk=busiest["pipeline"]) if busiest else pipelines.get(is_default=True)


def funnel(scope: Scope, pipeline: Pipeline) -> list[Level]:
    """Return the steps of a pipeline in order; three queries whatever the size."""
    rows = scope.opportunities().filter(pipeline=pipeline)
    standing = {
        row["our_step"]: row
        for row in rows.open().order_by().values("our_step").annotate(count=Count("pk"), value=sum_of("amount"))
    }
    reached = _reached(scope, rows)
    levels = []
    for step in pipeline.steps.order_by("position"):
        here = standing.get(step.pk, {"count": 0, "value": Decimal(0)})
        weighted = here["value"] * step.band / 100
        entered = sum(count for position, (count, _) in reached.items() if position >= step.position)
        beyond = sum(
            count if position > step.position else won
            for position, (count, won) in reached.items()
            if position >= step.position
        )
        levels.append(Level(step, here["count"], here["value"], weighted, entered, beyond))
    return levels


def _reached(scope: Scope, rows: Any) -> dict[int, tuple[int, int]]:
    """Return, by the farthest position reached, how many opportunities worked on in the period (and how many won)."""
    worked_on = rows.filter(Q(opened_on=None) | Q(opened_on__lte=scope.period.last)).filter(
        Q(closed_on=None) | Q(closed_on__gte=scope.period.first)
    )
    farthest = (
        StageChange.objects.filter(track=Track.OURS, opportunity__in=worked_on.order_by().values("pk"))
        .order_by()
        .values("opportunity")
        .annotate(position=Max("after__position"), state=F("opportunity__state"))
    )
    counts: dict[int, tuple[int, int]] = {}
    for row in farthest.values_list("position", "state"):
        count, won = counts.get(row[0], (0, 0))
        counts[row[0]] = (count + 1, won + (row[1] == OpportunityState.WON))
    return counts
