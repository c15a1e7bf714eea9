"""Won, lost, open again, archived, given to somebody else."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.http import AuthenticatedHttpRequest, go_to
from pipeline.actions import closing as actions
from pipeline.actions.guards import Refused
from pipeline.actions.opportunities import archive_opportunity, change_owner, restore_opportunity
from pipeline.actions.showing import win_showing
from pipeline.forms.closing import LoseForm, OwnerForm, ReopenForm
from pipeline.forms.steps import WinForm
from pipeline.views.shared import done, posted, refused, workable_or_404
from teams.choices import Right


@require_http_methods(["GET", "POST"])
def win(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Close as won; what is missing for the signature is named, and can be shown on the spot."""
    found = workable_or_404(request, pk)
    missing = actions.missing_to_win(found)
    form = WinForm(posted(request), today=request.today, missing=missing)
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["on"]
        try:
            won = win_showing(found, on=day, shown=form.shown, actor=request.user, now=request.now)
        except Refused as refusal:
            refused(form, refusal)
        else:
            return done(request, won, _("Won."))
    context = {"form": form, "opportunity": found}
    return render(request, "pipeline/win.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def lose(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Close as lost, with the reason."""
    found = workable_or_404(request, pk)
    form = LoseForm(posted(request), today=request.today)
    if request.method == "POST" and form.is_valid():
        try:
            lost = actions.lose(found, **form.cleaned_data, actor=request.user, now=request.now)
        except Refused as refusal:
            refused(form, refusal)
        else:
            return done(request, lost, _("Closed as lost."))
    context = {"form": form, "opportunity": found}
    return render(request, "pipeline/lose.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def reopen(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Open a closed opportunity again."""
    found = workable_or_404(request, pk)
    form = ReopenForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            opened = actions.reopen(found, **form.cleaned_data, actor=request.user, now=request.now)
        except Refused as refusal:
            refused(form, refusal)
        else:
            return done(request, opened, _("Open again."))
    context = {"form": form, "opportunity": found}
    return render(request, "pipeline/reopen.html", context, status=422 if form.errors else 200)


@require_POST
def archive(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Take an opportunity out of lists and sums."""
    found = workable_or_404(request, pk)
    try:
        return done(request, archive_opportunity(found, actor=request.user, now=request.now), _("Archived."))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return go_to(request, found.get_absolute_url())


@require_POST
def restore(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Bring an archived opportunity back."""
    found = workable_or_404(request, pk)
    return done(request, restore_opportunity(found, actor=request.user, now=request.now), _("Restored."))


@require_http_methods(["GET", "POST"])
def owner(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Give an opportunity to somebody else."""
    found = workable_or_404(request, pk, Right.HAND_OVER)
    form = OwnerForm(posted(request), user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            given = change_owner(found, to=form.cleaned_data["to"], actor=request.user, now=request.now)
        except Refused as refusal:
            refused(form, refusal)
        else:
            return done(request, given, _("Given to %(name)s.") % {"name": given.owner})
    context = {"form": form, "opportunity": found}
    return render(request, "pipeline/owner.html", context, status=422 if form.errors else 200)
