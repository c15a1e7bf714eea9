"""The wizard on the web."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from accounts.models import Account
from crm.models import Job
from imports.actions import runs
from imports.models import ImportRun

GOOD = "客户名称,员工人数\n苏州启明电子有限公司,12\n无锡远川机械有限公司,很多\n"


@pytest.fixture
def uploaded(client_for, director):
    """Return a client at a fresh import of two customers, one of them wrong."""
    client = client_for(director)
    client.post(reverse("imports:upload"), {"files": SimpleUploadedFile("客户.csv", GOOD.encode("gb18030"))})
    return client, ImportRun.objects.get()


def columns_of(run):
    file = run.files.get()
    prefix = f"file{file.pk}-"
    return {f"{prefix}shape": file.shape} | {prefix + name: header for name, header in file.columns.items()}


def proposed(run):
    """Return the answers as the page proposes them."""
    run.refresh_from_db()
    return {f"question{number}": question["default"] for number, question in enumerate(run.report["questions"])}


def test_from_upload_to_result(uploaded, django_capture_on_commit_callbacks):
    client, run = uploaded
    page = client.get(reverse("imports:run", args=[run.key])).content.decode()
    assert "客户.csv" in page
    assert "苏州启明电子有限公司" in page
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("imports:columns", args=[run.key]), columns_of(run))
    assert "expected a whole number" in client.get(reverse("imports:run", args=[run.key])).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("imports:load", args=[run.key]), {"existing": "FILL"} | proposed(run))
    assert list(Account.objects.values_list("name", flat=True)) == ["苏州启明电子有限公司"]
    book = load_workbook(
        BytesIO(b"".join(client.get(reverse("imports:failures", args=[run.key, 0])).streaming_content))
    )
    assert list(book.active.rows)[1][0].value == "无锡远川机械有限公司"
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("imports:take_back", args=[run.key]))
    assert Account.objects.count() == 0


def test_pasted_rows_are_read_like_a_file(client_for, director):
    client_for(director).post(reverse("imports:upload"), {"pasted": "客户名称\t电话\n苏州启明电子有限公司\t0512-1\n"})
    assert ImportRun.objects.get().files.get().columns == {"name": "客户名称", "phone": "电话"}


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("macro.xlsm", b"PK\x03\x04", "macro"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xlsx"),
        ("empty.csv", b"", "empty"),
        ("picture.csv", b"\x89PNG\r\n", "no table"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_what_to_do(client_for, director, name, data, says):
    response = client_for(director).post(reverse("imports:upload"), {"files": SimpleUploadedFile(name, data)})
    assert says in response.content.decode()
    assert ImportRun.objects.count() == 0


def test_one_column_cannot_fill_two_fields(uploaded):
    client, run = uploaded
    prefix = f"file{run.files.get().pk}-"
    response = client.post(
        reverse("imports:columns", args=[run.key]), columns_of(run) | {f"{prefix}short_name": "客户名称"}
    )
    assert response.status_code == 422
    assert "two fields" in response.content.decode()


def test_another_persons_import_is_not_there(uploaded, manager, client_for):
    _client, run = uploaded
    assert client_for(manager).get(reverse("imports:run", args=[run.key])).status_code == 404


def test_a_rep_may_not_import(rep, client_for):
    assert client_for(rep).get(reverse("imports:upload")).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_import_and_three(count, client_for, director, django_assert_num_queries):
    client = client_for(director)
    for _ in range(count):
        client.post(reverse("imports:upload"), {"pasted": "客户名称\t电话\n苏州启明电子有限公司\t0512-1\n"})
    with django_assert_num_queries(8):
        assert client.get(reverse("imports:list")).status_code == 200


def posted(client, **fields):
    return client.post(reverse("imports:upload"), fields)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("客户名称,电话\n".encode(), "headings but no rows"),
        (",".join(f"c{number}" for number in range(10_000)).encode() + b"\n1\n", "more than 300 columns"),
        ("account\nBerguvsvägen\n".encode("cp850"), "Choose the encoding"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><table/>", "no table"),
    ],
)
def test_more_that_is_refused_with_what_to_do(client_for, director, data, says):
    response = posted(client_for(director), files=SimpleUploadedFile("x.csv", data))
    assert response.status_code == 422
    assert says in response.content.decode()
    assert ImportRun.objects.count() == 0


def test_the_encoding_is_chosen_where_the_file_does_not_say(client_for, director):
    data = "account,address\nA,Berguvsvägen\n".encode("cp850")
    posted(client_for(director), files=SimpleUploadedFile("x.csv", data), encoding="cp850")
    file = ImportRun.objects.get().files.get()
    assert (file.encoding, file.samples) == ("cp850", [["A", "Berguvsvägen"]])


def test_rows_taken_for_something_else_are_matched_anew(client_for, director):
    client = client_for(director)
    posted(client, pasted="姓名\t公司\n李敏\t苏州启明电子有限公司\n")
    run = ImportRun.objects.get()
    assert run.files.get().shape == "CONTACTS"
    fields = columns_of(run) | {f"file{run.files.get().pk}-shape": "PEOPLE"}
    client.post(reverse("imports:columns", args=[run.key]), fields)
    file = run.files.get()
    assert (file.shape, file.columns, ImportRun.objects.get().state) == ("PEOPLE", {"name": "姓名"}, "COLUMNS")


def test_another_sheet_can_be_chosen(client_for, director):
    book = Workbook()
    book.active.title = "说明"
    book.active.append(["请看下一张表"])
    book.active.append(["谢谢"])
    book.create_sheet("客户").append(["客户名称", "城市"])
    book["客户"].append(["苏州启明电子有限公司", "苏州"])
    target = BytesIO()
    book.save(target)
    client = client_for(director)
    posted(client, files=SimpleUploadedFile("x.xlsx", target.getvalue()))
    run = ImportRun.objects.get()
    fields = columns_of(run) | {f"file{run.files.get().pk}-sheet": "客户"}
    client.post(reverse("imports:columns", args=[run.key]), fields)
    file = run.files.get()
    assert (file.sheet, file.columns, file.rows) == ("客户", {"name": "客户名称", "city": "城市"}, 1)


def test_what_is_not_imported_is_said(client_for, director):
    client = client_for(director)
    posted(client, pasted="客户名称\t备注一\n苏州启明电子有限公司\t好\n")
    page = client.get(reverse("imports:run", args=[ImportRun.objects.get().key])).content.decode()
    assert "Not imported: 备注一." in page


def test_answers_are_kept_while_the_rows_are_checked_again(uploaded, django_capture_on_commit_callbacks):
    client, run = uploaded
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("imports:columns", args=[run.key]), columns_of(run))
    keys = [question["key"] for question in ImportRun.objects.get().report["questions"]]
    fields = proposed(run) | {"existing": "FILL", "check": "1"}
    fields[f"question{keys.index('cell:ACCOUNTS:employees:number')}"] = "empty"
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("imports:load", args=[run.key]), fields)
    run.refresh_from_db()
    assert (run.state, run.report["created"], run.report["failed"]) == ("CHECKED", {"ACCOUNTS": 2}, 0)
    assert Account.objects.count() == 0
    client.post(reverse("imports:change_columns", args=[run.key]))
    run.refresh_from_db()
    assert run.state == "COLUMNS"


def test_a_long_import_shows_how_far_it_is_and_can_be_stopped(uploaded, director):
    client, run = uploaded
    run = runs.start_check(run, actor=director, wake=lambda _pk: None)
    Job.objects.update(done=1, total=4, recorded_at=timezone.now() - timedelta(seconds=60))
    page = client.get(reverse("imports:run", args=[run.key])).content.decode()
    assert "25 % · 1 / 4 · about 3 min left" in page
    assert 'hx-trigger="every 10s"' in page
    client.post(reverse("imports:stop", args=[run.key]))
    run.refresh_from_db()
    assert (run.state, run.job.state) == ("COLUMNS", "CANCELLED")
