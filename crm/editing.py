"""Plain edits: two people may change different fields of one row; the same field asks.

Every edit form carries the version it started from. The write is one conditional UPDATE, so nobody's change is
overwritten unseen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models, transaction
from django.db.models import F

from crm.audit import plain, record
from crm.models import AuditEntry
from crm.models.abstract import Origin, Versioned

T = TypeVar("T", bound=Versioned)


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


def _changed_since(instance: models.Model, version: int, names: Iterable[str]) -> dict[str, str]:
    """Return field → who, for `names` that history shows changed after `version`."""
    wanted = set(names)
    changed: dict[str, str] = {}
    entries = AuditEntry.objects.filter(kind=instance._meta.label_lower, subject_id=instance.pk).order_by("-id")
    for entry in entries[:200]:
        if entry.changes.get("version", [0, 0])[1] <= version:
            continue
        for name in wanted & set(entry.changes):
            changed.setdefault(name, entry.actor_name)
    return changed


def _clashes(instance: Any, changes: Mapping[str, Any], version: int) -> list[Clash]:
    others = _changed_since(instance, version, changes)
    return [
        Clash(name, str(instance._meta.get_field(name).verbose_name), getattr(instance, name), changes[name], who)
        for name, who in others.items()
        if getattr(instance, name) != changes[name]
    ]


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

    Fields that others changed meanwhile are left alone where they differ from ours; the same field with another value
    raises EditConflict and writes nothing.
    """
    model: Any = instance._meta.model  # not type(): request.user is a lazy wrapper
    current: T = model._default_manager.select_for_update().get(pk=instance.pk)
    if current.version != version:
        clashes = _clashes(current, changes, version)
        if clashes:
            raise EditConflict(clashes)
    differing = {name: value for name, value in changes.items() if getattr(current, name) != value}
    if not differing:
        return current
    return write_fields(current, differing, actor=actor, action=action, origin=origin)


def write_fields(
    current: T, values: Mapping[str, Any], *, actor: Any, action: str, origin: str = Origin.WEB
) -> T:
    """Set `values` on a locked row, raise its version and record the difference. For actions; call inside atomic."""
    before = {name: getattr(current, name) for name in values}
    old_version = current.version
    for name, value in values.items():
        setattr(current, name, value)
    current.version = F("version") + 1  # type: ignore[assignment]
    current.save(update_fields=[*values, "version"])
    current.refresh_from_db(fields=["version"])
    changes = {name: [plain(before[name]), plain(value)] for name, value in values.items()}
    record(action, current, actor=actor, changes=changes | {"version": [old_version, current.version]}, origin=origin)
    return current
