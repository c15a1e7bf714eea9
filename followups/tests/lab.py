"""What fault drills need: processes of the product, a database of their own, a mail server that answers slowly.

Everything listens on 127.0.0.1 only. A drill kills the processes it started, and nothing else.
"""

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg2
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 90.0


@dataclass
class Sink:
    """A mail server that keeps what it is given; `seconds` pass between taking a mail and saying so."""

    seconds: float = 0.0
    mails: list[tuple[str, str, str]] = field(default_factory=list)

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep a mail, then take a while to answer: who is killed meanwhile does not know that it arrived."""
        mail = message_from_bytes(envelope.content)
        text = mail.get_payload(0).get_payload(decode=True).decode()
        self.mails.append((mail["Message-ID"], envelope.rcpt_tos[0], text))
        await asyncio.sleep(self.seconds)
        return "250 taken"

    @property
    def identities(self) -> Counter[str]:
        """Return how often each Message-ID arrived."""
        return Counter(identity for identity, _to, _text in self.mails)


@contextmanager
def mail_server(sink: Sink, port: int = 0) -> Iterator[int]:
    """Run a mail server on a free port (or the given one); yields the port."""
    controller_module = pytest.importorskip("aiosmtpd.controller", reason="aiosmtpd is not installed")
    controller = controller_module.Controller(sink, hostname="127.0.0.1", port=port or free_port())
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def free_port() -> int:
    """Return a port nobody listens on."""
    import socket  # noqa: PLC0415 - used here only

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class SqliteStore:
    """A database in a file."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "drill.sqlite3"
        self.url = f"sqlite:///{self.path}"

    def copy(self, folder: Path) -> "SqliteStore":
        """Return a database with the same content."""
        other = SqliteStore(folder)
        shutil.copy(self.path, other.path)
        return other

    def run(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Run a statement with `?` marks and return its rows."""
        with closing(sqlite3.connect(self.path, timeout=20)) as connection, connection:
            return connection.execute(sql, values).fetchall()

    def drop(self) -> None:
        """The folder goes with the test."""


class PostgresStore:
    """A database on the server of DATABASE_URL, or on the one of this machine."""

    def __init__(self, server: str, template: str = "template0") -> None:
        self.server = server
        self.name = f"drill_{uuid4().hex[:12]}"
        self._admin(f'CREATE DATABASE "{self.name}" TEMPLATE "{template}"')
        self.url = f"{server}/{self.name}"

    def _admin(self, sql: str) -> None:
        connection = psycopg2.connect(f"{self.server}/postgres")
        connection.autocommit = True
        with closing(connection), connection.cursor() as cursor:
            cursor.execute(sql)

    def copy(self, _folder: Path) -> "PostgresStore":
        """Return a database with the same content."""
        return PostgresStore(self.server, template=self.name)

    def run(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Run a statement with `?` marks and return its rows."""
        with closing(psycopg2.connect(self.url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute(sql.replace("?", "%s"), values)
            return cursor.fetchall() if cursor.description else []

    def drop(self) -> None:
        """Remove the database."""
        self._admin(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')


def postgres_server() -> str | None:
    """Return the address of a server that answers and lets us make databases, without a database name."""
    given = os.environ.get("DATABASE_URL", "")
    candidates = [given.rpartition("/")[0]] if urlsplit(given).scheme.startswith("postgres") else []
    for server in [*candidates, "postgresql://postgres@127.0.0.1", "postgresql://"]:
        try:
            with closing(psycopg2.connect(f"{server}/postgres", connect_timeout=2)):
                return server
        except psycopg2.OperationalError:
            continue
    return None


@contextmanager
def redis_server(port: int) -> Iterator[str]:
    """Run a Redis that keeps nothing on disk: what it held is gone when it ends. Yields its address."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # a program found on this machine
    try:
        wait_for(lambda: _answers(port), "Redis")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        child.kill()
        child.wait(timeout=10)


def _answers(port: int) -> bool:
    import socket  # noqa: PLC0415 - used here only

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


Store = SqliteStore | PostgresStore


@dataclass
class Lab:
    """The product on a database of its own; `mail_port` is where its mail goes."""

    store: Store
    folder: Path
    mail_port: int
    children: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, *command: str, broker: str = "") -> subprocess.Popen[str]:
        """Start `python <command>` of the product; `broker` is the address of a Redis."""
        environment = os.environ | {
            "DATABASE_URL": self.store.url,
            "DATABASE_REPLICA_URL": "",
            "VAR_DIR": str(self.folder / "var"),
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}",
            "READ_DOT_ENV": "0",
            "REDIS_URL": broker,
            "DJANGO_SETTINGS_MODULE": "crm.settings",
            "PYTHONPATH": str(ROOT),
        }
        child = subprocess.Popen(  # our own interpreter and commands written in the drills
            [sys.executable, *command],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.children.append(child)
        return child

    def run(self, *command: str, broker: str = "") -> str:
        """Run a command to its end and return what it said; its failure fails the drill."""
        child = self.start(*command, broker=broker)
        said, _nothing = child.communicate(timeout=PATIENCE * 2)
        assert child.returncode == 0, said
        return said

    def dispatch(self, way: str = "--once") -> subprocess.Popen[str]:
        """Start a dispatcher."""
        return self.start("manage.py", "dispatch", way)

    def end_leases(self) -> None:
        """Let the minute of every lease pass at once."""
        self.store.run(
            "UPDATE followups_delivery SET lease_until = ?, next_try_at = ? WHERE state = 'SENDING'",
            "2020-01-01 00:00:00",
            "2020-01-01 00:00:00",
        )

    def states(self, channel: str) -> Counter[str]:
        """Return how many deliveries of a channel are in each state."""
        rows = self.store.run(
            "SELECT state, count(*) FROM followups_delivery WHERE channel = ? GROUP BY state", channel
        )
        return Counter(dict(rows))

    def close(self) -> None:
        """End what is still running and remove the database."""
        for child in self.children:
            if child.poll() is None:
                child.kill()
                child.wait(timeout=10)
            if child.stdout:
                child.stdout.close()
        self.store.drop()


def kill(child: subprocess.Popen[str]) -> None:
    """Kill one process of ours without warning."""
    child.send_signal(signal.SIGKILL)
    child.wait(timeout=10)


def wait_for(condition: Callable[[], object], what: str, *, children: Sequence[subprocess.Popen[str]] = ()) -> None:
    """Wait until something is so; fails the drill after a while, or when a process that should run has ended."""
    ends = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < ends, f"waited {PATIENCE} s for {what}"
        for child in children:
            assert child.poll() is None, f"ended before {what}"
        time.sleep(0.02)
