"""One pass over the files of an import. The same code checks and loads; a check only leaves out the writing."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
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
from imports.resources.accounts import AccountResource, ContactResource, TurnoverResource
from imports.resources.base import LeaveOut, LoadingResource
from imports.resources.opportunities import OpportunityResource, ProductResource
from imports.resources.people import PeopleResource

PORTION = 1000
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


def in_order(files: list[ImportFile]) -> list[ImportFile]:
    """Return the files so that what others refer to comes first."""
    return sorted(files, key=lambda file: (list(FIELDS).index(file.shape), file.position))


def open_table(file: ImportFile) -> Table:
    """Return the table of an uploaded file; raises UnreadableFile."""
    with default_storage.open(file.path, "rb") as stored:
        return read_table(stored.read(), file.name, encoding=file.encoding or None)


def portions(file: ImportFile, *, skip: int = 0) -> Iterator[list[Row]]:
    """Yield the rows of a file in portions, from row `skip` on."""
    rows = islice(open_table(file).rows, skip, None)
    while portion := list(islice(rows, PORTION)):
        yield portion


def take(file: ImportFile, rows: list[Row], resource: LoadingResource) -> None:
    """Check or load a portion of rows; what is wrong with a row never stops the others."""
    loading = resource.loading
    whole = [row for row in rows if not row.problem]
    for row in rows:
        if row.problem:
            loading.findings.problem(file.name, "", "row", row.problem, row.number)
            loading.findings.failure(file.name, row.number, _named(file, row), row.problem)
    names, places = _places(file)
    dataset = Dataset(*[[row.cells[place] for place in places] for row in whole], headers=names)
    result = resource.import_data(dataset, dry_run=loading.is_check, raise_errors=False, use_transactions=False)
    if result.base_errors:
        raise result.base_errors[0].error
    for row, found in zip(whole, result.rows, strict=True):
        _note(file, row, found, resource)


def _note(file: ImportFile, row: Row, found: Any, resource: LoadingResource) -> None:
    """Count a row, or say why it is not loaded."""
    findings = resource.loading.findings
    kind = KINDS.get(found.import_type)
    if kind:
        findings.count(kind, resource.shape)
        return
    reasons = list(_reasons(found))
    for field, code, sentence in reasons:
        findings.problem(file.name, field, code, sentence, row.number)
    labels = {target.name: str(target.label) for target in FIELDS[resource.shape]}
    text = "; ".join(
        f"{labels[field]}: {sentence}" if field in labels else sentence for field, _code, sentence in reasons
    )
    findings.failure(file.name, row.number, _named(file, row), text)


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


def _named(file: ImportFile, row: Row) -> dict[str, str]:
    return dict(zip(file.headers, row.cells, strict=False))


def run_through(
    files: list[ImportFile], loading: Loading, *, each: Callable[[int, int], None], start: tuple[int, int] = (0, 0)
) -> None:
    """Take all files in order; `each(file number, rows done)` is called after every portion, in its transaction.

    `start` is where an interrupted pass goes on. A check writes nothing and holds no transaction.
    """
    for number, file in enumerate(in_order(files)):
        if number < start[0]:
            continue
        done = start[1] if number == start[0] else 0
        names, places = _places(file)
        with nullcontext() if loading.is_check else transaction.atomic():
            resource = RESOURCES[file.shape](loading)
            resource.look_ahead(
                dict(zip(names, (row.cells[place] for place in places), strict=True))
                for row in open_table(file).rows
                if not row.problem
            )
        for rows in portions(file, skip=done):
            with nullcontext() if loading.is_check else transaction.atomic():
                take(file, rows, resource)
                done += len(rows)
                each(number, done)
