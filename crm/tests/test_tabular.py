"""Reading uploaded tables: what comes out, and what is refused with which advice."""

import io
import json
import struct
import time
import zipfile
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import cache

import openpyxl
import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.tabular import Limits, UnreadableFile, read_table

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def table(data, name="list.csv", **options):
    return read_table(data.encode() if isinstance(data, str) else data, name, **options)


def cells(data, **options):
    return [row.cells for row in table(data, **options).rows]


def problems(data, **options):
    return {row.number: row.problem for row in table(data, **options).rows if row.problem}


def refusal(data, name="list.csv", **options):
    with pytest.raises(UnreadableFile) as caught:
        table(data, name, **options)
    assert caught.value.sentence == str(caught.value)
    assert caught.value.sentence.endswith(".")
    return caught.value.code


def workbook(*rows, formats=(), prepare=None):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for place, form in dict(formats).items():
        book.active[place].number_format = form
    if prepare:
        prepare(book)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


@cache
def plain_workbook():
    return workbook(["name", "phone"], ["王建国", "13800001402"])


def changed(data, changes=None, *, add=None):
    """Return the zip file with some parts replaced and others added."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            target.writestr(entry.filename, (changes or {}).get(entry.filename, source.read(entry)))
        for name, content in (add or {}).items():
            target.writestr(name, content)
    return written.getvalue()


def sheet_xml(rows):
    return f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'


# --- text files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_separator_is_found(delimiter):
    text = delimiter.join(["name", "town", "amount"]) + "\n" + delimiter.join(["甲", '"1,2;3"', "5"]) + "\n"
    found = table(text)
    assert (found.headers, found.delimiter, found.kind) == (["name", "town", "amount"], delimiter, "csv")
    assert [row.cells for row in found.rows] == [["甲", "1,2;3", "5"]]


def test_the_separator_a_file_names_itself_is_taken():
    found = table("sep=;\r\nname;town\r\n甲,乙;丙\r\n")
    assert (found.headers, found.delimiter) == (["name", "town"], ";")
    assert [row.cells for row in found.rows] == [["甲,乙", "丙"]]


def test_a_single_column_needs_no_separator():
    assert cells("name\n甲\n乙\n") == [["甲"], ["乙"]]


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", None),
        ("gb18030", "gb18030"),
        ("big5", "big5"),
        ("utf-32", "utf-32"),
    ],
)
def test_the_encoding_is_found(codec, name):
    data = "公司名稱,電話\r\n中國移動通信,02112345678\r\n".encode(codec)
    if codec == "gb18030":
        data = "公司名称,电话\r\n万科Ａ镕,000001\r\n".encode(codec)
    if name is None:
        assert refusal(data) == "binary"
    else:
        assert table(data).encoding == name


def test_an_accent_of_the_west_is_asked_about_and_not_turned_into_a_chinese_character():
    data = "name,town\nMüller,Köln\nDvořák,Praha\n".encode("cp1252", "replace")
    with pytest.raises(UnreadableFile, match="The encoding of row 2 is not certain"):
        table(data)
    assert cells(data, encoding="cp1252")[0] == ["Müller", "Köln"]
    assert refusal(data, encoding="utf-8") == "encoding"
    assert refusal(data, encoding="rot13") == "encoding"


def test_a_chosen_encoding_does_not_override_a_byte_order_mark():
    assert table("name\n王".encode("utf-8-sig"), encoding="gb18030").encoding == "utf-8"


def test_leading_zeros_blanks_and_line_breaks_in_cells_stay():
    assert cells('code,note\n000001,"two\nlines"\n007, x \n') == [["000001", "two\nlines"], ["007", " x "]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_and_blank_lines(end):
    text = end.join(["name,town", "", "甲,乙", ",", "  ,", "丙,丁", ""])
    found = table(text)
    assert [(row.number, row.cells) for row in found.rows] == [(3, ["甲", "乙"]), (6, ["丙", "丁"])]


def test_rows_of_another_length_are_named_and_not_shifted():
    data = "name,town,phone\n甲,乙,1\n甲,24, place,1\n丙\n丁,戊,2,,\n"
    found = table(data)
    assert found.warnings == ["Rows that cannot be read: 3, 4."]
    rows = {row.number: row for row in found.rows}
    assert rows[3].cells == ["甲", "24", " place", "1"]
    assert rows[3].problem == "The row has 4 and the headings have 3 cells. Look for a separator inside a text."
    assert rows[4].problem == "The row has 1 and the headings have 3 cells. Look for a separator inside a text."
    assert rows[5] == (5, ["丁", "戊", "2"], "")


def test_a_quotation_mark_that_is_never_closed_spoils_its_own_row_only():
    lines = ["name,town", '"甲,乙', "丙,丁", '"x"y,z', "戊,己"]
    assert list(problems("\n".join(lines))) == [2, 4]
    assert cells("\n".join(lines))[1] == ["丙", "丁"]
    assert cells("\n".join(lines))[3] == ["戊", "己"]
    last = table('name,town\n甲,乙\n"丙,丁\n')
    assert last.warnings == ["Rows that cannot be read: 3."]


def test_a_table_can_be_read_again():
    found = table("name\n甲\n")
    assert list(found.rows) == list(found.rows)


def test_a_title_above_the_headings_is_left_out():
    found = table("客户名单,,\nname,town,phone\n甲,乙,1\n")
    assert found.headers == ["name", "town", "phone"]
    assert found.warnings == ["Row 1 above the headings is a title and was left out."]
    assert [row.number for row in found.rows] == [3]


def test_a_column_without_a_heading_gets_one():
    found = table("name,,town,,\n甲,1,乙\n")
    assert found.headers == ["name", "Column B", "town"]
    assert found.warnings == ["Columns without a heading: B."]


def test_a_heading_that_stands_twice_is_refused_by_name():
    with pytest.raises(UnreadableFile, match="“name” stands in columns A and C"):
        table("name,town, name \n甲,乙,丙\n")


def test_our_own_exports_come_back_without_the_apostrophe():
    assert cells("name,phone\n'=SUM(A1),'+86-138\n") == [["=SUM(A1)", "+86-138"]]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b",,\n,,\n", "no-headings"),
        (b"name\nabc\0def\n", "binary"),
        (b"\xef\xbb\xbfname\nabc\0def\n", "binary"),
        (b"%PDF-1.7", "type"),
        (b"\x89PNG\r\n\x1a\n", "type"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "type"),
        (b'<?xml version="1.0"?><Workbook/>', "type"),
        (OLE + b"\0" * 600, "corrupt"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "password"),
        (",".join(f"c{n}" for n in range(10_000)).encode(), "too-many-columns"),
        (b'"name,town\n1,2\n', "headings"),
        (b"\x81\xff\xfe\xfd,\x80", "encoding"),
    ],
)
def test_what_is_refused(data, code):
    assert refusal(data) == code


def test_limits_are_kept():
    small = Limits(max_bytes=100, max_rows=2, max_cell=5)
    assert refusal("a\n" + "x\n" * 100, limits=small) == "too-large"
    assert refusal("a\n1\n2\n3\n", limits=small) == "too-many-rows"
    assert problems("a,b\n1,123456\n1,2\n", limits=small) == {
        2: "The cell in column B has more than 5 characters. Shorten it."
    }


def test_a_huge_cell_spoils_its_row_only():
    data = "name,note\n甲," + "x" * 10_000_000 + "\n乙,y\n"
    started = time.process_time()
    assert list(problems(data)) == [2]
    assert cells(data)[1] == ["乙", "y"]
    assert time.process_time() - started < 2


def test_a_million_empty_lines_cost_little():
    data = "name,town\n" + "\n" * 1_000_000 + "甲,乙\n"
    started = time.process_time()
    assert [(row.number, row.cells) for row in table(data).rows] == [(1_000_002, ["甲", "乙"])]
    assert time.process_time() - started < 20


def test_a_file_on_disk_is_judged_by_its_size_first(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("name\n甲\n", encoding="utf-8")
    assert [row.cells for row in read_table(path, path.name).rows] == [["甲"]]
    with pytest.raises(UnreadableFile, match="larger than"):
        read_table(path, path.name, limits=Limits(max_bytes=5))


# --- workbooks --------------------------------------------------------------------------------------------------------


def test_a_workbook_gives_what_a_person_sees():
    data = workbook(
        ["code", "day", "moment", "hours", "amount", "share", "yes", "text"],
        [
            1,
            date(2026, 11, 24),
            datetime(2026, 11, 24, 8, 30),  # noqa: DTZ001 - a workbook knows no zones
            timedelta(hours=26, minutes=30),
            0.1 + 0.2,
            3800000.0,
            True,
            "007",
        ],
        [13800001402, None, None, None, 1e21, -5, False, "=not run"],
        formats={"A2": "000000"},
        prepare=lambda book: setattr(book.active["H3"], "data_type", "s"),
    )
    found = table(data, "list.xlsx")
    assert (found.kind, found.sheet, found.warnings) == ("xlsx", "Sheet", [])
    assert [row.cells for row in found.rows] == [
        ["000001", "2026-11-24", "2026-11-24T08:30:00", "26:30:00", "0.3", "3800000", "TRUE", "007"],
        ["13800001402", "", "", "", "1000000000000000000000", "-5", "FALSE", "=not run"],
    ]


def test_the_first_visible_sheet_with_headings_is_read_or_the_chosen_one():
    def prepare(book):
        book.active.title = "空"
        for title, state in (("hidden", "hidden"), ("客户", "visible"), ("联系人", "visible")):
            sheet = book.create_sheet(title)
            sheet.append([f"{title} name", "town"])
            sheet.sheet_state = state

    data = workbook(prepare=prepare)
    found = table(data, "list.xlsx")
    assert (found.sheets, found.sheet) == (["空", "客户", "联系人"], "客户")
    assert found.warnings == ["The file has several sheets; “客户” is read."]
    assert table(data, "list.xlsx", sheet="联系人").headers == ["联系人 name", "town"]
    assert refusal(data, "list.xlsx", sheet="hidden") == "sheet"
    assert refusal(data, "list.xlsx", sheet="空") == "no-headings"


def test_missing_rows_keep_their_numbers_and_stray_cells_are_named():
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>name</t></is></c></row>'
    rows += '<row r="5"><c r="A5" t="inlineStr"><is><t>甲</t></is></c></row>'
    rows += '<row r="7"><c r="A7"><v>1</v></c><c r="C7"><v>2</v></c></row>'
    data = changed(plain_workbook(), {"xl/worksheets/sheet1.xml": sheet_xml(rows)})
    assert [(row.number, bool(row.problem)) for row in table(data, "list.xlsx").rows] == [(5, False), (7, True)]


def test_a_cell_in_the_last_corner_costs_nothing():
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    data = changed(plain_workbook(), {"xl/worksheets/sheet1.xml": sheet_xml(rows)})
    started = time.process_time()
    assert list(table(data, "list.xlsx").rows) == []
    assert time.process_time() - started < 4


def overlapped():
    """Two directory entries that name the same bytes."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("xl/workbook.xml", "x" * 500)
        archive.writestr("xl/other1.xml", "x" * 500)
    data = bytearray(written.getvalue())
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<I", 0)
    return bytes(data)


