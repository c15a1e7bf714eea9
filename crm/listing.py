"""Columns of a list: what is shown, how it sorts, what an export writes. A room lists its own columns."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, cast

from django.db.models import Aggregate, Avg, F, OrderBy, QuerySet
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.http import content_disposition_header

from crm.spreadsheet import write_csv, write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"


@dataclass(frozen=True)
class Column:
    """One column; `sort` is the name in `?sort=` where it can be sorted, `value` what an export writes.

    `fields` are the form's fields that correct a cell where it stands, `total` what the foot says of all rows.
    """

    key: str
    label: str | Promise
    value: Callable[[Any], Any]
    sort: str = ""
    is_number: bool = False
    is_usual: bool = False
    excel_format: str | None = None
    fields: str = ""
    total: Aggregate | None = None

    @property
    def is_average(self) -> bool:
        """Return whether the foot shows an average and no sum."""
        return isinstance(self.total, Avg)


class NeverEmpty(F):
    """A column without empty values: asking for them last would only keep its index from being used."""

    def desc(self, **_kwargs: Any) -> OrderBy:
        """Return the plain descending order."""
        return super().desc()


def chosen_columns(columns: Sequence[Column], asked: Iterable[str]) -> list[Column]:
    """Return the columns asked for, in the order asked; the usual ones where none is known; the first always first."""
    known = {column.key: column for column in columns}
    wanted = [known[key] for key in dict.fromkeys(asked) if key in known]
    wanted = wanted or [column for column in columns if column.is_usual]
    return [columns[0], *(column for column in wanted if column is not columns[0])]


def arranged(columns: Sequence[Column], chosen: Sequence[Column]) -> list[Column]:
    """Return every column for the menu that chooses: those shown in their order, then the others."""
    return [*chosen, *(column for column in columns if column not in chosen)]


def shifted(keys: Sequence[str], *, up: str = "", down: str = "") -> list[str]:
    """Return the keys with one of them a place further up or down; at the end it stays where it is."""
    moved = list(dict.fromkeys(keys))
    for key, step in ((up, -1), (down, 1)):
        if key in moved:
            at = moved.index(key)
            to = min(len(moved) - 1, max(0, at + step))
            moved[at], moved[to] = moved[to], moved[at]
    return moved


def totals(rows: QuerySet[Any], columns: Iterable[Column]) -> dict[str, Any]:
    """Return column → sum or average over all rows, however many pages they fill; one query, none without a column."""
    asked = {f"of_{column.key}": column.total for column in columns if column.total is not None}
    found = rows.order_by().aggregate(**asked) if asked else {}
    return {name.removeprefix("of_"): value for name, value in found.items()}


def ordering(sorts: Mapping[str, Any], asked: str, *, usual: str) -> list[str | OrderBy]:
    """Return the order for `?sort=` ("-" descends), empty values last, the key at the end; `usual` where none fits."""
    name = asked if asked.removeprefix("-") in sorts else usual
    expression = sorts[name.removeprefix("-")]
    expression = F(expression) if isinstance(expression, str) else expression
    if name.startswith("-"):
        return [expression.desc(nulls_last=True), "-pk"]
    return [expression.asc(nulls_last=True), "pk"]


def write_table(
    file: IO[bytes], columns: Sequence[Column], rows: Iterable[Any], *, title: str, as_csv: bool = False
) -> int:
    """Write the rows into a file, row by row, and return how many: .xlsx with typed cells, or .csv."""
    headers = [str(column.label) for column in columns]
    table = ([column.value(row) for column in columns] for row in rows)
    if as_csv:
        return write_csv(file, headers, table)
    return write_xlsx(file, headers, table, title=title, formats=[column.excel_format for column in columns])


def download(
    columns: Sequence[Column], rows: Iterable[Any], *, name: str, title: str, as_csv: bool = False
) -> HttpResponse:
    """Return the rows as a file named `name` (without ending); `title` names the sheet."""
    ending, content_type = ("csv", CSV) if as_csv else ("xlsx", XLSX)
    response = HttpResponse(content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{name}.{ending}")
    file = cast("IO[bytes]", response)  # what the writers need of a file, it has
    write_table(file, columns, rows, title=title, as_csv=as_csv)
    return response
