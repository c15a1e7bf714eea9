"""Reading an .xlsx row by row, with numbers and dates as a person would write them."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from typing import Any, Final
from xml.etree.ElementTree import ParseError

import openpyxl
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _
from openpyxl.cell.read_only import EMPTY_CELL
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from crm.archives import RefusedArchive, corrupt, inspect_archive
from crm.tabular.delimited import too_many_rows
from crm.tabular.parts import (
    HEADINGS_WITHIN,
    SHOWN,
    Headings,
    Limits,
    Record,
    Row,
    Table,
    UnreadableFile,
    against_headings,
    as_moment,
    as_number,
    empty_table,
    find_headings,
    no_table,
)

if not openpyxl.DEFUSEDXML:
    raise ImproperlyConfigured("defusedxml is missing: openpyxl would expand the entities of an uploaded workbook")

_BESIDE: Final = 5  # columns right of the headings in which a stray cell is noticed
_UNRECKONED: Final = re.compile(
    rb'<c [^>]*?\br="([A-Z]+[0-9]+)"[^>]*>\s*<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)
_PARSER_ERRORS: Final = (
    ParseError, InvalidFileException, zipfile.BadZipFile, zlib.error, struct.error, ValueError, LookupError, TypeError,
    AttributeError, EOFError, OSError, ArithmeticError, NotImplementedError, RuntimeError,
)  # fmt: skip


def read_workbook(data: bytes, limits: Limits, sheet: str | None) -> Table:
    """Return the table of one sheet, by default the first visible one that has headings; raises UnreadableFile."""
    try:
        kind = inspect_archive(data, limits.archive)
    except RefusedArchive as refusal:
        raise UnreadableFile(refusal.code, refusal.sentence) from refusal
    if kind != "xlsx":
        raise no_table()
    names, chosen, headings = _opened(data, limits, sheet)
    warnings = list(headings.warnings)
    if len(names) > 1 and sheet is None:
        warnings.append(_("The file has several sheets; “%(sheet)s” is read.") % {"sheet": chosen})
    warnings += _unreckoned(data, chosen)

    def read() -> Iterator[Row]:
        return _rows(data, limits, chosen, headings)

    return Table(headings.names, "xlsx", "", "", warnings, read, sheets=names, sheet=chosen)


def _opened(data: bytes, limits: Limits, sheet: str | None) -> tuple[list[str], str, Headings]:
    """Return the visible sheets, the one to read, and its headings."""
    try:
        with closing(_book(data)) as book:
            visible = [each for each in book.worksheets if each.sheet_state == "visible"]
            names = [each.title for each in visible]
            if sheet is not None and sheet not in names:
                raise UnreadableFile("sheet", _("The file has no sheet of this name. Choose another one."))
            candidates = [each for each in visible if sheet in (None, each.title)]
            found = _first_with_headings(candidates, limits)
    except _PARSER_ERRORS as error:
        raise _damaged() from error
    return names, *found


def _unreckoned(data: bytes, sheet: str) -> list[str]:
    """Warn of formulas whose result is not in the file: a program wrote them, and no spreadsheet reckoned them yet."""
    try:
        with closing(_book(data)) as book, zipfile.ZipFile(io.BytesIO(data)) as archive:
            xml = archive.read(book[sheet]._worksheet_path.lstrip("/"))
    except _PARSER_ERRORS as error:
        raise _damaged() from error
    cells = [place.decode("ascii", "replace") for place in islice(_UNRECKONED.findall(xml), SHOWN + 1)]
    if not cells:
        return []
    text = _(
        "Formulas without a result: %(cells)s. Open the file in Excel, save it and upload it again, or they stay empty."
    )
    return [text % {"cells": ", ".join(cells[:SHOWN]) + (", …" if len(cells) > SHOWN else "")}]


def _first_with_headings(sheets: Iterable[ReadOnlyWorksheet], limits: Limits) -> tuple[str, Headings]:
    refusal = empty_table()
    for sheet in sheets:
        try:
            return sheet.title, find_headings(islice(_records(sheet, limits.max_columns + 1), HEADINGS_WITHIN), limits)
        except UnreadableFile as error:
            if error.code != refusal.code:
                raise
    raise refusal


def _rows(data: bytes, limits: Limits, name: str, headings: Headings) -> Iterator[Row]:
    width, count = len(headings.names), 0
    try:
        with closing(_book(data)) as book:
            for record in _records(book[name], width + _BESIDE):
                if record.number <= headings.number:
                    continue
                row = against_headings(record, width, limits, in_workbook=True)
                if row is not None:
                    count += 1
                    if count > limits.max_rows:
                        raise too_many_rows(limits)
                    yield row
    except _PARSER_ERRORS as error:
        raise _damaged() from error


def _damaged() -> UnreadableFile:
    refusal = corrupt()
    return UnreadableFile(refusal.code, refusal.sentence)


def _book(data: bytes) -> openpyxl.Workbook:
    reader = _Reader(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    reader.read()
    return reader.wb


class _UnmeasuredSheet(ReadOnlyWorksheet):  # type: ignore[misc] # openpyxl is not annotated
    """A sheet whose size is not looked for: a file need not say it, and then openpyxl reads all rows to find it."""

    def _get_size(self) -> None:
        return


class _Reader(ExcelReader):  # type: ignore[misc]
    """openpyxl's reader, with sheets that cost nothing until their rows are asked for."""

    def read_worksheets(self) -> None:
        """List the sheets; charts on a sheet of their own hold no table."""
        for sheet, relation in self.parser.find_sheets():
            if relation.target in self.valid_files and "chartsheet" not in relation.Type:
                listed = _UnmeasuredSheet(self.wb, sheet.name, relation.target, self.shared_strings)
                listed.sheet_state = sheet.state
                self.wb._sheets.append(listed)


def _records(sheet: ReadOnlyWorksheet, columns: int) -> Iterator[Record]:
    gap: object = None  # openpyxl yields one and the same row for all missing ones: a million of them cost nothing
    for number, cells in enumerate(sheet.iter_rows(max_col=columns), start=1):
        if cells is gap:
            continue
        if all(cell is EMPTY_CELL for cell in cells):
            gap = cells
            continue
        yield Record(number, [_text(cell) for cell in cells])


def _text(cell: Any) -> str:
    value = cell.value
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return as_number(value, cell.number_format)
    return as_moment(value)
