"""The first page of an empty installation."""

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from teams.actions.first_run import set_up
from teams.first_run import needs_setup
from teams.forms import SetupForm
from teams.refusals import Refusal


@login_not_required
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """Make the first admin and sign him in; 404 as soon as anybody exists."""
    if not needs_setup():
        raise Http404
    form = SetupForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        data.pop("again")
        try:
            admin = set_up(**data)
        except Refusal:
            return redirect("account_login")
        get_adapter(request).login(request, admin)
        return redirect("/")
    return render(request, "teams/setup.html", {"form": form})
