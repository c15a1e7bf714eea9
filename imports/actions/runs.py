"""Steps of an import: upload, match columns, check, answer, load."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import jobs
from crm.audit import record
from crm.jobs import Running, start_job
from crm.models import Job
from crm.tabular import Table, UnreadableFile, read_table
from crm.tasks import run_job
from imports.access import shapes_for
from imports.actions import back
from imports.actions.back import CannotImport, in_state
from imports.choices import RunState, Shape
from imports.context import Loading
from imports.fields import guess_shape, match_columns, missing_fields
from imports.findings import Findings
from imports.loading import in_order, open_table, run_through
from imports.memory import ANSWERS, remember, remember_columns, remembered, remembered_shape, with_remembered
from imports.models import ImportFile, ImportRun, RefusedRow
from teams.models import User

logger = logging.getLogger(__name__)
Wake = Callable[[int], object]

SAMPLES = 3
AT_ONCE = 200  # so many rows are checked and loaded while the person waits; it takes less than three seconds


@transaction.atomic
def upload(files: Sequence[tuple[str, bytes]], *, actor: User, encoding: str = "") -> ImportRun:
    """Keep the uploaded files and guess what they hold; raises UnreadableFile for the first that cannot be read.

    `encoding` is what the person chose for text files that do not say.
    """
    run = ImportRun.objects.create(owner=actor)
    for position, (name, data) in enumerate(files):
        try:
            table = read_table(data, name, encoding=encoding or None)
            file = _described(ImportFile(run=run, position=position, name=name[:200]), table, actor)
        except UnreadableFile as refusal:
            sentence = f"{name}: {refusal.sentence}" if len(files) > 1 else refusal.sentence
            raise UnreadableFile(refusal.code, sentence) from refusal
        default_storage.save(file.path, ContentFile(data))
        file.save(force_insert=True)
    record("import.uploaded", run, actor=actor, changes={"files": [name for name, _data in files]})
    return run


def _described(file: ImportFile, table: Table, actor: User) -> ImportFile:
    """Set what a table says of itself, and what its rows seem to be; raises UnreadableFile for one without rows."""
    rows = table.rows
    file.samples = [[cell[:200] for cell in row.cells] for row in islice(rows, SAMPLES)]
    file.rows = len(file.samples) + sum(1 for _row in rows)
    if not file.rows:
        raise UnreadableFile(
            "no-rows", _("The table has headings but no rows. Fill it in, save it and upload it again.")
        )
    file.encoding = table.encoding if table.kind == "csv" else ""
    file.headers, file.warnings = table.headers, table.warnings
    file.sheet, file.sheets = table.sheet, table.sheets
    shapes = shapes_for(actor)
    before = remembered_shape(actor, table.headers)
    file.shape = before if before in shapes else guess_shape(table.headers, shapes)
    file.columns = with_remembered(actor, file.shape, table.headers, match_columns(table.headers, file.shape))
    return file


@transaction.atomic
def look_again(file: ImportFile, *, shape: str, sheet: str, actor: User) -> ImportFile:
    """Read another sheet of a file, or take its rows for something else, and match the columns anew."""
    in_state(file.run, RunState.COLUMNS, RunState.CHECKED)
    if sheet and sheet != file.sheet:
        file.sheet = sheet
        _described(file, open_table(file), actor)
    elif shape in shapes_for(actor):
        file.shape = shape
        file.columns = with_remembered(actor, shape, file.headers, match_columns(file.headers, shape))
    file.save()
    record("import.looked_at_again", file.run, actor=actor, changes={"file": file.name, "shape": file.shape})
    return file


@transaction.atomic
def match(file: ImportFile, *, shape: str, columns: Mapping[str, str], actor: User) -> None:
    """Say what a file holds and which heading is which field; raises CannotImport where a required one is missing."""
    in_state(file.run, RunState.COLUMNS, RunState.CHECKED)
    _may_bring(shape, actor)
    missing = missing_fields(columns, shape)
    if missing:
        names = ", ".join(str(target.label) for target in missing)
        raise CannotImport(_("%(file)s: choose a column for %(names)s.") % {"file": file.name, "names": names})
    file.shape, file.columns = shape, dict(columns)
    file.save(update_fields=["shape", "columns"])
    remember_columns(actor, shape, file.headers, columns)
    record("import.matched", file.run, actor=actor, changes={"file": file.name, "shape": shape})


def _may_bring(shape: str, actor: User) -> None:
    if shape not in shapes_for(actor):
        words = {"shape": Shape(shape).label}
        raise CannotImport(_("You cannot import %(shape)s. Ask an admin or the director to do it.") % words)


@transaction.atomic
def change_columns(run: ImportRun, *, actor: User) -> ImportRun:
    """Go back from the check to the columns."""
    run = in_state(run, RunState.CHECKED)
    run.state = RunState.COLUMNS
    run.save(update_fields=["state"])
    record("import.back_to_columns", run, actor=actor)
    return run


@transaction.atomic
def start_check(run: ImportRun, *, actor: User, wake: Wake | None = None) -> ImportRun:
    """Check all rows in the worker; nothing is written."""
    run = in_state(run, RunState.COLUMNS, RunState.CHECKED)
    for file in run.files.all():
        _may_bring(file.shape, actor)
        if missing_fields(file.columns, file.shape):
            raise CannotImport(_("%(file)s: the columns are not matched yet.") % {"file": file.name})
    return _start(run, RunState.CHECKING, "import.check", _("Check %(files)s") % {"files": run}, actor, wake)


@transaction.atomic
def answer(run: ImportRun, *, answers: Mapping[str, str], existing: str, actor: User) -> ImportRun:
    """Keep the user's answers to the questions of the check, for this import and as a proposal for the next."""
    run = in_state(run, RunState.CHECKED)
    run.answers, run.existing = dict(answers), existing
    run.save(update_fields=["answers", "existing"])
    remember(actor, ANSWERS, answers)
    record("import.answered", run, actor=actor, changes={"answers": dict(answers), "existing": existing})
    return run


