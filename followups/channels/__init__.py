"""Ways to reach a person. Each is a file here that registers itself; all files are loaded at start.

A new way needs its file, its name in `followups.choices.Channel`, and nothing else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol

from teams.models import User


@dataclass(frozen=True)
class Line:
    """One thing to tell: what kind, what, why now, and where it is in the application."""

    label: str
    title: str
    reason: str
    path: str


@dataclass(frozen=True)
class Parcel:
    """What travels to one person at once, under one identity; `late_since` is set when it comes late."""

    recipient: User
    lines: Sequence[Line]
    message_id: str
    late_since: datetime | None = None


class NoAddress(Exception):
    """The person cannot be reached this way."""


class Refused(Exception):
    """The other side will never take this; the message says what it answered."""


class TryLater(Exception):
    """It may work later. `is_outage`: the other side takes nothing at present, so the rest can wait too."""

    def __init__(self, text: str, *, is_outage: bool = False) -> None:
        super().__init__(text)
        self.is_outage = is_outage


class Sender(Protocol):
    """Sends parcels one after the other, outside any transaction, each within a lease."""

    def send(self, parcel: Parcel) -> None:
        """Hand a parcel over; raises NoAddress, Refused or TryLater."""

    def close(self) -> None:
        """Let go of connections."""


@dataclass(frozen=True)
class ChannelKind:
    """A way to reach people; `sender` None means that the database itself is the way (in the app)."""

    channel: str
    sender: Callable[[], Sender] | None

    @property
    def is_push(self) -> bool:
        """Return whether it disturbs: then working hours, pace and the late policy apply."""
        return self.sender is not None


_channels: dict[str, ChannelKind] = {}


def register_channel(kind: ChannelKind) -> None:
    """Make a way known."""
    _channels[kind.channel] = kind


def is_push(channel: str) -> bool:
    """Return whether a channel disturbs; an unknown one is taken to."""
    return channel not in _channels or _channels[channel].is_push


def push_channels() -> list[ChannelKind]:
    """Return the ways that send something outside, by name."""
    return [_channels[name] for name in sorted(_channels) if _channels[name].is_push]


def load_channels() -> None:
    """Import every file of this folder; called in `AppConfig.ready`."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
