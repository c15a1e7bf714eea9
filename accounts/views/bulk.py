"""What is done to many customers at once: asked first, done in one go, taken back in one go."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.actions.giving import CannotGive, give_accounts
from accounts.actions.handing import CannotHandOver
from accounts.actions.handover_run import give_many
from accounts.forms.account import HandOverForm
from accounts.handover.preview import counted, things_of
from accounts.models import Account
from accounts.views.lists import filtered
from crm.http import AuthenticatedHttpRequest, go_to
from crm.paging import bounded_count
from teams.access import needs
from teams.choices import Right
from teams.models import User

SHOWN = 20
AT_ONCE = 50  # each takes its opportunities, visits and follow-ups along; more of them are left to a worker
MOST_GIVEN = 5_000


def selected(request: AuthenticatedHttpRequest) -> QuerySet[Account]:
    """Return the customers ticked, or with `everything` all that the filters in `query` find; visible ones only."""
    if request.POST.get("everything"):
        return filtered(request, QueryDict(request.POST.get("query", ""))).qs
    ids = [int(value) for value in request.POST.getlist("ids") if value.isascii() and value.isdigit()]
    return Account.objects.visible_to(request.user).live().filter(pk__in=ids[:MOST_GIVEN])


def back_to(request: AuthenticatedHttpRequest) -> str:
    """Return the address of the list as it was when the customers were chosen."""
    query = QueryDict(request.POST.get("query", "")).urlencode()
    return f"{reverse('accounts:list')}?{query}" if query else reverse("accounts:list")


@require_POST
@needs(Right.HAND_OVER)
def hand_over(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show which customers would go to whom; with `sure`, give them."""
    chosen = selected(request)
    count = bounded_count(chosen, MOST_GIVEN)
    if not 0 < count <= MOST_GIVEN:
        few = _("Choose at least one customer first.")
        many = _("At most 5,000 customers at a time. Narrow the list with a filter.")
        messages.warning(request, many if count else few)
        return redirect(back_to(request))
    form = HandOverForm(request.POST if request.POST.get("sure") else None, user=request.user)
    if form.is_valid():
        try:
            return _give(request, chosen, form.cleaned_data["to"], count)
        except (CannotGive, CannotHandOver) as refusal:
            form.add_error("to", str(refusal))
    return _ask(request, form, chosen, count)


def _give(request: AuthenticatedHttpRequest, chosen: QuerySet[Account], to: User, count: int) -> HttpResponse:
    """Give a few at once; many become a hand-over, whose page shows how far it is and takes it back."""
    rows = chosen.select_related("owner")
    if count > AT_ONCE:
        begun = give_many(rows, to=to, actor=request.user, on=request.today, now=request.now)
        return go_to(request, begun.get_absolute_url())
    entry = give_accounts(rows, to=to, actor=request.user, now=request.now)
    messages.success(request, entry.label, extra_tags=f"undo:{entry.pk}")
    return go_to(request, back_to(request))


def _ask(request: AuthenticatedHttpRequest, form: HandOverForm, chosen: QuerySet[Account], count: int) -> HttpResponse:
    """Name what would go where."""
    along = things_of(list(chosen.order_by().values_list("pk", flat=True))) if count <= AT_ONCE else {}
    context = {
        "form": form,
        "count": count,
        "title": ngettext("Give %(n)s customer to somebody else", "Give %(n)s customers to somebody else", count)
        % {"n": count},
        "accounts": chosen.select_related("owner", "team").order_by("name", "pk")[:SHOWN],
        "more": max(0, count - SHOWN),
        "along": counted(along),
        "is_long": count > AT_ONCE,
        "ids": request.POST.getlist("ids"),
        "everything": request.POST.get("everything", ""),
        "query": request.POST.get("query", ""),
        "cancel_url": back_to(request),
    }
    return render(request, "accounts/hand_over.html", context, status=422 if form.is_bound else 200)
