"""What a person still holds in other rooms and should hand over before he leaves.

Rooms above register what they count, in `AppConfig.ready`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from teams.models import User


@dataclass(frozen=True)
class Holding:
    """A kind of thing a person holds: how many, and the list of them (`url` may be empty)."""

    key: str
    label: Any
    count: Callable[[User], int]
    url: Callable[[User], str] = lambda _user: ""
    order: int = 100


@dataclass(frozen=True)
class Held:
    """So many of a kind."""

    label: Any
    count: int
    url: str


_holdings: dict[str, Holding] = {}


def register_holding(holding: Holding) -> None:
    """Make a kind known; the same key again replaces it."""
    _holdings[holding.key] = holding


def held_by(user: User) -> list[Held]:
    """Return what the person holds, kinds of which there are none left out."""
    found = []
    for holding in sorted(_holdings.values(), key=lambda holding: (holding.order, holding.key)):
        count = holding.count(user)
        if count:
            found.append(Held(holding.label, count, holding.url(user)))
    return found
