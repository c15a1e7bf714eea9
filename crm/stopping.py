"""Whether a process was asked to stop: a flag that a signal handler may set at any moment."""

import time

LOOK_EVERY = 0.2  # seconds


class StopRequest:
    """Unset until `set` is called, as `threading.Event`, but without a lock.

    A handler runs between two steps of the main thread, which may hold the lock of an event that it waits for just
    then: setting the event there would wait for itself.
    """

    def __init__(self) -> None:
        self._is_set = False

    def set(self) -> None:
        """Ask to stop; asking again changes nothing."""
        self._is_set = True

    def is_set(self) -> bool:
        """Return whether it was asked."""
        return self._is_set

    def wait(self, seconds: float) -> bool:
        """Return whether it was asked within `seconds`; returns as soon as it is."""
        until = time.monotonic() + seconds
        while not self._is_set and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, LOOK_EVERY))
        return self._is_set
