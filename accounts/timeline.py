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

    `at` orders it; `group` is the filter chip it belongs to; `key` makes the order stable. `told_at` is when the server
    learnt of it, where that is another moment: a visit of last week told today is news today.
    """

    at: datetime
    key: str
    group: str
    icon: str
    title: str
    text: str = ""
    url: str = ""
    who: str = ""
    told_at: datetime | None = None

    def says(self, words: Sequence[str]) -> bool:
        """Return whether every word stands somewhere in the line, whatever its capitals."""
        text = f"{self.title} {self.text} {self.who}".casefold()
        return all(word in text for word in words)

    def is_news(self, since: datetime, *, to: str) -> bool:
        """Return whether the server learnt of it after `since`, from somebody else than `to`."""
        return (self.told_at or self.at) > since and self.who != to

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


@dataclass(frozen=True)
class Stretch:
    """A stretch of the timeline, and the cursor where the next one begins; None at the end of history."""

    entries: list[Entry]
    cursor: datetime | None


# A search reads so many entries at a time, and so many times at most before it shows what it has.
READ_AT_ONCE = 200
READS = 5


def stretch(
    account_ids: Sequence[int],
    *,
    user: Any,
    group: str = "",
    before: datetime | None = None,
    query: str = "",
    size: int = 20,
) -> Stretch:
    """Return the next `size` entries; with `query` only those in which every word of it stands.

    A search looks through 1,000 entries at most; the cursor goes on behind them.
    """
    words = query.casefold().split()
    if not words:
        found = timeline(account_ids, user=user, group=group, before=before, limit=size + 1)
        return Stretch(found[:size], found[size - 1].at if len(found) > size else None)
    hits: list[Entry] = []
    for _read in range(READS):
        found = timeline(account_ids, user=user, group=group, before=before, limit=READ_AT_ONCE)
        hits += [entry for entry in found if entry.says(words)]
        if len(hits) > size:
            return Stretch(hits[:size], hits[size - 1].at)
        if len(found) < READ_AT_ONCE:
            return Stretch(hits, None)
        before = found[-1].at
    return Stretch(hits, before)
