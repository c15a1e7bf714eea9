"""What happened with a customer, gathered from every room.

A room registers a source in `AppConfig.ready`; the page merges the newest entries of all of them by a cursor.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True)
class Entry:
    """One line of a timeline.

    `at` orders it; `group` is the filter chip it belongs to; `key` makes the order stable.
    """

    at: datetime
    key: str
    group: str
    icon: str
    title: str
    text: str = ""
    url: str = ""
    who: str = ""

    @property
    def summary(self) -> str:
        """Return the text, as the component that draws a line calls it."""
        return self.text


@dataclass(frozen=True)
class Source:
    """A source of entries.

    `entries(account_ids, user, before, limit)` returns at most `limit` entries the person may see, strictly before
    `before` (None: the newest), newest first.
    """

    name: str
    label: str | Promise
    entries: Callable[[Sequence[int], Any, datetime | None, int], Iterable[Entry]]


_sources: dict[str, Source] = {}


def register_source(source: Source) -> None:
    """Make a source known."""
    _sources[source.name] = source


def sources() -> list[Source]:
    """Return the sources in the order of their names."""
    return [_sources[name] for name in sorted(_sources)]


def timeline(
    account_ids: Sequence[int], *, user: Any, group: str = "", before: datetime | None = None, limit: int = 20
) -> list[Entry]:
    """Return the newest entries before `before`, one source's only where `group` names it."""
    chosen = [source for source in sources() if not group or source.name == group]
    found = [entry for source in chosen for entry in source.entries(account_ids, user, before, limit)]
    return sorted(found, key=lambda entry: (entry.at, entry.key), reverse=True)[:limit]
