"""Steps of an import: upload, match columns, check, answer, load, take back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.audit import record
from crm.jobs import JobCancelled, Running, start_job
from crm.tabular import read_table
from crm.tasks import run_job
from imports.choices import RunState
from imports.context import Loading
from imports.fields import guess_shape, match_columns, missing_fields
from imports.loading import in_order, run_through
from imports.models import ImportedRow, ImportFile, ImportRun
from teams.models import User

SAMPLES = 3
UNDO_FOR = timedelta(hours=24)
BATCH = 500


class CannotImport(Exception):
    """The step cannot be taken now; the message says what to do."""


@transaction.atomic
def upload(files: Sequence[tuple[str, bytes]], *, actor: User) -> ImportRun:
    """Keep the uploaded files and guess what they hold; raises UnreadableFile for the first that cannot be read."""
    run = ImportRun.objects.create(owner=actor)
    for position, (name, data) in enumerate(files):
        table = read_table(data, name)
        rows = table.rows
        samples = [row.cells for row in islice(rows, SAMPLES)]
        shape = guess_shape(table.headers)
        file = ImportFile(
            run=run,
            position=position,
            name=name[:200],
            shape=shape,
            encoding=table.encoding if table.kind == "csv" else "",
            headers=table.headers,
            samples=samples,
            columns=match_columns(table.headers, shape),
            rows=len(samples) + sum(1 for _row in rows),
            warnings=table.warnings,
        )
        default_storage.save(file.path, ContentFile(data))
        file.save(force_insert=True)
    record("import.uploaded", run, actor=actor, changes={"files": [name for name, _data in files]})
    return run


@transaction.atomic
def match(file: ImportFile, *, shape: str, columns: Mapping[str, str], actor: User) -> None:
    """Say what a file holds and which heading is which field; raises CannotImport where a required one is missing."""
    _in_state(file.run, RunState.COLUMNS, RunState.CHECKED)
    missing = missing_fields(columns, shape)
    if missing:
        names = ", ".join(str(target.label) for target in missing)
        raise CannotImport(_("%(file)s: choose a column for %(names)s.") % {"file": file.name, "names": names})
    file.shape, file.columns = shape, dict(columns)
    file.save(update_fields=["shape", "columns"])
    record("import.matched", file.run, actor=actor, changes={"file": file.name, "shape": shape})


def _in_state(run: ImportRun, *states: str) -> ImportRun:
    run = ImportRun.objects.select_for_update().get(pk=run.pk)
    if run.state not in states:
        raise CannotImport(_("This import is %(state)s.") % {"state": run.get_state_display()})
    return run


@transaction.atomic
def start_check(run: ImportRun, *, actor: User) -> ImportRun:
    """Check all rows in the worker; nothing is written."""
    run = _in_state(run, RunState.COLUMNS, RunState.CHECKED)
    for file in run.files.all():
        if missing_fields(file.columns, file.shape):
            raise CannotImport(_("%(file)s: the columns are not matched yet.") % {"file": file.name})
    return _start(run, RunState.CHECKING, "import.check", _("Check %(files)s") % {"files": run}, actor)


@transaction.atomic
def answer(run: ImportRun, *, answers: Mapping[str, str], existing: str, actor: User) -> ImportRun:
    """Keep the user's answers to the questions of the check."""
    run = _in_state(run, RunState.CHECKED)
    run.answers, run.existing = dict(answers), existing
    run.save(update_fields=["answers", "existing"])
    record("import.answered", run, actor=actor, changes={"answers": dict(answers)})
    return run


@transaction.atomic
def start_load(run: ImportRun, *, actor: User) -> ImportRun:
    """Load in the worker what the check allowed."""
    run = _in_state(run, RunState.CHECKED)
    return _start(run, RunState.LOADING, "import.load", _("Import %(files)s") % {"files": run}, actor)


def _start(run: ImportRun, state: str, kind: str, title: str, actor: User) -> ImportRun:
    run.job = start_job(kind, title=title, actor=actor, params={"run": run.pk}, wake=run_job.delay)
    run.state = state
    run.save(update_fields=["job", "state"])
    return run


def _loading(run: ImportRun, *, is_check: bool) -> Loading:
    now = timezone.now()
    return Loading(
        actor=run.owner,
        on=timezone.localdate(now),
        now=now,
        answers=run.answers,
        existing=run.existing,
        is_check=is_check,
    )


