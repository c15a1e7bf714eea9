"""What resets the stall clock."""

from datetime import datetime

from django.db.models import Q

from pipeline.choices import ProgressKind
from pipeline.models import Opportunity


def note_progress(opportunity: Opportunity, *, kind: ProgressKind, now: datetime) -> None:
    """Set the stall clock to `now`, the server's time; never backwards.

    Part of another action, which records itself: neither the version nor the history changes.
    """
    rows = Opportunity.objects.filter(Q(progressed_at__lt=now), pk=opportunity.pk)
    if rows.update(progressed_at=now, progress_kind=kind):
        opportunity.progressed_at, opportunity.progress_kind = now, kind


def withdraw_progress(opportunity: Opportunity, *, made_at: datetime, before: datetime, kind: str) -> None:
    """Set the stall clock back to what it was `before`, where what was noted at `made_at` was taken back.

    Progress since then stays: it happened all the same.
    """
    rows = Opportunity.objects.filter(pk=opportunity.pk, progressed_at=made_at)
    if rows.update(progressed_at=before, progress_kind=kind):
        opportunity.progressed_at, opportunity.progress_kind = before, kind
