"""What goes along when a customer gets another owner, gathered from every room.

A room registers what it holds for the owner in `AppConfig.ready`: open opportunities, planned visits, follow-ups. What
is closed or over stays with the name of whoever did it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.functional import Promise

from teams.models import User


class CannotCarry(Exception):
    """Something cannot go along; the message says what and why."""


@dataclass(frozen=True)
class Thing:
    """One thing that would go along; `account_id` None for what belongs to no customer of the giver."""

    account_id: int | None
    text: str
    worth: Decimal | None = None


@dataclass(frozen=True)
class Moved:
    """What went along: `data` (JSON) takes it back, `rows` must be unchanged by then; how many there were."""

    data: Any
    rows: list[models.Model] = field(default_factory=list)
    number: int = 0


@dataclass(frozen=True)
class Ends:
    """What ends where a customer goes to nobody: that which only its owner could do.

    `end(account_id, *, giver, actor, now)` returns Moved, None for nothing; `end_back(data, *, giver, to, actor, now)`
    is the way back.
    """

    end: Callable[..., Moved | None]
    end_back: Callable[..., None]


@dataclass(frozen=True)
class Carried:
    """A kind of thing that goes along.

    `preview(account_ids)` yields what the owners of these customers hold there, with one query or two however many
    there are; `loose(giver)` what a person holds beside his own customers.
    `move(account_id, *, giver, to, actor, now)` passes it on inside the caller's transaction (account_id None: what is
    loose) and returns Moved, None for nothing; it raises CannotCarry.
    `move_back(data, *, giver, to, actor, now)` is the way back; that nothing changed since has been asked before.
    Where nobody gets the customer (it goes to the pool), `ends` comes first and what it leaves moves to who leads the
    team.
    """

    name: str
    label: str | Promise
    preview: Callable[[Collection[int]], Iterable[Thing]]
    move: Callable[..., Moved | None]
    move_back: Callable[..., None]
    loose: Callable[[User], Iterable[Thing]] = lambda _giver: ()
    order: int = 100
    ends: Ends | None = None


_kinds: dict[str, Carried] = {}


def register_carried(carried: Carried) -> None:
    """Make a kind known; called in `AppConfig.ready`, the same name again replaces it."""
    _kinds[carried.name] = carried


def carried_kinds() -> list[Carried]:
    """Return every kind, in the order in which they move."""
    return sorted(_kinds.values(), key=lambda carried: (carried.order, carried.name))


def carried_kind(name: str) -> Carried | None:
    """Return a kind, None when the room that made it is gone."""
    return _kinds.get(name)


def counts_in_words(counts: Mapping[str, int]) -> str:
    """Return how many of each kind, by name, as a reader is told; a kind whose room is gone is left out."""
    return " · ".join(
        f"{carried.label} {counts[carried.name]}" for carried in carried_kinds() if counts.get(carried.name)
    )
