"""The list of customers as a file: exactly what is shown, typed, by a worker where it is long, told in history."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Account
from accounts.tests.factories import AccountFactory, TurnoverFactory
from crm.jobs import run_job
from crm.models import AuditEntry, Job, StoredFile
from teams import list_exports
from teams.models import User

SignIn = Callable[[User], Client]


def export(client: Client, query: str = "") -> HttpResponse:
    return client.get(f"{reverse('accounts:export')}?{query}")


def content(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def sheet(response: Any) -> Any:
    return load_workbook(io.BytesIO(content(response))).active


def rows(response: Any) -> list[tuple[Any, ...]]:
    return list(sheet(response).iter_rows(values_only=True))


@pytest.fixture
def _one_is_many(monkeypatch) -> None:
    """A list of more than one row is left to a worker."""
    monkeypatch.setattr(list_exports, "AT_ONCE", 1)


@pytest.fixture
def three(rep: User, changhong: Account) -> list[Account]:
    return [changhong, AccountFactory(owner=rep, name="昆山恒远", tier="A"), AccountFactory(owner=rep, name="别家")]


def test_it_has_the_columns_of_the_person_in_his_order_and_the_order_of_the_rows(
    three: list[Account], rep: User, client_for: SignIn
) -> None:
    client = client_for(rep)
    client.post(reverse("teams:columns"), {"page": "accounts:list", "query": "", "col": ["phone", "tier"]})
    found = rows(export(client, "sort=-tier"))
    assert found[0] == ("Name", "Phone", "Tier")
    shown = client.get("/accounts/?sort=-tier").context["page"].items
    assert [row[0] for row in found[1:]] == [account.name for account in shown]
    assert rows(export(client, "col=tier&col=phone"))[0] == ("Name", "Tier", "Phone")


def test_days_and_amounts_stay_what_they_are_and_the_heading_stays_in_sight(
    changhong: Account, rep: User, client_for: SignIn
) -> None:
    day = timezone.localdate()
    Account.objects.update(next_contact_on=day)
    TurnoverFactory(account=changhong, booked_on=day, amount=Decimal("1234567.5"))
    page = sheet(export(client_for(rep), "col=next&col=turnover"))
    assert page.freeze_panes == "A2"
    assert (page["B2"].value.date(), page["B2"].is_date) == (day, True)
    assert (page["C2"].value, page["C2"].number_format) == (1234567.5, "#,##0.00")
    assert page.column_dimensions["A"].width > 20


def test_every_download_stands_in_history_with_its_list_and_rows(
    three: list[Account], rep: User, client_for: SignIn
) -> None:
    export(client_for(rep), "tier=A&col=tier&format=csv")
    entry = AuditEntry.objects.get(action="list.exported")
    assert (entry.actor_id, entry.kind, entry.subject_id) == (rep.pk, "teams.user", rep.pk)
    assert entry.changes == {
        "list": "accounts:list",
        "rows": 1,
        "filter": "Tier: A",
        "columns": ["name", "tier"],
        "format": "csv",
    }


@pytest.mark.usefixtures("_one_is_many")
def test_a_long_list_is_written_by_a_worker_for_its_owner_alone(
    three: list[Account], rep: User, manager: User, client_for: SignIn, django_capture_on_commit_callbacks
) -> None:
    client = client_for(rep)
    with django_capture_on_commit_callbacks(execute=True):
        sent = export(client, "col=phone&sort=-name&page=1")
    job = Job.objects.get()
    assert (job.state, job.total) == ("DONE", 3)
    page = client.get(sent.headers["Location"])
    assert "3 rows" in page.content.decode()
    found = rows(client.get(job.result["url"]))
    assert found[0] == ("Name", "Phone")
    shown = client.get("/accounts/?sort=-name").context["page"].items
    assert [row[0] for row in found[1:]] == [account.name for account in shown]
    assert client_for(manager).get(job.result["url"]).status_code == 404
    assert client_for(manager).get(sent.headers["Location"]).status_code == 404
    entry = AuditEntry.objects.get(action="list.exported")
    assert (entry.actor_id, entry.changes["rows"], entry.changes["list"]) == (rep.pk, 3, "accounts:list")


@pytest.mark.usefixtures("_one_is_many")
def test_a_long_list_as_text_keeps_formulas_apart(
    three: list[Account], rep: User, client_for: SignIn, django_capture_on_commit_callbacks
) -> None:
    AccountFactory(owner=rep, name='=HYPERLINK("http://x")', tier="A")
    client = client_for(rep)
    with django_capture_on_commit_callbacks(execute=True):
        export(client, "tier=A&col=tier&format=csv")
    answer = client.get(Job.objects.get().result["url"])
    lines = list(csv.reader(io.StringIO(content(answer).decode("utf-8-sig"))))
    assert lines == [["Name", "Tier"], ['\'=HYPERLINK("http://x")', "A"], ["昆山恒远", "A"]]


@pytest.mark.usefixtures("_one_is_many")
def test_the_file_is_gone_after_a_week(
    three: list[Account], rep: User, client_for: SignIn, django_capture_on_commit_callbacks
) -> None:
    client = client_for(rep)
    with django_capture_on_commit_callbacks(execute=True):
        export(client)
    stored = StoredFile.objects.get()
    assert abs(stored.expires_at - timezone.now() - timedelta(days=7)) < timedelta(minutes=1)
    StoredFile.objects.update(expires_at=timezone.now())
    assert client.get(Job.objects.get().result["url"]).status_code == 404


@pytest.mark.usefixtures("_one_is_many")
def test_who_may_download_no_more_gets_no_file(three: list[Account], rep: User, now, client_for: SignIn) -> None:
    export(client_for(rep))
    User.objects.filter(pk=rep.pk).update(role="DEALER")
    job = Job.objects.get()
    run_job(job.pk, now=now)
    job.refresh_from_db()
    assert (job.state, job.error) == ("FAILED", "Your role downloads no lists any more.")
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_a_download_costs_the_same_with_one_and_with_three(
    count: int, rep: User, client_for: SignIn, django_assert_num_queries
) -> None:
    AccountFactory.create_batch(count, owner=rep)
    client = client_for(rep)
    export(client)
    # session, user, absences; own choice, count, the note in history (with a savepoint: 3), rows; teams for the words
    with django_assert_num_queries(9):
        export(client)
