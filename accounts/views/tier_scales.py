"""Further criteria of the tiers, which an admin defines."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions.ratings import add_scale, edit_scale
from accounts.forms.tiers import ScaleForm
from accounts.models import RatingScale
from accounts.views.changes import form_page
from crm.conflicts import chosen, conflict_page
from crm.editing import EditConflict
from crm.http import AuthenticatedHttpRequest, go_to
from teams.access import needs
from teams.choices import Right


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def new_scale(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Add a criterion."""
    form = ScaleForm(request.POST or None)
    url = reverse("accounts:tiers")
    if form.is_valid():
        add_scale(name=form.cleaned_data["name"], hint=form.cleaned_data["hint"], actor=request.user)
        messages.success(request, _("The criterion is there. It counts once a draft weighs it and is applied."))
        return go_to(request, url)
    return form_page(request, form, title=_("Add a criterion"), verb=_("Add"), cancel_url=url)


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def scale(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Change a criterion, or stop offering it."""
    found = get_object_or_404(RatingScale, pk=pk)
    post = chosen(request.POST) if request.method == "POST" else None
    form = ScaleForm(post, instance=get_object_or_404(RatingScale, pk=pk))
    url = reverse("accounts:tiers")
    if form.is_valid():
        try:
            edit_scale(found, changes=form.changes, version=form.seen_version, actor=request.user)
        except EditConflict as conflict:
            version = RatingScale.objects.values_list("version", flat=True).get(pk=pk)
            return conflict_page(request, conflict, form, title=found.name, version=version, cancel_url=url)
        messages.success(request, _("Saved."))
        return go_to(request, url)
    return form_page(request, form, title=found.name, verb=_("Save"), cancel_url=url)
