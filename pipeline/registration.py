"""What this room tells the rooms below, once, when the process starts."""

from django.urls import reverse

from crm.kinds import Kind, register_kind
from crm.undo import register_undo
from pipeline.actions.takeback import UNDOABLE, take_back
from pipeline.models import Opportunity


def _kinds() -> None:
    register_kind(
        Kind(
            "opportunity",
            Opportunity,
            lambda user: Opportunity.objects.visible_to(user),
            lambda pk: reverse("pipeline:opportunity", args=[pk]),
            lambda opportunity: opportunity.name,
        )
    )


def _undo() -> None:
    for action in UNDOABLE:
        register_undo(action, take_back)


def register() -> None:
    """Register kinds and ways back."""
    _kinds()
    _undo()
