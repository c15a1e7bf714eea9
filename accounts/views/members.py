"""The account team of a customer, and the duty sheets of its roles."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions.members import AlreadyMember, NoMember, add_member, change_member, remove_member, set_duties
from accounts.choices import TeamRole
from accounts.forms.members import DutyForm, MemberForm, MembershipForm
from accounts.members.duties import duties, ours
from accounts.models import AccountMember, DutySheet
from accounts.views.changes import editable, form_page
from crm.conflicts import chosen, conflict_page
from crm.editing import EditConflict
from crm.http import AuthenticatedHttpRequest, go_to
from teams.access import needs
from teams.choices import Right


@require_http_methods(["GET", "POST"])
def new_member(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Take a colleague into the account team."""
    account = editable(request, pk)
    form = MemberForm(request.POST or None, account=account, today=request.today)
    url = reverse("accounts:people", args=[pk])
    if form.is_valid():
        data = form.cleaned_data
        try:
            add_member(
                account, user=data["user"], role=data["role"], until=data["until"], actor=request.user, now=request.now
            )
        except AlreadyMember as refusal:
            form.add_error("user", str(refusal))
        else:
            messages.success(request, _("%(name)s sees this customer now; the team is told.") % {"name": data["user"]})
            return go_to(request, url)
    title = _("Add somebody to the account team")
    return form_page(request, form, title=title, verb=_("Add"), cancel_url=url)


def _member(request: AuthenticatedHttpRequest, pk: int, member: int) -> AccountMember:
    """Return somebody in the account team of a customer the person may change."""
    rows = AccountMember.objects.current().select_related("account", "user")
    found: AccountMember = get_object_or_404(rows, pk=member, account=editable(request, pk))
    return found


@require_http_methods(["GET", "POST"])
def edit_member(request: AuthenticatedHttpRequest, pk: int, member: int) -> HttpResponse:
    """Change role or last day of somebody in the account team."""
    found = _member(request, pk, member)
    post = chosen(request.POST) if request.method == "POST" else None
    form = MembershipForm(post, instance=AccountMember.objects.get(pk=member), today=request.today)
    url, title = reverse("accounts:people", args=[pk]), _("%(name)s in the account team") % {"name": found.user}
    if form.is_valid():
        try:
            change_member(found, changes=form.changes, version=form.seen_version, actor=request.user, now=request.now)
        except EditConflict as conflict:
            version = AccountMember.objects.values_list("version", flat=True).get(pk=member)
            return conflict_page(request, conflict, form, title=title, version=version, cancel_url=url)
        except NoMember as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return go_to(request, url)
    return form_page(request, form, title=title, verb=_("Save"), cancel_url=url)


@require_POST
def drop_member(request: AuthenticatedHttpRequest, pk: int, member: int) -> HttpResponse:
    """Take a colleague out of the account team; it can be taken back."""
    try:
        entry = remove_member(_member(request, pk, member), actor=request.user, now=request.now)
    except NoMember as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, entry.label, extra_tags=f"undo:{entry.pk}")
    return go_to(request, reverse("accounts:people", args=[pk]))


# --- what each role is there for --------------------------------------------------------------------------------------
@require_GET
@needs(Right.ADMINISTER)
def duty_sheets(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the duty sheets of the six roles."""
    return render(request, "accounts/members/duties.html", {"duties": duties().values()})


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def edit_duty(request: AuthenticatedHttpRequest, role: str) -> HttpResponse:
    """Write the duties of a role in the firm's own words."""
    if role not in TeamRole.values:
        raise Http404
    sheet = DutySheet.objects.filter(role=role).first() or DutySheet(role=role)
    post = chosen(request.POST) if request.method == "POST" else None
    duty = ours(role)
    form, url = DutyForm(post, instance=sheet, duty=duty), reverse("accounts:duties")
    title = _("Duties: %(role)s") % {"role": duty.label}
    if form.is_valid():
        try:
            set_duties(TeamRole(role), changes=form.changes, version=form.seen_version, actor=request.user)
        except EditConflict as conflict:
            version = DutySheet.objects.values_list("version", flat=True).get(role=role)
            return conflict_page(request, conflict, form, title=title, version=version, cancel_url=url)
        messages.success(request, _("Saved. Account teams read it from now on."))
        return go_to(request, url)
    return form_page(request, form, title=title, verb=_("Save"), cancel_url=url)
