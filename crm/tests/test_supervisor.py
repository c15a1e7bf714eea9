"""The demo's supervisor with small real processes: one that dies comes back, one that cannot live is named."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from django.conf import settings

from crm.management.supervisor import LONGEST_PAUSE, pause_after

pytestmark = [pytest.mark.faults, pytest.mark.machine]

PATIENCE = 60
SCRIPT = """
import os, sys
from pathlib import Path
from crm.management import supervisor
supervisor.GRACE_SECONDS = 1
python = [sys.executable, "-c"]
processes = {name: [*python, code] for name, code in zip(sys.argv[1::2], sys.argv[2::2])}
sys.exit(supervisor.Supervisor(processes, os.environ, cwd=Path.cwd()).run())
"""
# Writes its process id into the file named after it, then lives on.
LIVES = """
import os, time
open("{name}", "a").write(f"{{os.getpid()}}\\n")
while True: time.sleep(0.1)
"""
FAILS = """
import sys
open("failing", "a").write("once\\n")
print("no module named ghost", file=sys.stderr)
sys.exit(3)
"""
STUBBORN = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open("stubborn", "w").write(f"{os.getpid()}\\n")
while True: time.sleep(0.1)
"""
# Starts a process of its own, and is gone before it.
LEAVES_ONE_BEHIND = """
import os, subprocess, sys, time
if os.path.exists("left"): time.sleep(1000)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"])
open("left", "w").write(f"{child.pid}\\n")
"""


class Run:
    """A supervisor in a process of its own, working in a scratch folder."""

    def __init__(self, folder: Path, processes: dict[str, str]) -> None:
        words = [word for name, code in processes.items() for word in (name, dedent(code))]
        self.folder = folder
        self.said = folder / "said"
        with self.said.open("w") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-c", SCRIPT, *words],
                cwd=folder,
                env=os.environ | {"PYTHONPATH": str(settings.BASE_DIR)},
                stderr=said,
            )

    def lines(self, name: str) -> list[str]:
        """Return what a process wrote into its file."""
        path = self.folder / name
        return path.read_text().split("\n")[:-1] if path.exists() else []

    def until(self, condition: Callable[[], object]) -> None:
        """Wait until the condition holds."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, self.said.read_text()
            time.sleep(0.1)

    def stop(self, number: int = signal.SIGINT) -> int:
        """Ask it to stop; return its exit status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


def is_alive(pid: int) -> bool:
    """Return whether a process runs; one that ended and was not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[[dict[str, str]], Run]]:
    """Return what starts a supervisor; it is ended with the test."""
    runs: list[Run] = []

    def start(processes: dict[str, str]) -> Run:
        runs.append(Run(tmp_path, processes))
        return runs[-1]

    yield start
    for each in runs:
        if each.process.poll() is None:
            each.stop(signal.SIGTERM)


def test_pauses_double_up_to_a_minute() -> None:
    assert [pause_after(deaths) for deaths in (1, 2, 3, 4, 7, 50)] == [1, 2, 4, 8, LONGEST_PAUSE, LONGEST_PAUSE]


def test_one_that_is_killed_comes_back_and_the_other_does_not_notice(run) -> None:
    both = run({"web": LIVES.format(name="web"), "worker": LIVES.format(name="worker")})
    both.until(lambda: both.lines("web") and both.lines("worker"))

    os.kill(int(both.lines("worker")[0]), signal.SIGKILL)
    both.until(lambda: len(both.lines("worker")) == 2)

    assert both.said.read_text() == "worker ended (killed by SIGKILL); starting it again.\n"
    assert len(both.lines("web")) == 1


def test_one_that_cannot_live_is_named_with_its_reason_and_the_rest_goes_on(run) -> None:
    both = run({"web": LIVES.format(name="web"), "worker": FAILS})
    both.until(lambda: "does not stay up" in both.said.read_text())
    time.sleep(1.5)  # it is not tried again at once

    again = "no module named ghost\nworker ended (exit status 3); starting it again.\n"
    assert both.said.read_text() == (
        f"{again}{again}no module named ghost\n"
        "worker does not stay up: it ended 3 times at once (exit status 3: no module named ghost). "
        "The rest goes on; worker is tried again now and then.\n"
    )
    assert len(both.lines("failing")) == 3
    assert is_alive(int(both.lines("web")[0]))


def test_what_a_dead_one_left_behind_ends_with_it(run) -> None:
    one = run({"worker": LEAVES_ONE_BEHIND})
    one.until(lambda: "starting it again" in one.said.read_text())

    assert not is_alive(int(one.lines("left")[0]))


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_asked_to_stop_it_ends_every_child_also_one_that_does_not_listen(run, asked: signal.Signals) -> None:
    both = run({"web": LIVES.format(name="web"), "stubborn": STUBBORN})
    both.until(lambda: both.lines("web") and both.lines("stubborn"))

    assert both.stop(asked) == 0
    assert [is_alive(int(both.lines(name)[0])) for name in ("web", "stubborn")] == [False, False]
    assert both.said.read_text() == ""


def test_killed_it_takes_its_children_along(run) -> None:
    one = run({"web": LIVES.format(name="web")})
    one.until(lambda: one.lines("web"))

    one.stop(signal.SIGKILL)
    one.until(lambda: not is_alive(int(one.lines("web")[0])))
