"""Old .xls files: the same table comes out as from .xlsx, and what cannot be read says what to do."""

import os
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.tabular import Limits, UnreadableFile, read_table

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@cache
def small() -> bytes:
    """Return a small real workbook."""
    folder = Path(os.environ.get("CRM_DATA_DIR", Path(__file__).resolve().parents[3] / "shared" / "data"))
    path = folder / "xlsx_sheetjs" / "1904" / "1900.xls"
    if not path.is_file():
        pytest.skip("real data are not on this machine (set CRM_DATA_DIR)")
    return path.read_bytes()


@pytest.fixture
def orders(data_dir: Path) -> bytes:
    """The orders of a Chinese sample firm, as Excel 97 kept them."""
    (path,) = (data_dir / "superstore_zh").glob("*.xls")
    return path.read_bytes()


def refusal(data: bytes, **options: object) -> str:
    with pytest.raises(UnreadableFile) as caught:
        list(read_table(data, "订单.xls", **options).rows)
    assert caught.value.sentence.endswith(".")
    return caught.value.code


def sentence_of(data: bytes) -> str:
    """Return the refusal of a file, or that it was read."""
    try:
        list(read_table(data, "x.xls").rows)
    except UnreadableFile as refused:
        return refused.sentence
    return "It was read."


@pytest.mark.answers
def test_a_real_file_is_read_with_its_sheets_dates_and_numbers(orders: bytes) -> None:
    table = read_table(orders, "超市.xls")
    assert (table.kind, table.sheets, table.sheet) == ("xls", ["订单", "退货", "销售人员"], "订单")
    assert table.warnings == ["The file has several sheets; “订单” is read."]
    rows = list(table.rows)
    first = dict(zip(table.headers, rows[0].cells, strict=True))
    assert (len(rows), rows[0].number) == (10_000, 2)
    assert {name: first[name] for name in ("行 ID", "订单日期", "客户名称", "销售额", "利润")} == {
        "行 ID": "1",
        "订单日期": "2017-04-27",
        "客户名称": "曾惠",
        "销售额": "129.696",
        "利润": "-60.704",
    }


@pytest.mark.answers
def test_another_sheet_can_be_chosen_and_one_that_is_not_there_is_refused(orders: bytes) -> None:
    assert len(list(read_table(orders, "超市.xls", sheet="退货").rows)) == 296
    assert refusal(orders, sheet="客户") == "sheet"


@pytest.mark.answers
def test_limits_are_kept(orders: bytes) -> None:
    assert refusal(orders, limits=Limits(max_rows=100)) == "too-many-rows"
    assert refusal(orders, limits=Limits(max_old_bytes=1_000_000)) == "too-large"
    assert refusal(orders, limits=Limits(max_columns=5)) == "too-many-columns"


@pytest.mark.answers
@pytest.mark.parametrize(("name", "day"), [("1900.xls", "1900-01-01"), ("1904.xls", "1904-01-02")])
def test_days_count_from_1900_or_1904_as_the_file_says(data_dir: Path, name: str, day: str) -> None:
    data = (data_dir / "xlsx_sheetjs" / "1904" / name).read_bytes()
    with pytest.raises(UnreadableFile, match=f"The heading “{day}” stands in columns B and C"):
        read_table(data, name)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (OLE, "corrupt"),
        (OLE + b"\0" * 600, "corrupt"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "password"),
        (OLE + "_VBA_PROJECT_CUR".encode("utf-16-le"), "macros"),
    ],
)
def test_what_is_refused(data: bytes, code: str) -> None:
    assert refusal(data) == code


@pytest.mark.answers
@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_off_is_damaged(orders: bytes, keep: float) -> None:
    assert refusal(orders[: int(len(orders) * keep)]) == "corrupt"


@pytest.mark.property
@given(st.binary(max_size=4096))
def test_no_bytes_behind_the_mark_do_anything_but_give_a_table_or_a_sentence(data: bytes) -> None:
    assert sentence_of(OLE + data).endswith(".")


@pytest.mark.answers
@pytest.mark.property
@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=40))
def test_a_file_with_wrong_bytes_gives_a_table_or_a_sentence(flips: list[tuple[int, int]]) -> None:
    data = bytearray(small())
    for place, value in flips:
        data[place % len(data)] = value
    assert sentence_of(bytes(data)).endswith(".")
