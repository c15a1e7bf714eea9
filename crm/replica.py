"""Reports and exports may read from a copy of the database, but not right after the reader's own write.

A view that only reads is decorated with `reads_replica`; within it every read goes to the copy that
DATABASE_REPLICA_URL names, where there is one. Whoever wrote something a moment ago reads the database itself, so that
nobody misses what he has just done.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import models
from django.http import HttpRequest
from django.http.response import HttpResponseBase

REPLICA = "replica"
LAG = timedelta(seconds=30)  # how far the copy may lie behind
WROTE_AT = "wrote_at"
_reading: ContextVar[bool] = ContextVar("reading_replica", default=False)

View = Callable[..., HttpResponseBase]


class ReplicaRouter:
    """Sends the reads of `replica()` to the copy; everything else, writes above all, to the database itself."""

    def db_for_read(self, _model: type[models.Model], **_hints: Any) -> str | None:
        """Return the copy while it may be read."""
        return REPLICA if _reading.get() else None

    def db_for_write(self, _model: type[models.Model], **_hints: Any) -> str:
        """Return the database itself."""
        return "default"

    def allow_relation(self, *_objects: models.Model, **_hints: Any) -> bool:
        """Allow rows of both to meet: they are the same rows."""
        return True

    def allow_migrate(self, db: str, _app_label: str, **_hints: Any) -> bool | None:
        """Leave the copy to replication."""
        return False if db == REPLICA else None


@contextmanager
def replica() -> Iterator[None]:
    """Read from the copy within, where there is one."""
    token = _reading.set(settings.HAS_REPLICA)
    try:
        yield
    finally:
        _reading.reset(token)


def reads_replica(view: View) -> View:
    """Let a view that only reads read from the copy, unless its reader wrote within the last half minute."""

    @wraps(view)
    def routed(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.now.timestamp() - request.session.get(WROTE_AT, 0) < LAG.total_seconds():
            return view(request, *args, **kwargs)
        with replica():
            return view(request, *args, **kwargs)

    return routed


class WroteMiddleware:
    """Remembers in the session when a person last wrote; only where there is a copy to fall behind."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        """Answer, and note a write that got through."""
        response = self.get_response(request)
        wrote = request.method not in ("GET", "HEAD", "OPTIONS", "TRACE") and response.status_code < 400
        if wrote and settings.HAS_REPLICA and request.user.is_authenticated:
            request.session[WROTE_AT] = request.now.timestamp()
        return response
