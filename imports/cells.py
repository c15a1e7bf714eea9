"""What a cell says. Pure: text in, value out; `CellError` groups what is wrong by kind."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from crm.money import AmountError, parse_amount

DATE_FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日")
MONTH, DAY, YEAR = "month", "day", "year"  # which part of a short date such as 3/4/2017 stands first
SHORT_FORMS = {MONTH: ("%m-%d-%Y", "%m-%d-%y"), DAY: ("%d-%m-%Y", "%d-%m-%y"), YEAR: ("%y-%m-%d",)}
SHORT = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})")
LAST_MONTH, LAST_DAY = 12, 31
YEARS = range(1000, 2201)
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


def as_date(text: str, order: str = "") -> date | None:
    """Return the day a cell names: 2026-11-24, 2026/11/24, 2026年11月24日; a time is left out.

    `order` says how a short date is meant that can be read in two ways; where nobody said, 3/4/2017 is March and
    3-4-2017 is April.
    """
    value = plain(text)
    if not value:
        return None
    value = value.replace("T", " ").split(" ")[0]
    forms: tuple[str, ...] = DATE_FORMS
    if SHORT.fullmatch(value):
        first = order or (MONTH if "/" in value else DAY)
        value = re.sub(r"[/.]", "-", value)
        forms = tuple(form for name in (first, MONTH, DAY, YEAR) for form in SHORT_FORMS[name])
    for form in forms:
        try:
            return datetime.strptime(value, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise CellError("date", _("expected a date such as 2026-11-24, found “%(found)s”") % {"found": value[:40]})


def possible_orders(text: str) -> frozenset[str]:
    """Return how a short date can be meant; nothing for every other cell."""
    short = SHORT.fullmatch(plain(text).replace("T", " ").split(" ")[0])
    if short is None:
        return frozenset()
    first, second, third = int(short[1]), int(short[2]), short[3]
    found = {MONTH} if first <= LAST_MONTH and second <= LAST_DAY else set()
    if second <= LAST_MONTH and first <= LAST_DAY:
        found.add(DAY)
    if len(third) == len(short[1]) == len(short[2]) and second <= LAST_MONTH and int(third) <= LAST_DAY:
        found.add(YEAR)
    return frozenset(found)


def as_amount(text: str) -> Decimal | None:
    """Return the amount a cell names: 380万, 3,800,000, 3800000.00."""
    value = plain(text)
    if not value:
        return None
    try:
        return parse_amount(value)
    except AmountError:
        found = {"found": value[:40]}
        raise CellError(
            "amount", _("expected an amount such as 3,800,000 or 380万, found “%(found)s”") % found
        ) from None


def as_positive_amount(text: str) -> Decimal | None:
    """Return an amount of zero or more."""
    amount = as_amount(text)
    if amount is not None and amount < 0:
        raise CellError("negative", _("expected an amount of zero or more, found “%(found)s”") % {"found": text[:40]})
    return amount


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


def as_year(text: str) -> int | None:
    """Return a year of four digits."""
    value = plain(text).removesuffix("年")
    if not value:
        return None
    if not value.isascii() or not value.isdigit() or int(value[:9]) not in YEARS:
        raise CellError("year", _("expected a year such as 1996, found “%(found)s”") % {"found": value[:40]})
    return int(value)


def as_email(text: str, length: int) -> str:
    """Return an e-mail address."""
    value = plain(limited(text, length))
    if value:
        try:
            validate_email(value)
        except ValidationError:
            found = {"found": value[:40]}
            raise CellError(
                "email", _("expected an e-mail address such as li.min@example.com, found “%(found)s”") % found
            ) from None
    return value


def limited(text: str, length: int) -> str:
    """Return a text that fits, "" for words that mean nothing; raises CellError for one that is too long."""
    value = " ".join(text.split())
    if len(value) > length:
        raise CellError(
            "length",
            _("expected at most %(length)s characters, found %(count)s: “%(found)s…”")
            % {"length": length, "count": len(value), "found": value[:20]},
        )
    return value if plain(value) else ""


def folded(text: str) -> str:
    """Return a name as it is compared: full-width letters plain, no blanks, no case."""
    return re.sub(r"[\s_\-./（）()]+", "", unicodedata.normalize("NFKC", text)).casefold()
