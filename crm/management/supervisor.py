"""Runs a few child processes together: one that dies is started again, none outlives the parent."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

GRACE_SECONDS = 8
PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    """Ask Linux to end this child when its parent is killed; elsewhere there is no such call."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """Starts `processes` (name → command line), restarts them, and ends them on Ctrl-C or TERM."""

    def __init__(self, processes: Mapping[str, list[str]], environment: Mapping[str, str], *, cwd: Path) -> None:
        self._commands = processes
        self._environment = dict(environment)
        self._cwd = cwd
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._stop = threading.Event()

    def run(self) -> int:
        """Run until asked to stop; return the exit status."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        for name in self._commands:
            self._start(name)
        while not self._stop.wait(0.5):
            self._restart_dead()
        self._end_children()
        return 0

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._stop.set()

    def _start(self, name: str) -> None:
        self._children[name] = subprocess.Popen(  # noqa: S603 - our own command lines
            self._commands[name],
            env=self._environment,
            cwd=self._cwd,
            start_new_session=True,  # Ctrl-C reaches the parent only, which then ends each child in order
            preexec_fn=_die_with_parent,
        )

    def _restart_dead(self) -> None:
        for name, child in list(self._children.items()):
            if child.poll() is not None and not self._stop.is_set():
                print(f"{name} ended ({child.returncode}); starting it again", file=sys.stderr, flush=True)
                time.sleep(1)
                self._start(name)

    def _end_children(self) -> None:
        for child in self._children.values():
            self._signal(child, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        for child in self._children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._signal(child, signal.SIGKILL)
                child.wait()

    def _signal(self, child: subprocess.Popen[bytes], number: signal.Signals) -> None:
        if child.poll() is None:
            os.killpg(child.pid, number)
