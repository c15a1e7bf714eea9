"""A few customers that somebody filed twice, as it happens: another legal form, a short name."""

from accounts.actions.duplicates import find_duplicates
from accounts.choices import AccountKind
from accounts.models import Account
from accounts.naming import account_search_text

# How a second filing calls the customer: from its short name and its whole one.
AGAIN = ("{city}{short}", "{city}{short}（集团）有限公司", "{short}")


def make_twins() -> None:
    """Let some prospects be second filings of large customers in their city, and look for what is alike."""
    large = Account.objects.filter(tier="A", parent=None, subsidiaries=None).order_by("city", "pk")
    first_of = {account.city: account for account in large.reverse()}
    small = Account.objects.filter(kind=AccountKind.PROSPECT, parent=None, subsidiaries=None, city__in=first_of)
    again_of = {account.city: account for account in small.order_by("pk")}
    for name, city in zip(AGAIN, sorted(again_of), strict=False):
        again = again_of[city]
        again.name, again.short_name = name.format(city=city, short=first_of[city].called), ""
        again.search_text = account_search_text(again)
        again.save(update_fields=["name", "short_name", "search_text"])
    find_duplicates()
