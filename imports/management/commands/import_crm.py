"""`manage.py import_crm FILE…`: read files that belong together, as the wizard on the web does."""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from crm.jobs import run_job
from crm.models.jobs import JobState
from crm.tabular import ENCODINGS, UnreadableFile
from imports.actions import runs
from imports.actions.back import CannotImport
from imports.choices import Existing, RunState
from imports.handing_back import write_refused
from imports.models import ImportRun
from teams.access import may
from teams.choices import Right
from teams.models import User


def nobody(_pk: int) -> None:
    """Wake no worker: the command does the job itself."""


class Command(BaseCommand):
    help = "Import people, customers, products, opportunities and turnover from CSV or Excel files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path)
        parser.add_argument("--as", dest="username", required=True, help="who imports; needs the right to")
        parser.add_argument("--answer", action="append", default=[], help='a question and its answer: "product:X=new"')
        parser.add_argument("--existing", choices=[value.lower() for value in Existing.values], default="fill")
        parser.add_argument("--encoding", choices=list(ENCODINGS), default="", help="of text files that do not say")
        parser.add_argument("--check", action="store_true", help="say what would happen, write nothing")
        parser.add_argument("--refused", type=Path, help="a folder for the rows that are not loaded, as .xlsx")

    def handle(self, *args: Any, files: list[Path], username: str, **options: Any) -> None:
        actor = User.objects.filter(username=username, is_active=True).first()
        if actor is None or not may(actor, Right.IMPORT):
            raise CommandError(f"{username!r} is no active user with the right to import.")
        answers = dict(line.rsplit("=", 1) for line in options["answer"] if "=" in line)
        run = self._upload(files, actor, options["encoding"])
        try:
            ImportRun.objects.filter(pk=run.pk).update(answers=answers, existing=options["existing"].upper())
            runs.start_check(run, actor=actor, wake=nobody)
            run = self._work(run)
            self._tell(run.report)
            if not options["check"]:
                runs.answer(run, answers=answers, existing=options["existing"].upper(), actor=actor)
                runs.start_load(run, actor=actor, wake=nobody)
                run = self._work(run)
                self._count("loaded", run.result)
        except CannotImport as refusal:
            raise CommandError(str(refusal)) from None
        self._hand_back(run, options["refused"])

    def _upload(self, files: list[Path], actor: User, encoding: str) -> ImportRun:
        missing = [str(path) for path in files if not path.is_file()]
        if missing:
            raise CommandError(f"No such file: {', '.join(missing)}")
        try:
            return runs.upload([(path.name, path.read_bytes()) for path in files], actor=actor, encoding=encoding)
        except UnreadableFile as refusal:
            raise CommandError(str(refusal)) from None

    def _hand_back(self, run: ImportRun, folder: Path | None) -> None:
        if folder is None:
            return
        for file in run.files.filter(refused__isnull=False).distinct():
            folder.mkdir(parents=True, exist_ok=True)
            target = folder / f"{Path(file.name).stem}-refused.xlsx"
            with target.open("wb") as written:
                count = write_refused(written, file)
            self.stdout.write(f"{count} rows with their reasons are in {target}")

    def _work(self, run: ImportRun) -> ImportRun:
        """Do the job here where no worker has taken it."""
        run = ImportRun.objects.select_related("job").get(pk=run.pk)
        while run.state in (RunState.CHECKING, RunState.LOADING) and run.job is not None:
            run_job(run.job.pk, now=timezone.now())
            run = ImportRun.objects.select_related("job").get(pk=run.pk)
            if run.job is not None and run.job.state in (JobState.FAILED, JobState.CANCELLED):
                raise CommandError(run.job.error or "The import failed, nothing was kept; the log says why.")
            if run.state in (RunState.CHECKING, RunState.LOADING):
                time.sleep(1)  # a worker has it
        return run

    def _tell(self, report: dict[str, Any]) -> None:
        for question in report["questions"]:
            self.stdout.write(f"? {question['text']} ({question['count']} rows)")
            for answer, words in question["choices"]:
                chosen = "*" if answer == question["default"] else " "
                self.stdout.write(f"   {chosen} {question['key']}={answer}   {words}")
        for problem in report["problems"]:
            rows = ", ".join(map(str, problem["rows"]))
            place = " ".join(part for part in (problem["file"], problem["label"]) if part)
            self.stdout.write(f"! {place}: {problem['sentence']} ({problem['count']} rows: {rows})")
        self._count("would be", report)

    def _count(self, verb: str, found: dict[str, Any]) -> None:
        for kind in ("created", "updated", "skipped"):
            for shape, count in found.get(kind, {}).items():
                self.stdout.write(f"{verb} {kind}: {count} {shape.lower()}")
        if found.get("failed"):
            self.stdout.write(f"not {verb}: {found['failed']} rows")
