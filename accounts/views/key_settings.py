"""What an admin sets about key accounts: the numbers a proposal needs, and who signs."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions.key_accounts import join_key_group, leave_key_group, set_key_rule
from accounts.forms.key_accounts import GroupMemberForm, KeyRuleForm
from accounts.key_accounts.reads import key_rule
from accounts.models import KeyAccountSigner
from crm.conflicts import chosen, conflict_page
from crm.editing import EditConflict
from crm.http import AuthenticatedHttpRequest, go_to
from teams.access import needs
from teams.choices import Right


def _page(request: AuthenticatedHttpRequest, **forms: Any) -> HttpResponse:
    """Show the numbers and the group; a form that needs correcting takes the place of the fresh one."""
    context = {
        "rule_form": forms.get("rule_form") or KeyRuleForm(instance=key_rule()),
        "member_form": forms.get("member_form") or GroupMemberForm(),
        "signers": KeyAccountSigner.objects.select_related("user__team").order_by("user__name", "pk"),
    }
    return render(request, "accounts/key_accounts/settings.html", context, status=422 if forms else 200)


@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def settings(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show what a key account needs and who decides, and change the numbers."""
    if request.method == "GET":
        return _page(request)
    form = KeyRuleForm(chosen(request.POST), instance=key_rule())
    url = reverse("accounts:key_settings")
    if not form.is_valid():
        return _page(request, rule_form=form)
    try:
        set_key_rule(changes=form.changes, version=form.seen_version, actor=request.user)
    except EditConflict as conflict:
        version = key_rule().version
        return conflict_page(request, conflict, form, title=_("Key accounts"), version=version, cancel_url=url)
    messages.success(request, _("Saved."))
    return go_to(request, url)


@require_POST
@needs(Right.ADMINISTER)
def join(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Take somebody into the key-account group."""
    form = GroupMemberForm(request.POST)
    if not form.is_valid():
        return _page(request, member_form=form)
    signer = join_key_group(form.cleaned_data["user"], actor=request.user)
    messages.success(request, _("%(name)s is asked to sign from the next proposal on.") % {"name": signer.user})
    return go_to(request, reverse("accounts:key_settings"))


@require_POST
@needs(Right.ADMINISTER)
def leave(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Take somebody out of the key-account group; it can be taken back."""
    signer = get_object_or_404(KeyAccountSigner.objects.select_related("user"), pk=pk)
    entry = leave_key_group(signer, actor=request.user, now=request.now)
    messages.success(request, entry.label, extra_tags=f"undo:{entry.pk}")
    return go_to(request, reverse("accounts:key_settings"))
