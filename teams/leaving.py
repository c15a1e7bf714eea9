"""What ends or is told at the moment a person may sign in no more.

Rooms above register what else gives access (an address that answers without signing in, a token) and whom to tell, in
`AppConfig.ready`. Sessions and running work end by themselves.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Leaving:
    """One thing to do: `act(person, *, actor, now)`, in the transaction that ends the person's access."""

    name: str
    act: Callable[..., object]


_leavings: dict[str, Leaving] = {}


def register_leaving(leaving: Leaving) -> None:
    """Make it known; the same name again replaces it."""
    _leavings[leaving.name] = leaving


def leavings() -> list[Leaving]:
    """Return what is to be done, by name."""
    return [_leavings[name] for name in sorted(_leavings)]
