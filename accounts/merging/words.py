"""The values of two customers side by side, as a person reads them."""

from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.merging.values import LINES, filled_lines, is_empty, line_values
from accounts.models import Account
from crm.money import show_amount


def label_of(line: str) -> Any:
    """Return what a line is called."""
    field: Any = Account._meta.get_field(LINES[line][0])
    return _("place") if line == "place" else field.verbose_name


def in_words(account: Account, line: str) -> str:
    """Return what a customer has in a line, as a person reads it."""
    parts: list[Any]
    if line == "place":
        where = f"{account.latitude:.5f}, {account.longitude:.5f}" if account.position else ""
        parts = [account.place, account.address, account.postcode, where]
    elif line == "owner":
        parts = [account.owner or _("nobody"), account.team]
    elif line == "annual_revenue":
        parts = [show_amount(account.annual_revenue, settings.REPORTING_CURRENCY, get_language() or "en")]
    else:
        parts = [_value(account, name) for name in LINES[line]]
    return " · ".join(str(part) for part in parts if not is_empty(part))


def _value(account: Account, name: str) -> Any:
    """Return the value of a field; a day says which it is."""
    value = getattr(account, name)
    if value is True:
        return _("yes")
    if isinstance(value, date):
        field: Any = account._meta.get_field(name)
        return f"{field.verbose_name} {value.isoformat()}"
    display = getattr(account, f"get_{name}_display", None)
    return display() if display else value


def same_in_words(keep: Account, drop: Account) -> list[tuple[Any, str]]:
    """Return the lines in which both say the same."""
    both = [line for line in LINES if line_values(keep, line) == line_values(drop, line)]
    told = [line for line in both if not all(map(is_empty, line_values(keep, line)))]
    return [(label_of(line), in_words(keep, line)) for line in told]


def filled_in_words(keep: Account, drop: Account) -> list[tuple[Any, str]]:
    """Return the lines that get what only the other says."""
    return [(label_of(line), in_words(drop, line)) for line in filled_lines(keep, drop)]
