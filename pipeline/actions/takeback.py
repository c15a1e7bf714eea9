"""Taking back what was done to an opportunity: the fields as they were, and the move marked as undone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from crm.audit import plain
from crm.editing import write_fields
from crm.undo import offer_undo
from pipeline.actions.guards import lock
from pipeline.models import Opportunity, StageChange

# Actions on one opportunity that can be taken back this way.
UNDOABLE = (
    "opportunity.moved",
    "opportunity.won",
    "opportunity.lost",
    "opportunity.reopened",
    "opportunity.next_step_set",
    "opportunity.next_step_done",
    "opportunity.archived",
    "opportunity.restored",
    "opportunity.handed_over",
)


def field_values(opportunity: Opportunity, names: Sequence[str]) -> dict[str, Any]:
    """Return the present values of fields as JSON can hold them; keys of rows for foreign keys."""
    return {name: plain(getattr(opportunity, name)) for name in names}


def offer_takeback(
    action: str,
    opportunities: Sequence[Opportunity],
    *,
    before: Mapping[int, Mapping[str, Any]],
    changes: Sequence[int] = (),
    actor: Any,
    label: str,
    now: datetime,
) -> None:
    """Offer to set each opportunity's fields back to `before[pk]` and to mark the stage `changes` as undone."""
    entry = offer_undo(
        action,
        actor=actor,
        label=label,
        inverse={"fields": {str(pk): dict(fields) for pk, fields in before.items()}, "changes": list(changes)},
        rows=opportunities,
        now=now,
    )
    for opportunity in opportunities:
        opportunity.undo_entry = entry


def take_back(data: dict[str, Any], *, actor: Any, now: datetime) -> None:
    """Apply the inverse kept by `offer_takeback`; the caller has checked that nothing changed since."""
    StageChange.objects.filter(pk__in=data["changes"]).update(undone_at=now)
    for pk, fields in data["fields"].items():
        current = lock(Opportunity(pk=int(pk)))
        values = {name: _python(name, value) for name, value in fields.items()}
        write_fields(current, values, actor=actor, action="opportunity.undone")


def _python(name: str, value: Any) -> Any:
    """Return a value read from JSON as its field holds it; a foreign key becomes its row."""
    field: Any = Opportunity._meta.get_field(name)
    if field.is_relation:
        return None if value is None else field.related_model._base_manager.get(pk=value)
    return field.to_python(value)
