"""Search across rooms: each registers how its things are found."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True)
class Hit:
    """One thing found; `rank` 0 stands before 1."""

    kind: str
    title: str
    subtitle: str
    url: str
    rank: int = 0
    icon: str = ""


@dataclass(frozen=True)
class Group:
    """What one kind of thing brought."""

    kind: str
    label: str | Promise
    hits: list[Hit]


Find = Callable[..., Iterable[Hit]]


@dataclass(frozen=True)
class _Place:
    kind: str
    label: str | Promise
    order: int
    find: Find


_places: dict[str, _Place] = {}


def register_search(kind: str, label: str | Promise, order: int, find: Find) -> None:
    """Make `find(query, *, user, limit)` answer for a kind; it returns what the person may see, best first."""
    _places[kind] = _Place(kind, label, order, find)


def find_everywhere(query: str, *, user: Any, limit: int) -> list[Group]:
    """Return what every room finds, in a fixed order of rooms so that nothing jumps while one types."""
    groups = [
        Group(place.kind, place.label, list(place.find(query, user=user, limit=limit)))
        for place in sorted(_places.values(), key=lambda place: (place.order, place.kind))
    ]
    return [group for group in groups if group.hits]
