"""Regions with their customers, and which of them are key."""

from dataclasses import dataclass, field

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actions.regions import mark_region, unmark_region
from accounts.choices import Tier
from accounts.models import Account, KeyRegion
from crm.http import AuthenticatedHttpRequest, go_to
from teams.access import needs
from teams.choices import Right


@dataclass
class RegionRow:
    """A province or city: how many customers, how many of them A, whether it is marked itself."""

    province: str
    city: str
    customers: int
    tier_a: int
    is_key: bool
    cities: list["RegionRow"] = field(default_factory=list)


def region_rows(request: AuthenticatedHttpRequest) -> list[RegionRow]:
    """Return the provinces of the customers the person sees, with their cities, the fullest first; two queries."""
    marked = set(KeyRegion.objects.values_list("province", "city"))
    seen = Account.objects.visible_to(request.user).live().exclude(province="")
    counted = (
        seen.order_by()
        .values("province", "city")
        .annotate(customers=Count("pk"), tier_a=Count("pk", filter=Q(tier=Tier.A)))
    )
    rows: dict[str, RegionRow] = {}
    for each in counted.order_by("-customers", "province", "city"):
        name, city = each["province"], each["city"]
        row = rows.setdefault(name, RegionRow(name, "", 0, 0, (name, "") in marked))
        row.customers += each["customers"]
        row.tier_a += each["tier_a"]
        if city:
            row.cities.append(RegionRow(name, city, each["customers"], each["tier_a"], (name, city) in marked))
    return sorted(rows.values(), key=lambda row: (-row.customers, row.province))


@require_GET
@needs(Right.LEAD)
def regions(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show where the customers are, and which regions are worked first."""
    return render(request, "accounts/regions.html", {"rows": region_rows(request)})


@require_POST
@needs(Right.LEAD)
def mark(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Mark a region as key, or take the mark away."""
    place = {"province": request.POST.get("province", "")[:30], "city": request.POST.get("city", "")[:30]}
    if not place["province"]:
        messages.warning(request, _("Choose a region of the list."))
    elif request.POST.get("key") == "yes":
        messages.success(
            request, _("%(name)s is a key region now.") % {"name": mark_region(**place, actor=request.user)}
        )
    else:
        unmark_region(**place, actor=request.user)
        messages.success(
            request, _("%(name)s is no key region any more.") % {"name": place["city"] or place["province"]}
        )
    return go_to(request, reverse("accounts:regions"))
