"""What hangs on a customer's owner when he stops being it: it goes along, or ends where nobody takes the customer.

Hand-overs, decided claims, releases and lapses all go through here, so that nothing stays with somebody who may not
even look at the customer any more. Call inside atomic, with the customer's row held.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models

from accounts.handover.carried import Carried, Moved, carried_kind, carried_kinds
from teams.models import User

ENDED = "ended"


@dataclass
class Along:
    """What became of it: `moved` (JSON) takes it back, `rows` are as they were left; how many of each kind, by name."""

    moved: list[list[Any]] = field(default_factory=list)
    rows: list[models.Model] = field(default_factory=list)
    passed: dict[str, int] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)

    @property
    def told(self) -> dict[str, Any]:
        """Return what history and messages keep of it: how many of each kind."""
        return {name: counts for name, counts in (("along", self.passed), ("ended", self.ended)) if counts}

    def add(self, carried: Carried, done: Moved | None, *how: str) -> None:
        """Note what was done to one kind."""
        if done is None:
            return
        self.moved.append([carried.name, done.data, *how])
        self.rows += done.rows
        if done.number:
            (self.ended if how else self.passed)[carried.name] = done.number


def carry(account_id: int | None, *, giver: User | None, to: User, actor: User, now: datetime) -> Along:
    """Move what somebody holds at one customer (None: beside his own) to somebody else. Raises CannotCarry."""
    along = Along()
    for carried in carried_kinds() if giver else ():
        along.add(carried, carried.move(account_id, giver=giver, to=to, actor=actor, now=now))
    return along


def let_go(account_id: int, *, giver: User, to: User | None, actor: User | None, now: datetime) -> Along:
    """End what nobody needs at a customer of the pool; the rest goes to `to`, who leads its team. Raises CannotCarry.

    Where nobody leads the team, the rest stays with the giver: better known to one than to none.
    """
    along = Along()
    for carried in carried_kinds():
        if carried.ends is not None:
            along.add(carried, carried.ends.end(account_id, giver=giver, actor=actor, now=now), ENDED)
        if to is not None:
            along.add(carried, carried.move(account_id, giver=giver, to=to, actor=actor, now=now))
    return along


def carry_back(moved: Sequence[Sequence[Any]], *, giver: User, to: User | None, actor: User, now: datetime) -> None:
    """Give back what `Along.moved` tells of, the last first. That nothing changed since is for the caller to ask."""
    for name, data, *how in reversed(moved):
        back = _way_back(name, ended=bool(how))
        if back is not None:
            back(data, giver=giver, to=to, actor=actor, now=now)


def _way_back(name: str, *, ended: bool) -> Callable[..., None] | None:
    """Return what takes a kind back; None when the room that made it is gone."""
    carried = carried_kind(name)
    if carried is None:
        return None
    if ended:
        return carried.ends.end_back if carried.ends else None
    return carried.move_back
