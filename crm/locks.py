"""One transaction at a time, where what two people do together can break a rule that each alone keeps."""

from django.db import connection


def one_at_a_time(what: str) -> None:
    """Let no other transaction pass here for the same `what` until this one ends; call inside atomic, before reading.

    SQLite needs nothing: of two that read and then write, it refuses the second.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [what])
