"""Sweeping a place: the list of places, the grid of units, what was found at a door."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions.sweeps import (
    AlreadyCustomer,
    Noted,
    add_doors,
    archive_place,
    create_place,
    edit_place,
    make_customer,
    note_unit,
    restore_place,
)
from accounts.choices import UnitState
from accounts.forms.sweeps import WITH_EMPLOYER, LayoutForm, NewPlaceForm, PlaceForm, TapForm, UnitForm
from accounts.models import Account, SweepPlace, SweepUnit
from accounts.sweeps.grid import (
    building_of,
    buildings_of,
    deciders_elsewhere,
    next_calls,
    place_rows,
    shares_of,
    whole,
)
from accounts.views.changes import form_page
from crm.conflicts import chosen, conflict_page
from crm.editing import EditConflict
from crm.http import AuthenticatedHttpRequest, go_to, is_fragment
from crm.paging import paginate
from crm.submissions import Submission, accepted, refused, takes_submission
from teams.access import get_visible_or_404, may, needs, require
from teams.choices import Right

KNOCKS_SHOWN = 20
# One tap leaves a state; these are offered, in the order of how often they occur.
TAPS = (UnitState.NOBODY, UnitState.TALKED, UnitState.WANTS, UnitState.REFUSED)


def _place(request: AuthenticatedHttpRequest, pk: int) -> SweepPlace:
    rows = SweepPlace.objects.select_related("owner", "team", "employer")
    place: SweepPlace = get_visible_or_404(rows, request.user, pk=pk)
    return place


def _unit(request: AuthenticatedHttpRequest, pk: int) -> SweepUnit:
    """Return a unit the person may note at: else 404, or 403."""
    rows = SweepUnit.objects.select_related("place", "account")
    unit: SweepUnit = get_visible_or_404(rows, request.user, pk=pk)
    require(request.user, Right.EDIT_CUSTOMERS)
    return unit


@require_GET
@needs(Right.EDIT_CUSTOMERS)
def sweeps(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the places that are swept, the newest first."""
    archived = request.GET.get("archived") == "yes"
    seen = SweepPlace.objects.visible_to(request.user).select_related("owner")
    listed = seen.exclude(archived_at=None) if archived else seen.live()
    page = paginate(listed.order_by("-pk"), request.GET, searched=False)
    rows = place_rows(page.items, on=request.today)
    return render(request, "accounts/sweeps/list.html", {"page": page, "rows": rows, "archived": archived})


