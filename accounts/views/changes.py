"""Making and changing a customer, putting it away."""

from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions.accounts import (
    IsMerged,
    archive_account,
    edit_account,
    restore_account,
)
from accounts.actions.claims import ClaimRefused, new_customer
from accounts.actions.groups import GroupCycle
from accounts.forms.account import AccountForm, NewAccountForm
from accounts.models import Account
from crm.conflicts import chosen, conflict_page
from crm.editing import EditConflict
from crm.http import AuthenticatedHttpRequest, go_to, is_fragment
from teams.access import get_visible_or_404, needs, require
from teams.choices import Right


def form_page(request: AuthenticatedHttpRequest, form: BaseForm, **context: Any) -> HttpResponse:
    """Show a form: as a page, or inside a sheet when only a part is asked for; 422 when it needs correcting."""
    part = "#line" if only_asked(request, form) else "#sheet"
    template = f"accounts/form.html{part}" if is_fragment(request) else "accounts/form.html"
    context |= {"form": form, "action": context.get("action", request.get_full_path())}
    return render(request, template, context, status=422 if form.is_bound else 200)


def only_asked(request: AuthenticatedHttpRequest, form: Any) -> list[str]:
    """Return the fields of `?only=`, for a form that corrects one line of a page; nothing for a whole form."""
    return [name for name in request.GET.get("only", "").split(",") if name in form.base_fields]


def editable(request: AuthenticatedHttpRequest, pk: int) -> Account:
    """Return a customer the person sees and may change: else 404 or 403."""
    account: Account = get_visible_or_404(Account, request.user, pk=pk)
    require(request.user, Right.EDIT_CUSTOMERS)
    return account


@require_http_methods(["GET", "POST"])
@needs(Right.EDIT_CUSTOMERS)
def new_account(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Make a customer."""
    form = NewAccountForm(request.POST or None, user=request.user, initial={"name": request.GET.get("name", "")})
    if form.is_valid():
        when = {"actor": request.user, "now": request.now, "on": request.today}
        try:
            account = new_customer(**form.named, **when, **form.values)
        except ClaimRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Customer created. Add the people there next."))
            return go_to(request, account.get_absolute_url())
    cancel_url = reverse("accounts:list")
    return form_page(
        request,
        form,
        title=_("New customer"),
        verb=_("Create"),
        cancel_url=cancel_url,
        namesakes=form.namesakes,
        draft="account:new",
    )


@require_http_methods(["GET", "POST"])
def edit(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Change facts of a customer."""
    account = editable(request, pk)
    post = chosen(request.POST) if request.method == "POST" else None
    only = only_asked(request, AccountForm)
    form = AccountForm(post, instance=Account.objects.get(pk=pk), user=request.user, only=only)
    url = account.get_absolute_url()
    if form.is_valid():
        try:
            edit_account(account, changes=form.changes, version=form.seen_version, actor=request.user)
        except EditConflict as conflict:
            version = Account.objects.values_list("version", flat=True).get(pk=pk)
            return conflict_page(request, conflict, form, title=account.called, version=version, cancel_url=url)
        except GroupCycle as refusal:
            form.add_error("parent", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return go_to(request, url)
    return form_page(
        request, form, title=_("Facts of %(name)s") % {"name": account.called}, verb=_("Save"), cancel_url=url
    )


@require_POST
def archive(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Put a customer away; it can be taken back."""
    entry = archive_account(editable(request, pk), actor=request.user, now=request.now)
    messages.success(request, entry.label, extra_tags=f"undo:{entry.pk}")
    return go_to(request, reverse("accounts:list"))


@require_POST
def restore(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Bring an archived customer back."""
    account = editable(request, pk)
    try:
        account = restore_account(account, actor=request.user)
    except IsMerged as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(name)s is back in the lists.") % {"name": account.called})
    return go_to(request, account.get_absolute_url())
