"""Columns of the list of customers: what is shown, how it sorts, what an export writes."""

from collections.abc import Callable
from typing import Any

from django.db.models import Case, F, OrderBy, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Account
from crm.listing import Column


def _of(name: str) -> Callable[[Account], Any]:
    return lambda account: getattr(account, name)


def _text(name: str) -> Callable[[Account], str]:
    return lambda account: str(getattr(account, name) or "")


COLUMNS: tuple[Column, ...] = (
    Column("name", _("Name"), _of("name"), sort="name", is_usual=True),
    Column("tier", _("Tier"), _of("tier"), sort="tier", is_usual=True),
    Column("industry", _("Industry"), _text("industry"), is_usual=True),
    Column("place", _("Place"), _of("place"), sort="city"),
    Column("owner", _("Owner"), _text("owner"), is_usual=True),
    Column("team", _("Team"), _text("team")),
    Column("last", _("Last contact"), _of("last_contact_on"), sort="last", is_usual=True),
    Column("next", _("Next contact"), _of("next_contact_on"), sort="next", is_usual=True),
    Column(
        "turnover",
        _("Turnover, 12 months"),
        _of("turnover_sum"),
        is_number=True,
        is_usual=True,
        excel_format="#,##0.00",
    ),
    Column("kind", _("Kind"), lambda account: account.get_kind_display()),
    Column("parent", pgettext_lazy("group of companies", "Group"), _text("parent")),
    Column("source", _("Source"), lambda account: account.get_source_display()),
    Column("potential", _("Growth potential"), _of("potential"), is_number=True),
    Column("credit", _("Credit standing"), _of("credit"), is_number=True),
    Column("wallet", _("Share of wallet (%)"), _of("wallet_share"), is_number=True),
    Column("phone", _("Phone"), _of("phone")),
    Column("number", _("Number elsewhere"), _of("external_id")),
)


class NeverEmpty(F):
    """A column without empty values: asking for them last would only keep its index from being used."""

    def desc(self, **_kwargs: Any) -> OrderBy:
        """Return the plain descending order."""
        return super().desc()


# The same expression stands in the index `account_tier_order`: customers without a tier come last.
SORTS: dict[str, Any] = {
    "name": NeverEmpty("name"),
    "tier": Case(When(tier="", then=Value("Z")), default=F("tier")),
    "city": NeverEmpty("city"),
    "last": "last_contact_on",
    "next": "next_contact_on",
}
USUAL_SORT = "name"
