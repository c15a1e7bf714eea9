"""What lies ahead with a customer, gathered from every room: above the timeline, the nearest first.

A room registers what it knows in `AppConfig.ready`, as it does for the timeline.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.models import Account

SHOWN = 8


@dataclass(frozen=True)
class Coming:
    """One thing to come (or overdue): its day, what it is, whose it is."""

    on: date
    key: str
    icon: str
    title: str
    url: str = ""
    who: str = ""


# `ahead(account, user, on)` returns what the person may see, overdue things included, at most `SHOWN`.
Ahead = Callable[[Account, Any, date], Iterable[Coming]]
_known: dict[str, Ahead] = {}


def register_ahead(name: str, ahead: Ahead) -> None:
    """Make a room's things to come known; the same name again replaces it."""
    _known[name] = ahead


def upcoming(account: Account, *, user: Any, on: date) -> list[Coming]:
    """Return what lies ahead with a customer, the nearest first."""
    found = [coming for name in sorted(_known) for coming in _known[name](account, user, on)]
    return sorted(found, key=lambda coming: (coming.on, coming.key))[:SHOWN]
