"""One pass over the files of an import. The same code checks and loads; a check only leaves out the writing."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _
from import_export.results import RowResult
from tablib import Dataset

from crm.tabular import Row, Table, read_table
from imports.choices import Shape
from imports.context import Loading
from imports.fields import FIELDS
from imports.models import ImportFile
from imports.resources.accounts import AccountResource
from imports.resources.base import LeaveOut, LoadingResource
from imports.resources.hanging import ContactResource, TurnoverResource
from imports.resources.opportunities import OpportunityResource, ProductResource
from imports.resources.people import PeopleResource
from imports.samples import is_sample

PORTION = 1000
BEAT = 5000  # rows looked through between two signs of life
RESOURCES: dict[str, type[LoadingResource]] = {
    Shape.PEOPLE: PeopleResource,
    Shape.ACCOUNTS: AccountResource,
    Shape.CONTACTS: ContactResource,
    Shape.PRODUCTS: ProductResource,
    Shape.OPPORTUNITIES: OpportunityResource,
    Shape.TURNOVER: TurnoverResource,
}
KINDS = {
    RowResult.IMPORT_TYPE_NEW: "created",
    RowResult.IMPORT_TYPE_UPDATE: "updated",
    RowResult.IMPORT_TYPE_SKIP: "skipped",
}
Each = Callable[[int, int], None]


def in_order(files: list[ImportFile]) -> list[ImportFile]:
    """Return the files so that what others refer to comes first."""
    return sorted(files, key=lambda file: (list(FIELDS).index(file.shape), file.position))


def open_table(file: ImportFile) -> Table:
    """Return the table of an uploaded file; raises UnreadableFile."""
    with default_storage.open(file.path, "rb") as stored:
        return read_table(stored.read(), file.name, encoding=file.encoding or None, sheet=file.sheet or None)


def portions(file: ImportFile, *, skip: int = 0) -> Iterator[list[Row]]:
    """Yield the rows of a file in portions, from row `skip` on."""
    rows = islice(open_table(file).rows, skip, None)
    while portion := list(islice(rows, PORTION)):
        yield portion


def take(file: ImportFile, rows: list[Row], resource: LoadingResource) -> None:
    """Check or load a portion of rows; what is wrong with a row never stops the others."""
    findings = resource.loading.findings
    whole = []
    for row in rows:
        if row.problem:
            findings.problem(file.name, ("", ""), "row", row.problem, row.number)
            findings.refuse(file.pk, row.number, row.cells, row.problem)
        elif is_sample(resource.shape, named(file, row)):
            findings.count("skipped", resource.shape)
        else:
            whole.append(row)
    _take_whole(file, whole, resource)


def _take_whole(file: ImportFile, rows: list[Row], resource: LoadingResource) -> None:
    names, places = _places(file)
    dataset = Dataset(*[[row.cells[place] for place in places] for row in rows], headers=names)
    resource.meet([named(file, row) for row in rows])
    resource.after_row = lambda number: _show_double(file, rows[number - 1], resource)
    result = resource.import_data(
        dataset, dry_run=resource.loading.is_check, raise_errors=False, use_transactions=False
    )
    if result.base_errors:
        raise result.base_errors[0].error
    for row, found in zip(rows, result.rows, strict=True):
        _note(file, row, found, resource)


def _show_double(file: ImportFile, row: Row, resource: LoadingResource) -> None:
    """Show a row that is there already and says something else."""
    if resource.differences:
        cells = named(file, row)
        name = cells.get("name") or cells.get("external_id") or cells.get("account", "")
        resource.loading.findings.double(file.name, row.number, name, resource.differences)


def _note(file: ImportFile, row: Row, found: Any, resource: LoadingResource) -> None:
    """Count a row, or say why it is not loaded."""
    findings = resource.loading.findings
    kind = KINDS.get(found.import_type)
    if kind:
        findings.count(kind, resource.shape)
        return
    reasons = list(_reasons(found))
    for field, code, sentence in reasons:
        findings.problem(file.name, (field, resource.labels.get(field, "")), code, sentence, row.number)
    texts = (
        f"{resource.labels[field]}: {sentence}" if field in resource.labels else sentence
        for field, _code, sentence in reasons
    )
    findings.refuse(file.pk, row.number, row.cells, "; ".join(texts))


def _reasons(found: Any) -> Iterator[tuple[str, str, str]]:
    """Yield field, kind and sentence of everything wrong with a row; a fault of ours is raised."""
    if isinstance(found.validation_error, ValidationError):
        for field, errors in found.validation_error.error_dict.items():
            for error in errors:
                yield "" if field == NON_FIELD_ERRORS else field, error.code or "invalid", error.messages[0]
    for error in found.errors:
        if not isinstance(error.error, LeaveOut):
            raise error.error
        yield "", "left-out", _("left out as you chose: %(reason)s") % {"reason": error.error}


def _places(file: ImportFile) -> tuple[list[str], list[int]]:
    """Return our fields and where in a row each stands."""
    names = list(file.columns)
    return names, [file.headers.index(file.columns[name]) for name in names]


def named(file: ImportFile, row: Row) -> dict[str, str]:
    """Return the cells of a row under the names of our fields."""
    names, places = _places(file)
    return dict(zip(names, (row.cells[place] for place in places), strict=True))


def _rows(file: ImportFile, beat: Callable[[], None]) -> Iterator[dict[str, str]]:
    """Yield every readable row by our fields, with a sign of life now and then."""
    for number, row in enumerate(open_table(file).rows, start=1):
        if number % BEAT == 0:
            beat()
        if not row.problem:
            cells = named(file, row)
            if not is_sample(file.shape, cells):
                yield cells


def run_through(files: list[ImportFile], loading: Loading, *, each: Each, start: tuple[int, int] = (0, 0)) -> None:
    """Take all files in order; `each(file number, rows done)` is called after every portion, in its transaction.

    `start` is where an interrupted pass goes on. A check writes nothing and holds no transaction.
    """
    for number, file in enumerate(in_order(files)):
        if number < start[0]:
            continue
        _run_through(file, RESOURCES[file.shape](loading), number, each, start[1] if number == start[0] else 0)


def _run_through(file: ImportFile, resource: LoadingResource, number: int, each: Each, done: int) -> None:
    def whole() -> AbstractContextManager[Any]:
        return nullcontext() if resource.loading.is_check else transaction.atomic()

    for cells in _rows(file, lambda: each(number, done)):
        resource.see(cells)
    with whole():
        resource.seen()
        each(number, done)
    for row in islice(open_table(file).rows, done):
        if not row.problem:
            resource.pass_over(named(file, row))
    for rows in portions(file, skip=done):
        with whole():
            take(file, rows, resource)
            done += len(rows)
            each(number, done)
    if resource.winds_up:
        with whole():
            resource.wind_up(_rows(file, lambda: None))
            each(number, done)
