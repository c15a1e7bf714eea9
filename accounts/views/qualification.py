"""A customer's qualification, its place in the order of development, and the competitors there."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions.qualification import add_rival, archive_rival, edit_rival, judge, verdicts_of
from accounts.choices import Aspect
from accounts.forms.qualification import UNKNOWN, JudgeForm, RivalForm
from accounts.models import Contact, Rival
from accounts.views.account import head, in_house_or_404
from accounts.views.changes import editable, form_page
from crm.conflicts import chosen, conflict_page
from crm.editing import EditConflict
from crm.http import AuthenticatedHttpRequest, go_to
from teams.access import get_visible_or_404, require
from teams.choices import Right

CHECKS_SHOWN = 20


@require_GET
def qualification(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show the three questions with their evidence, the order of development, the competitors."""
    account = in_house_or_404(request, pk)
    people = list(Contact.objects.filter(account=account).live())
    newest = verdicts_of(account)
    context = head(request, account, "qualification", people) | {
        "questions": [(aspect.value, aspect.label, newest.get(aspect.value)) for aspect in Aspect],
        "checks": account.checks.select_related("actor").order_by("-pk")[:CHECKS_SHOWN],
        "rivals": account.rivals.filter(archived_at=None).order_by("name", "pk"),
    }
    return render(request, "accounts/qualification.html", context)


@require_http_methods(["GET", "POST"])
def judge_account(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Answer one question of the qualification; `?aspect=` chooses it."""
    account = editable(request, pk)
    initial = {"aspect": request.GET.get("aspect", Aspect.ABILITY), "verdict": UNKNOWN}
    form = JudgeForm(request.POST or None, initial=initial)
    url = reverse("accounts:qualification", args=[pk])
    if form.is_valid():
        judge(account, **form.cleaned_data, actor=request.user, on=request.today)
        messages.success(request, _("Saved."))
        return go_to(request, url)
    title = _("Can %(name)s buy?") % {"name": account.called}
    return form_page(request, form, title=title, verb=_("Save"), cancel_url=url)


@require_http_methods(["GET", "POST"])
def new_rival(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Note a competitor at a customer."""
    account = editable(request, pk)
    form = RivalForm(request.POST or None, instance=Rival(account=account))
    url = reverse("accounts:qualification", args=[pk])
    if form.is_valid():
        values = {name: form.cleaned_data[name] for name in form.Meta.fields}
        rival = add_rival(account, actor=request.user, **values)
        messages.success(request, _("%(name)s is added.") % {"name": rival.name})
        return go_to(request, url)
    title = _("Competitor at %(name)s") % {"name": account.called}
    return form_page(request, form, title=title, verb=_("Add"), cancel_url=url, draft=f"rival:new:{pk}")


def _rival(request: AuthenticatedHttpRequest, pk: int) -> Rival:
    rival: Rival = get_visible_or_404(Rival.objects.select_related("account"), request.user, pk=pk)
    require(request.user, Right.EDIT_CUSTOMERS)
    return rival


@require_http_methods(["GET", "POST"])
def change_rival(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Change what is known of a competitor."""
    rival = _rival(request, pk)
    post = chosen(request.POST) if request.method == "POST" else None
    form = RivalForm(post, instance=Rival.objects.get(pk=pk))
    url = reverse("accounts:qualification", args=[rival.account_id])
    if form.is_valid():
        try:
            edit_rival(rival, changes=form.changes, version=form.seen_version, actor=request.user)
        except EditConflict as conflict:
            version = Rival.objects.values_list("version", flat=True).get(pk=pk)
            return conflict_page(request, conflict, form, title=rival.name, version=version, cancel_url=url)
        messages.success(request, _("Saved."))
        return go_to(request, url)
    return form_page(request, form, title=rival.name, verb=_("Save"), cancel_url=url)


@require_POST
def drop_rival(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Put a competitor away; it can be taken back."""
    rival = _rival(request, pk)
    entry = archive_rival(rival, actor=request.user, now=request.now)
    messages.success(request, entry.label, extra_tags=f"undo:{entry.pk}")
    return go_to(request, reverse("accounts:qualification", args=[rival.account_id]))
