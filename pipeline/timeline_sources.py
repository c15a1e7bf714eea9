"""What this room tells the timeline of a customer: opportunities opened, moved, won, lost, and what showed it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.timeline import Entry
from accounts.timeline_sources import moment_of
from accounts.upcoming import SHOWN, Coming
from pipeline.choices import ChangeKind
from pipeline.models import Evidence, Opportunity, StageChange

GROUP = "pipeline"
ICONS = {
    ChangeKind.OPENED: "plus",
    ChangeKind.FORWARD: "arrow-right",
    ChangeKind.BACK: "arrow-left",
    ChangeKind.WON: "circle-check",
    ChangeKind.LOST: "x",
    ChangeKind.REOPENED: "arrow-back-up",
}


def _change_title(change: StageChange) -> str:
    names = {"name": change.opportunity.name, "step": change.after, "track": change.get_track_display()}
    titles = {
        ChangeKind.OPENED: _("“%(name)s” opened"),
        ChangeKind.FORWARD: _("“%(name)s” moved on to %(step)s (%(track)s)"),
        ChangeKind.BACK: _("“%(name)s” moved back to %(step)s (%(track)s)"),
        ChangeKind.WON: _("“%(name)s” won"),
        ChangeKind.LOST: _("“%(name)s” lost"),
        ChangeKind.REOPENED: _("“%(name)s” open again"),
    }
    return titles[ChangeKind(change.kind)] % names


def _change_entry(change: StageChange) -> Entry:
    return Entry(
        at=moment_of(change.happened_on, change.history_at or change.recorded_at, change.pk),
        key=f"stage:{change.pk}",
        group=GROUP,
        icon=ICONS[ChangeKind(change.kind)],
        title=_change_title(change),
        text=_(change.reason) if change.reason else "",
        url=change.opportunity.get_absolute_url(),
        who=str(change.actor or ""),
        told_at=change.history_at or change.recorded_at,
    )


def _evidence_entry(evidence: Evidence) -> Entry:
    said_by = f" · {evidence.contact}" if evidence.contact else ""
    return Entry(
        at=moment_of(evidence.happened_on, evidence.recorded_at, evidence.pk),
        key=f"evidence:{evidence.pk}",
        group=GROUP,
        icon="clipboard-check",
        title=f"{evidence.opportunity.name}: {evidence.criterion}",
        text=f"“{evidence.text}”{said_by}",
        url=evidence.opportunity.get_absolute_url(),
        who=str(evidence.actor or ""),
        told_at=evidence.recorded_at,
    )


def _newest(rows: Any, account_ids: Sequence[int], before: datetime | None, limit: int) -> Any:
    """Return rows of these customers on or before the day of `before`; twice as many as asked for, see the caller."""
    rows = rows.filter(opportunity__account_id__in=account_ids, opportunity__archived_at=None)
    if before is not None:
        rows = rows.filter(happened_on__lte=timezone.localtime(before).date())
    return rows.order_by("-happened_on", "-pk")[: limit * 2]


def entries(account_ids: Sequence[int], user: Any, before: datetime | None, limit: int) -> list[Entry]:  # noqa: ARG001
    """Return what happened to opportunities of these customers before `before`, newest first; two queries.

    Whoever sees the customer sees its opportunities.
    """
    changes = StageChange.objects.standing().select_related("opportunity", "after", "actor")
    evidence = Evidence.objects.standing().select_related("opportunity", "criterion", "contact", "actor")
    found = [_change_entry(row) for row in _newest(changes, account_ids, before, limit)]
    found += [_evidence_entry(row) for row in _newest(evidence, account_ids, before, limit)]
    past = [entry for entry in found if before is None or entry.at < before]
    return sorted(past, key=lambda entry: (entry.at, entry.key), reverse=True)[:limit]


def ahead(account: Account, user: Any, on: date) -> list[Coming]:  # noqa: ARG001
    """Return the next steps of a customer's open opportunities; one query."""
    open_ones = Opportunity.objects.visible_to(user).live().open().filter(account=account, next_step_on__isnull=False)
    rows = open_ones.select_related("owner").order_by("next_step_on", "pk")[:SHOWN]
    return [
        Coming(
            row.next_step_on,
            f"step:{row.pk}",
            "layout-kanban",
            f"{row.name}: {row.next_step or _('next step')}",
            row.get_absolute_url(),
            str(row.owner or ""),
        )
        for row in rows
        if row.next_step_on
    ]
