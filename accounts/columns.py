"""Columns of the list of customers: what is shown, how it sorts, what an export writes."""

from collections.abc import Callable
from typing import Any

from django.db.models import Avg, Case, F, OrderBy, Sum, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.in_house import readable
from accounts.models import Account
from crm.listing import Column, NeverEmpty
from teams.models import User


def _of(name: str) -> Callable[[Account], Any]:
    return lambda account: getattr(account, name)


def _text(name: str) -> Callable[[Account], str]:
    return lambda account: str(getattr(account, name) or "")


COLUMNS: tuple[Column, ...] = (
    Column("name", _("Name"), _of("name"), sort="name", is_usual=True),
    Column("tier", _("Tier"), _of("tier"), sort="tier", is_usual=True),
    Column("industry", _("Industry"), _text("industry"), is_usual=True, fields="industry"),
    Column("place", _("Place"), _of("place"), sort="city", fields="province,city"),
    Column("owner", _("Owner"), _text("owner"), is_usual=True),
    Column("team", _("Team"), _text("team")),
    Column("last", _("Last contact"), _of("last_contact_on"), sort="last", is_usual=True),
    Column("next", _("Next contact"), _of("next_contact_on"), sort="next", is_usual=True, fields="next_contact_on"),
    Column(
        "turnover",
        _("Turnover, 12 months"),
        _of("turnover_sum"),
        is_number=True,
        is_usual=True,
        excel_format="#,##0.00",
        total=Sum("turnover_sum"),
    ),
    Column("key", _("Key account"), lambda account: account.get_key_scope_display()),
    Column("kind", _("Kind"), lambda account: account.get_kind_display(), fields="kind"),
    Column("parent", pgettext_lazy("group of companies", "Group"), _text("parent"), fields="parent"),
    Column("source", _("Source"), lambda account: account.get_source_display(), fields="source"),
    Column(
        "potential",
        _("Growth potential"),
        _of("potential"),
        is_number=True,
        fields="potential",
        total=Avg("potential"),
    ),
    Column("credit", _("Credit standing"), _of("credit"), is_number=True, fields="credit", total=Avg("credit")),
    Column("wallet", _("Share of wallet (%)"), _of("wallet_share"), is_number=True, fields="wallet_share"),
    Column("order", _("Order of development"), _of("order_of_development"), sort="order", is_number=True),
    Column("qualification", _("Qualification"), lambda account: account.get_qualification_display()),
    Column("phone", _("Phone"), _of("phone"), fields="phone"),
    Column("number", _("Number elsewhere"), _of("external_id"), fields="external_id"),
)


class TierOrder(Case):
    """A, B, C, then no tier; never empty, so that the index `account_tier_order` serves both ways."""

    def __init__(self) -> None:
        super().__init__(When(tier="", then=Value("Z")), default=F("tier"))

    def desc(self, **_kwargs: Any) -> OrderBy:
        """Return the plain descending order."""
        return super().desc()


SORTS: dict[str, Any] = {
    "name": NeverEmpty("name"),
    "tier": TierOrder(),
    "city": NeverEmpty("city"),
    "last": "last_contact_on",
    "next": "next_contact_on",
    "order": F("ability") * F("willingness"),
}
USUAL_SORT = "name"


def columns_for(user: User) -> list[Column]:
    """Return the columns a person may read."""
    return readable(((column.key, column) for column in COLUMNS), user)


def sorts_for(user: User) -> dict[str, Any]:
    """Return the orders a person may ask for: the order of rows tells what it is made of."""
    return dict(readable(((name, (name, order)) for name, order in SORTS.items()), user))
