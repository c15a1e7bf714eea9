"""Plain edits: two people may change different fields of one row; the same field asks.

Every edit form carries the version it started from. The write is one conditional UPDATE, so nobody's change is
overwritten unseen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F

from crm.audit import plain, record
from crm.models import AuditEntry
from crm.models.abstract import Origin, Versioned

T = TypeVar("T", bound=Versioned)

# So many entries of a row's history are looked at; what lies further back counts as not told.
LOOK_BACK = 500


@dataclass(frozen=True)
class Clash:
    """A field that somebody else changed meanwhile: what they wrote, what this person wants."""

    field: str
    label: str
    theirs: Any
    ours: Any
    changed_by: str


class EditConflict(Exception):
    """The same fields were changed by somebody else since the form was opened."""

    def __init__(self, clashes: list[Clash]) -> None:
        super().__init__(", ".join(clash.field for clash in clashes))
        self.clashes = clashes


def _changed_since(instance: Versioned, version: int) -> tuple[dict[str, tuple[str, Any]], bool]:
    """Return field → (who changed it last, its value at `version`), and whether history tells of all changes since."""
    untold = set(range(version + 1, instance.version + 1))
    changed: dict[str, tuple[str, Any]] = {}
    entries = AuditEntry.objects.filter(kind=instance._meta.label_lower, subject_id=instance.pk).order_by("-id")
    for entry in entries[:LOOK_BACK]:
        before, after = entry.changes.get("version", [0, 0])
        if after <= version:
            continue
        untold -= set(range(before + 1, after + 1))
        for name, change in entry.changes.items():
            if isinstance(change, list) and len(change) == 2:
                who, _value = changed.get(name, (entry.actor_name, None))
                changed[name] = (who, change[0])
    return changed, not untold


def _is(field: Any, kept: Any, value: Any) -> bool:
    """Return whether `kept`, as history wrote it, is `value`."""
    plain_value = value.pk if isinstance(value, models.Model) else value
    try:
        return bool(field.to_python(kept) == plain_value)
    except ValidationError:
        return False


def _merge(current: Versioned, changes: Mapping[str, Any], version: int) -> dict[str, Any]:
    """Return the changes that are this person's own; raises EditConflict for fields that both changed.

    A form sends every field it shows. A field that still has the value it was opened with was not touched, and what
    somebody else wrote there stays. Where history cannot tell what it was opened with, it asks.
    """
    others, is_told = _changed_since(current, version)
    own, clashes = {}, []
    for name, ours in changes.items():
        theirs = getattr(current, name)
        if theirs == ours:
            continue
        field = current._meta.get_field(name)
        who, opened_with = others.get(name, ("", None))
        if is_told and name in others and _is(field, opened_with, ours):
            continue
        if name in others or not is_told:
            clashes.append(Clash(name, str(getattr(field, "verbose_name", name)), theirs, ours, who))
        own[name] = ours
    if clashes:
        raise EditConflict(clashes)
    return own


@transaction.atomic
def save_edit(
    instance: T,
    *,
    changes: Mapping[str, Any],
    version: int,
    actor: Any,
    action: str,
    origin: str = Origin.WEB,
) -> T:
    """Write `changes` (field → new value) onto the row, which the form saw as `version`; return it fresh.

    Changes of different fields merge: what others wrote meanwhile in a field this person left alone stays. The same
    field with another value raises EditConflict and writes nothing.
    """
    current = cast(type[T], instance._meta.model)._default_manager.select_for_update().get(pk=instance.pk)
    wanted = dict(changes) if current.version == version else _merge(current, changes, version)
    differing = {name: value for name, value in wanted.items() if getattr(current, name) != value}
    if not differing:
        return current
    return write_fields(current, differing, actor=actor, action=action, origin=origin)


def write_fields(
    current: T,
    values: Mapping[str, Any],
    *,
    actor: Any,
    action: str,
    told: Mapping[str, Any] | None = None,
    origin: str = Origin.WEB,
) -> T:
    """Set `values` on a locked row, raise its version and record the difference. For actions; call inside atomic.

    `told` goes into history beside it: the names behind keys, which may be gone when somebody reads it.
    """
    before = {name: getattr(current, name) for name in values}
    old_version = current.version
    for name, value in values.items():
        setattr(current, name, value)
    current.version = F("version") + 1  # type: ignore[assignment]
    current.save(update_fields=[*values, "version"])
    current.refresh_from_db(fields=["version"])
    changes = {name: [plain(before[name]), plain(value)] for name, value in values.items()} | dict(told or {})
    record(action, current, actor=actor, changes=changes | {"version": [old_version, current.version]}, origin=origin)
    return current
