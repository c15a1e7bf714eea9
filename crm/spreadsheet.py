"""Writing tables for Excel: typed cells, a frozen heading, and text that never becomes a formula.

Customers' names reach a colleague's Excel through an export. A name that begins with `=` must stay a name there.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import IO, Final

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

Target = Path | str | IO[bytes]
Value = object  # a cell: text, number, date, time, yes or no, None; everything else is written as its text

MAX_CELL: Final = 32_767  # Excel's limit
_LOOKED_AT: Final = 100  # rows the column widths are taken from
_EXACT_DIGITS: Final = 15  # a longer number would lose its last digits in a spreadsheet, so it is written as text
_EXACT_BELOW: Final = 10**_EXACT_DIGITS
_WIDTHS: Final = (8, 60)
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_PLAIN_NUMBER: Final = re.compile(r"-+|[+-]?[0-9][0-9 ]*(?:[.,][0-9]+)*%?")
_STARTS_FORMULA: Final = "=+-@"
_PASSED_OVER: Final = ";,|\"'`"  # signs a spreadsheet may take for a separator or a quote


def write_xlsx(
    target: Target,
    headers: Sequence[str],
    rows: Iterable[Sequence[Value]],
    *,
    title: str,
    formats: Sequence[str | None] = (),
) -> int:
    """Write one sheet row by row and return the number of rows.

    Dates and numbers stay what they are (moments in the current time zone), text is always text. `formats` are Excel
    number formats by column, None where the type's own will do.
    """
    book = Workbook(write_only=True)
    book.properties.title, book.properties.creator = _sheet_text(title), ""
    sheet = book.create_sheet(_sheet_title(title))
    sheet.freeze_panes = "A2"
    remaining = iter(rows)
    looked_at = list(islice(remaining, _LOOKED_AT))
    for column, width in enumerate(_column_widths(headers, looked_at), start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.append([_heading(sheet, header) for header in headers])
    written = 0
    column_formats = [*formats, *[None] * (len(headers) - len(formats))]
    for row in chain(looked_at, remaining):
        sheet.append([_cell(sheet, value, form) for value, form in zip(row, column_formats, strict=True)])
        written += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(max(1, len(headers)))}{written + 1}"
    book.save(target)
    return written


def write_csv(target: Target, headers: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
    """Write UTF-8 with a byte order mark, as Excel expects it, and return the number of rows.

    Text that a spreadsheet would take for a formula gets an apostrophe before it, which `restore` takes off again.
    """
    with _text_file(target) as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow([_csv_text(header) for header in headers])
        written = 0
        for row in rows:
            writer.writerow([_csv_text(value) for value in row])
            written += 1
    return written


def neutralise(text: str) -> str:
    """Return the text with an apostrophe before it if a spreadsheet could take it for a formula.

    Judged by the first sign that counts, behind blanks, invisible characters, quotes and separators, full-width signs
    included. Plain numbers, phone numbers in groups of digits and lone dashes stay as they are.
    """
    if _PLAIN_NUMBER.fullmatch(text):
        return text
    if text[:1] in ("\t", "\r", "\n") or _first_sign(text) in _STARTS_FORMULA:
        return f"'{text}" if text else text
    return text


def restore(text: str) -> str:
    """Return what `neutralise` was given."""
    return text[1:] if text[:1] == "'" and neutralise(text[1:]) != text[1:] else text


def _first_sign(text: str) -> str:
    """Return the first character that is seen and is no quote or separator, in its plain form; a blank if none."""
    for character in text:
        if character.isspace() or character in _PASSED_OVER or unicodedata.category(character)[0] == "C":
            continue
        plain = unicodedata.normalize("NFKC", character)
        if plain not in _PASSED_OVER and plain.strip():
            return plain[0]
    return " "


def _heading(sheet: WriteOnlyWorksheet, header: str) -> WriteOnlyCell:
    cell = _text_cell(sheet, header)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: WriteOnlyWorksheet, value: Value, form: str | None) -> object:
    """Return what openpyxl writes: a plain value wherever that is enough, because a cell object costs as much again."""
    plain = _typed(value)
    if isinstance(plain, str):
        text = _sheet_text(plain)
        return _text_cell(sheet, text) if _looks_active(text) else text
    if plain is None or form is None:
        return plain
    cell = WriteOnlyCell(sheet, plain)
    cell.number_format = form
    return cell


def _text_cell(sheet: WriteOnlyWorksheet, text: str) -> WriteOnlyCell:
    """Return a cell that is text whatever it says, also after somebody edits it in Excel."""
    cell = WriteOnlyCell(sheet, _sheet_text(text))
    cell.data_type = "s"
    if _looks_active(text):
        cell.quotePrefix = True
    return cell


def _looks_active(text: str) -> bool:
    return text in ERROR_CODES or _first_sign(text) in _STARTS_FORMULA


def _typed(value: Value) -> Value:
    """Return the value as a spreadsheet keeps it: text, number, date, moment without zone, yes or no, or None."""
    convert = _CONVERTERS.get(type(value))
    if convert is not None:
        return convert(value)
    if isinstance(value, datetime):
        return _wall_time(value)
    kept = isinstance(value, int | float | Decimal | date | time) and not isinstance(value, str)
    return value if kept else str(value)


def _wall_time(value: datetime) -> datetime:
    return timezone.make_naive(value) if value.tzinfo else value


def _number(value: int | float) -> Value:
    return value if -_EXACT_BELOW < value < _EXACT_BELOW else str(value)


def _decimal(value: Decimal) -> Value:
    if value.is_finite() and len(value.as_tuple().digits) <= _EXACT_DIGITS and -_EXACT_BELOW < value < _EXACT_BELOW:
        return value
    return _plain_text(value)


def _plain_text(value: Decimal) -> str:
    return f"{value:f}"


def _same(value: Value) -> Value:
    return value


_CONVERTERS: Final[dict[type, Callable[..., Value]]] = {
    str: _same,
    type(None): _same,
    bool: _same,
    int: _number,
    float: _number,
    Decimal: _decimal,
    datetime: _wall_time,
    date: _same,
    time: _same,
}


def _sheet_text(text: str) -> str:
    return _ILLEGAL.sub("", str(text))[:MAX_CELL]


def _sheet_title(title: str) -> str:
    """Return a title Excel takes for a sheet: at most 31 characters, none of []:*?/ and the backslash."""
    return re.sub(r"[\[\]:*?/\\]", " ", _sheet_text(title)).strip("' ")[:31] or "1"


def _column_widths(headers: Sequence[str], rows: Sequence[Sequence[Value]]) -> Iterator[int]:
    low, high = _WIDTHS
    for column, header in enumerate(headers):
        texts = [header, *(_csv_text(row[column]) for row in rows if column < len(row))]
        yield min(high, max(low, 2 + max(_width(text) for text in texts)))


def _width(text: str) -> int:
    """Return how many columns of a fixed-width font the first line takes: a Chinese character takes two."""
    line = text.partition("\n")[0][:100]
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line)


def _csv_text(value: Value) -> str:
    plain = _typed(value)
    if isinstance(plain, str):
        return neutralise(_ILLEGAL.sub("", plain))
    if plain is None:
        return ""
    if isinstance(plain, bool):
        return str(plain).upper()
    if isinstance(plain, datetime):
        return plain.isoformat(sep=" ", timespec="minutes")
    if isinstance(plain, date | time):
        return plain.isoformat()
    return _plain_text(Decimal(str(plain)))


@contextmanager
def _text_file(target: Target) -> Iterator[IO[str]]:
    """Open a path, or write into a binary file that stays open."""
    if isinstance(target, Path | str):
        with Path(target).open("w", encoding="utf-8-sig", newline="") as file:
            yield file
        return
    wrapper = io.TextIOWrapper(target, encoding="utf-8-sig", newline="")
    try:
        yield wrapper
        wrapper.flush()
    finally:
        wrapper.detach()
