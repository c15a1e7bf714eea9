"""The wizard on the web."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Account
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


def test_from_upload_to_result(uploaded, django_capture_on_commit_callbacks):
    client, run = uploaded
    page = client.get(reverse("imports:run", args=[run.key])).content.decode()
    assert "客户.csv" in page
    assert "苏州启明电子有限公司" in page
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("imports:columns", args=[run.key]), columns_of(run))
    assert "expected a whole number" in client.get(reverse("imports:run", args=[run.key])).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("imports:load", args=[run.key]), {"existing": "FILL"})
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
