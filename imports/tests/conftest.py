"""Imports for tests."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command

from imports.actions import runs
from imports.models import ImportRun, RefusedRow
from teams.models import User


@pytest.fixture
def load(director: User, django_capture_on_commit_callbacks) -> Callable[..., ImportRun]:
    """Return a function that uploads, checks, answers and loads files (name → text), as the director or as `by`."""

    def do(
        answers: dict[str, str] | None = None, existing: str = "FILL", by: User = director, **files: str
    ) -> ImportRun:
        run = checked(by=by, existing=existing, **files)
        runs.answer(run, answers=answers or {}, existing=existing, actor=by)
        with django_capture_on_commit_callbacks(execute=True):
            runs.start_load(run, actor=by)
        return ImportRun.objects.get(pk=run.pk)

    def checked(by: User = director, existing: str = "FILL", **files: str) -> ImportRun:
        run = runs.upload([(f"{name}.csv", text.encode()) for name, text in files.items()], actor=by)
        ImportRun.objects.filter(pk=run.pk).update(existing=existing)
        with django_capture_on_commit_callbacks(execute=True):
            runs.start_check(run, actor=by)
        return ImportRun.objects.get(pk=run.pk)

    do.checked = checked
    return do


@pytest.fixture
def reasons() -> Callable[[ImportRun], list[tuple[int, str]]]:
    """Return a function that lists the rows an import did not load: number and reason."""
    return lambda run: list(
        RefusedRow.objects.filter(file__run=run).order_by("file", "number").values_list("number", "reason")
    )


@pytest.fixture
def import_files(director: User) -> Callable[..., str]:
    """Return a function that runs the command over files and returns what it printed."""

    def do(*paths: Path, **options: object) -> None:
        call_command("import_crm", *map(str, paths), username=director.username, **options)

    return do
