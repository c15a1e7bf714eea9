"""Reading uploaded tables: CSV in any of our encodings, .xlsx and old .xls. Everything else is refused with advice.

The type is taken from the content, limits are checked before anything is parsed, and a broken row is reported by its
number instead of shifting the others.
"""

from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from crm.archives import MEGABYTE, macros
from crm.tabular.delimited import DELIMITERS, read_delimited
from crm.tabular.encodings import ENCODINGS
from crm.tabular.old_workbook import read_old_workbook
from crm.tabular.parts import Limits, Row, Table, UnreadableFile, no_table
from crm.tabular.workbook import read_workbook

__all__ = ["DELIMITERS", "ENCODINGS", "Limits", "Row", "Table", "UnreadableFile", "read_table"]

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MACRO_ENDINGS: Final = (".xlsm", ".xltm", ".xlsb", ".xlam")
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OTHER_TYPES: Final = (b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")
_MARKUP: Final = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<svg")


def read_table(
    data: bytes | Path,
    filename: str,
    *,
    limits: Limits | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
) -> Table:
    """Return the table in an uploaded file; raises UnreadableFile with a sentence that says what to do.

    `encoding` (a key of ENCODINGS) and `sheet` are what a person chose after the file did not say.
    """
    limits = limits or Limits()
    if filename.lower().endswith(_MACRO_ENDINGS):
        raise UnreadableFile("macros", macros().sentence)
    content = _content(data, limits)
    if content.startswith(_ZIP):
        return read_workbook(content, limits, sheet)
    if content.startswith(_OLE):
        return read_old_workbook(content, limits, sheet)
    _check_type(content)
    return read_delimited(content, limits, encoding)


def _content(data: bytes | Path, limits: Limits) -> bytes:
    size = data.stat().st_size if isinstance(data, Path) else len(data)
    if size > limits.max_bytes:
        raise UnreadableFile(
            "too-large",
            _("The file is larger than %(size)s MB. Split it, or keep only the columns you need.")
            % {"size": limits.max_bytes // MEGABYTE},
        )
    content = data.read_bytes() if isinstance(data, Path) else data
    if not content.strip(b"\xef\xbb\xbf\r\n\t "):
        raise UnreadableFile("empty", _("The file is empty. Choose it again, or check that it was saved."))
    return content


def _check_type(content: bytes) -> None:
    head = content[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if content.startswith(_OTHER_TYPES) or head.startswith(_MARKUP):
        raise no_table()
