"""Reading and showing amounts of money the way people write them.

Chinese pages count in 万 and 亿, English ones in K, M and B. Values stay `Decimal` with four places; they are rounded
here and only for the eye. Nothing is shown as a float and a missing amount is `--`, never zero.
"""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from django.utils.translation import gettext as _

PLACES: Final = Decimal("0.0001")
LIMIT: Final = Decimal(10) ** 14  # amounts are kept with 18 digits, four of them behind the point
MISSING: Final = "--"
MINUS: Final = "\u2212"

UNITS: Final[dict[str, Decimal]] = {
    "one": Decimal(1),
    "thousand": Decimal(10) ** 3,
    "wan": Decimal(10) ** 4,
    "million": Decimal(10) ** 6,
    "yi": Decimal(10) ** 8,
    "billion": Decimal(10) ** 9,
}
_SIGNS: Final = {
    "zh-hans": {"one": "", "thousand": "千", "wan": "万", "million": "百万", "yi": "亿", "billion": "十亿"},
    "zh-hant": {"one": "", "thousand": "千", "wan": "萬", "million": "百萬", "yi": "億", "billion": "十億"},
    "en": {"one": "", "thousand": "K", "wan": "×10K", "million": "M", "yi": "×100M", "billion": "B"},
}
_STEPS: Final = {"zh-hans": ("yi", "wan"), "zh-hant": ("yi", "wan"), "en": ("billion", "million", "thousand")}
# From here up an amount is shown in a unit: Chinese never counts in thousands, English shows 8,500 in full.
_SHORT_FROM: Final = Decimal(10) ** 4
_DECIMALS: Final = {"one": 2, "thousand": 1, "wan": 1, "million": 1, "yi": 2, "billion": 2}

_CURRENCIES: Final = {
    "CNY": ("元", "元"),
    "USD": ("美元", "美元"),
    "EUR": ("欧元", "歐元"),
    "GBP": ("英镑", "英鎊"),
    "JPY": ("日元", "日圓"),
    "HKD": ("港元", "港元"),
    "TWD": ("新台币", "新台幣"),
    "MOP": ("澳门元", "澳門元"),
    "SGD": ("新加坡元", "新加坡元"),
    "KRW": ("韩元", "韓元"),
}
_MARKS: Final = {
    "CNY": ("¥", "rmb", "人民币", "人民幣"),
    "USD": ("us$", "$"),
    "EUR": ("€",),
    "GBP": ("£",),
    "JPY": ("jp¥", "¥"),
    "HKD": ("hk$", "$"),
    "TWD": ("nt$", "$"),
}

_POWERS: Final = {
    "": 0, "百": 2, "千": 3, "仟": 3, "k": 3, "thousand": 3,
    "万": 4, "萬": 4, "w": 4, "十万": 5, "十萬": 5, "百万": 6, "百萬": 6, "m": 6, "mn": 6, "million": 6,
    "千万": 7, "千萬": 7, "亿": 8, "億": 8, "十亿": 9, "十億": 9, "b": 9, "bn": 9, "billion": 9,
    "百亿": 10, "百億": 10, "千亿": 11, "千億": 11, "万亿": 12, "萬億": 12,
}  # fmt: skip
_PART: Final = re.compile(
    r"(?P<number>[0-9][0-9,]*(?:\.[0-9]*)?|\.[0-9]+)(?P<unit>"
    + "|".join(sorted(filter(None, _POWERS), key=len, reverse=True))
    + r")?"
)
_GROUPED: Final = re.compile(r"[0-9]+|[0-9]{1,3}(,[0-9]{3})+")


class AmountError(ValueError):
    """What was typed is no amount; the message is a translated sentence that says how to write it."""


