"""Which downloads of lists were unusual for the person. Pure: no database, no clock.

A seller who is about to leave may take customers along as files. A download stands out when it holds many rows by
itself, or several times as many as this person's downloads of the quarter before it; a handful of rows never does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

USUAL_DAYS = 90  # what is usual for a person is the median of so many days before a download
LOOKED_AT_DAYS = 30  # downloads are looked at for so many days before the last one
# Ours: a list that fits on one page is read on the screen as well as in a file.
FEW_ROWS = 50


@dataclass(frozen=True)
class Export:
    """A download: the day, which list, how many rows."""

    on: date
    what: str
    rows: int


@dataclass(frozen=True)
class Limits:
    """From how many times the usual, and from how many rows in any case, a download is unusual."""

    times: int
    rows: int


@dataclass(frozen=True)
class Unusual:
    """A download that stands out; `usual` is the person's median before it, None where there was none."""

    export: Export
    usual: int | None
    is_many: bool


def usual_rows(exports: Iterable[Export], *, before: date) -> int | None:
    """Return the median of the rows a person downloaded at once in the 90 days before a day; None without any."""
    first = before - timedelta(days=USUAL_DAYS)
    rows = [export.rows for export in exports if first <= export.on < before]
    return int(median(rows)) if rows else None


def unusual(exports: Sequence[Export], limits: Limits, *, on: date) -> list[Unusual]:
    """Return what stands out among the downloads of the 30 days up to `on`, the largest first."""
    first = on - timedelta(days=LOOKED_AT_DAYS)
    found = []
    for export in exports:
        if not first <= export.on <= on:
            continue
        usual = usual_rows(exports, before=export.on)
        is_many = export.rows >= limits.rows
        is_more = usual is not None and export.rows > FEW_ROWS and export.rows > usual * limits.times
        if is_many or is_more:
            found.append(Unusual(export, usual, is_many))
    return sorted(found, key=lambda one: (-one.export.rows, one.export.on, one.export.what))
