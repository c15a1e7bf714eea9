"""What the page of an import shows: counts by kind, what is not imported, how long it will take."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from imports.actions.back import UNDO_FOR
from imports.choices import RunState, Shape
from imports.models import ImportFile, ImportRun, RefusedRow
from teams.access import may
from teams.choices import Right

TOLD_AFTER = timedelta(seconds=5)
CALM_AFTER = timedelta(seconds=30)
SECONDS_A_MINUTE = 60
LISTS = {
    Shape.ACCOUNTS: "accounts:list", Shape.OPPORTUNITIES: "pipeline:list", Shape.PEOPLE: "teams:people",
}  # fmt: skip


def with_counts(run: ImportRun, files: list[ImportFile], *, now: datetime) -> dict[str, Any]:
    """Return what the page of an import shows beside its forms."""
    shown: dict[str, Any] = {}
    if run.state == RunState.CHECKED:
        shown["counts"] = counts_of(run.report, set())
    elif run.state in (RunState.DONE, RunState.STOPPED, RunState.UNDONE):
        shown["counts"] = counts_of(run.result, lists_of(run) if run.state == RunState.DONE else set())
        shown["undo_until"] = run.finished_at + UNDO_FOR if run.finished_at and run.state == RunState.DONE else None
        shown["can_undo"] = shown["undo_until"] is not None and shown["undo_until"] > now
    elif run.job is not None:
        shown["left"] = time_left(run.job, now=now)
        shown["poll"] = 2 if now - run.job.recorded_at < CALM_AFTER else 10
    if run.state in (RunState.CHECKED, RunState.DONE):
        refused = set(RefusedRow.objects.filter(file__run=run).values_list("file", flat=True).distinct())
        shown["refused"] = [file for file in files if file.pk in refused]
        shown["unused"] = [(file, unused_of(file)) for file in files if unused_of(file)]
    return shown


def unused_of(file: ImportFile) -> list[str]:
    """Return the headings whose columns are not imported."""
    used = set(file.columns.values())
    return [header for header in file.headers if header not in used]


def lists_of(run: ImportRun) -> set[str]:
    """Return the kinds of rows whose list the person may look at."""
    return {Shape.PEOPLE} if may(run.owner, Right.ADMINISTER) else set(LISTS)


def counts_of(found: Mapping[str, Any], lists: Collection[str]) -> dict[str, Any]:
    """Return one line for every kind of rows: its name and list, and how many are new, changed, left alone."""
    labels = {**dict(Shape.choices), "INDUSTRIES": _("industries")}
    shapes = [
        shape for shape in labels if any(shape in found.get(kind, {}) for kind in ("created", "updated", "skipped"))
    ]
    lines = [
        {
            "label": labels[shape],
            "url": reverse(LISTS[Shape(shape)]) if shape in lists else "",
            **{kind: found.get(kind, {}).get(shape, 0) for kind in ("created", "updated", "skipped")},
        }
        for shape in shapes
    ]
    return {"lines": lines, "failed": found.get("failed", 0)}


def time_left(job: Any, *, now: datetime) -> str:
    """Return how long the work still takes; "" in the first five seconds, when nobody can know."""
    taken = now - job.recorded_at
    if taken < TOLD_AFTER or not job.done or not job.total:
        return ""
    seconds = round(taken.total_seconds() * (job.total - job.done) / job.done)
    if seconds < SECONDS_A_MINUTE:
        return _("about %(seconds)s s left") % {"seconds": seconds}
    return _("about %(minutes)s min left") % {"minutes": round(seconds / SECONDS_A_MINUTE)}
