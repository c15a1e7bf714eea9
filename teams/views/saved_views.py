"""A person's saved views."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from crm.http import AuthenticatedHttpRequest, go_to, is_fragment
from crm.listing import shifted
from crm.models import Job
from crm.navigation import url_or_none
from teams.access import get_visible_or_404, may, require
from teams.actions.lists import choose_columns, open_with, order_views
from teams.actions.saved_views import copy_view, delete_view, rename_view, save_view, share_view, update_view
from teams.choices import Right
from teams.forms import SavedViewForm, ViewNameForm, sentences
from teams.list_exports import list_title
from teams.models import ListChoice, SavedView
from teams.refusals import Refusal
from teams.saved_views import EVERYTHING, in_order, plain_query, view_url

MOST_QUERY: int = SavedView._meta.get_field("query").max_length or 0
MOST_PAGE: int = ListChoice._meta.get_field("page").max_length or 0
MOST_COLUMNS = 100


@require_GET
def saved_views(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show one's own views and those the team shares, list by list, in the order of their tabs."""
    visible = SavedView.objects.visible_to(request.user).select_related("owner", "team").order_by("page", "name", "pk")
    choices = {choice.page: choice for choice in ListChoice.objects.filter(user=request.user)}
    lists: dict[str, list[SavedView]] = {}
    for view in visible:
        if url_or_none(view.page):
            lists.setdefault(view.page, []).append(view)
    rows = []
    for page, views in lists.items():
        choice = choices.get(page) or ListChoice()
        ordered = in_order(views, choice.views)
        first = choice.opens_with_id
        title = list_title(page)
        rows += [{"view": view, "url": view_url(view), "is_first": view.pk == first, "list": title} for view in ordered]
    return render(request, "teams/saved_views.html", {"rows": rows, "may_share": may(request.user, Right.LEAD)})


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
    url, query = url_or_none(form["page"].value() or ""), form["query"].value() or ""
    cancel_url = f"{url}?{plain_query(query)}" if url else reverse("teams:saved_views")
    return render(request, "teams/save_view.html", {"form": form, "cancel_url": cancel_url})


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
    """Show a view to the team and those below, which a manager may; or to oneself alone again."""
    view, shared = _own(request, pk), request.POST.get("shared") == "yes"
    if shared:
        require(request.user, Right.LEAD)
    try:
        share_view(view, shared=shared, actor=request.user)
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


@require_POST
def copy(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Make a view of one's own out of a colleague's, to change it."""
    view = get_visible_or_404(SavedView.objects.all(), request.user, pk=pk)
    copied = copy_view(view, actor=request.user)
    messages.success(request, _("The view “%(name)s” is yours now; change it as you like.") % {"name": copied.name})
    return go_to(request, view_url(copied))


@require_POST
def open_first(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Open the list with this view from now on, or with all rows again."""
    view = get_visible_or_404(SavedView.objects.all(), request.user, pk=pk)
    chosen = view if request.POST.get("first") == "yes" else None
    open_with(chosen, user=request.user, page=view.page, actor=request.user)
    return go_to(request, "teams:saved_views")


@require_POST
def move(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Put the tab of a view a place further to the left or to the right."""
    view = get_visible_or_404(SavedView.objects.all(), request.user, pk=pk)
    choice = ListChoice.objects.filter(user=request.user, page=view.page).first() or ListChoice()
    views = in_order(SavedView.objects.visible_to(request.user).for_page(view.page), choice.views)
    step = "down" if request.POST.get("to") == "later" else "up"
    order = shifted([str(each.pk) for each in views], **{step: str(pk)})
    order_views(user=request.user, page=view.page, views=[int(key) for key in order], actor=request.user)
    return go_to(request, "teams:saved_views")


@require_POST
def columns(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show other columns, or these in another order: in a saved view as a change of it, else from now on."""
    page, query = request.POST.get("page", ""), QueryDict(request.POST.get("query", ""), mutable=True)
    url = url_or_none(page)
    if url is None or len(page) > MOST_PAGE:
        raise Http404
    keys = [key[:60] for key in request.POST.getlist("col")[:MOST_COLUMNS]]
    asked = shifted(keys, up=request.POST.get("up", ""), down=request.POST.get("down", ""))
    asked = [] if "usual" in request.POST else asked
    query.pop("page", None)
    query.setlist("col", asked)
    if query.get("view", EVERYTHING) == EVERYTHING:
        query.pop("col")
        choose_columns(user=request.user, page=page, columns=asked, actor=request.user)
    return go_to(request, f"{url}?{query.urlencode()}" if query else url)


@require_safe
def list_job(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show how far a worker is with a list: a long download, a change of very many rows; and what came of it."""
    found = get_object_or_404(Job, pk=pk, owner=request.user)
    context = {"job": found, "list_url": url_or_none(found.params.get("list", "")) or ""}
    return render(request, "teams/list_job.html#state" if is_fragment(request) else "teams/list_job.html", context)
