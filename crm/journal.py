"""What an action changes in many tables, kept so that every row can be put back as it was.

The action opens a `Journal`, notes the rows it will change, watches where rows may appear, and does its work; `entries`
is the difference, to be kept in the inverse of its `UndoEntry`. `put_back` writes it back, or refuses naming what was
changed since. Rows are not taken away by such an action; what is in the way is set aside.
"""

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from typing import Any, NoReturn

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from crm.audit import plain
from crm.undo import NAMED, CannotUndo

BATCH = 500
VERSION = "version"
# Worked out anew by whoever writes: what is newer stays as it is, and hinders nothing.
DERIVED = frozenset(
    {"search_text", "last_contact_on", "next_contact_on", "matched_as", "source_version", "protected_until"}
)

Values = dict[str, Any]
Model = type[models.Model]


@dataclass(frozen=True)
class Entry:
    """One row: the fields that changed, before and after. Without `before` the action made the row."""

    model: str
    pk: int
    before: Values | None
    after: Values


def _values(row: models.Model) -> Values:
    return {field.attname: plain(getattr(row, field.attname)) for field in row._meta.concrete_fields}


def _present(model: Model, keys: Iterable[int], *, locked: bool = False) -> dict[int, models.Model]:
    wanted, found = sorted(set(keys)), {}
    rows = model._base_manager.select_for_update() if locked else model._base_manager.all()
    for start in range(0, len(wanted), BATCH):
        found.update(rows.in_bulk(wanted[start : start + BATCH]))
    return found


class Journal:
    """The rows one action may change, as they were before it."""

    def __init__(self) -> None:
        self._before: dict[Model, dict[int, Values]] = {}
        self._watched: list[models.QuerySet[Any]] = []

    def note(self, rows: models.QuerySet[Any]) -> None:
        """Keep these rows as they are."""
        known = self._before.setdefault(rows.model, {})
        known.update({row.pk: _values(row) for row in rows.all() if row.pk not in known})

    def watch(self, rows: models.QuerySet[Any]) -> None:
        """Keep these rows as they are; those found in addition afterwards were made by the action."""
        self.note(rows)
        self._watched.append(rows)

    def entries(self) -> list[Entry]:
        """Return what became different."""
        return [*self._changed(), *self._made()]

    def _changed(self) -> Iterator[Entry]:
        for model, known in self._before.items():
            present = _present(model, known)
            for pk, before in known.items():
                after = _values(present[pk]) if pk in present else before
                names = [name for name in before if before[name] != after[name]]
                if names:
                    was, became = ({name: values[name] for name in names} for values in (before, after))
                    yield Entry(model._meta.label_lower, pk, was, became)

    def _made(self) -> Iterator[Entry]:
        told = {model: set(known) for model, known in self._before.items()}
        for rows in self._watched:
            for row in rows.all():
                if row.pk not in told[rows.model]:
                    told[rows.model].add(row.pk)
                    yield Entry(rows.model._meta.label_lower, row.pk, None, _values(row))


def as_data(entries: Iterable[Entry]) -> list[Any]:
    """Return entries as JSON can hold them."""
    return [list(astuple(entry)) for entry in entries]


def from_data(data: Iterable[Any]) -> list[Entry]:
    """Return the entries that `as_data` gave."""
    return [Entry(*row) for row in data]


def _is_as_left(row: models.Model, entry: Entry, *, but: frozenset[str] = frozenset()) -> bool:
    """Return whether the row still has what the action wrote; `but` are fields that may differ."""
    present = _values(row)
    return all(present[name] == value for name, value in entry.after.items() if name not in but)


def _rows_of(entries: list[Entry]) -> list[tuple[Entry, models.Model]]:
    """Return the entries whose row is still there, with the row, locked."""
    keys: dict[Model, list[int]] = {}
    for entry in entries:
        keys.setdefault(apps.get_model(entry.model), []).append(entry.pk)
    rows = {model: _present(model, wanted, locked=True) for model, wanted in keys.items()}
    pairs = [(entry, rows[apps.get_model(entry.model)].get(entry.pk)) for entry in entries]
    return [(entry, row) for entry, row in pairs if row is not None]


def _refuse(rows: list[models.Model], conflict: IntegrityError | None = None) -> NoReturn:
    """Raise CannotUndo, naming rows changed since; a conflict that none of them explains is an error of ours."""
    if conflict and not rows:
        raise conflict
    names = ", ".join(str(row) for row in rows[:NAMED])
    text = _("This cannot be undone, because it was changed since: %(names)s.") % {"names": names}
    raise CannotUndo(text) from conflict


@transaction.atomic
def put_back(entries: list[Entry]) -> None:
    """Write every row back as it was before the action; a version goes up and never back.

    A row the action made goes away where nobody touched it since; a row that is gone stays gone. Raises CannotUndo,
    naming the rows of which somebody changed what the action had written; then nothing is written.
    """
    there = _rows_of(entries)
    changed = [row for entry, row in there if entry.before and not _is_as_left(row, entry, but=DERIVED | {VERSION})]
    if changed:
        _refuse(changed)
    made = [(row, _is_as_left(row, entry, but=DERIVED)) for entry, row in reversed(there) if entry.before is None]
    stay = [row for row, is_as_left in made if not is_as_left]
    for row, is_as_left in made:
        if is_as_left:
            row.delete()
    try:
        with transaction.atomic():
            _write(there)
    except IntegrityError as conflict:
        # Where there may be only one, what was made and changed since stands in the place of what was there before.
        _refuse(stay, conflict)


def _restored(entry: Entry, row: models.Model) -> Values:
    """Return the fields to write: those as the action left them; what is worked out anew may be newer."""
    fields = {field.attname: field for field in row._meta.concrete_fields}
    present = _values(row)
    return {
        name: fields[name].to_python(value)
        for name, value in (entry.before or {}).items()
        if name != VERSION and present[name] == entry.after[name]
    }


def _write(there: Iterable[tuple[Entry, models.Model]]) -> None:
    """Write the rows in the opposite order; those that get the same values in one go."""
    alike: dict[tuple[Model, str], tuple[Values, list[int]]] = {}
    for entry, row in reversed(list(there)):
        if entry.before is not None:
            values: Values = _restored(entry, row)
            if VERSION in entry.before:
                values[VERSION] = F(VERSION) + 1
            alike.setdefault((type(row), repr(values)), (values, []))[1].append(entry.pk)
    for (model, _same), (values, keys) in alike.items():
        for start in range(0, len(keys), BATCH):
            model._base_manager.filter(pk__in=keys[start : start + BATCH]).update(**values)
