"""Who took which list along as a file."""

from collections.abc import Sequence

from crm.audit import record
from teams.models import User


def note_export(title: str, *, rows: int, actor: User, columns: Sequence[str] = ()) -> None:
    """Record that a person downloaded a list: its title, how many rows, which columns; not what stood in them."""
    record("list.exported", actor, actor=actor, changes={"list": title, "rows": rows, "columns": list(columns)})