def check(running: Running) -> dict[str, Any]:
    """Work of the job that checks."""
    run = ImportRun.objects.select_related("owner").get(pk=running.job.params["run"])
    files = list(run.files.all())
    loading = _loading(run, is_check=True)
    total, before = sum(file.rows for file in files), _rows_before(files)
    run_through(files, loading, each=lambda number, done: running.step(before[number] + done, total=total))
    run.report, run.state = loading.findings.as_json(), RunState.CHECKED
    run.save(update_fields=["report", "state"])
    return {"url": f"/import/{run.key}/"}


def load(running: Running) -> dict[str, Any]:
    """Work of the job that loads, portion by portion; a killed worker's successor goes on where it stopped."""
    run = ImportRun.objects.select_related("owner").get(pk=running.job.params["run"])
    files = list(run.files.all())
    loading = _loading(run, is_check=False)
    progress = running.job.progress
    total, before = sum(file.rows for file in files), _rows_before(files)

    def each(number: int, done: int) -> None:
        _keep_made(run, loading)
        kept = {"file": number, "rows": done, "findings": loading.findings.as_json()}
        running.step(before[number] + done, total=total, progress=kept)

    try:
        run_through(files, loading, each=each, start=(progress.get("file", 0), progress.get("rows", 0)))
    except JobCancelled:
        _remove_made(run)
        finish(run, RunState.STOPPED, {}, actor=run.owner)
        raise
    _save_failures(run, loading)
    finish(run, RunState.DONE, loading.findings.as_json(), actor=run.owner)
    return {"url": f"/import/{run.key}/"}


def _rows_before(files: Iterable[ImportFile]) -> list[int]:
    sums = [0]
    for file in in_order(list(files)):
        sums.append(sums[-1] + file.rows)
    return sums


def _keep_made(run: ImportRun, loading: Loading) -> None:
    """Note what was made, for taking back."""
    rows = [ImportedRow(run=run, model=model, object_id=pk) for model, pk in loading.made]
    ImportedRow.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    loading.made.clear()


def _save_failures(run: ImportRun, loading: Loading) -> None:
    run.report = run.report | {"failures": loading.findings.failures}
    run.save(update_fields=["report"])


@transaction.atomic
def finish(run: ImportRun, state: str, result: dict[str, Any], *, actor: User) -> None:
    """Close an import and write the one row of history that says what it did."""
    run.state, run.result, run.finished_at = state, result, timezone.now()
    run.save(update_fields=["state", "result", "finished_at"])
    counts = {name: result.get(name, {}) for name in ("created", "updated", "skipped")}
    record("import.finished", run, actor=actor, changes={"state": state} | counts)


# What an import made is removed in this order: what refers to others first.
REMOVED_IN_ORDER = (
    "accounts.turnover", "pipeline.opportunity", "accounts.contact", "accounts.account", "accounts.industry",
    "pipeline.product", "pipeline.step", "pipeline.pipeline", "teams.user", "teams.team",
)  # fmt: skip


@transaction.atomic
def take_back(run: ImportRun, *, actor: User, now: datetime) -> ImportRun:
    """Remove what an import made; raises CannotImport when it is too late or when something now hangs on a row."""
    run = _in_state(run, RunState.DONE)
    if run.finished_at is None or run.finished_at < now - UNDO_FOR:
        raise CannotImport(_("An import can be taken back for 24 hours; this one is older."))
    try:
        with transaction.atomic():
            _remove_made(run)
    except models.ProtectedError as error:
        names = ", ".join(str(row) for row in islice(error.protected_objects, 3))
        raise CannotImport(
            _("Work has begun on what was imported (%(names)s), so it cannot be taken back.") % {"names": names}
        ) from None
    run.state = RunState.UNDONE
    run.save(update_fields=["state"])
    record("import.taken_back", run, actor=actor)
    return run


def _remove_made(run: ImportRun) -> None:
    for label in REMOVED_IN_ORDER:
        model = apps.get_model(label)
        keys = list(run.made.filter(model=label).order_by("-object_id").values_list("object_id", flat=True))
        for start in range(0, len(keys), BATCH):
            model._default_manager.filter(pk__in=keys[start : start + BATCH]).delete()
    run.made.all().delete()
