"""What reading a table yields, its limits, and the refusal that says what to do."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from crm.archives import MEGABYTE, ArchiveLimits

SHOWN: Final = 10  # rows a warning names before it says "and more"
_REAL_HEADINGS: Final = 3
HEADINGS_WITHIN: Final = 200  # rows of a workbook the headings are looked for in
_ZEROS: Final = re.compile("0+")


class UnreadableFile(Exception):
    """A file no table can be read from; `code` is for tests and logs, the sentence says what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        """Keep both."""
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one table may hold: bytes of the file, of an old .xls, columns, characters of a cell, rows."""

    max_bytes: int = 50 * MEGABYTE
    max_old_bytes: int = 20 * MEGABYTE
    max_columns: int = 300
    max_cell: int = 32_767
    max_rows: int = 500_000
    archive: ArchiveLimits = field(default_factory=ArchiveLimits)


class Row(NamedTuple):
    """One row as a person sees it in Excel: its number (the headings usually stand in row 1) and its cells as text.

    With a `problem` (a sentence) the cells are as many as were read, else as many as there are headings.
    """

    number: int
    cells: list[str]
    problem: str = ""


class Record(NamedTuple):
    """A row as it was read, before it is held against the headings."""

    number: int
    cells: list[str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table that can be read: headings, and rows that are read anew each time `rows` is asked for.

    `kind` is "csv", "xlsx" or "xls"; `delimiter` and `encoding` are those of a text file; `sheets` are the visible
    sheets of a workbook and `sheet` the one that is read. Iterating the rows of a damaged workbook may raise
    UnreadableFile.
    """

    headers: list[str]
    kind: str
    encoding: str
    delimiter: str
    warnings: list[str]
    read: Callable[[], Iterator[Row]]
    sheets: list[str] = field(default_factory=list)
    sheet: str = ""

    @property
    def rows(self) -> Iterator[Row]:
        """Return the rows from the first, blank ones left out."""
        return self.read()


class Headings(NamedTuple):
    """The row that names the columns, and what was noticed on the way to it."""

    number: int
    names: list[str]
    warnings: list[str]


def find_headings(records: Iterable[Record], limits: Limits) -> Headings:
    """Return the first row that names columns; raises UnreadableFile when there is none or it cannot be used.

    A row with one filled cell above a row with three or more is a title, as reports often have it.
    """
    filled = (record for record in records if any(cell.strip() for cell in record.cells))
    first = next(filled, None)
    if first is None:
        raise empty_table()
    if _filled_cells(first) == 1:
        second = next(filled, None)
        if second is not None and _filled_cells(second) >= _REAL_HEADINGS:
            return _headings(second, limits, passed_over=first.number)
    return _headings(first, limits)


def empty_table() -> UnreadableFile:
    """Return the refusal of a table without headings."""
    return UnreadableFile("no-headings", _("The table is empty. Its first row must name the columns."))


def no_table() -> UnreadableFile:
    """Return the refusal of a file of another kind."""
    return UnreadableFile("type", _("This is no table. Save the table as .xlsx or CSV and upload that."))


def _filled_cells(record: Record) -> int:
    return sum(bool(cell.strip()) for cell in record.cells)


def _headings(record: Record, limits: Limits, passed_over: int = 0) -> Headings:
    if record.problem:
        raise UnreadableFile("headings", record.problem)
    names = trimmed([" ".join(name.split()) for name in record.cells])
    if len(names) > limits.max_columns:
        raise UnreadableFile(
            "too-many-columns",
            _("The table has more than %(count)s columns. Keep only the ones you need and upload it again.")
            % {"count": limits.max_columns},
        )
    _check_repeats(names)
    warnings = [_("Row %(row)s above the headings is a title and was left out.") % {"row": passed_over}]
    warnings = warnings if passed_over else []
    if not all(names):
        unnamed = [get_column_letter(at + 1) for at, name in enumerate(names) if not name]
        warnings.append(_("Columns without a heading: %(columns)s.") % {"columns": ", ".join(unnamed)})
        names = [
            name or _("Column %(letter)s") % {"letter": get_column_letter(at + 1)} for at, name in enumerate(names)
        ]
        _check_repeats(names)
    return Headings(record.number, names, warnings)


def _check_repeats(names: Sequence[str]) -> None:
    for at, name in enumerate(names):
        if name and name in names[:at]:
            raise UnreadableFile(
                "repeated-heading",
                _("The heading “%(name)s” stands in columns %(first)s and %(second)s. Name each column differently.")
                % {
                    "name": name[:60],
                    "first": get_column_letter(names.index(name) + 1),
                    "second": get_column_letter(at + 1),
                },
            )


def against_headings(record: Record, width: int, limits: Limits, *, in_workbook: bool = False) -> Row | None:
    """Return the record as a row with as many cells as headings, or with a problem; None for a blank one."""
    filled = trimmed(record.cells)
    if not filled and not record.problem:
        return None
    problem = record.problem or _too_long(filled, limits) or _other_width(record, len(filled), width, in_workbook)
    if problem:
        return Row(record.number, [cell[: limits.max_cell] for cell in record.cells[: limits.max_columns]], problem)
    return Row(record.number, record.cells[:width])


def _too_long(cells: Sequence[str], limits: Limits) -> str:
    column = next((at for at, cell in enumerate(cells) if len(cell) > limits.max_cell), None)
    if column is None:
        return ""
    return _("The cell in column %(column)s has more than %(count)s characters. Shorten it.") % {
        "column": get_column_letter(column + 1),
        "count": limits.max_cell,
    }


def _other_width(record: Record, filled: int, width: int, in_workbook: bool) -> str:  # noqa: FBT001
    if width <= len(record.cells) and filled <= width:
        return ""
    if in_workbook:
        return _("A cell right of the last heading is filled. Give its column a heading, or empty the cell.")
    return _("The row has %(found)s and the headings have %(width)s cells. Look for a separator inside a text.") % {
        "found": max(filled, min(len(record.cells), width)),
        "width": width,
    }


def trimmed(cells: list[str]) -> list[str]:
    """Return the cells without the empty ones at the end."""
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def named_rows(sentence: str, numbers: Sequence[int]) -> str:
    """Return a sentence with `%(rows)s` filled with the first row numbers."""
    more = ", …" if len(numbers) > SHOWN else ""
    return sentence % {"rows": ", ".join(map(str, numbers[:SHOWN])) + more}


def as_number(value: int | float, form: str) -> str:
    """Return the number as Excel shows it: fifteen digits at most, leading zeros where the format asks for them."""
    plain = f"{Decimal(f'{value:.15g}'):f}" if isinstance(value, float) else str(value)
    return plain.zfill(len(form)) if form and _ZEROS.fullmatch(form) and plain.isdigit() else plain


def as_moment(value: date | time | timedelta) -> str:
    """Return a day as 2026-11-24, a moment as 2026-11-24T08:30:00, a duration in hours as 26:30:00."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(timespec="seconds")
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return value.isoformat() if isinstance(value, date | time) else str(value)
