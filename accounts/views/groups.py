"""The group a customer stands in: its chart with figures, and moving a company within it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actions.groups import GroupCycle, move_in_group
from accounts.forms.group import MoveForm
from accounts.groups.group import group_of
from accounts.views.account import account_or_404, head, people_of
from accounts.views.changes import form_page
from crm.http import AuthenticatedHttpRequest, go_to, is_fragment
from teams.access import require
from teams.choices import Right


@require_GET
def account_group(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show the group with every company the person sees; on the customer's page its figures only."""
    account = account_or_404(request, pk)
    group = group_of(account, user=request.user, on=request.today)
    context: dict[str, Any] = {"account": account, "group": group}
    if is_fragment(request):
        return render(request, "accounts/groups/group.html#part", context)
    return render(request, "accounts/groups/group.html", head(request, account, "group", people_of(account)) | context)


@require_http_methods(["GET", "POST"])
def move(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Put a company under another one of its group, or of none."""
    account = account_or_404(request, pk)
    require(request.user, Right.EDIT_CUSTOMERS)
    form = MoveForm(request.POST or None, account=account, user=request.user)
    url = reverse("accounts:group", args=[pk])
    if form.is_valid():
        data = form.cleaned_data
        try:
            entry = move_in_group(
                account, parent=data["parent"], relation=data["relation"], actor=request.user, now=request.now
            )
        except GroupCycle as refusal:
            form.add_error("parent", str(refusal))
        else:
            if entry:
                messages.success(request, entry.label, extra_tags=f"undo:{entry.pk}")
            return go_to(request, url)
    title = _("Move %(name)s within its group") % {"name": account.called}
    return form_page(request, form, title=title, verb=pgettext("a company", "Move"), cancel_url=url)
