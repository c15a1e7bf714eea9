"""What a stage of another system means here: an outcome, one of our steps, or a step of a pipeline made for it."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from imports.cells import folded
from imports.context import Loading
from imports.findings import Question
from pipeline.choices import OpportunityState
from pipeline.models import Pipeline, Step

OUTCOMES = {
    OpportunityState.WON: ("won", "closed won", "赢单", "成交", "已成交", "签约", "已签约"),
    OpportunityState.LOST: ("lost", "closed lost", "输单", "丢单", "失败", "已丢失"),
}
_BY_WORD = {folded(word): state for state, words in OUTCOMES.items() for word in words}
OWN = "own-pipeline"
IMPORTED_KEY = "imported"
BANDS = (25, 50, 75)
MOST_STAGES = 20  # a column with more words than that names something else


def state_of(stage: str) -> OpportunityState:
    """Return the outcome a stage names; open for every other word."""
    return _BY_WORD.get(folded(stage), OpportunityState.OPEN)


class Stages:
    """The steps the stages of one file stand for.

    `seen` gives, for every stage of the file, how many rows have it and how many of those have a starting day: a stage
    before the start comes first in a pipeline made of unknown stages.
    """

    def __init__(self, loading: Loading, seen: Mapping[str, tuple[int, int]]) -> None:
        self._loading = loading
        self._ours = list(
            Step.objects.filter(pipeline__is_default=True).select_related("pipeline").order_by("position")
        )
        self._steps: dict[str, Step] = {}
        unknown = [stage for stage in self._asked(seen) if stage]
        self._too_many = {folded(stage) for stage in unknown[MOST_STAGES:]}
        unknown = unknown[:MOST_STAGES]
        unknown.sort(key=lambda stage: (seen[stage][1] / seen[stage][0], -seen[stage][0]))
        self._own = [self._own_step(stage, number) for number, stage in enumerate(unknown, start=1)]

    def _asked(self, seen: Mapping[str, tuple[int, int]]) -> list[str]:
        """Settle every stage that is ours or was answered; return those that get a step of their own."""
        unknown: list[str] = []
        for stage, (count, _dated) in seen.items():
            if not stage or state_of(stage) != OpportunityState.OPEN:
                continue
            step = self._our_step(stage)
            if step is None and len(unknown) < MOST_STAGES:
                step = self._answered_step(stage, count)
            if step is None:
                unknown.append(stage)
            else:
                self._steps[folded(stage)] = step
        return unknown

    def _our_step(self, stage: str) -> Step | None:
        names = ((step, (step.code, step.name, str(step), _(step.name))) for step in self._ours)
        return next((step for step, words in names if folded(stage) in map(folded, words)), None)

    def _answered_step(self, stage: str, count: int) -> Step | None:
        choices = [(OWN, _("keep it as a step of a pipeline of its own"))]
        choices += [(f"step:{step.pk}", _("it is %(step)s") % {"step": step}) for step in self._ours]
        text = _("The stage “%(stage)s” is none of our steps.") % {"stage": stage}
        answer = self._loading.answer(Question(f"stage:{stage}", text, choices, OWN), rows=count)
        return next((step for step in self._ours if answer == f"step:{step.pk}"), None)

    def _own_step(self, stage: str, number: int) -> Step:
        step = self._imported_step(stage, number)
        self._steps[folded(stage)] = step
        return step

    def _imported_step(self, stage: str, number: int) -> Step:
        band = BANDS[min(number, len(BANDS)) - 1]
        if self._loading.is_check:
            return Step(name=stage, pipeline=Pipeline(name="Imported"), band=band)
        pipeline, is_new = Pipeline.objects.get_or_create(key=IMPORTED_KEY, defaults={"name": _("Imported")})
        found: Any = pipeline.steps.filter(name=stage[:60]).select_related("pipeline").first()
        if found is None:
            position = pipeline.steps.count() + 1
            found = Step.objects.create(
                pipeline=pipeline, position=position, code=str(position), name=stage[:60], band=band, expected_days=60
            )
            self._loading.note_made(found)
        if is_new:
            self._loading.note_made(pipeline)
        return found  # type: ignore[no-any-return]

    def step(self, stage: str) -> Step:
        """Return the step a stage stands for; an outcome stands at the last step of the file's pipeline."""
        if not stage:
            raise ValidationError({"stage": ValidationError(_("is missing"), code="missing")})
        if folded(stage) in self._too_many:
            text = _("expected a stage, found “%(found)s” and more than %(count)s other words; is it the right column?")
            words = {"found": stage[:40], "count": MOST_STAGES}
            raise ValidationError({"stage": ValidationError(text % words, code="many")})
        known = self._steps.get(folded(stage))
        return known or (self._own or self._ours)[-1]
