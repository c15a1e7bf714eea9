"""Columns of a list: what is shown, how it sorts, what an export writes. A room lists its own columns."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, cast

from django.db.models import F, OrderBy
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.http import content_disposition_header

from crm.spreadsheet import write_csv, write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"


@dataclass(frozen=True)
class Column:
    """One column; `sort` is the name in `?sort=` where it can be sorted, `value` what an export writes."""

    key: str
    label: str | Promise
    value: Callable[[Any], Any]
    sort: str = ""
    is_number: bool = False
    is_usual: bool = False
    excel_format: str | None = None


def chosen_columns(columns: Sequence[Column], asked: Iterable[str]) -> list[Column]:
    """Return the columns asked for, in the order of the list; the usual ones where none is; the first always."""
    known = {column.key for column in columns}
    wanted = known.intersection(asked) or {column.key for column in columns if column.is_usual}
    return [column for column in columns if column.key in wanted or column is columns[0]]


def ordering(sorts: Mapping[str, Any], asked: str, *, usual: str) -> list[str | OrderBy]:
    """Return the order for `?sort=` ("-" descends), empty values last, the key at the end; `usual` where none fits."""
    name = asked if asked.removeprefix("-") in sorts else usual
    expression = sorts[name.removeprefix("-")]
    expression = F(expression) if isinstance(expression, str) else expression
    if name.startswith("-"):
        return [expression.desc(nulls_last=True), "-pk"]
    return [expression.asc(nulls_last=True), "pk"]


def download(
    columns: Sequence[Column], rows: Iterable[Any], *, name: str, title: str, as_csv: bool = False
) -> HttpResponse:
    """Return the rows as a file named `name` (without ending): .xlsx with typed cells, or .csv.

    `title` names the sheet.
    """
    ending, content_type = ("csv", CSV) if as_csv else ("xlsx", XLSX)
    response = HttpResponse(content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{name}.{ending}")
    headers = [str(column.label) for column in columns]
    file = cast("IO[bytes]", response)  # what the writers need of a file, it has
    table = ([column.value(row) for column in columns] for row in rows)
    if as_csv:
        write_csv(file, headers, table)
    else:
        write_xlsx(file, headers, table, title=title, formats=[column.excel_format for column in columns])
    return response
