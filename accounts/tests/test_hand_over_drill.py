"""Fault drill: the worker that hands over is killed in the middle, again and again; every customer goes exactly once.

On SQLite, and on PostgreSQL where a server answers.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from followups.tests.lab import Lab, PostgresStore, SqliteStore, free_port, kill, postgres_server, wait_for

pytestmark = pytest.mark.faults

CUSTOMERS, KILLS = 60, 3
WENT = "SELECT count(*) FROM accounts_handoveritem WHERE state = 'DONE'"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def lab(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lab]:
    """The product on a fresh database."""
    server = postgres_server() if request.param == "postgresql" else None
    if request.param == "postgresql" and server is None:
        pytest.skip("no PostgreSQL server answers (set DATABASE_URL)")
    lab = Lab(PostgresStore(server) if server else SqliteStore(tmp_path), tmp_path, free_port())
    lab.run("manage.py", "migrate", "--verbosity", "0")
    yield lab
    lab.close()


def went(lab: Lab) -> int:
    """Return how many customers have gone over."""
    return int(lab.store.run(WENT)[0][0])


def test_a_worker_killed_in_the_middle_hands_nothing_over_twice_and_forgets_nothing(lab: Lab) -> None:
    lab.run("-m", "accounts.tests.handover_rows", "make", str(CUSTOMERS))
    for _each in range(KILLS):
        before = went(lab)
        worker = lab.start("-m", "accounts.tests.handover_rows", "work")
        wait_for(lambda: went(lab) > before + 2, "customers that went over", children=[worker])  # noqa: B023 - at once
        kill(worker)
        assert lab.store.run("SELECT state FROM crm_job") == [("RUNNING",)]
        lab.store.run("UPDATE crm_job SET lease_until = ?", "2020-01-01 00:00:00")
    assert went(lab) < CUSTOMERS, "no kill came in the middle: the drill proved nothing"

    lab.run("-m", "accounts.tests.handover_rows", "work")

    assert lab.store.run("SELECT state FROM crm_job") == [("DONE",)]
    assert lab.store.run("SELECT state FROM accounts_handover") == [("DONE",)]
    assert lab.store.run("SELECT state, count(*) FROM accounts_handoveritem GROUP BY state") == [
        ("DONE", CUSTOMERS + 1)
    ]
    owners = "SELECT name, count(*) FROM accounts_account JOIN teams_user ON owner_id = teams_user.id GROUP BY name"
    assert lab.store.run(owners.replace("name", "teams_user.name")) == [("刘婷", CUSTOMERS)]
    once = "SELECT subject_id, count(*) FROM crm_auditentry WHERE action = 'account.owner_changed' GROUP BY subject_id"
    assert [times for _account, times in lab.store.run(once)] == [1] * CUSTOMERS
    visits = "SELECT count(*), count(DISTINCT account_id) FROM followups_followup WHERE kind = 'first-visit'"
    assert lab.store.run(visits) == [(CUSTOMERS, CUSTOMERS)]
    assert "as it must be" in lab.run("manage.py", "check_deliveries")
