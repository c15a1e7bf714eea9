"""Kinds of things that can be pointed at across rooms as `(kind, id)`, without an import upwards.

A room registers its kinds in `AppConfig.ready`; whoever holds a `(kind, id)` asks here for the row, its address, and
whether a person may see it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models


@dataclass(frozen=True)
class Kind:
    """A registered kind: its model, how a person's visible rows are found, and where a row's page is."""

    name: str
    model: type[models.Model]
    visible: Callable[[Any], models.QuerySet[Any]]
    url: Callable[[int], str]
    label: Callable[[Any], str] = str


_kinds: dict[str, Kind] = {}


class UnknownKind(LookupError):
    """The name was never registered."""


def register_kind(kind: Kind) -> None:
    """Make `kind` known; a second registration of the same name must be the same model."""
    if kind.name in _kinds and _kinds[kind.name].model is not kind.model:
        raise ValueError(f"kind {kind.name!r} is already {_kinds[kind.name].model.__name__}")
    _kinds[kind.name] = kind


def kind_named(name: str) -> Kind:
    """Return the kind; raises UnknownKind."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKind(name) from None


def kind_of(instance: models.Model) -> Kind:
    """Return the kind of a row; raises UnknownKind for a model nobody registered."""
    for kind in _kinds.values():
        if kind.model is instance._meta.model:
            return kind
    raise UnknownKind(type(instance).__name__)


def all_kinds() -> Iterable[Kind]:
    """Return every registered kind, by name."""
    return [_kinds[name] for name in sorted(_kinds)]


def visible_ids(name: str, ids: Iterable[int], user: Any) -> set[int]:
    """Return which of `ids` the person may see; one query."""
    return set(kind_named(name).visible(user).filter(pk__in=list(ids)).values_list("pk", flat=True))
