"""Kinds of messages that are no follow-up: there is nothing to do, only something to know."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from followups.choices import Channel


@dataclass(frozen=True)
class MessageKind:
    """A kind of message; `title` and `text` are %-format strings filled with the message's params.

    `prepare` may translate codes among the params when the text is shown. `channels` are the defaults.
    """

    kind: str
    label: str | Promise
    title: str | Promise
    text: str | Promise
    channels: tuple[str, ...] = (Channel.IN_APP, Channel.EMAIL)
    prepare: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None


_kinds: dict[str, MessageKind] = {}


def register_message(kind: MessageKind) -> None:
    """Make a kind known; called in `AppConfig.ready`."""
    _kinds[kind.kind] = kind


def message_kind(kind: str) -> MessageKind | None:
    """Return a kind, None when the room that made it is gone."""
    return _kinds.get(kind)


def all_message_kinds() -> list[MessageKind]:
    """Return every kind, by name."""
    return [_kinds[kind] for kind in sorted(_kinds)]
