"""What a cell says. Pure: text in, value out; `CellError` groups what is wrong by kind."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from crm.money import AmountError, parse_amount

DATE_FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日")
MONTH_FIRST, DAY_FIRST = "%m/%d/%Y", "%d-%m-%y"
EMPTY = frozenset({"", "-", "--", "/", "null", "none", "n/a", "#n/a", "nan", "无"})


class CellError(ValueError):
    """A cell that cannot be understood; `code` groups alike errors, the text says what is expected."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def plain(text: str) -> str:
    """Return the text without surrounding blanks, full-width letters made plain; "" for words that mean nothing."""
    cleaned = " ".join(unicodedata.normalize("NFKC", text).split())
    return "" if cleaned.casefold() in EMPTY else cleaned


def as_date(text: str) -> date | None:
    """Return the day a cell names: 2026-11-24, 2026/11/24, 2026年11月24日, 11/24/2026, 24-11-26; a time is left out."""
    value = plain(text)
    if not value:
        return None
    value = value.replace("T", " ").split(" ")[0]
    for form in (*DATE_FORMS, MONTH_FIRST, DAY_FIRST):
        try:
            return datetime.strptime(value, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise CellError("date", _("expected a date such as 2026-11-24, found “%(found)s”") % {"found": value[:40]})


def as_amount(text: str) -> Decimal | None:
    """Return the amount a cell names: 380万, 3,800,000, 3800000.00."""
    value = plain(text)
    if not value:
        return None
    try:
        return parse_amount(value)
    except AmountError as error:
        raise CellError("amount", str(error)) from None


def as_whole(text: str) -> int | None:
    """Return a whole number of zero or more."""
    value = plain(text).replace(",", "")
    if not value:
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal(-1)
    if number < 0 or number != number.to_integral_value() or number > 2_000_000_000:
        raise CellError("number", _("expected a whole number, found “%(found)s”") % {"found": value[:40]})
    return int(number)


def limited(text: str, length: int) -> str:
    """Return a text that fits; raises CellError for one that does not."""
    value = " ".join(text.split())
    if len(value) > length:
        raise CellError("length", _("longer than %(length)s characters") % {"length": length})
    return value


def folded(text: str) -> str:
    """Return a name as it is compared: full-width letters plain, no blanks, no case."""
    return re.sub(r"[\s_\-./（）()]+", "", unicodedata.normalize("NFKC", text)).casefold()
