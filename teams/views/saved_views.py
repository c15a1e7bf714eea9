"""A person's saved views."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.http import AuthenticatedHttpRequest, go_to
from crm.navigation import url_or_none
from teams.access import get_visible_or_404
from teams.actions.saved_views import delete_view, rename_view, save_view, share_view, update_view
from teams.forms import SavedViewForm, ViewNameForm, sentences
from teams.models import SavedView
from teams.refusals import Refusal
from teams.saved_views import plain_query, view_url

MOST_QUERY: int = SavedView._meta.get_field("query").max_length or 0


@require_GET
def saved_views(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show one's own views and those the team shares."""
    visible = SavedView.objects.visible_to(request.user).select_related("owner", "team").order_by("page", "name", "pk")
    rows = [{"view": view, "url": view_url(view)} for view in visible if url_or_none(view.page)]
    return render(request, "teams/saved_views.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
def save(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Name the present filters of a list and keep them."""
    asked = {"page": request.GET.get("page", ""), "query": request.GET.get("query", "")}
    form = SavedViewForm(request.POST or None, initial=asked)
    if form.is_valid():
        data = form.cleaned_data
        try:
            view = save_view(
                owner=request.user,
                page=data["page"],
                name=data["name"],
                query=plain_query(data["query"]),
                actor=request.user,
            )
        except Refusal as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("The view is saved."))
            return go_to(request, view_url(view))
    return render(request, "teams/save_view.html", {"form": form})


def _own(request: AuthenticatedHttpRequest, pk: int) -> SavedView:
    """Return a view of one's own; 404 for one that is not visible, 403 for a colleague's shared one."""
    view: SavedView = get_visible_or_404(SavedView.objects.select_related("owner__team"), request.user, pk=pk)
    if view.owner_id != request.user.pk:
        raise PermissionDenied
    return view


@require_POST
def rename(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Give a view another name."""
    view = _own(request, pk)
    form = ViewNameForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(sentences(form)))
        return redirect("teams:saved_views")
    try:
        rename_view(view, name=form.cleaned_data["name"], actor=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return go_to(request, "teams:saved_views")


@require_POST
def update(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Keep the present filters of the list in the view they began as."""
    view = _own(request, pk)
    query = plain_query(request.POST.get("query", ""))
    if len(query) > MOST_QUERY:
        messages.error(request, _("These filters are too long for a view."))
    else:
        update_view(view, query=query, actor=request.user)
        messages.success(request, _("The view is saved."))
    return go_to(request, view_url(view))


@require_POST
def share(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show a view to the team, or to oneself alone again."""
    view = _own(request, pk)
    try:
        share_view(view, shared=request.POST.get("shared") == "yes", actor=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return go_to(request, "teams:saved_views")


@require_POST
def delete(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Remove a view; it can be taken back."""
    view = _own(request, pk)
    undo = delete_view(view, actor=request.user, now=request.now)
    messages.success(request, _("The view is gone."), extra_tags=f"undo:{undo.pk}")
    return go_to(request, "teams:saved_views")
