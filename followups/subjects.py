"""Things of any room as `(kind, id)`: their version, label and address, a whole page of them at once."""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from django.db import models
from django.urls import NoReverseMatch

from crm.kinds import UnknownKind, kind_named, kind_of, visible_ids

Pair = tuple[str, int]
Subject = models.Model | Pair


def as_pair(subject: Subject) -> Pair:
    """Return `(kind, id)` of a row or of what is one already; raises UnknownKind."""
    if isinstance(subject, models.Model):
        return kind_of(subject).name, subject.pk
    return subject


def _by_kind(pairs: Iterable[Pair]) -> dict[str, set[int]]:
    grouped: defaultdict[str, set[int]] = defaultdict(set)
    for kind, pk in pairs:
        grouped[kind].add(pk)
    return grouped


def _is_versioned(model: type[models.Model]) -> bool:
    return any(field.name == "version" for field in model._meta.concrete_fields)


def current_versions(pairs: Iterable[Pair]) -> dict[Pair, int]:
    """Return the version each thing has now, 0 for one without; what is gone is absent. One query a kind.

    Raises UnknownKind.
    """
    found: dict[Pair, int] = {}
    for name, ids in _by_kind(pairs).items():
        model = kind_named(name).model
        rows = model._base_manager.filter(pk__in=ids)
        if _is_versioned(model):
            found |= {(name, pk): version for pk, version in rows.values_list("pk", "version")}
        else:
            found |= {(name, pk): 0 for pk in rows.values_list("pk", flat=True)}
    return found


def visible_pairs(pairs: Iterable[Pair], user: Any) -> set[Pair]:
    """Return which things the person may see; one query a kind. Of an unknown kind nobody sees anything."""
    seen: set[Pair] = set()
    for name, ids in _by_kind(pairs).items():
        with suppress(UnknownKind):
            seen |= {(name, pk) for pk in visible_ids(name, ids, user)}
    return seen


def visible_labels(pairs: Iterable[Pair], user: Any) -> dict[Pair, str]:
    """Return the labels of the things the person may see; one query a kind."""
    found: dict[Pair, str] = {}
    for name, ids in _by_kind(pairs).items():
        with suppress(UnknownKind):
            kind = kind_named(name)
            found |= {(name, row.pk): kind.label(row) for row in kind.visible(user).filter(pk__in=ids)}
    return found


def address_of(pair: Pair) -> str:
    """Return where the thing's page is; empty where its room is not there."""
    try:
        return kind_named(pair[0]).url(pair[1])
    except (UnknownKind, NoReverseMatch):
        return ""
