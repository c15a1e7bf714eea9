"""Taking back: one mechanism for every action that can be undone.

An action that can be taken back calls `offer_undo` with the data of its inverse and the versions it leaves behind.
A room registers, under the action's name, the function that applies the inverse.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from crm.kinds import kind_named, kind_of
from crm.models import UndoEntry

# Where only a part can be taken back, the inverse takes that back and returns a sentence that names the rest.
Inverse = Callable[..., str | None]
_inverses: dict[str, Inverse] = {}
_places: dict[str, str] = {}
NAMED = 5  # so many of the rows that changed are named in a refusal


class CannotUndo(Exception):
    """The action cannot be taken back (any more); the message says why."""


def register_undo(action: str, inverse: Inverse, *, back_to: str = "") -> None:
    """Make `inverse(data, *, actor, now)` the way back for `action`.

    `back_to` names the page to go to afterwards, where that on which the action is taken back may be gone with it.
    """
    _inverses[action] = inverse
    _places[action] = back_to


def place_after(action: str) -> str:
    """Return the name of the page to go to once an action is taken back; "" where one stays."""
    return _places.get(action, "")


def offer_undo(
    action: str,
    *,
    actor: Any,
    label: str,
    inverse: dict[str, Any],
    rows: Iterable[models.Model],
    now: datetime,
    keep: timedelta = timedelta(days=30),
) -> UndoEntry:
    """Remember how to take `action` back while every one of `rows` still has its present version."""
    if action not in _inverses:
        raise ValueError(f"nothing is registered to undo {action!r}")
    return UndoEntry.objects.create(
        actor=actor, action=action, label=label[:200], inverse=inverse, expects=expected(rows), expires_at=now + keep
    )


def expected(rows: Iterable[models.Model]) -> list[list[Any]]:
    """Return rows as an action leaves them: [kind, id, version] of each."""
    return [[kind_of(row).name, row.pk, getattr(row, "version", 0)] for row in rows]


def what_changed(expects: Iterable[Sequence[Any]]) -> list[str]:
    """Return the names of rows that are not as an action left them (`expected`); locks the others."""
    changed = []
    for kind_name, pk, version in expects:
        kind = kind_named(kind_name)
        row = kind.model._base_manager.select_for_update().filter(pk=pk).first()
        if row is None or getattr(row, "version", 0) != version:
            changed.append(kind.label(row) if row else kind_name)
    return changed


def refuse_changed(names: Sequence[str]) -> None:
    """Raise CannotUndo, naming what was changed since, where there is any."""
    if names:
        said = ", ".join(names[:NAMED])
        raise CannotUndo(_("This cannot be undone, because it was changed since: %(names)s.") % {"names": said})


@transaction.atomic
def undo(entry: UndoEntry, *, actor: Any, now: datetime) -> str:
    """Apply the inverse of an action; return what it leaves undone in words, "" where nothing.

    Raises CannotUndo when it is used, too old, somebody else's, or when a row changed since; then nothing is written.
    """
    entry = UndoEntry.objects.select_for_update().get(pk=entry.pk)
    if entry.actor_id != actor.pk:
        raise CannotUndo(_("Only the person who did this can undo it."))
    if entry.used_at:
        raise CannotUndo(_("This has been undone already."))
    if entry.expires_at < now:
        raise CannotUndo(_("This can no longer be undone: too much time has passed."))
    if entry.action not in _inverses:
        raise CannotUndo(_("This can no longer be undone: the way back was removed with an update."))
    refuse_changed(what_changed(entry.expects))
    left = _inverses[entry.action](entry.inverse, actor=actor, now=now)
    entry.used_at = now
    entry.save(update_fields=["used_at"])
    return left or ""
