"""Lists as files: exactly what is shown, at once where it is short, else made by a worker for its owner alone.

A room registers each of its lists; the page, the download and the worker read the same rows.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.files import QuotaExceeded, store_file
from crm.http import AuthenticatedHttpRequest
from crm.jobs import Running, register_job, start_job
from crm.listing import CSV, XLSX, Column, chosen_columns, download, write_table
from crm.models import Job
from crm.paging import bounded_count
from crm.tasks import run_job
from crm.uploads import Upload, UploadKind
from teams.access import may
from teams.actions.lists import note_export
from teams.choices import Right
from teams.models import User
from teams.presence import be_there
from teams.refusals import Refusal
from teams.saved_views import choice_of, columns_asked

KIND = "teams.export_list"
# Ours: a page waits for a few thousand rows, more are left to a worker.
AT_ONCE = 5_000
KEPT = timedelta(days=7)
CHUNK = 1_000


@dataclass(frozen=True)
class Asked:
    """What a list is asked for: by whom, with which filters, on which day."""

    user: User
    params: QueryDict
    on: date
    now: datetime


@dataclass(frozen=True)
class ListSource:
    """A list that can be handed out: its page, and how its rows are found, in order, with the filters in words."""

    page: str
    title: str | Promise
    columns: Sequence[Column]
    rows: Callable[[Asked, Sequence[Column]], tuple[QuerySet[Any], str]]


_lists: dict[str, ListSource] = {}


def register_list(source: ListSource) -> None:
    """Make a list one that can be handed out."""
    _lists[source.page] = source


def list_title(page: str) -> str:
    """Return what a list is called; "" for one nobody registered."""
    return str(_lists[page].title) if page in _lists else ""


def export_list(request: AuthenticatedHttpRequest, page: str) -> HttpResponse:
    """Answer with the rows and columns the list shows as a file, or send to the page of the worker that makes it."""
    source, as_csv = _lists[page], request.GET.get("format") == "csv"
    columns = chosen_columns(source.columns, columns_asked(request.GET, choice_of(request.user, page)))
    rows, words = source.rows(Asked(request.user, request.GET, request.today, request.now), columns)
    count = bounded_count(rows, AT_ONCE)
    if count > AT_ONCE:
        return redirect("teams:list_job", pk=_export_soon(request, source, columns, as_csv=as_csv).pk)
    ending = "csv" if as_csv else "xlsx"
    note_export(page, rows=count, words=words, columns=columns, ending=ending, actor=request.user)
    name = _file_name(source, request.today)
    return download(columns, rows.iterator(chunk_size=CHUNK), name=name, title=str(source.title), as_csv=as_csv)


def _file_name(source: ListSource, on: date) -> str:
    return f"{source.title} {on.isoformat()}"


def _export_soon(
    request: AuthenticatedHttpRequest, source: ListSource, columns: Sequence[Column], *, as_csv: bool
) -> Job:
    params = {
        "list": source.page,
        "query": request.GET.urlencode(),
        "columns": [column.key for column in columns],
        "on": request.today.isoformat(),
        "csv": as_csv,
        "language": translation.get_language(),
    }
    title = _("Download: %(list)s") % {"list": source.title}
    return start_job(KIND, title=title, actor=request.user, params=params, wake=run_job.delay)


def export_work(running: Running) -> dict[str, Any]:
    """Write the file of a job and keep it for a week, for whoever asked; a killed worker begins anew."""
    params, source = running.job.params, _lists[running.job.params["list"]]
    on = date.fromisoformat(params["on"])
    user = be_there(running.job.owner, on=on)
    if not (user.is_active and may(user, Right.EXPORT)):
        raise Refusal(_("Your role downloads no lists any more."))
    columns = chosen_columns(source.columns, params["columns"])
    with translation.override(params["language"]), timezone.override(ZoneInfo(user.time_zone)):
        rows, words = source.rows(Asked(user, QueryDict(params["query"]), on, timezone.now()), columns)
        total = rows.order_by().count()
        with tempfile.TemporaryFile() as file:
            told = _told(rows.iterator(chunk_size=CHUNK), running, total)
            written = write_table(file, columns, told, title=str(source.title), as_csv=params["csv"])
            file.seek(0)
            upload = _as_upload(file.read(), _file_name(source, on), as_csv=params["csv"])
        text = ngettext("%(n)s row", "%(n)s rows", written) % {"n": written}
    ending = "csv" if params["csv"] else "xlsx"
    with transaction.atomic():
        stored = store_file(upload, running.job, actor=user, expires_at=timezone.now() + KEPT)
        note_export(source.page, rows=written, words=words, columns=columns, ending=ending, actor=user)
    return {"url": reverse("crm:file", args=[stored.key]), "rows": written, "text": text}


def _told(rows: Iterable[Any], running: Running, total: int) -> Iterator[Any]:
    """Pass the rows on, telling now and then how far the work is."""
    for number, row in enumerate(rows):
        if number % CHUNK == 0:
            running.step(min(number, total), total=total)
        yield row


def _as_upload(data: bytes, name: str, *, as_csv: bool) -> Upload:
    if as_csv:
        return Upload(UploadKind.TEXT, f"{name}.csv", CSV, data)
    return Upload(UploadKind.SHEET, f"{name}.xlsx", XLSX, data)


def register() -> None:
    """Tell the worker how a list becomes a file."""
    register_job(KIND, export_work, refusals=(Refusal, QuotaExceeded))
