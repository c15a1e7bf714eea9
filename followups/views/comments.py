"""What people say about a thing; a fragment of its page, and a page of its own."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.http import AuthenticatedHttpRequest, is_fragment
from crm.kinds import Kind, UnknownKind, kind_named
from followups.actions.comments import comment_on, people_concerned
from followups.forms import CommentForm
from followups.models import Comment

SHOWN = 100


def _subject(request: AuthenticatedHttpRequest, name: str, pk: int) -> tuple[Kind, Any]:
    """Return what is spoken about; 404 unless the person may see it."""
    try:
        kind = kind_named(name)
    except UnknownKind:
        raise Http404 from None
    row = kind.visible(request.user).filter(pk=pk).first()
    if row is None:
        raise Http404
    return kind, row


@require_http_methods(["GET", "POST"])
def comments(request: AuthenticatedHttpRequest, kind: str, pk: int) -> HttpResponse:
    """Show the latest comments, and take one."""
    known, row = _subject(request, kind, pk)
    form = CommentForm(request.POST or None, initial={"client_id": uuid4()})
    if form.is_valid():
        try:
            comment_on(
                kind,
                pk,
                text=form.cleaned_data["text"],
                author=request.user,
                now=request.now,
                client_id=form.cleaned_data["client_id"],
                recipients=people_concerned(row, kind),
            )
        except ValidationError as refusal:
            form.add_error("text", refusal)
        else:
            if not is_fragment(request):
                messages.success(request, _("Your comment is there; who is concerned will read it."))
                return redirect("followups:comments", kind, pk)
            form = CommentForm(initial={"client_id": uuid4()})
    latest = Comment.objects.about(kind, pk).select_related("author").order_by("-pk")[:SHOWN]
    context = {
        "form": form,
        "comments": list(reversed(latest)),
        "kind": kind,
        "pk": pk,
        "about": known.label(row),
        "about_url": known.url(pk),
    }
    template = "followups/comments.html#thread" if is_fragment(request) else "followups/comments.html"
    return render(request, template, context, status=422 if form.errors else 200)
