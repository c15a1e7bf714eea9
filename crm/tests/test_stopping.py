"""A request to stop, as a signal handler makes it: at any moment, any number of times."""

import signal
import subprocess
import sys
import threading
import time

from crm.stopping import StopRequest

# Asked a thousand times a second, an event whose lock the main thread holds just then would wait for itself.
RAINING = """
import signal
from crm.stopping import StopRequest

stop = StopRequest()
asked = 0


def note(*_: object) -> None:
    global asked
    asked += 1
    stop.set()


signal.signal(signal.SIGALRM, note)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
while asked < 1000:
    stop = StopRequest()
    stop.wait(0.0005)
signal.setitimer(signal.ITIMER_REAL, 0)
print("through")
"""


def test_it_is_unset_until_it_is_asked() -> None:
    stop = StopRequest()
    assert not stop.is_set()
    assert not stop.wait(0)
    stop.set()
    stop.set()
    assert stop.is_set()
    assert stop.wait(60)


def test_whoever_waits_wakes_when_asked() -> None:
    stop = StopRequest()
    woken: list[bool] = []
    sleeper = threading.Thread(target=lambda: woken.append(stop.wait(60)))
    sleeper.start()
    stop.set()
    sleeper.join(10)
    assert woken == [True]


def test_a_signal_wakes_the_thread_that_waits() -> None:
    stop = StopRequest()
    before = signal.signal(signal.SIGALRM, lambda *_: stop.set())
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        started = time.monotonic()
        assert stop.wait(60)
        assert time.monotonic() - started < 30
    finally:
        signal.signal(signal.SIGALRM, before)


def test_signals_that_rain_down_stop_nobody_for_good() -> None:
    done = subprocess.run([sys.executable, "-c", RAINING], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "through\n"
