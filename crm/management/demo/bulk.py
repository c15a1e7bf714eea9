"""Writing many rows at once: COPY on PostgreSQL, bulk inserts elsewhere."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, time
from decimal import Decimal
from io import StringIO
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.utils import timezone

BATCH = 2000
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def write(rows: Sequence[Any]) -> None:
    """Insert rows of one model and give them their keys."""
    if not rows:
        return
    if connection.vendor == "postgresql":
        _copy(rows)
    else:
        type(rows[0])._default_manager.bulk_create(rows, batch_size=BATCH)


def _copy(rows: Sequence[Any]) -> None:
    """Send the rows by COPY, which takes a third of the time of INSERT; keys are drawn from the sequence before."""
    model: type[models.Model] = type(rows[0])
    fields = model._meta.concrete_fields
    now = timezone.now()
    relations = [(field.name, field.attname) for field in fields if field.is_relation]
    stamped = [field.attname for field in fields if getattr(field, "auto_now_add", False)]
    with connection.cursor() as cursor:
        for row, key in zip(rows, _keys(cursor, model, len(rows)), strict=True):
            row.pk = key
            row._state.adding = False
            row.__dict__.update(dict.fromkeys(stamped, now))
            _take_keys(row, relations)
        columns = ", ".join(connection.ops.quote_name(field.column) for field in fields if field.column)
        table = connection.ops.quote_name(model._meta.db_table)
        readers = [(field.attname, _json if isinstance(field, models.JSONField) else _text) for field in fields]
        buffer = StringIO("".join(_lines(rows, readers)))
        cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", buffer)


def _take_keys(row: models.Model, relations: Iterable[tuple[str, str]]) -> None:
    """Take over the keys of related rows that were written after they were assigned."""
    values, cached = row.__dict__, row._state.fields_cache
    for name, attname in relations:
        if values[attname] is None and name in cached:
            related = cached[name]
            values[attname] = related.pk if related is not None else None


def _keys(cursor: Any, model: type[models.Model], count: int) -> Iterable[int]:
    """Draw `count` keys."""
    cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [model._meta.db_table, model._meta.pk.column])
    sequence = cursor.fetchone()[0]
    cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [sequence, count])
    return (key for (key,) in cursor.fetchall())


def _lines(rows: Iterable[Any], readers: Sequence[tuple[str, Callable[[Any], str]]]) -> Iterable[str]:
    for row in rows:
        values = row.__dict__
        yield "\t".join(["\\N" if (value := values[name]) is None else read(value) for name, read in readers]) + "\n"


def _text(value: Any) -> str:
    """Return a value as COPY reads it."""
    kind = type(value)
    if kind is str:
        return str(value.translate(ESCAPES)) if "\\" in value or "\n" in value or "\t" in value else value
    if kind is bool:
        return "t" if value else "f"
    if kind in (int, Decimal, UUID):
        return str(value)
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).translate(ESCAPES)
