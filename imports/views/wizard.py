"""The import wizard: upload, columns, check, answers, load, result."""

import tempfile

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.http import AuthenticatedHttpRequest, is_fragment
from crm.paging import paginate
from crm.spreadsheet import write_xlsx
from crm.tabular import UnreadableFile
from imports.actions import runs
from imports.actions.runs import CannotImport
from imports.choices import RunState, Shape
from imports.fields import FIELDS
from imports.forms import AnswersForm, ColumnsForm, UploadForm
from imports.models import ImportRun
from teams.access import get_visible_or_404, needs
from teams.choices import Right


@require_safe
@needs(Right.IMPORT)
def imports(request: AuthenticatedHttpRequest) -> HttpResponse:
    """List one's imports."""
    rows = ImportRun.objects.visible_to(request.user).prefetch_related("files").order_by("-id")
    return render(request, "imports/list.html", {"page": paginate(rows, request.GET)})


@require_http_methods(["GET", "POST"])
@needs(Right.IMPORT)
def upload(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Take the files; one that cannot be read is refused before anything is kept."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            run = runs.upload(form.tables(), actor=request.user)
        except UnreadableFile as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("imports:run", key=run.key)
    return render(request, "imports/upload.html", {"form": form, "shapes": Shape.choices})


@require_safe
@needs(Right.IMPORT)
def run_page(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    """Show where an import stands, and what comes next."""
    run = get_visible_or_404(ImportRun, request.user, key=key)
    template = "imports/run.html#state" if is_fragment(request) else "imports/run.html"
    return render(request, template, _context(request, run))


def _context(request: AuthenticatedHttpRequest, run: ImportRun) -> dict[str, object]:
    """Return what the page of an import needs in its present state."""
    context: dict[str, object] = {"run": run, "job": run.job, "files": list(run.files.order_by("position"))}
    if run.state == RunState.COLUMNS:
        shapes = {f"file{file.pk}": request.GET.get(f"file{file.pk}-shape", "") for file in run.files.all()}
        context["forms"] = [
            ColumnsForm(file=file, shape=shapes[f"file{file.pk}"]) for file in run.files.order_by("position")
        ]
    if run.state == RunState.CHECKED:
        context["form"] = AnswersForm(questions=run.report["questions"], initial={"existing": run.existing})
    return context


@require_POST
@needs(Right.IMPORT)
def columns(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    """Keep which heading is which field, and start the check."""
    run = get_visible_or_404(ImportRun, request.user, key=key)
    files = list(run.files.order_by("position"))
    forms = [ColumnsForm(request.POST, file=file, shape=request.POST.get(f"file{file.pk}-shape", "")) for file in files]
    if all(form.is_valid() for form in forms):
        try:
            for form in forms:
                runs.match(form.file, shape=form.holds, columns=form.columns(), actor=request.user)
            runs.start_check(run, actor=request.user)
        except CannotImport as refusal:
            forms[0].add_error(None, str(refusal))
        else:
            return redirect("imports:run", key=run.key)
    context = {"run": run, "files": files, "forms": forms}
    return render(request, "imports/run.html", context, status=422)


@require_POST
@needs(Right.IMPORT)
def load(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    """Keep the answers and start loading."""
    run = get_visible_or_404(ImportRun, request.user, key=key)
    form = AnswersForm(request.POST, questions=run.report.get("questions", []))
    if not form.is_valid():
        return render(request, "imports/run.html", _context(request, run) | {"form": form}, status=422)
    try:
        runs.answer(run, answers=form.answers(), existing=form.cleaned_data["existing"], actor=request.user)
        runs.start_load(run, actor=request.user)
    except CannotImport as refusal:
        messages.error(request, str(refusal))
    return redirect("imports:run", key=run.key)


@require_POST
@needs(Right.IMPORT)
def take_back(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    """Remove what the import made."""
    run = get_visible_or_404(ImportRun, request.user, key=key)
    try:
        runs.take_back(run, actor=request.user, now=request.now)
    except CannotImport as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The import was taken back."))
    return redirect("imports:run", key=run.key)


@require_safe
@needs(Right.IMPORT)
def failures(request: AuthenticatedHttpRequest, key: str) -> HttpResponseBase:
    """Hand back the rows that were not loaded, with the reason, ready to be mended and uploaded again."""
    run = get_visible_or_404(ImportRun, request.user, key=key)
    rows = run.report.get("failures", [])
    headers = list(dict.fromkeys(header for file in run.files.order_by("position") for header in file.headers))
    lines = [[*(row["cells"].get(header, "") for header in headers), row["row"], row["reason"]] for row in rows]
    target = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    write_xlsx(target, [*headers, _("Row"), _("Reason")], lines, title=_("Not imported"))
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename="not-imported.xlsx")


@require_safe
@needs(Right.IMPORT)
def template(_request: AuthenticatedHttpRequest, shape: str) -> HttpResponseBase:
    """Hand out an empty table with the headings of a shape."""
    targets = FIELDS.get(shape.upper(), FIELDS[Shape.ACCOUNTS])
    target = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    write_xlsx(target, [str(field.label) for field in targets], [], title=_("Template"))
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=f"{shape.lower()}.xlsx")
