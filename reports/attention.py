"""Who needs a manager's attention, and why. Pure. The weights are ours."""

from dataclasses import dataclass

WEIGHTS = {"uncovered": 3, "stalled": 2, "overdue": 1, "no_visits": 4}


@dataclass(frozen=True)
class Reason:
    """One reason with how often it applies."""

    kind: str
    count: int

    @property
    def weight(self) -> int:
        """Return how much it counts in the order of the team table."""
        return WEIGHTS[self.kind] * self.count


def reasons(*, stalled: int, overdue: int, uncovered: int, is_idle: bool) -> list[Reason]:
    """Return the reasons that apply, heaviest first; `is_idle` is a rep without a visit in the period."""
    found = [
        Reason("uncovered", uncovered),
        Reason("stalled", stalled),
        Reason("overdue", overdue),
        Reason("no_visits", int(is_idle)),
    ]
    return sorted((reason for reason in found if reason.count > 0), key=lambda reason: -reason.weight)
