"""Dealers: the list with figures, a dealer's own tab, who signs in for it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions.dealers import LoginRefused, give_login, set_dealer_year, take_login
from accounts.choices import AccountKind
from accounts.dealing import standings
from accounts.forms.dealers import DealerYearForm, LoginForm
from accounts.models import Account, Contact, DealerLogin, DealerYear
from accounts.views.account import account_or_404, head
from accounts.views.changes import form_page
from crm.conflicts import chosen, conflict_page
from crm.editing import EditConflict
from crm.http import AuthenticatedHttpRequest, go_to
from crm.paging import paginate
from teams.access import may, require
from teams.choices import Right

CUSTOMERS_SHOWN = 100


@require_GET
def dealers(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the dealers a person sees: where they sell, what their customers bought this year against the target."""
    rows = Account.objects.visible_to(request.user).live().filter(kind=AccountKind.DEALER)
    page = paginate(rows.select_related("owner").order_by("name", "pk"), request.GET)
    context = {"page": page, "standings": standings(page.items, on=request.today), "year": request.today.year}
    return render(request, "accounts/dealers/list.html", context)


def _dealer_or_404(request: AuthenticatedHttpRequest, pk: int) -> Account:
    account = account_or_404(request, pk)
    if account.kind != AccountKind.DEALER:
        raise Http404
    return account


@require_GET
def account_dealer(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show how a dealer stands this year, the customers given to it, and who signs in for it."""
    account = _dealer_or_404(request, pk)
    (standing,) = standings([account], on=request.today)
    dealt = Account.objects.visible_to(request.user).live().filter(dealer=account).order_by("name", "pk")
    context = head(request, account, "dealer", list(Contact.objects.filter(account=account).live())) | {
        "standing": standing,
        "customers": dealt.select_related("owner")[:CUSTOMERS_SHOWN],
        "logins": account.logins.select_related("user").order_by("pk"),
        "year": request.today.year,
        "may_lead": may(request.user, Right.LEAD),
    }
    return render(request, "accounts/dealers/dealer.html", context)


@require_http_methods(["GET", "POST"])
def edit_dealer(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Write regions and target of a dealer for this year; the regions of the last one are filled in."""
    account, year = _dealer_or_404(request, pk), request.today.year
    require(request.user, Right.LEAD)
    rows = DealerYear.objects.filter(account=account)
    last = rows.filter(year__lt=year).order_by("-year").first()
    row = rows.filter(year=year).first() or DealerYear(account=account, year=year, regions=last.regions if last else "")
    post = chosen(request.POST) if request.method == "POST" else None
    form, url = DealerYearForm(post, instance=row), reverse("accounts:dealer", args=[pk])
    title = _("%(name)s in %(year)s") % {"name": account.called, "year": year}
    if form.is_valid():
        changes = form.changes if row.pk else form.values
        try:
            set_dealer_year(account, year=year, changes=changes, version=form.seen_version, actor=request.user)
        except EditConflict as conflict:
            version = rows.values_list("version", flat=True).get(year=year)
            return conflict_page(request, conflict, form, title=title, version=version, cancel_url=url)
        messages.success(request, _("Saved."))
        return go_to(request, url)
    return form_page(request, form, title=title, verb=_("Save"), cancel_url=url)


@require_http_methods(["GET", "POST"])
def new_login(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Let somebody sign in for a dealer."""
    account = _dealer_or_404(request, pk)
    require(request.user, Right.LEAD)
    form, url = LoginForm(request.POST or None), reverse("accounts:dealer", args=[pk])
    if form.is_valid():
        try:
            login = give_login(account, user=form.cleaned_data["user"], actor=request.user)
        except LoginRefused as refusal:
            form.add_error("user", str(refusal))
        else:
            messages.success(request, _("%(name)s sees this dealer and its customers now.") % {"name": login.user})
            return go_to(request, url)
    title = _("Who signs in for %(name)s") % {"name": account.called}
    return form_page(request, form, title=title, verb=_("Add"), cancel_url=url)


@require_POST
def drop_login(request: AuthenticatedHttpRequest, pk: int, login: int) -> HttpResponse:
    """Let somebody sign in for a dealer no more; it can be taken back."""
    account = _dealer_or_404(request, pk)
    require(request.user, Right.LEAD)
    found = get_object_or_404(DealerLogin.objects.select_related("account", "user"), pk=login, account=account)
    entry = take_login(found, actor=request.user, now=request.now)
    messages.success(request, entry.label, extra_tags=f"undo:{entry.pk}")
    return go_to(request, reverse("accounts:dealer", args=[pk]))
