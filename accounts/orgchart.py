"""The organisation chart of a customer: people under those they report to. No database."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar


class Reporting(Protocol):
    """What is asked of a person."""

    pk: int
    reports_to_id: int | None


P = TypeVar("P", bound=Reporting)


@dataclass
class Branch(Generic[P]):
    """A person and those who report to him or her."""

    person: P
    below: list["Branch[P]"] = field(default_factory=list)


def grow(people: Iterable[P]) -> list[Branch[P]]:
    """Return the people at the top, each with those below, in the order given.

    Whoever reports to somebody who is not among the people stands at the top; so does one of a circle, which only
    imported data can hold.
    """
    branches = {person.pk: Branch(person) for person in people}
    tops: list[Branch[P]] = []
    for branch in branches.values():
        boss = branches.get(branch.person.reports_to_id or 0)
        if boss is None or _is_below(boss, branch.person.pk, branches):
            tops.append(branch)
        else:
            boss.below.append(branch)
    return tops


def _is_below(branch: Branch[P], pk: int, branches: dict[int, Branch[P]]) -> bool:
    """Return whether the person of `branch` reports, directly or through others, to `pk`."""
    seen: set[int] = set()
    at: Branch[P] | None = branch
    while at is not None and at.person.pk not in seen:
        if at.person.pk == pk:
            return True
        seen.add(at.person.pk)
        at = branches.get(at.person.reports_to_id or 0)
    return False