def parse_amount(text: str, currency: str = "CNY") -> Decimal:
    """Return the amount a person typed, with four places; raises AmountError.

    Reads `380万`, `3.8百万`, `1.2亿`, `1亿2000万`, `3,800,000`, `3.8M`, full-width digits, the signs of the
    currency, `-` or brackets for a negative amount. A comma that does not separate thousands is refused, because
    `3,8` means ten times less to one reader than to another.
    """
    negative, plain = _sign(_compact(text))
    again, plain = _sign(_without_currency(plain, currency))
    if negative and again:
        raise _not_an_amount(text)
    negative = negative or again
    value = _sum_of_parts(plain, text)
    if value >= LIMIT:
        raise AmountError(_("The amount is too large. Enter an amount below 100,000,000,000,000."))
    value = value.quantize(PLACES, rounding=ROUND_HALF_UP)
    return -value if negative and value else value


def _compact(text: str) -> str:
    plain = "".join(unicodedata.normalize("NFKC", text).lower().split())
    if not plain:
        raise AmountError(_("Enter an amount, for example 3,800,000 or 380万."))
    return plain


def _without_currency(plain: str, currency: str) -> str:
    """Return the text without the sign or word of its currency, which may stand on either side."""
    for mark in (*_MARKS.get(currency, ()), currency.lower()):
        if mark in plain:
            plain = plain.removeprefix(mark).removesuffix(mark)
            break
    plain = plain.removesuffix("整")
    for word in (*_CURRENCIES.get(currency, ()), "元"):
        if plain.endswith(word):
            return plain.removesuffix(word)
    return plain


def _sign(plain: str) -> tuple[bool, str]:
    if plain[:1] in ("-", MINUS, "负", "負"):
        return True, plain[1:]
    if plain[:1] == "(" and plain[-1:] == ")":
        return True, plain[1:-1]
    return False, plain.removeprefix("+")


def _sum_of_parts(plain: str, typed: str) -> Decimal:
    """Add up `1亿` and `2000万`; every part but a lone number names its unit, and units go down."""
    parts = list(_PART.finditer(plain))
    if not parts or "".join(part.group() for part in parts) != plain:
        raise _not_an_amount(typed)
    powers = [_POWERS[part["unit"] or ""] for part in parts]
    if len(parts) > 1 and (0 in powers or powers != sorted(set(powers), reverse=True)):
        raise _not_an_amount(typed)
    return sum(
        (_number(part["number"], typed).scaleb(power) for part, power in zip(parts, powers, strict=True)), Decimal()
    )


def _number(digits: str, typed: str) -> Decimal:
    whole, _point, fraction = digits.partition(".")
    if whole and not _GROUPED.fullmatch(whole):
        raise AmountError(
            _("The commas in “%(text)s” can be read in two ways. Write thousands like 3,800,000 and decimals like 3.8.")
            % {"text": typed.strip()[:40]}
        )
    if len(digits) > 40:
        raise _not_an_amount(typed)
    return Decimal(f"{whole.replace(',', '') or '0'}.{fraction or '0'}")


def _not_an_amount(typed: str) -> AmountError:
    return AmountError(
        _("“%(text)s” is not an amount. Write it like 3,800,000, 380万, 1.2亿 or 3.8M.") % {"text": typed.strip()[:40]}
    )


def show_amount(
    amount: Decimal | None, currency: str = "CNY", language: str = "zh-hans", unit: str | None = None
) -> str:
    """Return the amount for the eye: `380 万元`, `1.25 亿元`, `8,500 元`, in English `CNY 3.8M`; None is `--`.

    `unit` (a key of UNITS) forces the unit, for columns whose heading names it once.
    """
    if amount is None:
        return MISSING
    speech = _speech(language)
    unit = unit or _fitting_unit(amount, speech)
    number = number_in(amount, unit)
    if speech == "en":
        return f"{currency} {number}{_SIGNS['en'][unit]}"
    return f"{number} {unit_label(unit, currency, language)}"


