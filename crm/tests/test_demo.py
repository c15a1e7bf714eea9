"""`manage.py demo` as a newcomer starts it: everything really runs, comes back, and ends."""

import http.client
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

import pytest
from django.conf import settings
from django.utils import timezone

pytestmark = [pytest.mark.faults, pytest.mark.machine]

PATIENCE = 180
CHILDREN = {"gunicorn": "web", "worker": "worker", "beat": "scheduler", "dispatch": "dispatcher"}
# A tier policy to apply, and the job to do it, for which nobody wakes a worker.
FORGOTTEN_JOB = """
from datetime import timedelta
from accounts.actions.tier_drafts import new_draft
from accounts.models import TierPolicy
from accounts.tiers.jobs import APPLY
from crm.models import Job
from django.utils import timezone
from teams.models import User
lin = User.objects.get(username="lin")
policy = new_draft(values={"name": "Next quarter"}, actor=lin)
TierPolicy.objects.filter(pk=policy.pk).update(state="APPROVED", signed_at=timezone.now())
job = Job.objects.create(kind=APPLY, title="Apply", owner=lin, params={"policy": policy.pk, "on": "%(day)s"})
Job.objects.update(recorded_at=timezone.now() - timedelta(minutes=5))
"""


def children_of(parent: int) -> dict[str, int]:
    """Return the processes a process has started, by what they are to the demo."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, above = path.read_text().rpartition(")")[2].split()[:2]
            words = (path.parent / "cmdline").read_text().split("\0")
        except OSError:
            continue
        if int(above) == parent and state != "Z":
            name = next((role for word, role in CHILDREN.items() if word in words), "")
            found[name] = int(path.parent.name)
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Demo:
    """The demo on a free port, with a folder of its own whose name has a blank in it."""

    def __init__(self, folder: Path) -> None:
        self.var = folder / "my demo"
        self.log = folder / "log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        ours = {
            "DATABASE_URL": "",
            "DATABASE_REPLICA_URL": "",
            "REDIS_URL": "",
            "SECRET_KEY": "",
            "READ_DOT_ENV": "0",
            "VAR_DIR": str(self.var),
        }
        self.environment = os.environ | ours
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start it; return after how many seconds the address was printed."""
        began = time.monotonic()
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                self.command, cwd=settings.BASE_DIR, env=self.environment, stdout=log, stderr=subprocess.STDOUT
            )
        self.until(lambda: "runs at" in self.said)
        return time.monotonic() - began

    @property
    def command(self) -> list[str]:
        """Return how it is started."""
        return [sys.executable, "manage.py", "demo", "--port", str(self.port)]

    @property
    def said(self) -> str:
        """Return what it printed so far."""
        return self.log.read_text()

    @property
    def children(self) -> dict[str, int]:
        """Return its processes by name."""
        return children_of(self.process.pid)

    def until(self, condition: Callable[[], object]) -> None:
        """Wait until the condition holds; fail where it ended before."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, self.said
            assert self.process.poll() is None, self.said
            time.sleep(0.3)

    def stop(self, number: int) -> dict[str, int]:
        """End it; return the processes it had."""
        had = self.children
        self.process.send_signal(number)
        self.process.wait(PATIENCE)
        return had

    def ask(self, sql: str) -> list[tuple]:
        """Return rows of its database."""
        with closing(sqlite3.connect(self.var / "crm.sqlite3", timeout=20)) as connection:
            return connection.execute(sql).fetchall()

    def manage(self, *words: str) -> None:
        """Run a command on its database."""
        command = [sys.executable, "manage.py", *words]
        subprocess.run(command, cwd=settings.BASE_DIR, env=self.environment, check=True, capture_output=True)

    def signed_in(self, name: str) -> OpenerDirector:
        """Return a browser signed in as one of the printed log-ins."""
        browser = build_opener(HTTPCookieProcessor(CookieJar()))
        address = f"http://127.0.0.1:{self.port}/account/login/"
        page = browser.open(address).read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        password = re.search(rf" {name} +(demo-\S+)", self.said)[1]
        form = {"csrfmiddlewaretoken": token, "login": name, "password": password}
        browser.open(Request(address, urlencode(form).encode(), {"Referer": address}))
        return browser

    def read(self, browser: OpenerDirector, path: str) -> str:
        """Return a page."""
        return browser.open(f"http://127.0.0.1:{self.port}{path}").read().decode()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo for all tests here; starting it fills a database."""
    demo = Demo(tmp_path_factory.mktemp("newcomer"))
    demo.start()
    yield demo
    if demo.process.poll() is None:
        demo.stop(signal.SIGTERM)


def test_it_says_where_it_runs_and_who_may_sign_in_and_nothing_else(demo: Demo) -> None:
    password = (demo.var / "demo-password").read_text()
    preparing, filling, rows, *rest = [line.strip() for line in demo.said.splitlines() if line.strip()]

    assert (preparing, filling) == ("Preparing the database ...", "Filling in demo data ...")
    assert re.fullmatch(r"[\d,]+ rows in [\d.]+ s, [\d,]+ a second", rows)
    assert rest == [
        f"Key Accounts runs at  http://127.0.0.1:{demo.port}",
        f"rep       chen   {password}",
        f"manager   zhao   {password}",
        f"director  he     {password}",
        f"admin     lin    {password}",
        f"Ctrl-C stops everything; the data stay in {demo.var}.",
    ]