@require_http_methods(["GET", "POST"])
@needs(Right.EDIT_CUSTOMERS)
def new_place(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Lay out a place with its units."""
    form = NewPlaceForm(request.POST or None, user=request.user)
    if form.is_valid():
        data = form.cleaned_data
        place = create_place(
            name=data["name"],
            doors=form.doors,
            owner=data["owner"],
            actor=request.user,
            client_id=data["client_id"],
            **form.values,
        )
        messages.success(request, _("Laid out. Tap a unit for what you find there."))
        return go_to(request, place.get_absolute_url())
    title, url = _("Sweep a new place"), reverse("accounts:sweeps")
    return form_page(request, form, title=title, verb=_("Lay out"), cancel_url=url, draft="sweep:new")


def grid_context(request: AuthenticatedHttpRequest, place: SweepPlace) -> dict[str, Any]:
    """Return what the grid of one building shows; `?building=` names it, else it is the first."""
    buildings = buildings_of(place)
    names = [name for name, _coverage in buildings]
    wanted = request.GET.get("building", "")
    shown = wanted if wanted in names else next(iter(names), "")
    found = whole(buildings)
    return {
        "crumbs": [(_("Sweeps"), reverse("accounts:sweeps"))],
        "place": place,
        "buildings": buildings,
        "building": building_of(place, shown),
        "coverage": found,
        "shares": shares_of(found),
        "taps": [(tap.value, tap.label) for tap in TAPS],
        "tap": request.GET.get("tap", ""),
        "today": request.today,
    }


@require_GET
def sweep(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show a place: coverage, the grid of a building, who is called on next, who decides elsewhere."""
    place = _place(request, pk)
    context = grid_context(request, place) | {
        "next_calls": next_calls(place),
        "elsewhere": deciders_elsewhere(place),
        "may_edit": may(request.user, Right.EDIT_CUSTOMERS),
        "employer_seen": place.employer_id is not None
        and Account.objects.visible_to(request.user).filter(pk=place.employer_id).exists(),
        "wants_employer": place.kind in WITH_EMPLOYER and place.employer_id is None,
        "may_plan": may(request.user, Right.SELL),
    }
    template = "accounts/sweeps/place.html#grid" if is_fragment(request) else "accounts/sweeps/place.html"
    return render(request, template, context)


@require_http_methods(["GET", "POST"])
def edit_sweep(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Change facts of a place."""
    place = _place(request, pk)
    require(request.user, Right.EDIT_CUSTOMERS)
    post = chosen(request.POST) if request.method == "POST" else None
    form = PlaceForm(post, instance=SweepPlace.objects.get(pk=pk), user=request.user)
    url = place.get_absolute_url()
    if form.is_valid():
        try:
            edit_place(place, changes=form.changes, version=form.seen_version, actor=request.user)
        except EditConflict as conflict:
            version = SweepPlace.objects.values_list("version", flat=True).get(pk=pk)
            return conflict_page(request, conflict, form, title=place.name, version=version, cancel_url=url)
        messages.success(request, _("Saved."))
        return go_to(request, url)
    title = _("Facts of %(name)s") % {"name": place.name}
    return form_page(request, form, title=title, verb=_("Save"), cancel_url=url)


@require_http_methods(["GET", "POST"])
def more_doors(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Add buildings or floors to a place."""
    place = _place(request, pk)
    require(request.user, Right.EDIT_CUSTOMERS)
    form = LayoutForm(request.POST or None)
    if form.is_valid():
        count = add_doors(place, doors=form.doors, actor=request.user)
        messages.success(request, ngettext("%(n)s unit added.", "%(n)s units added.", count) % {"n": count})
        return go_to(request, place.get_absolute_url())
    title = _("More units for %(name)s") % {"name": place.name}
    return form_page(request, form, title=title, verb=_("Add"), cancel_url=place.get_absolute_url())


@require_POST
def archive_sweep(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Put a place away; it can be taken back."""
    place = _place(request, pk)
    require(request.user, Right.EDIT_CUSTOMERS)
    entry = archive_place(place, actor=request.user, now=request.now)
    messages.success(request, entry.label, extra_tags=f"undo:{entry.pk}")
    return go_to(request, reverse("accounts:sweeps"))


@require_POST
def restore_sweep(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Bring an archived place back."""
    place = _place(request, pk)
    require(request.user, Right.EDIT_CUSTOMERS)
    restore_place(place, actor=request.user)
    messages.success(request, _("%(name)s is back in the lists.") % {"name": place.name})
    return go_to(request, place.get_absolute_url())


# --- at the door ------------------------------------------------------------------------------------------------------
def _grid_url(unit: SweepUnit, **query: str) -> str:
    return f"{unit.place.get_absolute_url()}?{urlencode({'building': unit.building, **query})}"


def _say(request: AuthenticatedHttpRequest, noted: Noted) -> None:
    if noted.undo:
        messages.success(request, _in_words(noted.unit), extra_tags=f"undo:{noted.undo.pk}")


def _in_words(unit: SweepUnit) -> str:
    text = _("%(unit)s: %(state)s") % {"unit": unit.door, "state": unit.get_state_display()}
    if unit.next_on is None:
        return text
    return _("%(text)s. Come again on %(day)s.") % {"text": text, "day": unit.next_on.isoformat()}


def _tapped(request: AuthenticatedHttpRequest, place: SweepPlace, form: TapForm) -> Noted:
    unit = get_object_or_404(place.units, pk=form.cleaned_data["unit"])
    return note_unit(
        unit,
        changes={"state": form.cleaned_data["state"]},
        actor=request.user,
        on=request.today,
        now=request.now,
        client_id=form.cleaned_data["client_id"],
    )


@require_POST
def tap(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Note what was found by one tap: the state chosen above, then the unit; without one the unit's page opens."""
    place = _place(request, pk)
    require(request.user, Right.EDIT_CUSTOMERS)
    form = TapForm(request.POST)
    if not form.is_valid():
        unit = get_object_or_404(place.units, pk=form.cleaned_data.get("unit", 0))
        return go_to(request, reverse("accounts:sweep_unit", args=[unit.pk]))
    noted = _tapped(request, place, form)
    _say(request, noted)
    return go_to(request, _grid_url(noted.unit, tap=noted.unit.state))


@require_POST
@takes_submission
def tap_from_device(request: AuthenticatedHttpRequest, submission: Submission, pk: int) -> HttpResponse:
    """Note what was found by one tap, as the outbox sends it, perhaps later and more than once."""
    place = _place(request, pk)
    require(request.user, Right.EDIT_CUSTOMERS)
    fields = submission.fields.copy()
    fields["client_id"] = str(submission.client_id)
    form = TapForm(fields)
    if not form.is_valid():
        return refused(form)
    return _kept(submission, _tapped(request, place, form))


def _kept(submission: Submission, noted: Noted) -> HttpResponse:
    entry, unit = noted.undo, noted.unit
    undo = entry.pk if entry else None
    return accepted(submission, url=_grid_url(unit), title=unit.door, text=_in_words(unit), undo=undo)


@require_http_methods(["GET", "POST"])
def sweep_unit(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show a unit and note all that was found there."""
    unit = _unit(request, pk)
    post = chosen(request.POST) if request.method == "POST" else None
    form = UnitForm(post, instance=SweepUnit.objects.get(pk=pk))
    url = _grid_url(unit)
    if form.is_valid():
        data = form.cleaned_data
        try:
            noted = note_unit(
                unit,
                changes=form.noted,
                version=form.seen_version,
                actor=request.user,
                on=request.today,
                now=request.now,
                client_id=data["client_id"],
            )
        except EditConflict as conflict:
            version = SweepUnit.objects.values_list("version", flat=True).get(pk=pk)
            return conflict_page(request, conflict, form, title=unit.door, version=version, cancel_url=url)
        _say(request, noted)
        return go_to(request, url)
    context = {
        "crumbs": [(_("Sweeps"), reverse("accounts:sweeps")), (unit.place.name, url)],
        "unit": unit,
        "form": form,
        "cancel_url": url,
        "knocks": unit.knocks.select_related("actor").order_by("-pk")[:KNOCKS_SHOWN],
    }
    return render(request, "accounts/sweeps/unit.html", context, status=422 if form.is_bound else 200)


@require_POST
def unit_customer(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Make a customer of a unit."""
    unit = _unit(request, pk)
    try:
        account = make_customer(unit, actor=request.user, now=request.now)
    except AlreadyCustomer as refusal:
        messages.info(request, str(refusal))
        return go_to(request, unit.place.get_absolute_url())
    messages.success(request, _("Customer created. Its follow-ups stand where those of the unit stood."))
    return go_to(request, account.get_absolute_url())
