"""What a customer or a person there is found by."""

from typing import TYPE_CHECKING

from crm.searchtext import search_text

if TYPE_CHECKING:
    from accounts.models import Account, Contact

# Whoever writes one of these writes the search text too.
ACCOUNT_FIELDS = frozenset({"name", "short_name", "alias", "phone", "credit_code", "external_id"})
CONTACT_FIELDS = frozenset({"name", "mobile", "phone", "wechat", "email"})


def account_search_text(account: "Account") -> str:
    """Return the search text of a customer: its names, its telephone, its numbers."""
    return search_text(
        account.name,
        account.short_name,
        account.alias,
        phones=[account.phone] if account.phone else [],
        codes=[code for code in (account.credit_code, account.external_id) if code],
    )


def contact_search_text(contact: "Contact") -> str:
    """Return the search text of a person: the name, telephones, WeChat, e-mail."""
    return search_text(
        contact.name,
        phones=[number for number in (contact.mobile, contact.phone) if number],
        codes=[code for code in (contact.wechat, contact.email) if code],
    )
