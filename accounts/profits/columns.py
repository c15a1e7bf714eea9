"""Columns of the list of profits: what its page shows and what a download writes."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from accounts.profits.profit import Profit
from crm.listing import Column

MONEY = "#,##0.00"


@dataclass(frozen=True)
class ProfitRow:
    """A customer and what it leaves us."""

    account: Account
    profit: Profit


def _money(key: str, label: Any) -> Column:
    return Column(key, label, lambda row: getattr(row.profit, key), sort=key, is_number=True, excel_format=MONEY)


COLUMNS: tuple[Column, ...] = (
    Column("name", _("Customer"), lambda row: row.account.name),
    Column("tier", _("Tier"), lambda row: row.account.tier),
    Column("owner", _("Owner"), lambda row: str(row.account.owner or "")),
    Column("team", _("Team"), lambda row: str(row.account.team or "")),
    _money("sold", _("Turnover")),
    _money("margin", _("Margin")),
    Column(
        "minutes",
        _("Hours"),
        lambda row: round(row.profit.hours, 1),
        sort="minutes",
        is_number=True,
        excel_format="0.0",
    ),
    _money("serving", _("Cost to serve")),
    _money("profit", _("Profit")),
    Column(
        "percent",
        _("Profit (%)"),
        lambda row: None if row.profit.percent is None else round(row.profit.percent, 1),
        sort="percent",
        is_number=True,
        excel_format="0.0",
    ),
    _money("uncosted", _("Turnover without a known cost")),
)
