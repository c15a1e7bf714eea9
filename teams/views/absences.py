"""Who is away."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.http import AuthenticatedHttpRequest, go_to, is_fragment
from crm.paging import paginate
from teams.access import get_visible_or_404, may_note_absence_of, people_to_note_for
from teams.actions.absences import end_absence, note_absence
from teams.forms import AbsenceForm
from teams.models import Absence, User
from teams.refusals import Refusal


@require_GET
def absences(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the absences of oneself, of those one deputises for and of the people one leads, coming ones first."""
    visible = Absence.objects.visible_to(request.user).select_related("user", "deputy")
    past = request.GET.get("when") == "past"
    if past:
        shown = visible.filter(ends_on__lt=request.today).order_by("-starts_on", "-pk")
    else:
        shown = visible.since(request.today).order_by("starts_on", "pk")
    page = paginate(shown, request.GET)
    own = people_to_note_for(request.user).filter(pk__in=[absence.user_id for absence in page.items])
    context = {"page": page, "past": past, "may_end": set(own.values_list("pk", flat=True))}
    template = "teams/absences.html#rows" if is_fragment(request) else "teams/absences.html"
    return render(request, template, context)


@require_http_methods(["GET", "POST"])
def new_absence(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Note days away."""
    form = AbsenceForm(
        request.POST or None,
        people=people_to_note_for(request.user).order_by("name", "pk"),
        colleagues=User.objects.colleagues_of(request.user).order_by("name", "pk"),
        today=request.today,
        initial={"user": request.GET.get("user") or request.user.pk},
    )
    if form.is_valid():
        data = form.cleaned_data
        try:
            note_absence(data.pop("user"), actor=request.user, **data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The absence is noted."))
            return go_to(request, "teams:absences")
    return render(request, "teams/absence_form.html", {"form": form})


@require_POST
def end(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Note that somebody is back, or will not be away after all."""
    absence = get_visible_or_404(Absence.objects.select_related("user"), request.user, pk=pk)
    if not may_note_absence_of(absence.user, request.user):
        raise PermissionDenied
    try:
        end_absence(absence, on=request.today, actor=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The absence has ended."))
    return go_to(request, "teams:absences")
