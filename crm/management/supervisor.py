"""Runs a few child processes together: one that dies is started again, none outlives the parent."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from crm.stopping import StopRequest

GRACE_SECONDS = 8
LOOK_EVERY = 0.5
STEADY_SECONDS = 20  # whoever lives so long has started well
LONGEST_PAUSE = 60
QUICK_DEATHS = 3  # after so many at once it is said what is wrong
PR_SET_PDEATHSIG = 1


def pause_after(quick_deaths: int) -> float:
    """Return how many seconds to wait before a child is started again: 1, 2, 4 and so on, a minute at most."""
    return float(min(LONGEST_PAUSE, 2 ** max(0, quick_deaths - 1)))


def _dying_with(parent: int) -> Callable[[], None]:
    """Return what asks Linux to end this child when its parent is killed; elsewhere there is no such call."""

    def ask() -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:
                os._exit(1)

    return ask


@dataclass
class _Child:
    """One process that is kept alive: its command, how it went so far, and what it said last."""

    name: str
    command: list[str]
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    quick_deaths: int = 0
    start_at: float = 0.0  # when it is to be started, where it is not running
    said: "deque[str]" = field(default_factory=lambda: deque(maxlen=20))
    reader: threading.Thread | None = None

    @property
    def last_words(self) -> str:
        """Return the last line it wrote to the error stream."""
        return next((line for line in reversed(self.said) if line), "it said nothing")


class Supervisor:
    """Starts `processes` (name → command line), restarts them, and ends them on Ctrl-C or TERM.

    A child that dies at once is started again after a pause that doubles each time; the others go on. `is_ready` is
    asked until it says yes; then `when_ready` is called once.
    """

    def __init__(
        self,
        processes: Mapping[str, list[str]],
        environment: Mapping[str, str],
        *,
        cwd: Path,
        is_ready: Callable[[], bool] = lambda: True,
        when_ready: Callable[[], None] = lambda: None,
    ) -> None:
        self._children = [_Child(name, command) for name, command in processes.items()]
        self._environment = dict(environment)
        self._cwd = cwd
        self._is_ready = is_ready
        self._when_ready: Callable[[], None] | None = when_ready
        self._stop = StopRequest()

    def run(self) -> int:
        """Run until asked to stop; return the exit status."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        for child in self._children:
            self._start(child)
        while not self._stop.wait(LOOK_EVERY):
            for child in self._children:
                self._look_after(child)
            if self._when_ready and self._is_ready():
                self._when_ready()
                self._when_ready = None
        self._end_children()
        return 0

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._stop.set()

    def _start(self, child: _Child) -> None:
        child.said.clear()
        child.started_at = time.monotonic()
        child.process = subprocess.Popen(  # noqa: S603 - our own command lines
            child.command,
            env=self._environment,
            cwd=self._cwd,
            stderr=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C reaches the parent only, which then ends each child in order
            preexec_fn=_dying_with(os.getpid()),
        )
        child.reader = threading.Thread(target=_pass_on, args=(child.process.stderr, child.said), daemon=True)
        child.reader.start()

    def _look_after(self, child: _Child) -> None:
        """Note that a child died, or start it again when its pause is over."""
        now = time.monotonic()
        if child.process is None:
            if now >= child.start_at:
                self._start(child)
        elif child.process.poll() is not None:
            self._bury(child, child.process, now)
        elif child.quick_deaths and now - child.started_at > STEADY_SECONDS:
            if child.quick_deaths >= QUICK_DEATHS:
                _say(f"{child.name} runs again.")
            child.quick_deaths = 0

    def _bury(self, child: _Child, process: "subprocess.Popen[bytes]", now: float) -> None:
        """Take note of a death: end what the child left behind, say it, and fix when it is started again."""
        _signal_group(process, signal.SIGKILL)
        if child.reader:
            child.reader.join(1)
        child.process = None
        is_quick = now - child.started_at < STEADY_SECONDS
        child.quick_deaths = child.quick_deaths + 1 if is_quick else 1
        pause = pause_after(child.quick_deaths)
        child.start_at = now + pause
        if child.quick_deaths < QUICK_DEATHS:
            _say(f"{child.name} ended ({_how(process.returncode)}); starting it again.")
        elif child.quick_deaths == QUICK_DEATHS:
            _say(
                f"{child.name} does not stay up: it ended {QUICK_DEATHS} times at once ({_how(process.returncode)}: "
                f"{child.last_words}). The rest goes on; {child.name} is tried again now and then."
            )

    def _end_children(self) -> None:
        running = [child.process for child in self._children if child.process]
        for process in running:
            _signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        for process in running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            _signal_group(process, signal.SIGKILL)  # whoever is left of its group
            process.wait()


def _pass_on(stream: "IO[bytes] | None", said: "deque[str]") -> None:
    """Copy what a child writes to the error stream, and remember the last lines."""
    for line in stream or ():
        text = line.decode(errors="replace").rstrip()
        said.append(text)
        print(text, file=sys.stderr, flush=True)


def _how(status: int) -> str:
    """Return how a process ended, in words."""
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _signal_group(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    """Send a signal to a child and to what it started; its group may outlive it."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
