"""What a cell says."""

from datetime import date
from decimal import Decimal

import pytest

from imports.cells import CellError, as_amount, as_date, as_whole, limited


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24",
        "2026/11/24",
        "2026.11.24",
        "20261124",
        "2026年11月24日",
        "11/24/2026",
        "24-11-26",
        "2026-11-24 00:00:00",
    ],
)
def test_a_day_is_read_however_it_is_written(text):
    assert as_date(text) == date(2026, 11, 24)


@pytest.mark.parametrize("text", ["", "  ", "NULL", "--", "无"])
def test_a_cell_that_says_nothing_is_empty(text):
    assert (as_date(text), as_amount(text), as_whole(text)) == (None, None, None)


def test_amounts_and_numbers():
    assert as_amount("380万") == Decimal(3_800_000)
    assert as_amount("１，０５４") == Decimal(1054)
    assert as_whole("2,822") == 2822


@pytest.mark.parametrize(
    ("read", "text", "code"),
    [
        (as_date, "soon", "date"),
        (as_date, "2026-13-45", "date"),
        (as_whole, "-3", "number"),
        (as_whole, "many", "number"),
    ],
)
def test_what_cannot_be_understood_says_what_is_expected(read, text, code):
    with pytest.raises(CellError, match="expected") as refusal:
        read(text)
    assert refusal.value.code == code


def test_a_text_that_is_too_long_is_refused_not_cut():
    with pytest.raises(CellError):
        limited("长" * 61, 60)
