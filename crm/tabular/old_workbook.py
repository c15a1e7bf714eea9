"""Reading an old .xls (BIFF), with numbers and dates as a person would write them.

The library reads a whole workbook at once, so the file has a limit of its own; what it cannot read is damaged.
"""

import io
import struct
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

import xlrd
from django.utils.translation import gettext as _

from crm.archives import MEGABYTE, corrupt, macros, password_protected
from crm.tabular.delimited import too_many_rows
from crm.tabular.parts import (
    HEADINGS_WITHIN,
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

_VBA: Final = "_VBA_PROJECT".encode("utf-16-le")
_UNICODE_FROM: Final = 80  # older versions keep text in the encoding of the machine that wrote it
_PARSER_ERRORS: Final = (
    xlrd.XLRDError, xlrd.compdoc.CompDocError, struct.error, AssertionError, ValueError, LookupError, TypeError,
    AttributeError, EOFError, OSError, ArithmeticError, NotImplementedError, RuntimeError, MemoryError,
)  # fmt: skip


def read_old_workbook(data: bytes, limits: Limits, sheet: str | None) -> Table:
    """Return the table of one sheet, by default the first visible one that has headings; raises UnreadableFile."""
    _check(data, limits)
    book = _book(data)
    visible = [each for each in book.sheets() if each.visibility == 0]
    names = [each.name for each in visible]
    if sheet is not None and sheet not in names:
        raise UnreadableFile("sheet", _("The file has no sheet of this name. Choose another one."))
    chosen, headings = _first_with_headings(book, [each for each in visible if sheet in (None, each.name)], limits)
    warnings = list(headings.warnings)
    if len(names) > 1 and sheet is None:
        warnings.append(_("The file has several sheets; “%(sheet)s” is read.") % {"sheet": chosen.name})

    def read() -> Iterator[Row]:
        count = 0
        for record in _records(book, chosen):
            row = against_headings(record, len(headings.names), limits, in_workbook=True)
            if record.number > headings.number and row is not None:
                count += 1
                if count > limits.max_rows:
                    raise too_many_rows(limits)
                yield row

    return Table(headings.names, "xls", "", "", warnings, read, sheets=names, sheet=chosen.name)


def _check(data: bytes, limits: Limits) -> None:
    """Raise UnreadableFile for what is not opened at all: passwords, programs, a file too large to read at once."""
    refusal = None
    if "EncryptedPackage".encode("utf-16-le") in data:
        refusal = password_protected()
    elif _VBA in data:
        refusal = macros()
    if refusal is not None:
        raise UnreadableFile(refusal.code, refusal.sentence)
    if len(data) > limits.max_old_bytes:
        text = _("An old .xls may hold %(size)s MB. Save it as .xlsx or CSV and upload that.")
        raise UnreadableFile("too-large", text % {"size": limits.max_old_bytes // MEGABYTE})


def _book(data: bytes) -> Any:
    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, ragged_rows=True, logfile=io.StringIO())
    except _PARSER_ERRORS as error:
        raise _refusal(str(error)) from error
    if book.biff_version < _UNICODE_FROM and not book.codepage:
        raise UnreadableFile(
            "old-excel", _("The file is in a very old .xls format. Save it as .xlsx or CSV and upload that.")
        )
    return book


def _refusal(reason: str) -> UnreadableFile:
    if "find workbook" in reason:
        return no_table()
    refusal = password_protected() if "encrypted" in reason else corrupt()
    return UnreadableFile(refusal.code, refusal.sentence)


def _first_with_headings(book: Any, sheets: Iterable[Any], limits: Limits) -> tuple[Any, Headings]:
    for sheet in sheets:
        records = list(islice(_records(book, sheet), HEADINGS_WITHIN))
        if any(cell.strip() for record in records for cell in record.cells):
            return sheet, find_headings(records, limits)
    raise empty_table()


def _records(book: Any, sheet: Any) -> Iterator[Record]:
    for number in range(sheet.nrows):
        try:
            cells = [_text(book, cell) for cell in sheet.row(number)]
        except _PARSER_ERRORS as error:
            raise _refusal(str(error)) from error
        if cells:
            yield Record(number + 1, cells)


def _text(book: Any, cell: Any) -> str:
    value = cell.value
    if cell.ctype == xlrd.XL_CELL_TEXT:
        return str(value)
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        return as_number(value, _format(book, cell))
    if cell.ctype == xlrd.XL_CELL_DATE:
        return _moment(book, value)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return str(bool(value)).upper()
    return xlrd.error_text_from_code.get(value, "") if cell.ctype == xlrd.XL_CELL_ERROR else ""


def _format(book: Any, cell: Any) -> str:
    form = book.format_map.get(book.xf_list[cell.xf_index].format_key) if cell.xf_index is not None else None
    return str(form.format_str) if form is not None else ""


def _moment(book: Any, value: float) -> str:
    """Return the day or moment a number stands for; the number itself where the calendar has no such day."""
    try:
        if value < 1:
            return as_moment(xlrd.xldate_as_datetime(value, book.datemode).time())
        return as_moment(xlrd.xldate_as_datetime(value, book.datemode))
    except (xlrd.xldate.XLDateError, ArithmeticError, ValueError):
        return as_number(value, "")
