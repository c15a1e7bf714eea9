"""A few customers that somebody filed twice, as it happens: another legal form, a short name."""

from accounts.actions.duplicates import find_duplicates
from accounts.choices import AccountKind
from accounts.models import Account
from accounts.naming import account_search_text

# How a second filing calls the customer: from its short name and its whole one.
AGAIN = ("{city}{short}", "{city}{short}（集团）有限公司", "{short}")


def make_twins() -> None:
    """Let some prospects be second filings of large customers, and look for what is alike."""
    large = Account.objects.filter(tier="A", parent=None, subsidiaries=None).exclude(city="").order_by("pk")
    small = Account.objects.filter(kind=AccountKind.PROSPECT, parent=None, subsidiaries=None).order_by("-pk")
    for name, first, again in zip(AGAIN, large, small, strict=False):
        again.name = name.format(city=first.city, short=first.called)
        again.short_name, again.province, again.city = "", first.province, first.city
        again.search_text = account_search_text(again)
        again.save(update_fields=["name", "short_name", "province", "city", "search_text"])
    find_duplicates()
