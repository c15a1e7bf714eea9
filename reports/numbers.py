"""A number of the manager's page: how it reads, the list behind it, and what of that list it is."""

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from crm.money import exact_amount, show_amount

COUNT, VALUE, WEIGHTED = "count", "value", "weighted"


@dataclass(frozen=True)
class Number:
    """`figure` says what `exact` is of the list at `url`: its length, its sum or its weighted sum; "" is a share."""

    text: str
    url: str
    figure: str = ""
    exact: Decimal | int = 0
    title: str = ""

    def __html__(self) -> SafeString:
        """Return the link, ready for a page."""
        title = format_html(' title="{}"', self.title) if self.title else ""
        figure = format_html(' data-{}="{}"', self.figure, str(self.exact)) if self.figure else ""
        return format_html('<a href="{}"{}{}>{}</a>', self.url, figure, title, self.text)

    def __str__(self) -> str:
        """Return the same: a template asks for the text of what it prints."""
        return self.__html__()


def amount(value: Decimal) -> str:
    """Return an amount in the reporting currency as the reader's language writes it."""
    return show_amount(value, settings.REPORTING_CURRENCY, get_language() or "en")


def count_of(count: int, url: str, text: str = "") -> Number:
    """Return the length of a list; `text` where it reads otherwise."""
    return Number(text or number_format(count, use_l10n=True, force_grouping=True), url, COUNT, count)


def sum_of_list(value: Decimal, url: str, *, figure: str = VALUE, text: str = "") -> Number:
    """Return the sum of a list of opportunities, or with `figure` its weighted sum."""
    exact = exact_amount(value, settings.REPORTING_CURRENCY, get_language() or "en")
    return Number(text or amount(value), url, figure, value, exact)


def share(percent: object, url: str) -> Number:
    """Return a share of a list; `--` where there is nothing to divide."""
    return Number("--" if percent is None else f"{percent} %", url)
