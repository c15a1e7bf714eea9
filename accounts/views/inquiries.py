"""Coming in: calls and walk-ins, who looks after them, the rules that say so."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions.inquiries import (
    NobodyToGive,
    add_rule,
    answer_inquiry,
    give_inquiry,
    register_inquiry,
    remove_rule,
)
from accounts.forms.inquiries import GiveForm, InquiryForm, InquiryRuleForm
from accounts.models import Account, Inquiry, InquiryRule
from accounts.panels import shortcuts
from accounts.views.changes import form_page
from crm.http import AuthenticatedHttpRequest, go_to
from crm.paging import paginate
from teams.access import get_visible_or_404, may, needs, require
from teams.choices import Right


@require_GET
@needs(Right.EDIT_CUSTOMERS)
def inquiries(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show who came in, those that wait first."""
    every = request.GET.get("show") == "all"
    seen = Inquiry.objects.visible_to(request.user).select_related("given_to", "account")
    rows = seen if every else seen.waiting()
    page = paginate(rows.order_by("-pk"), request.GET, searched=False)
    context = {"page": page, "every": every, "may_administer": may(request.user, Right.ADMINISTER)}
    return render(request, "accounts/inquiries/list.html", context)


@require_http_methods(["GET", "POST"])
@needs(Right.EDIT_CUSTOMERS)
def new_inquiry(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Register a call or walk-in."""
    form = InquiryForm(request.POST or None, user=request.user)
    if form.is_valid():
        data = form.cleaned_data
        try:
            made = register_inquiry(
                person=data["person"],
                wants=data["wants"],
                account=form.account,
                actor=request.user,
                now=request.now,
                client_id=data["client_id"],
                **form.values,
            )
        except NobodyToGive as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Given to %(name)s, who is reminded of it.") % {"name": made.given_to})
            return go_to(request, reverse("accounts:inquiry", args=[made.pk]))
    url = reverse("accounts:inquiries")
    title = _("New call or walk-in")
    return form_page(request, form, title=title, verb=_("Register"), cancel_url=url, draft="inquiry:new")


def _inquiry(request: AuthenticatedHttpRequest, pk: int) -> Inquiry:
    rows = Inquiry.objects.select_related("given_to", "taken_by", "account", "industry")
    found: Inquiry = get_visible_or_404(rows, request.user, pk=pk)
    require(request.user, Right.EDIT_CUSTOMERS)
    return found


@require_GET
def inquiry(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show a call or walk-in: what was said, who looks after it, and what is done next."""
    found = _inquiry(request, pk)
    seen = found.account_id is not None and (
        Account.objects.visible_to(request.user).filter(pk=found.account_id).exists()
    )
    sells = seen and may(request.user, Right.SELL)
    context = {
        "crumbs": [(_("Coming in"), reverse("accounts:inquiries"))],
        "inquiry": found,
        "is_seen": seen,
        "shortcuts": shortcuts() if sells else [],
        "give_form": GiveForm(user=request.user),
    }
    return render(request, "accounts/inquiries/inquiry.html", context)


@require_POST
def give(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Give a call or walk-in to somebody else."""
    found = _inquiry(request, pk)
    form = GiveForm(request.POST, user=request.user)
    if form.is_valid():
        given = give_inquiry(found, to=form.cleaned_data["to"], actor=request.user, now=request.now)
        messages.success(request, _("Given to %(name)s, who is reminded of it.") % {"name": given.given_to})
    else:
        messages.warning(request, _("Choose a person first."))
    return go_to(request, reverse("accounts:inquiries"))


@require_POST
def answer(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Note that the first contact has taken place."""
    found = answer_inquiry(_inquiry(request, pk), actor=request.user, now=request.now)
    messages.success(request, _("First contact with %(name)s noted.") % {"name": found.person})
    return go_to(request, reverse("accounts:inquiries"))


# --- who gets which ---------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@needs(Right.ADMINISTER)
def inquiry_rules(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the rules that say who gets which call or walk-in, and add one."""
    form = InquiryRuleForm(request.POST or None)
    if form.is_valid():
        add_rule(actor=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return go_to(request, reverse("accounts:inquiry_rules"))
    rules = InquiryRule.objects.select_related("user", "team", "industry").order_by("position", "pk")
    context = {"form": form, "rules": rules}
    return render(request, "accounts/inquiries/rules.html", context, status=422 if form.is_bound else 200)


@require_POST
@needs(Right.ADMINISTER)
def drop_rule(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Take a rule away."""
    remove_rule(get_object_or_404(InquiryRule, pk=pk), actor=request.user)
    messages.success(request, _("The rule is gone; what it gave stays given."))
    return go_to(request, reverse("accounts:inquiry_rules"))
