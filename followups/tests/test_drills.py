"""Fault drills: real dispatchers and planners, killed, doubled and cut off; nothing lost, nothing in the app twice.

Each drill runs on SQLite, and on PostgreSQL where a server answers.
"""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from followups.tests.lab import (
    Lab,
    PostgresStore,
    Sink,
    SqliteStore,
    Store,
    free_port,
    kill,
    mail_server,
    postgres_server,
    redis_server,
    wait_for,
)

pytestmark = pytest.mark.faults

PEOPLE, EACH, KILLS = 6, 3, 3


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def migrated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A database with the tables of the product, to be copied."""
    folder = tmp_path_factory.mktemp(request.param)
    store: Store
    if request.param == "sqlite":
        store = SqliteStore(folder)
    else:
        server = postgres_server()
        if server is None:
            pytest.skip("no PostgreSQL server answers (set DATABASE_URL)")
        store = PostgresStore(server)
    try:
        Lab(store, folder, 25).run("manage.py", "migrate", "--verbosity", "0")
        yield store
    finally:
        store.drop()


@pytest.fixture
def lab(migrated: Store, tmp_path: Path) -> Iterator[Callable[[int], Lab]]:
    """Return `lab(mail_port)`: the product on a fresh database."""
    made: list[Lab] = []

    def at(mail_port: int) -> Lab:
        made.append(Lab(migrated.copy(tmp_path), tmp_path, mail_port))
        return made[-1]

    yield at
    for each in made:
        each.close()


def assert_all_is_well(lab: Lab, sink: Sink, *, kills: int) -> None:
    """Hold the outcome against the invariants: 0 lost, in the app exactly once, mails at most doubled by a kill."""
    items = PEOPLE * EACH
    assert lab.states("IN_APP") == {"SENT": items}
    assert lab.states("EMAIL") == {"SENT": items}
    lines = lab.store.run("SELECT key, count(*) FROM followups_notification GROUP BY key")
    assert [count for _key, count in lines] == [1] * items
    known = {
        ref for (ref,) in lab.store.run("SELECT DISTINCT provider_ref FROM followups_delivery WHERE channel='EMAIL'")
    }
    assert set(sink.identities) == known
    assert len(sink.mails) - len(known) <= kills
    for number in range(PEOPLE):
        told = " ".join(text for _identity, to, text in sink.mails if to == f"drill{number}@firm.example")
        assert all(f"promise {item} of drill{number}." in told for item in range(EACH))
    assert "as it must be" in lab.run("manage.py", "check_deliveries")


def test_a_dispatcher_killed_in_the_middle_of_sending_loses_nothing(lab):
    sink = Sink(seconds=1.0)
    with mail_server(sink) as port:
        here = lab(port)
        here.run("-m", "followups.tests.drill_rows", "people", str(PEOPLE), str(EACH))
        for _each in range(KILLS):
            before = len(sink.mails)
            child = here.dispatch("--loop")
            wait_for(lambda: len(sink.mails) > before, "a mail on its way", children=[child])  # noqa: B023 - used at once
            kill(child)
            assert here.states("EMAIL")["SENDING"] > 0
            here.end_leases()
        sink.seconds = 0.0
        child = here.dispatch("--once")
        assert child.wait(timeout=120) == 0
        assert len(sink.mails) > len(sink.identities), "no kill hit a mail on its way: the drill proved nothing"
        assert_all_is_well(here, sink, kills=KILLS)


def test_three_dispatchers_at_once_send_nothing_twice(lab):
    sink = Sink(seconds=0.2)
    with mail_server(sink) as port:
        here = lab(port)
        here.run("-m", "followups.tests.drill_rows", "people", str(PEOPLE), str(EACH))
        for child in [here.dispatch("--once") for _each in range(3)]:
            assert child.wait(timeout=120) == 0
        assert_all_is_well(here, sink, kills=0)
        assert len(sink.mails) == PEOPLE


def test_three_planners_at_once_plan_nothing_twice(lab):
    here = lab(free_port())
    here.run("-m", "followups.tests.drill_rows", "people", "1", "0")
    planners = [here.start("-m", "followups.tests.drill_rows", "plan", "1500") for _each in range(3)]
    for child in planners:
        said, _nothing = child.communicate(timeout=180)
        assert child.returncode == 0, said
    assert here.store.run("SELECT count(*), count(DISTINCT key) FROM followups_followup") == [(1500, 1500)]
    assert here.store.run("SELECT count(*) FROM followups_delivery") == [(3000,)]


def test_while_the_mail_server_is_out_the_app_goes_on_and_mail_follows(lab):
    sink, port = Sink(), free_port()
    here = lab(port)
    here.run("-m", "followups.tests.drill_rows", "people", str(PEOPLE), str(EACH))
    assert here.dispatch("--once").wait(timeout=120) == 0
    assert here.states("IN_APP") == {"SENT": PEOPLE * EACH}
    assert here.states("EMAIL") == {"DUE": PEOPLE * EACH}
    here.store.run("UPDATE followups_delivery SET next_try_at = ? WHERE state = 'DUE'", "2020-01-01 00:00:00")
    with mail_server(sink, port):
        assert here.dispatch("--once").wait(timeout=120) == 0
        assert_all_is_well(here, sink, kills=0)


def test_a_broker_that_loses_all_it_held_loses_no_reminder(lab):
    sink, broker_port = Sink(), free_port()
    with mail_server(sink) as port:
        here = lab(port)
        here.run("-m", "followups.tests.drill_rows", "people", str(PEOPLE), str(EACH))
        with redis_server(broker_port) as broker:
            here.run("-m", "followups.tests.drill_rows", "wake", "20", broker=broker)
        assert here.states("EMAIL") == {"DUE": PEOPLE * EACH}
        with redis_server(broker_port) as broker:
            worker = here.start("-m", "celery", "-A", "crm", "worker", "--pool", "solo", broker=broker)
            here.run("-m", "followups.tests.drill_rows", "wake", "3", broker=broker)
            wait_for(lambda: here.states("EMAIL")["SENT"] == PEOPLE * EACH, "every mail", children=[worker])
            assert_all_is_well(here, sink, kills=0)


def test_told_to_stop_it_finishes_the_mail_in_its_hands(lab):
    sink = Sink(seconds=1.0)
    with mail_server(sink) as port:
        here = lab(port)
        here.run("-m", "followups.tests.drill_rows", "people", str(PEOPLE), str(EACH))
        child = here.dispatch("--loop")
        wait_for(lambda: sink.mails, "a mail on its way", children=[child])
        os.kill(child.pid, signal.SIGTERM)
        assert child.wait(timeout=30) == 0
        assert here.states("EMAIL")["SENDING"] == 0
        assert here.states("EMAIL")["SENT"] == EACH * len(sink.mails)
