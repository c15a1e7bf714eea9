"""The import wizard: upload, columns, check, answers, load, result."""

import tempfile

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.http import AuthenticatedHttpRequest, is_fragment
from crm.jobs import cancel_job
from crm.paging import paginate
from crm.tabular import UnreadableFile
from imports.access import shapes_for
from imports.actions import runs
from imports.actions.back import CannotImport
from imports.choices import RunState, Shape
from imports.forms import AnswersForm, ColumnsForm, UploadForm
from imports.handing_back import write_refused
from imports.models import ImportRun
from imports.showing import with_counts
from imports.templates import write_template
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
            run = runs.upload(form.tables(), actor=request.user, encoding=form.cleaned_data["encoding"])
        except UnreadableFile as refusal:
            form.add_error("encoding" if refusal.code == "encoding" else None, str(refusal))
        else:
            return redirect("imports:run", key=run.key)
    shapes = [(shape, Shape(shape).label) for shape in shapes_for(request.user)]
    status = 422 if form.is_bound else 200
    return render(request, "imports/upload.html", {"form": form, "shapes": shapes}, status=status)


@require_safe
@needs(Right.IMPORT)
def run_page(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    """Show where an import stands, and what comes next."""
    run = get_visible_or_404(ImportRun, request.user, key=key)
    template = "imports/run.html#state" if is_fragment(request) else "imports/run.html"
    return render(request, template, _context(request, run))


def _context(request: AuthenticatedHttpRequest, run: ImportRun) -> dict[str, object]:
    """Return what the page of an import needs in its present state."""
    files = list(run.files.order_by("position"))
    context: dict[str, object] = {"run": run, "job": run.job, "files": files}
    if run.state == RunState.COLUMNS:
        context["forms"] = [ColumnsForm(file=file, actor=request.user) for file in files]
    elif run.state == RunState.CHECKED:
        initial = {"existing": run.existing}
        context["form"] = AnswersForm(questions=run.report["questions"], answers=run.answers, initial=initial)
    return context | with_counts(run, files, now=request.now)


@require_POST
@needs(Right.IMPORT)
def columns(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    """Keep which heading is which field, and start the check; look again where the kind of rows was changed."""
    run = get_visible_or_404(ImportRun, request.user, key=key)
    files = list(run.files.order_by("position"))
    forms = [ColumnsForm(request.POST, file=file, actor=request.user) for file in files]
    again = [form for form in forms if form.asks_to_look_again()]
    try:
        for form in again:
            shape, sheet = request.POST[f"{form.prefix}-shape"], request.POST.get(f"{form.prefix}-sheet", "")
            runs.look_again(form.file, shape=shape, sheet=sheet, actor=request.user)
        if again:
            messages.info(request, _("The columns were matched anew. Look through them once more."))
            return redirect("imports:run", key=run.key)
        if all(form.is_valid() for form in forms):
            for form in forms:
                runs.match(form.file, shape=form.file.shape, columns=form.columns(), actor=request.user)
            runs.start_check(run, actor=request.user)
            return redirect("imports:run", key=run.key)
    except (CannotImport, UnreadableFile) as refusal:
        forms[0].add_error(None, str(refusal))
    return render(request, "imports/run.html", {"run": run, "files": files, "forms": forms}, status=422)


@require_POST
@needs(Right.IMPORT)
def change_columns(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    """Go back to the columns."""
    run = get_visible_or_404(ImportRun, request.user, key=key)
    try:
        runs.change_columns(run, actor=request.user)
    except CannotImport as refusal:
        messages.error(request, str(refusal))
    return redirect("imports:run", key=run.key)


@require_POST
@needs(Right.IMPORT)
def load(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    """Keep the answers and start loading, or check once more with them."""
    run = get_visible_or_404(ImportRun, request.user, key=key)
    form = AnswersForm(request.POST, questions=run.report.get("questions", []), answers=run.answers)
    if not form.is_valid():
        return render(request, "imports/run.html", _context(request, run) | {"form": form}, status=422)
    try:
        runs.answer(run, answers=form.answers(), existing=form.cleaned_data["existing"], actor=request.user)
        if "check" in request.POST:
            runs.start_check(run, actor=request.user)
        else:
            runs.start_load(run, actor=request.user)
    except CannotImport as refusal:
        messages.error(request, str(refusal))
    return redirect("imports:run", key=run.key)


@require_POST
@needs(Right.IMPORT)
def stop(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    """Ask the work to stop; nothing half done is kept."""
    run = get_visible_or_404(ImportRun, request.user, key=key)
    if run.job is not None:
        cancel_job(run.job, actor=request.user, now=request.now)
    return redirect("imports:run", key=run.key)


@require_POST
@needs(Right.IMPORT)
def take_back(request: AuthenticatedHttpRequest, key: str) -> HttpResponse:
    """Remove what the import made and restore what it changed."""
    run = get_visible_or_404(ImportRun, request.user, key=key)
    try:
        runs.start_taking_back(run, actor=request.user)
    except CannotImport as refusal:
        messages.error(request, str(refusal))
    return redirect("imports:run", key=run.key)


@require_safe
@needs(Right.IMPORT)
def failures(request: AuthenticatedHttpRequest, key: str, position: int) -> HttpResponseBase:
    """Hand back the rows of a file that were not loaded, with the reason, ready to be mended and uploaded again."""
    run = get_visible_or_404(ImportRun, request.user, key=key)
    file = get_object_or_404(run.files, position=position)
    target = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    write_refused(target, file)
    target.seek(0)
    name = file.name.rsplit(".", 1)[0]
    return FileResponse(target, as_attachment=True, filename=f"{name} - {_('not imported')}.xlsx")


@require_safe
@needs(Right.IMPORT)
def template(request: AuthenticatedHttpRequest, shape: str) -> HttpResponseBase:
    """Hand out a table with the headings of a shape, a sample row and lists to choose from."""
    if shape.upper() not in shapes_for(request.user):
        raise Http404
    target = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    write_template(target, shape.upper(), actor=request.user)
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=f"{Shape(shape.upper()).label}.xlsx")
