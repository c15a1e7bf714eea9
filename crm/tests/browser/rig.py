"""The product with two small pages beside it, to try what a device keeps without the whole of a room around it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import include, path
from django.views.decorators.http import require_POST

from crm.submissions import Submission, accepted, refused, takes_submission


class NoteForm(forms.Form):
    """Something that is said, and a secret."""

    said = forms.CharField(required=False)
    count = forms.IntegerField(required=False)


received: list[tuple[int, str, dict[str, Any]]] = []
posted: list[str] = []


def keep(user_id: int, client_id: str, fields: dict[str, Any]) -> None:
    """Keep a note once."""
    if client_id not in {known for _, known, _ in received}:
        received.append((user_id, client_id, fields))


def note(request: HttpRequest) -> HttpResponse:
    """A form that goes into the outbox, and takes the plain way where a device cannot keep it."""
    if request.method == "POST":
        posted.append(request.POST.get("said", ""))
        return redirect("/rig/sheet/")
    return render(request, "rig/note.html")


def sheet(request: HttpRequest) -> HttpResponse:
    """The same form in a sheet, opened from a stop."""
    return render(request, "rig/sheet.html")


def plain(request: HttpRequest) -> HttpResponse:
    """A form that is posted as forms are, with a draft."""
    if request.method == "POST":
        if request.POST.get("said") == "wrong":
            return render(request, "rig/plain.html", {"said": "wrong"}, status=422)
        posted.append(request.POST.get("said", ""))
        return redirect("/rig/note/")
    return render(request, "rig/plain.html", {"said": ""})


@require_POST
def say(request: HttpRequest) -> HttpResponse:
    """Say something on the next page."""
    messages.success(request, "Said once.")
    return redirect("/rig/sheet/")


@require_POST
@takes_submission
def sync(request: HttpRequest, submission: Submission) -> HttpResponse:
    """Keep what a device sends."""
    form = NoteForm(submission.fields)
    if not form.is_valid():
        return refused(form)
    keep(request.user.pk, str(submission.client_id), dict(submission.fields.lists()))
    return accepted(submission, title="Note", text="Kept by the server.")


app_name = "rig"
pages = (
    [
        path("note/", note, name="note"),
        path("sheet/", sheet, name="sheet"),
        path("plain/", plain, name="plain"),
        path("sync/", sync, name="sync"),
        path("say/", say, name="say"),
    ],
    "rig",
)
urlpatterns = [path("rig/", include(pages)), path("", include("crm.urls"))]