def bomb():
    row = "<row><c><v>1</v></c></row>" * 400_000
    return changed(plain_workbook(), {"xl/worksheets/sheet1.xml": sheet_xml(row * 25)})


def with_password():
    data = bytearray(plain_workbook())
    for mark, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        start = data.find(mark)
        while start >= 0:
            data[start + at] |= 1
            start = data.find(mark, start + 4)
    return bytes(data)


@pytest.mark.parametrize(
    ("make", "name", "code"),
    [
        (bomb, "list.xlsx", "bomb"),
        (overlapped, "list.xlsx", "corrupt"),
        (with_password, "list.xlsx", "password"),
        (lambda: changed(plain_workbook(), add={"xl/vbaProject.bin": b"x"}), "list.xlsx", "macros"),
        (lambda: changed(plain_workbook(), add={"xl/macrosheets/sheet1.xml": b"<x/>"}), "list.xlsx", "macros"),
        (lambda: plain_workbook(), "list.xlsm", "macros"),
        (lambda: changed(plain_workbook(), add=dict.fromkeys(map(str, range(10_000)), b"")), "list.xlsx", "bomb"),
        (
            lambda: changed(
                plain_workbook(), {"xl/workbook.xml": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'}
            ),
            "list.xlsx",
            "entities",
        ),
        (lambda: plain_workbook()[:-300], "list.xlsx", "corrupt"),
        (lambda: changed(plain_workbook(), {"xl/workbook.xml": "<broken"}), "list.xlsx", "corrupt"),
        (lambda: b"PK\x03\x04" + b"\0" * 50, "list.xlsx", "corrupt"),
        (lambda: workbook(), "list.xlsx", "no-headings"),
        (lambda: workbook(["a", "a"]), "list.xlsx", "repeated-heading"),
        (lambda: workbook([f"c{n}" for n in range(400)]), "list.xlsx", "too-many-columns"),
    ],
)  # fmt: skip
def test_hostile_workbooks_are_refused_before_they_cost_anything(make, name, code):
    data = make()
    started = time.process_time()
    assert refusal(data, name) == code
    assert time.process_time() - started < 2


def test_an_archive_that_is_no_workbook():
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert refusal(written.getvalue(), "list.xlsx") == "type"


def test_damage_found_while_reading_is_a_refusal_too():
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row><row r="2"><c r="A2" t="s"><v>99</v></c></row>'
    found = table(changed(plain_workbook(), {"xl/worksheets/sheet1.xml": sheet_xml(rows)}), "list.xlsx")
    with pytest.raises(UnreadableFile, match="damaged"):
        list(found.rows)


def test_a_link_to_another_file_is_not_followed():
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId9" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath" '
        'Target="http://127.0.0.1:9/x.xlsx" TargetMode="External"/></Relationships>'
    )
    data = changed(plain_workbook(), add={"xl/externalLinks/_rels/externalLink1.xml.rels": relations})
    assert [row.cells for row in table(data, "list.xlsx").rows] == [["王建国", "13800001402"]]


