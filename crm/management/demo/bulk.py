"""Writing many rows at once: COPY on PostgreSQL, prepared inserts on SQLite. Both give the rows their keys."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, time
from decimal import Decimal
from io import StringIO
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.utils import timezone

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def write(rows: Sequence[Any]) -> None:
    """Insert rows of one model and give them their keys. `recorded_at` is kept where it was given, else it is now."""
    if not rows:
        return
    model: type[models.Model] = type(rows[0])
    fields = [field for field in model._meta.concrete_fields if field.column]
    with connection.cursor() as cursor:
        _complete(rows, _keys(cursor, model, len(rows)), fields)
        columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
        table = f"{connection.ops.quote_name(model._meta.db_table)} ({columns})"
        if connection.vendor == "postgresql":
            readers = [(field.attname, _json if isinstance(field, models.JSONField) else _text) for field in fields]
            cursor.copy_expert(f"COPY {table} FROM STDIN", StringIO("".join(_lines(rows, readers))))
        else:
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", list(_tuples(rows, fields)))  # noqa: S608 - our own names


def _complete(rows: Sequence[Any], keys: Iterable[int], fields: Sequence[Any]) -> None:
    """Set the keys, those of related rows that were written after they were assigned, and the time of writing."""
    relations = [(field.name, field.attname) for field in fields if field.is_relation]
    stamped = [field.attname for field in fields if getattr(field, "auto_now_add", False)]
    now = timezone.now()
    for row, key in zip(rows, keys, strict=True):
        row.pk = key
        row._state.adding = False
        values, cached = row.__dict__, row._state.fields_cache
        for attname in stamped:
            values[attname] = values[attname] or now
        for name, attname in relations:
            if values[attname] is None and name in cached:
                related = cached[name]
                values[attname] = related.pk if related is not None else None


def _keys(cursor: Any, model: type[models.Model], count: int) -> Iterable[int]:
    """Draw `count` keys."""
    if connection.vendor != "postgresql":
        last = model._base_manager.aggregate(last=models.Max("pk"))["last"] or 0
        return range(last + 1, last + 1 + count)
    cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [model._meta.db_table, model._meta.pk.column])
    sequence = cursor.fetchone()[0]
    cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [sequence, count])
    return (key for (key,) in cursor.fetchall())


def _tuples(rows: Iterable[Any], fields: Sequence[Any]) -> Iterable[list[Any]]:
    return ([field.get_db_prep_save(row.__dict__[field.attname], connection) for field in fields] for row in rows)


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
