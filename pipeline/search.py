"""Finding opportunities by any part of their name or their customer's."""

from typing import TYPE_CHECKING

from crm.searching import Hit
from crm.searchtext import recheck
from pipeline.models import Opportunity

if TYPE_CHECKING:
    from teams.models import User

# Chinese pairs can meet in another order; so many more rows are read than shown, and rechecked.
SPARE = 4


def find_opportunities(query: str, *, user: "User", limit: int) -> list[Hit]:
    """Return at most `limit` opportunities the person sees, open ones first. One query."""
    query = query.strip()
    if not query:
        return []
    found = Opportunity.objects.visible_to(user).live().matching(query).select_related("account", "our_step")
    rows = found.order_by("closed_on", "name", "pk")[: limit * SPARE]
    open_first = sorted(rows, key=lambda row: (not row.is_open, row.name))
    kept = [row for row in open_first if recheck(_names(row), query)]
    return [
        Hit(
            kind="opportunity",
            title=row.name,
            subtitle=_about(row),
            url=row.get_absolute_url(),
            rank=rank,
            icon="layout-kanban",
        )
        for rank, row in enumerate(kept[:limit])
    ]


def _names(row: Opportunity) -> tuple[str, ...]:
    account = row.account
    return (row.name, account.name, account.short_name, account.alias) if account else (row.name,)


def _about(row: Opportunity) -> str:
    where = str(row.our_step) if row.is_open else str(row.get_state_display())
    return " · ".join(filter(None, [row.account.called if row.account else "", where]))