@transaction.atomic
def start_load(run: ImportRun, *, actor: User, wake: Wake | None = None) -> ImportRun:
    """Load in the worker what the check allowed."""
    run = in_state(run, RunState.CHECKED)
    return _start(run, RunState.LOADING, "import.load", _("Import %(files)s") % {"files": run}, actor, wake)


@transaction.atomic
def start_taking_back(run: ImportRun, *, actor: User, wake: Wake | None = None) -> ImportRun:
    """Remove in the worker what an import made; raises CannotImport when it is too late."""
    run = in_state(run, RunState.DONE)
    back.check_time(run, now=timezone.now())
    title = _("Take back %(files)s") % {"files": run}
    return _start(run, RunState.UNDOING, "import.take_back", title, actor, wake, rows=run.made.count())


def _start(
    run: ImportRun, state: str, kind: str, title: str, actor: User, wake: Wake | None, rows: int | None = None
) -> ImportRun:
    count = sum(file.rows for file in run.files.all()) if rows is None else rows
    wake = wake or (_run_here if count <= AT_ONCE else run_job.delay)
    run.job = start_job(kind, title=title, actor=actor, params={"run": run.pk}, wake=wake)
    run.state = state
    run.save(update_fields=["job", "state"])
    return run


def _run_here(pk: int) -> None:
    """Do a short job at once; what goes wrong is kept with the job and shown on its page."""
    try:
        jobs.run_job(pk, now=timezone.now())
    except Exception:
        logger.exception("job %s", pk)


def _loading(run: ImportRun, *, is_check: bool, progress: Mapping[str, Any]) -> Loading:
    now = timezone.now()
    return Loading(
        actor=run.owner,
        on=timezone.localdate(now),
        now=now,
        answers=run.answers,
        existing=run.existing,
        is_check=is_check,
        findings=Findings.from_json(progress.get("findings", {})),
        remembered=remembered(run.owner, ANSWERS),
        made_before=set(run.made.filter(before__isnull=True).values_list("model", "object_id")),
    )


def check(running: Running) -> dict[str, Any]:
    """Work of the job that checks; one that is taken over begins again."""
    run = _run_of(running.job)
    files = list(run.files.all())
    loading = _loading(run, is_check=True, progress={})
    RefusedRow.objects.filter(file__run=run).delete()
    total, before = sum(file.rows for file in files), _rows_before(files)

    def each(number: int, done: int) -> None:
        _keep_refused(loading)
        running.step(before[number] + done, total=total)

    run_through(files, loading, each=each)
    run.report, run.state = loading.findings.as_json(), RunState.CHECKED
    run.save(update_fields=["report", "state"])
    return {"url": f"/import/{run.key}/"}


def load(running: Running) -> dict[str, Any]:
    """Work of the job that loads, portion by portion; a killed worker's successor goes on where it stopped."""
    run = _run_of(running.job)
    files = list(run.files.all())
    progress = running.job.progress
    if not progress:
        RefusedRow.objects.filter(file__run=run).delete()
    loading = _loading(run, is_check=False, progress=progress)
    total, before = sum(file.rows for file in files), _rows_before(files)

    def each(number: int, done: int) -> None:
        back.keep(run, loading)
        _keep_refused(loading)
        kept = {"file": number, "rows": done, "findings": loading.findings.as_json()}
        running.step(before[number] + done, total=total, progress=kept)

    run_through(files, loading, each=each, start=(progress.get("file", 0), progress.get("rows", 0)))
    back.finish(run, RunState.DONE, loading.findings.as_json(), actor=run.owner)
    return {"url": f"/import/{run.key}/"}


def take_back(running: Running) -> dict[str, Any]:
    """Work of the job that takes an import back."""
    run = _run_of(running.job)
    back.take_back(run, actor=run.owner, now=timezone.now(), beat=lambda done, total: running.step(done, total=total))
    return {"url": f"/import/{run.key}/"}


def ended(job: Job) -> None:
    """Clear up after a job that failed or was cancelled: back to where it began, nothing half done."""
    run = ImportRun.objects.select_related("owner").filter(pk=job.params.get("run")).first()
    if run is None:
        return
    if job.kind == "import.load" and run.state == RunState.LOADING:
        back.stop(run, actor=run.owner)
        return
    began = {RunState.CHECKING: RunState.COLUMNS, RunState.UNDOING: RunState.DONE}
    if run.state in began:
        ImportRun.objects.filter(pk=run.pk, state=run.state).update(state=began[RunState(run.state)])


def _run_of(job: Job) -> ImportRun:
    return ImportRun.objects.select_related("owner").get(pk=job.params["run"])


def _rows_before(files: Iterable[ImportFile]) -> list[int]:
    sums = [0]
    for file in in_order(list(files)):
        sums.append(sums[-1] + file.rows)
    return sums


def _keep_refused(loading: Loading) -> None:
    """Write down the rows of a portion that are not loaded."""
    rows = [
        RefusedRow(file_id=row.file, number=row.row, cells=row.cells, reason=row.reason)
        for row in loading.findings.refused
    ]
    RefusedRow.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    loading.findings.refused.clear()
