"""The decided opportunities the profile learns from, and the traits of one customer."""

from collections.abc import Iterator

from django.core.cache import cache
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import Source
from accounts.models import Account
from accounts.sizes import CHOICES, UNKNOWN, size_at
from pipeline.choices import OpportunityState
from pipeline.models import Opportunity
from reports.profile import Profile, TooFew, Traits, learn

KEPT_SECONDS = 3600
KEY = "reports.profile"
TRAITS = {"industry": _("Industry"), "size": _("Size"), "province": _("Province"), "source": _("Source")}


def _decided() -> Iterator[tuple[Traits, bool, int]]:
    closed = Opportunity.objects.live().filter(account__isnull=False)
    closed = closed.filter(Q(state=OpportunityState.WON) | Q(state=OpportunityState.LOST))
    counted = (
        closed.annotate(size=size_at("account__employees"))
        .order_by()
        .values("account__industry__name", "size", "account__province", "account__source", "state")
        .annotate(count=Count("pk"))
    )
    for row in counted:
        traits = _traits(row["account__industry__name"], row["size"], row["account__province"], row["account__source"])
        yield traits, row["state"] == OpportunityState.WON, row["count"]


def _traits(industry: str | None, size: str, province: str, source: str) -> Traits:
    said = {"industry": industry or "", "size": size, "province": province, "source": source}
    return said | {"size": "" if size == UNKNOWN else size, "source": "" if source == Source.IMPORT else source}


def firm_profile() -> Profile | TooFew:
    """Return what the firm's won customers have in common, learnt from everything decided; kept for an hour.

    Counts of the whole firm, without a name, so whoever sells may read them.
    """
    found: Profile | TooFew | None = cache.get(KEY)
    if found is None:
        found = learn(_decided())
        cache.set(KEY, found, KEPT_SECONDS)
    return found


def traits_of(account: Account) -> Traits:
    """Return the traits of a customer."""
    size = Account.objects.filter(pk=account.pk).annotate(size=size_at()).values_list("size", flat=True)
    industry = account.industry.name if account.industry else ""
    return _traits(industry, size[0], account.province, account.source)


def word_of(trait: str, value: str) -> str:
    """Return the value of a trait in words."""
    if trait == "size":
        return str(dict(CHOICES).get(value, value))
    return str(dict(Source.choices).get(value, value)) if trait == "source" else value
