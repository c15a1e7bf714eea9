"""The funnel: what stands at each step, and how many of those who entered one went on."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q

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


@dataclass(frozen=True)
class Held:
    """What one pipeline holds of what is open in a scope."""

    pipeline: Pipeline
    count: int
    value: Decimal


def pipelines_held(scope: Scope) -> list[Held]:
    """Return every pipeline with what is open in it, the fullest first; two queries."""
    rows = scope.opportunities().open().order_by().values("pipeline")
    found = {row["pipeline"]: row for row in rows.annotate(count=Count("pk"), value=sum_of(scope.worth()))}
    empty = {"count": 0, "value": Decimal(0)}
    held = [
        Held(pipeline, row["count"], row["value"])
        for pipeline in Pipeline.objects.order_by("-is_default", "pk")
        for row in [found.get(pipeline.pk, empty)]
    ]
    return sorted(held, key=lambda one: -one.count)


def pipeline_shown(held: list[Held], key: str = "") -> Pipeline:
    """Return the pipeline asked for, else the fullest; among equals the usual one."""
    return next((one.pipeline for one in held if one.pipeline.key == key), held[0].pipeline)


def funnel(scope: Scope, pipeline: Pipeline) -> list[Level]:
    """Return the steps of a pipeline in order; three queries whatever the size.

    Among those worked on in the period, `entered` came at least as far as the step, and `went_on` are those of them
    that came further or were won.
    """
    rows = scope.opportunities().filter(pipeline=pipeline)
    standing = {
        row["our_step"]: row
        for row in rows.open().order_by().values("our_step").annotate(count=Count("pk"), value=sum_of(scope.worth()))
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


def worked_on(scope: Scope, rows: Any) -> Any:
    """Narrow to what was open on at least one day of the period."""
    return rows.filter(Q(opened_on=None) | Q(opened_on__lte=scope.period.last)).filter(
        Q(closed_on=None) | Q(closed_on__gte=scope.period.first)
    )


def passed(scope: Scope, step: Step, *, went_on: bool) -> Any:
    """Return the opportunities behind a level's `entered`, or behind its `went_on`."""
    reached = StageChange.objects.standing().filter(opportunity=OuterRef("pk"), track=Track.OURS)
    rows = worked_on(scope, scope.opportunities().filter(pipeline=step.pipeline_id))
    entered = rows.filter(Exists(reached.filter(after__position__gte=step.position)))
    if not went_on:
        return entered
    further = Exists(reached.filter(after__position__gt=step.position))
    return entered.filter(Q(state=OpportunityState.WON) | Q(further))


def _reached(scope: Scope, rows: Any) -> dict[int, tuple[int, int]]:
    """Return, by the farthest position reached, how many opportunities worked on in the period (and how many won)."""
    farthest = (
        StageChange.objects.standing()
        .filter(track=Track.OURS, opportunity__in=worked_on(scope, rows).order_by().values("pk"))
        .order_by()
        .values("opportunity")
        .annotate(position=Max("after__position"), state=F("opportunity__state"))
    )
    counts: dict[int, tuple[int, int]] = {}
    for row in farthest.values_list("position", "state"):
        if row[0] is None:
            continue
        count, won = counts.get(row[0], (0, 0))
        counts[row[0]] = (count + 1, won + (row[1] == OpportunityState.WON))
    return counts
