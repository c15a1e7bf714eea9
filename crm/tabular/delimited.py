"""Reading CSV and its relatives row by row, so that one broken row never takes others with it."""

import csv
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Final

from django.utils.translation import gettext as _

from crm.spreadsheet import restore
from crm.tabular.encodings import encoding_of
from crm.tabular.parts import (
    Headings,
    Limits,
    Record,
    Row,
    Table,
    UnreadableFile,
    against_headings,
    find_headings,
    named_rows,
)

DELIMITERS: Final = (",", ";", "\t", "|")
_SNIFFED_BYTES: Final = 256 * 1024
_SNIFFED_ROWS: Final = 50
_TOO_LONG: Final = "field larger"
_SEPARATOR_LINE: Final = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)


def read_delimited(data: bytes, limits: Limits, encoding: str | None) -> Table:
    """Return the table of a text file. The whole file is looked through first; raises UnreadableFile."""
    codec = encoding_of(data, encoding)
    delimiter = _delimiter(data, codec)
    headings = find_headings(_records(_lines(data, codec), delimiter), limits)

    def read() -> Iterator[Row]:
        return _rows(data, codec, delimiter, headings, limits)

    warnings = [*headings.warnings, *_look_through(read(), limits)]
    return Table(headings.names, "csv", codec.removesuffix("-sig"), delimiter, warnings, read)


def _lines(data: bytes, codec: str) -> Iterator[str]:
    """Yield the lines with their ends, whichever of the three kinds they have."""
    lines = iter(io.TextIOWrapper(io.BytesIO(data), encoding=codec, newline=""))
    first = next(lines, "")
    if not _SEPARATOR_LINE.fullmatch(first):
        yield first
    yield from lines


class _Source:
    """Lines a CSV reader takes one by one and can be given back when a record turns out to be broken."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._returned: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> "_Source":
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else next(self._lines)
        self.taken.append(line)
        return line

    def give_back_all_but_one(self) -> str:
        """Keep the first line of the broken record and return it; the others are read again."""
        first, *others = self.taken
        self._returned.extendleft(reversed(others))
        return first


def _records(lines: Iterator[str], delimiter: str) -> Iterator[Record]:
    """Yield each record that is not blank. A quotation mark that is never closed spoils its own line only."""
    source, number = _Source(lines), 0
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    while True:
        source.taken.clear()
        number += 1
        try:
            cells = next(reader)
            if cells:
                yield Record(number, [restore(cell) if cell[:1] == "'" else cell for cell in cells])
        except StopIteration:
            return
        except csv.Error as error:
            line = source.give_back_all_but_one()
            yield Record(number, line.rstrip("\r\n").split(delimiter), _broken(str(error)))
            reader = csv.reader(source, delimiter=delimiter, strict=True)


def _broken(reason: str) -> str:
    if reason.startswith(_TOO_LONG):
        return _("The row has a cell that is too long, or a quotation mark that is never closed.")
    return _("A quotation mark is missing or stands in the wrong place. Double the ones that belong to the text.")


def _rows(data: bytes, codec: str, delimiter: str, headings: Headings, limits: Limits) -> Iterator[Row]:
    for record in _records(_lines(data, codec), delimiter):
        if record.number > headings.number:
            row = against_headings(record, len(headings.names), limits)
            if row is not None:
                yield row


def _look_through(rows: Iterable[Row], limits: Limits) -> list[str]:
    """Read all rows once and return what to warn of; raises UnreadableFile when there are too many."""
    problems = []
    for count, row in enumerate(rows, start=1):
        if count > limits.max_rows:
            raise too_many_rows(limits)
        if row.problem:
            problems.append(row.number)
    return [named_rows(_("Rows that cannot be read: %(rows)s."), problems)] if problems else []


def too_many_rows(limits: Limits) -> UnreadableFile:
    """Return the refusal of a table that is too long."""
    return UnreadableFile(
        "too-many-rows",
        _("The table has more than %(count)s rows. Split it into several files.") % {"count": f"{limits.max_rows:,}"},
    )


def _delimiter(data: bytes, codec: str) -> str:
    """Return the separator that gives most rows the width of the first, and of those the one with most columns."""
    head = next(iter(io.TextIOWrapper(io.BytesIO(data), encoding=codec, newline="")), "")
    said = _SEPARATOR_LINE.fullmatch(head)
    if said and said[1] in DELIMITERS:
        return said[1]
    return max(DELIMITERS, key=lambda delimiter: _fitness(data, codec, delimiter))


def _fitness(data: bytes, codec: str, delimiter: str) -> tuple[int, int]:
    records = islice(_records(_lines(data[:_SNIFFED_BYTES], codec), delimiter), _SNIFFED_ROWS)
    widths: list[int] = []
    with suppress(UnicodeError):  # a character cut in two at the end of the looked-at part
        widths.extend(len(record.cells) for record in records if any(record.cells))
    usual = max(set(widths), key=widths.count, default=0)
    return (widths.count(usual), usual) if usual > 1 else (0, 0)
