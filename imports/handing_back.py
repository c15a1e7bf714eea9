"""Rows that were not loaded, handed back as a file: mended, it can be uploaded again as it is."""

from collections.abc import Iterator
from typing import IO

from django.utils.translation import gettext as _

from crm.spreadsheet import write_xlsx
from imports.models import ImportFile


def write_refused(target: IO[bytes], file: ImportFile) -> int:
    """Write the rows of a file that were not loaded, in their order, with row number and reason behind them.

    Cells beyond the headings come last, so that nothing of a broken row is lost. Return the number of rows.
    """
    width = len(file.headers)
    beyond = max((len(cells) - width for cells in file.refused.values_list("cells", flat=True)), default=0)
    extra = [_("More %(number)s") % {"number": number + 1} for number in range(max(0, beyond))]
    headers = [*file.headers, *_free((_("Row"), _("Reason"), *extra), file.headers)]

    def rows() -> Iterator[list[object]]:
        for row in file.refused.order_by("number").iterator(chunk_size=1000):
            cells = [*row.cells, *[""] * (width - len(row.cells))]
            more = [*cells[width:], *[""] * (len(extra) - len(cells[width:]))]
            yield [*cells[:width], row.number, row.reason, *more]

    return write_xlsx(target, headers, rows(), title=_("Not imported"))


def _free(names: tuple[str, ...], taken: list[str]) -> list[str]:
    """Return names none of which is a heading of the file."""
    return [f"{name} *" if name in taken else name for name in names]
