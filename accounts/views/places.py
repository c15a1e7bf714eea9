"""Where a customer is: the steps of filling in its place, and its position on the map."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions.positions import set_position
from accounts.forms.place import PlaceForm
from accounts.forms.position import PositionForm
from accounts.views.changes import editable, form_page
from crm.http import AuthenticatedHttpRequest, go_to
from crm.places.divisions import divisions
from teams.access import needs
from teams.choices import Right

SUGGESTIONS = 12


@require_POST
@needs(Right.EDIT_CUSTOMERS)
def place(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Answer a step of filling in a place with that part of the form drawn anew; nothing is written."""
    return render(request, "accounts/place_part.html", {"form": PlaceForm(request.POST)})


@require_POST
@needs(Right.EDIT_CUSTOMERS)
def places(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Suggest provinces, cities and districts while somebody types."""
    query = request.POST.get("place_q", "").strip()[:60]
    found = divisions().find(query, limit=SUGGESTIONS)
    return render(request, "accounts/widgets/place_found.html", {"found": found, "query": query})


@require_http_methods(["GET", "POST"])
def position(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Say where a customer is on the map."""
    account = editable(request, pk)
    form = PositionForm(request.POST or None, account=account)
    url = account.get_absolute_url()
    if form.is_valid():
        entry = set_position(account, to=form.cleaned_data["position"], actor=request.user, now=request.now)
        if entry:
            messages.success(request, entry.label, extra_tags=f"undo:{entry.pk}")
        return go_to(request, url)
    title = _("Where %(name)s is on the map") % {"name": account.called}
    return form_page(request, form, title=title, verb=_("Save"), cancel_url=url)
