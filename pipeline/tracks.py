"""How steps follow one another, without naming any. No database and no clock."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

SIGNED = 100


class StepLike(Protocol):
    """What is asked about a step."""

    position: int
    band: int


S = TypeVar("S", bound=StepLike)


def signing_step(steps: Iterable[S]) -> S:
    """Return the step whose passing means signed: the first that counts in full, or the last where none does.

    Steps after it belong to delivery and service. Raises ValueError for a pipeline without steps.
    """
    ordered = sorted(steps, key=lambda step: step.position)
    if not ordered:
        raise ValueError("a pipeline without steps")
    return next((step for step in ordered if step.band == SIGNED), ordered[-1])


def passed_steps(steps: Iterable[S], *, start: int, end: int) -> list[S]:
    """Return the steps that a move from position `start` to position `end` passes: start included, end not."""
    return sorted((step for step in steps if start <= step.position < end), key=lambda step: step.position)
