"""Rows that were not loaded come back as a file, in their order; mended, the file is uploaded again as it is."""

from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import translation
from openpyxl import Workbook, load_workbook

from accounts.models import Account
from imports.actions import runs
from imports.fields import FIELDS
from imports.handing_back import write_refused
from imports.models import ImportRun
from imports.templates import write_template

TEXT = (
    "客户名称,员工人数,备注\n苏州启明电子有限公司,很多,=HYPERLINK(\"x\")\n无锡远川机械有限公司,3,\n"
    "常州铁马有限公司,5,一,二\n扬州百川有限公司,不详,\n"
)  # fmt: skip


@pytest.fixture
def book(load):
    """The rows of an import that were not loaded, as the user opens them."""
    target = BytesIO()
    assert write_refused(target, load(customers=TEXT).files.get()) == 3
    return load_workbook(target)


def test_the_file_says_why_and_loses_no_cell(book):
    assert list(book.active.values) == [
        ("客户名称", "员工人数", "备注", "Row", "Reason", "More 1"),
        (
            "苏州启明电子有限公司",
            "很多",
            '=HYPERLINK("x")',
            2,
            "Employees: expected a whole number, found “很多”",
            None,
        ),
        (
            "常州铁马有限公司",
            "5",
            "一",
            4,
            "The row has 4 and the headings have 3 cells. Look for a separator inside a text.",
            "二",
        ),
        ("扬州百川有限公司", "不详", None, 5, "Employees: expected a whole number, found “不详”", None),
    ]
    assert book.active.freeze_panes == "A2"


def test_what_looks_like_a_formula_stays_text(book):
    cell = book.active["C2"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


def test_mended_it_is_uploaded_again_as_it_is(book, director, django_capture_on_commit_callbacks):
    book.active["B2"], book.active["B4"] = 120, 7
    target = BytesIO()
    book.save(target)
    run = runs.upload([("customers - not imported.xlsx", target.getvalue())], actor=director)
    assert run.files.get().columns == {"name": "客户名称", "employees": "员工人数"}
    for start in (runs.start_check, runs.start_load):
        with django_capture_on_commit_callbacks(execute=True):
            start(run, actor=director)
    assert dict(Account.objects.values_list("name", "employees")) == {
        "苏州启明电子有限公司": 120, "无锡远川机械有限公司": 3, "常州铁马有限公司": 5, "扬州百川有限公司": 7,
    }  # fmt: skip
    assert ImportRun.objects.get(pk=run.pk).result["failed"] == 0


def test_each_file_is_handed_back_by_itself(load, director, client_for):
    run = load(customers=TEXT, people="姓名\n李娜\n\"\"\n")  # fmt: skip
    page = client_for(director).get(reverse("imports:run", args=[run.key])).content.decode()
    assert reverse("imports:failures", args=[run.key, 0]) in page
    assert reverse("imports:failures", args=[run.key, 1]) not in page


def test_a_template_has_a_sample_row_and_lists_and_loads_once_it_is_filled(
    director, client_for, load, django_capture_on_commit_callbacks
):
    load(accounts="客户名称,行业\n苏州启明电子有限公司,电子制造\n")
    response = client_for(director).get(reverse("imports:template", args=["accounts"]))
    book = load_workbook(BytesIO(b"".join(response.streaming_content)))
    sheet = book.worksheets[0]
    headings = [cell.value for cell in sheet[1]]
    assert headings[:5] == ["Name", "Short name", "Also known as", "Number elsewhere", "Industry"]
    assert sheet["A2"].value == "示例精密机械有限公司"
    (industries,) = [rule for rule in sheet.data_validations.dataValidation if "E2:E5000" in str(rule.sqref)]
    assert (industries.formula1, book["Choices"]["E1"].value) == ("'Choices'!$E$1:$E$1", "电子制造")

    sheet.append(["无锡远川机械有限公司", "", "", "000013"])
    target = BytesIO()
    book.save(target)
    run = runs.upload([("accounts.xlsx", target.getvalue())], actor=director)
    for start in (runs.start_check, runs.start_load):
        with django_capture_on_commit_callbacks(execute=True):
            start(run, actor=director)
    assert Account.objects.filter(name="无锡远川机械有限公司").exists()
    assert run.files.get().rows == 2
    assert not Account.objects.filter(name__startswith="示例").exists()


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
@pytest.mark.parametrize("shape", ["people", "accounts", "contacts", "products", "opportunities", "turnover"])
def test_every_template_is_recognised_whole_and_its_sample_is_not_loaded(
    shape, language, director, django_capture_on_commit_callbacks
):
    target = BytesIO()
    with translation.override(language):
        write_template(target, shape.upper(), actor=director)
    run = runs.upload([("template.xlsx", target.getvalue())], actor=director)
    file = run.files.get()
    assert (file.shape, set(file.columns)) == (shape.upper(), {field.name for field in FIELDS[shape.upper()]})
    with django_capture_on_commit_callbacks(execute=True):
        runs.start_check(run, actor=director)
    report = ImportRun.objects.get().report
    assert (report["created"], report["failed"], report["skipped"]) == ({}, 0, {shape.upper(): 1})


def workbook(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def test_a_formula_without_a_result_is_warned_of(director, db):
    run = runs.upload([("x.xlsx", workbook(["客户名称", "员工人数"], ["甲", "=1+2"]))], actor=director)
    (warning,) = run.files.get().warnings
    assert warning.startswith("Formulas without a result: B2.")
