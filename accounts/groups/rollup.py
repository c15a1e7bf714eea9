"""Companies of a group as a tree, with figures summed up from below. No database.

Every company stands in the tree once, also where imported data goes in a circle: then all of the circle stand on top.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# Company → the one it belongs to; None or one that is not among the keys: it stands on top.
Parents = Mapping[int, int | None]
# One value a figure; None where nothing is known, which is no zero.
Sums = tuple[Any, ...]


@dataclass
class Node:
    """A company with those directly below it; `total` is its own figures and those of all below."""

    key: int
    below: list["Node"] = field(default_factory=list)
    own: Sums = ()
    total: Sums = ()

    def walk(self) -> Iterator["Node"]:
        """Yield the company and all below it, each before those below."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += reversed(node.below)

    @property
    def size(self) -> int:
        """Return how many companies stand below it, at any depth."""
        return sum(1 for _node in self.walk()) - 1


def reaches(parents: Parents, start: int | None, wanted: int) -> bool:
    """Return whether somebody who climbs from `start` comes to `wanted`."""
    return any(key == wanted for key in climb(parents, start))


def climb(parents: Parents, start: int | None) -> Iterator[int]:
    """Yield `start` and all above it, each once."""
    seen: set[int] = set()
    while start is not None and start not in seen:
        yield start
        seen.add(start)
        start = parents.get(start)


def grow(parents: Parents) -> list[Node]:
    """Return the companies on top, each with those below, in the order given."""
    nodes = {key: Node(key) for key in parents}
    tops: list[Node] = []
    for key, above in parents.items():
        is_top = above is None or above not in nodes or reaches(parents, above, key)
        (tops if is_top or above is None else nodes[above].below).append(nodes[key])
    return tops


def holding(parents: Parents, seen: Iterable[int]) -> dict[int, int | None]:
    """Return the companies seen and those they hang by, the rest left out, in the order given."""
    kept: set[int] = set()
    for key in seen:
        for step in climb(parents, key):
            if step in kept:
                break
            kept.add(step)
    return {key: above for key, above in parents.items() if key in kept}


def roll_up(tops: Iterable[Node], own: Mapping[int, Sums], empty: Sums) -> None:
    """Set `own` and `total` of every company; `empty` is what one without figures has."""
    for top in tops:
        # Read backwards, every company comes after all that stand below it.
        for node in reversed(list(top.walk())):
            node.own = own.get(node.key, empty)
            node.total = add_up([node.own, *(lower.total for lower in node.below)], empty)


def add_up(rows: Iterable[Sums], empty: Sums) -> Sums:
    """Return the sum of every figure over what is known; None where nobody knows it."""
    columns = zip(empty, *rows, strict=True)
    return tuple(_sum([value for value in column if value is not None]) for column in columns)


def _sum(known: Sequence[Any]) -> Any:
    return sum(known[1:], start=known[0]) if known else None


def hang(parents: Parents, wanted: Mapping[int, int]) -> dict[int, int]:
    """Return those of the wanted moves (company → new parent) that close no circle once all of them are made.

    Where two moves close one together, the first is made. A move whose way is only freed by a later one is tried again.
    """
    present, kept, left = dict(parents), dict[int, int](), dict(wanted)
    while made := _hang_once(present, left):
        kept |= made
        left = {key: above for key, above in left.items() if key not in made}
    return kept


def _hang_once(present: dict[int, int | None], wanted: Mapping[int, int]) -> dict[int, int]:
    """Make in `present` every wanted move that closes no circle now; return those."""
    made: dict[int, int] = {}
    for key, above in wanted.items():
        if not reaches(present, above, key):
            present[key] = made[key] = above
    return made
