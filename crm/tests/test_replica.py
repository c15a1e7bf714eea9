"""Reports read from a copy of the database, where there is one, and never behind one's own write."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings as django_settings
from django.db import connections
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.replica import LAG, WROTE_AT, ReplicaRouter, WroteMiddleware, reads_replica, replica
from teams.models import User

needs_copy = pytest.mark.skipif(
    not django_settings.HAS_REPLICA, reason="no copy of the database (set DATABASE_REPLICA_URL)"
)


@pytest.fixture
def a_copy(settings) -> None:
    """Let the settings name a copy; nobody connects to it here."""
    settings.HAS_REPLICA = True


@reads_replica
def where(_request) -> HttpResponse:
    """Answer where a read would go."""
    return HttpResponse(ReplicaRouter().db_for_read(User) or "default")


def asked(now, wrote_at: float | None = None) -> str:
    session = {} if wrote_at is None else {WROTE_AT: wrote_at}
    return where(SimpleNamespace(now=now, session=session)).content.decode()


def test_a_report_reads_the_copy(a_copy: None, now) -> None:
    assert asked(now) == "replica"
    assert ReplicaRouter().db_for_read(User) is None


def test_who_has_just_written_reads_the_database_itself(a_copy: None, now) -> None:
    assert asked(now, (now - LAG + timedelta(seconds=1)).timestamp()) == "default"
    assert asked(now, (now - LAG).timestamp()) == "replica"


def test_without_a_copy_everything_reads_the_database(settings, now) -> None:
    settings.HAS_REPLICA = False

    assert asked(now) == "default"


def test_writes_and_migrations_never_go_to_the_copy(a_copy: None) -> None:
    with replica():
        assert ReplicaRouter().db_for_write(User) == "default"
    assert ReplicaRouter().allow_migrate("replica", "teams") is False
    assert ReplicaRouter().allow_migrate("default", "teams") is None


@pytest.mark.parametrize(
    ("method", "status", "noted"),
    [("POST", 302, True), ("POST", 422, False), ("GET", 200, False), ("DELETE", 204, True)],
)
def test_a_write_that_got_through_is_noted(a_copy: None, now, method: str, status: int, noted: bool) -> None:
    request = SimpleNamespace(method=method, session={}, now=now, user=SimpleNamespace(is_authenticated=True))

    WroteMiddleware(lambda _request: HttpResponse(status=status))(request)

    assert request.session == ({WROTE_AT: now.timestamp()} if noted else {})


@needs_copy
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True, databases=["default", "replica"])
@pytest.mark.parametrize(
    "page",
    ["reports:dashboard", "reports:changes", "accounts:export", "pipeline:export", "visits:export"],
)
def test_pages_that_only_read_ask_the_copy_for_all_their_rows(settings, client_for, manager, changhong, page) -> None:
    settings.DATABASE_ROUTERS = ["crm.replica.ReplicaRouter"]
    client = client_for(manager)
    query = {"kind": "moved"} if page == "reports:changes" else {}

    with (
        CaptureQueriesContext(connections["replica"]) as copied,
        CaptureQueriesContext(connections["default"]) as asked,
    ):
        assert client.get(reverse(page), query).status_code == 200

    rows = ("pipeline_", "visits_", "accounts_")
    assert [query["sql"] for query in copied if any(f'FROM "{name}' in query["sql"] for name in rows)]
    assert [query["sql"] for query in asked if any(f'FROM "{name}' in query["sql"] for name in rows)] == []
