"""Who looks after somebody who called or came in (method, coming in): no database, no clock; the rule is ours.

The first rule that fits says the person, or the people of a team; of several, whoever has the fewest still to answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crm.places.divisions import is_called


@dataclass(frozen=True)
class Facts:
    """What is known of who came in; empty or None where it was not said."""

    province: str = ""
    city: str = ""
    industry: int | None = None


def _lies_in(said: str, wanted: str) -> bool:
    """Return whether a place said is the one wanted, whichever of the two is written short."""
    return said.startswith(wanted) or (said != "" and is_called(wanted, said))


@dataclass(frozen=True)
class AssignRule:
    """Empty or None fits everything; `people` are those it gives to, empty where nobody of them is here."""

    people: Sequence[int]
    province: str = ""
    city: str = ""
    industry: int | None = None

    def fits(self, facts: Facts) -> bool:
        """Return whether every condition of the rule is met; a place is met by its short name: 江苏 is 江苏省."""
        return (
            _lies_in(facts.province, self.province)
            and _lies_in(facts.city, self.city)
            and self.industry in (None, facts.industry)
        )


def least_busy(people: Iterable[int], waiting: Mapping[int, int]) -> int | None:
    """Return who has the fewest still to answer, the lowest number among equals; None for nobody."""
    return min(people, key=lambda person: (waiting.get(person, 0), person), default=None)


def assign(
    facts: Facts, rules: Iterable[AssignRule], *, otherwise: Sequence[int], waiting: Mapping[int, int]
) -> int | None:
    """Return who gets it; where no rule fits, one of `otherwise`. None where there is nobody at all."""
    for rule in rules:
        if rule.people and rule.fits(facts):
            return least_busy(rule.people, waiting)
    return least_busy(otherwise, waiting)