def test_web_worker_scheduler_and_dispatcher_run_and_listen_here_only(demo: Demo) -> None:
    assert sorted(demo.children) == ["dispatcher", "scheduler", "web", "worker"]
    with socket.socket() as elsewhere, pytest.raises(ConnectionRefusedError):
        elsewhere.connect(("127.0.0.2", demo.port))


@pytest.mark.parametrize(
    ("name", "path", "shown"),
    [
        ("chen", "/", "陈思远"),
        ("zhao", "/", "赵敏"),
        ("he", "/", "何云"),
        ("lin", "/people/", "林越"),
    ],
)
def test_everybody_printed_can_sign_in(demo: Demo, name: str, path: str, shown: str) -> None:
    assert shown in demo.read(demo.signed_in(name), path)


def test_reminders_reach_the_people(demo: Demo) -> None:
    demo.until(lambda: demo.ask("SELECT count(*) FROM followups_notification") != [(0,)])


def test_the_scheduler_finds_a_forgotten_job_and_the_worker_does_it(demo: Demo) -> None:
    day = timezone.localdate().isoformat()
    demo.manage("shell", "-v", "0", "-c", FORGOTTEN_JOB % {"day": day})

    demo.until(lambda: demo.ask("SELECT state FROM crm_job") not in ([("WAITING",)], [("RUNNING",)]))

    assert demo.ask("SELECT state, error FROM crm_job") == [("DONE", "")]
    assert demo.ask("SELECT name FROM accounts_tierpolicy WHERE state = 'ACTIVE'") == [("Next quarter",)]


@pytest.mark.parametrize("name", ["worker", "scheduler", "dispatcher", "web"])
def test_one_that_is_killed_comes_back(demo: Demo, name: str) -> None:
    before = demo.children
    os.kill(before[name], signal.SIGKILL)

    demo.until(lambda: demo.children.get(name, before[name]) != before[name])

    assert {other: pid for other, pid in demo.children.items() if other != name} == {
        other: pid for other, pid in before.items() if other != name
    }
    assert f"{name} ended (killed by SIGKILL); starting it again." in demo.said


def test_a_second_one_on_the_same_port_says_so_in_one_line(demo: Demo) -> None:
    again = subprocess.run(demo.command, cwd=settings.BASE_DIR, env=demo.environment, capture_output=True, text=True)

    other = f"make demo PORT={demo.port + 1}"
    assert (again.returncode, again.stderr) == (
        1,
        f"CommandError: Port {demo.port} is taken. Stop what uses it, or choose another: {other}\n",
    )


def test_ctrl_c_ends_every_child_and_a_second_start_keeps_the_data(demo: Demo) -> None:
    demo.manage(
        "shell",
        "-v",
        "0",
        "-c",
        "from teams.models import User; User.objects.filter(username='chen').update(name='陈改名')",
    )
    had = demo.stop(signal.SIGINT)
    assert (demo.process.returncode, [name for name, pid in had.items() if is_alive(pid)]) == (0, [])
    with pytest.raises(ConnectionRefusedError), closing(http.client.HTTPConnection("127.0.0.1", demo.port)) as web:
        web.connect()

    demo.start()

    assert "Filling in" not in demo.said
    assert "陈改名" in demo.read(demo.signed_in("chen"), "/")


def test_killed_it_leaves_no_orphan(demo: Demo) -> None:
    if demo.process.poll() is not None:
        demo.start()
    had = demo.stop(signal.SIGKILL)

    deadline = time.monotonic() + PATIENCE
    while alive := [name for name, pid in had.items() if is_alive(pid)]:
        assert time.monotonic() < deadline, alive
        time.sleep(0.3)


def test_it_leaves_somebody_elses_data_alone(demo: Demo, tmp_path: Path) -> None:
    other = Demo(tmp_path)
    other.var.mkdir()
    with closing(sqlite3.connect(other.var / "crm.sqlite3")) as theirs:
        with closing(sqlite3.connect(demo.var / "crm.sqlite3")) as source:
            source.backup(theirs)
        theirs.execute("DELETE FROM crm_auditentry WHERE action = 'demo.filled'")
        theirs.commit()

    refused = subprocess.run(
        other.command, cwd=settings.BASE_DIR, env=other.environment, capture_output=True, text=True
    )

    assert (refused.returncode, refused.stderr) == (
        1,
        "CommandError: This database holds data that are not the demo's, and the demo leaves them alone. "
        "Take DATABASE_URL out of the environment and .env, or set VAR_DIR to an empty folder.\n",
    )


@pytest.mark.parametrize(
    ("port", "sentence"),
    [
        ("0", "Port 0 does not exist; choose one from 1024 to 65535."),
        ("70000", "Port 70000 does not exist; choose one from 1024 to 65535."),
    ],
)
def test_a_port_that_cannot_be_is_refused(tmp_path: Path, port: str, sentence: str) -> None:
    demo = Demo(tmp_path)
    command = [*demo.command[:-1], port]
    refused = subprocess.run(command, cwd=settings.BASE_DIR, env=demo.environment, capture_output=True, text=True)

    assert (refused.returncode, refused.stderr) == (1, f"CommandError: {sentence}\n")