@pytest.mark.property
@settings(max_examples=80)
@given(st.data())
def test_a_damaged_workbook_is_read_or_refused(data):
    damaged = bytearray(plain_workbook())
    for _each in range(data.draw(st.integers(1, 5))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with suppress(UnreadableFile):
        list(table(bytes(damaged), "list.xlsx").rows)


@pytest.mark.property
@settings(max_examples=200)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_a_table_or_a_refusal(data):
    with suppress(UnreadableFile):
        found = table(data)
        for row in found.rows:
            assert row.problem or len(row.cells) == len(found.headers)


# --- real files -------------------------------------------------------------------------------------------------------


@pytest.mark.answers
def test_the_csv_spectrum(data_dir):
    checked = 0
    for path in (data_dir / "csv_spectrum" / "csvs").glob("*.csv"):
        answer = (data_dir / "csv_spectrum" / "json" / f"{path.stem}.json").read_text(encoding="utf-8")
        expected = json.loads(answer.replace("\\r\\n", "\\n"))  # the files were stored with the line ends of Unix
        found = read_table(path, path.name)
        rows = [dict(zip(found.headers, row.cells, strict=True)) for row in found.rows]
        expected = expected if isinstance(expected, list) else [expected]
        for row in (*rows, *expected):
            row.pop("Contact Phone Number", None)  # the two files of the collection name different numbers
        assert rows == expected, path.name
        checked += 1
    assert checked == 12


@pytest.mark.answers
def test_the_commons_files_are_read_or_refused(data_dir):
    for path in (data_dir / "csv_commons").rglob("*.csv"):
        with suppress(UnreadableFile):
            list(read_table(path, path.name).rows)
    emoji = next((data_dir / "csv_commons").rglob("emoji.csv"))
    assert len(list(read_table(emoji, "emoji.csv").rows)) == 4


@pytest.mark.answers
def test_the_unquoted_comma_in_row_8_is_reported(data_dir):
    found = read_table(data_dir / "northwind_csv" / "customers.csv", "customers.csv")
    rows = list(found.rows)
    assert len(rows) == 91
    broken = next(row for row in rows if row.number == 8)
    assert len(broken.cells) == 12
    assert broken.cells[0] == "BLONP"
    assert broken.problem == "The row has 12 and the headings have 11 cells. Look for a separator inside a text."
    assert all(len(row.cells) == 11 for row in rows if not row.problem)


@pytest.mark.answers
def test_listed_companies_keep_leading_zeros_and_full_width_letters(data_dir):
    old = read_table(data_dir / "ashare" / "stock_basic.csv", "stock_basic.csv")
    rows = [dict(zip(old.headers, row.cells, strict=True)) for row in old.rows]
    assert (old.encoding, len(rows), rows[0]["股票代码"]) == ("gb18030", 4347, "000001")
    new = read_table(data_dir / "ashare_full" / "stock_basic.csv", "stock_basic.csv")
    rows = [dict(zip(new.headers, row.cells, strict=True)) for row in new.rows]
    assert (new.encoding, len(rows), new.headers[0]) == ("utf-8", 5485, "股票代码")
    assert rows[0]["英文名称"] == "Ping An Bank Co., Ltd."
    assert rows[1]["股票名称"] == "万科Ａ"


@pytest.mark.answers
def test_a_dos_file_is_read_once_its_encoding_is_chosen(data_dir):
    path = data_dir / "sales_data_sample" / "sales_data_sample.csv"
    with pytest.raises(UnreadableFile, match="encoding"):
        read_table(path, path.name)
    found = read_table(path, path.name, encoding="cp850")
    rows = [dict(zip(found.headers, row.cells, strict=True)) for row in found.rows]
    assert (len(rows), len(found.headers)) == (2823, 25)
    assert any("Berguvsvägen" in row["ADDRESSLINE1"] for row in rows)
    assert sum(row["TERRITORY"] == "NA" for row in rows) == 1074


@pytest.mark.answers
def test_real_workbooks(data_dir):
    folder = data_dir / "xlsx_sheetjs"
    sushi = read_table(folder / "sushi.xlsx", "sushi.xlsx")
    assert sushi.headers == ["🍣"]
    interview = read_table(folder / "interview.xlsx", "interview.xlsx")
    assert (interview.sheet, len(list(interview.rows))) == ("interview", 18)
    for first, name in (("1900-01-01", "1900.xlsx"), ("1904-01-02", "1904.xlsx")):
        with pytest.raises(UnreadableFile, match=first):  # both days of each pair read alike
            read_table(folder / "1904" / name, name)
    for path in folder.rglob("*.xlsx"):
        with suppress(UnreadableFile):
            list(read_table(path, path.name).rows)
