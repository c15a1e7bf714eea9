"""Finding customers and people there by any part of a name, pinyin initials or the end of a telephone number."""

from typing import TYPE_CHECKING

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.utils.translation import gettext as _

from accounts.models import Account, Contact
from crm.searching import Hit
from crm.searchtext import recheck

if TYPE_CHECKING:
    from teams.models import User

# Chinese pairs can meet in another order; so many more rows are read than shown, and rechecked.
SPARE = 4


def _begins_first(field: str, query: str) -> Case:
    """Return 0 for names that begin with what is asked, 1 for the rest."""
    return Case(When(**{f"{field}__startswith": query}, then=Value(0)), default=Value(1), output_field=IntegerField())


def _accounts(query: str, user: "User") -> QuerySet[Account]:
    found = Account.objects.visible_to(user).live().likely(query).select_related("owner")
    return found.order_by(_begins_first("name", query), "tier", "name", "pk")


def _about(account: Account) -> str:
    tier = _("Tier %(tier)s") % {"tier": account.tier} if account.tier else ""
    return " · ".join(filter(None, [tier, account.place, str(account.owner or "")]))


def find_accounts(query: str, *, user: "User", limit: int) -> list[Hit]:
    """Return at most `limit` customers the person sees; names that begin with the query first. One query."""
    query = query.strip()
    if not query:
        return []
    found = _accounts(query, user)[: limit * SPARE]
    rows = [row for row in found if recheck((row.name, row.short_name, row.alias), query)]
    return [
        Hit(
            kind="account",
            title=account.name,
            subtitle=_about(account),
            url=account.get_absolute_url(),
            rank=rank,
            icon="building",
        )
        for rank, account in enumerate(rows[:limit])
    ]


def find_contacts(query: str, *, user: "User", limit: int) -> list[Hit]:
    """Return at most `limit` people at customers the person sees. One query."""
    query = query.strip()
    if not query:
        return []
    found = Contact.objects.visible_to(user).live().filter(account__archived_at=None).likely(query)
    found = found.select_related("account").order_by(_begins_first("name", query), "name", "pk")
    rows = [row for row in found[: limit * SPARE] if recheck((row.name,), query)]
    return [
        Hit(
            kind="contact",
            title=contact.name,
            subtitle=" · ".join(filter(None, [contact.title, contact.account.called])),
            url=contact.get_absolute_url(),
            rank=rank,
            icon="user",
        )
        for rank, contact in enumerate(rows[:limit])
    ]


def find(query: str, *, user: "User", limit: int) -> list[Hit]:
    """Return customers and people together, customers first; at most `limit` of each."""
    return [*find_accounts(query, user=user, limit=limit), *find_contacts(query, user=user, limit=limit)]
