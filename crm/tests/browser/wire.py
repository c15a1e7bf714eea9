"""The cable between the browser and the server, which a test can pull out.

Everything the browser sends (pages, scripts, the service worker) goes through one local port, so that pulling it is
a network that is really gone, not a flag that only some of the browser believes.
"""

import socket
import threading
from contextlib import suppress


class Wire:
    """Forwards a local port to the server until it is cut."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._pairs: list[socket.socket] = []
        self._lock = threading.Lock()
        self._whole = True
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self._open = True
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break every connection and refuse new ones."""
        self._whole = False
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for end in pairs:
            self._drop(end)

    def mend(self) -> None:
        """Let connections through again."""
        self._whole = True

    def close(self) -> None:
        """Take the wire away for good."""
        self._open = False
        self.cut()
        self._drop(self._listener)

    @staticmethod
    def _drop(end: socket.socket) -> None:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        with suppress(OSError):
            end.close()

    def _accept(self) -> None:
        while self._open:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if not self._whole:
                self._drop(near)
                continue
            try:
                far = socket.create_connection(self._target, timeout=10)
            except OSError:
                self._drop(near)
                continue
            far.settimeout(None)
            with self._lock:
                self._pairs += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        self._drop(sink)
        self._drop(source)