def short_number(amount: Decimal | None, language: str = "zh-hans") -> str:
    """Return the amount without its currency, for an axis: `380万`, in English `3.8M`; None is `--`."""
    if amount is None:
        return MISSING
    speech = _speech(language)
    unit = _fitting_unit(amount, speech)
    return f"{number_in(amount, unit)}{_SIGNS[speech][unit]}"


def exact_amount(amount: Decimal | None, currency: str = "CNY", language: str = "zh-hans") -> str:
    """Return the amount to the last kept digit: `3,800,000 元`, in English `CNY 3,800,000`; None is `--`."""
    if amount is None:
        return MISSING
    if _speech(language) == "en":
        return f"{currency} {exact_number(amount)}"
    return f"{exact_number(amount)} {unit_label('one', currency, language)}"


def exact_number(amount: Decimal) -> str:
    """Return all digits with thousands separated: whole amounts without a fraction, others with two to four places."""
    rounded = amount.quantize(PLACES, rounding=ROUND_HALF_UP)
    whole, _point, fraction = f"{abs(rounded):,f}".partition(".")
    kept = fraction.rstrip("0")
    return f"{_minus(rounded)}{whole}{'.' + kept.ljust(2, '0') if kept else ''}"


def echo_amount(amount: Decimal, language: str = "zh-hans") -> str:
    """Return what a form understood: `= 380.00 万元 (3,800,000)`, in English `= 3.80M (3,800,000)`."""
    speech = _speech(language)
    unit = _fitting_unit(amount, speech)
    scaled = (amount / UNITS[unit]).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    label = _SIGNS["en"][unit] if speech == "en" else f" {unit_label(unit, 'CNY', language)}"
    return f"= {_minus(scaled)}{abs(scaled):,f}{label} ({exact_number(amount)})"


def number_in(amount: Decimal | None, unit: str) -> str:
    """Return the amount counted in the unit, rounded for the eye, without the unit's name; None is `--`."""
    if amount is None:
        return MISSING
    rounded = _rounded(amount, unit)
    whole, _point, fraction = f"{abs(rounded):,f}".partition(".")
    kept = fraction.rstrip("0")
    if kept and unit == "one":
        kept = kept.ljust(2, "0")  # cents are never written with one digit
    return f"{_minus(rounded)}{whole}{'.' + kept if kept else ''}"


def unit_label(unit: str, currency: str = "CNY", language: str = "zh-hans") -> str:
    """Return what a heading says about the numbers below it: `万元`, `亿美元`, in English `CNY M`."""
    speech = _speech(language)
    sign = _SIGNS[speech][unit]
    if speech == "en":
        return f"{currency} {sign}".strip()
    names = _CURRENCIES.get(currency)
    if names is None:
        return f"{sign} {currency}".strip()
    return sign + names[speech == "zh-hant"]


def _speech(language: str) -> str:
    """Return which of the three ways of counting a language code asks for."""
    code = language.lower().replace("_", "-")
    if code.startswith(("zh-hant", "zh-tw", "zh-hk", "zh-mo")):
        return "zh-hant"
    return "zh-hans" if code.startswith("zh") else "en"


def _rounded(amount: Decimal, unit: str) -> Decimal:
    return (amount / UNITS[unit]).quantize(Decimal(1).scaleb(-_DECIMALS[unit]), rounding=ROUND_HALF_UP)


def _fitting_unit(amount: Decimal, speech: str) -> str:
    """Return the largest unit in which the rounded amount is at least one: 9,999.96 万 is already 1 亿."""
    size = abs(_rounded(amount, "one"))
    if size < _SHORT_FROM:
        return "one"
    *larger, smallest = _STEPS[speech]
    below = dict(zip(larger, (*larger[1:], smallest), strict=True))
    for unit in larger:
        if abs(_rounded(amount, below[unit])) * UNITS[below[unit]] >= UNITS[unit]:
            return unit
    return smallest


def _minus(value: Decimal) -> str:
    return MINUS if value < 0 else ""
