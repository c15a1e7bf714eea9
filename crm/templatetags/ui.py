"""Small marks that every page uses: amounts, days, tiers, stances, icons. Loaded for every template.

They return safe HTML built by `format_html`; nothing here reads the clock or the database.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms, template
from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.core.serializers.json import DjangoJSONEncoder
from django.forms.utils import ErrorList
from django.templatetags.static import static
from django.utils import timezone, translation
from django.utils.html import format_html, format_html_join, json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from crm.critical_css import critical_css as critical_css_text
from crm.money import exact_amount, number_in, show_amount, unit_label

register = template.Library()

MISSING = "--"
FIRST_HAN = "\u2e80"
_WEEKDAYS = {
    "zh-hans": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "zh-hant": ("週一", "週二", "週三", "週四", "週五", "週六", "週日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

TIER_NAMES = {
    "A": gettext_lazy("Tier A"),
    "B": gettext_lazy("Tier B"),
    "C": gettext_lazy("Tier C"),
    "": gettext_lazy("No tier yet"),
}

# Code, word and drawing of each stance. Filled shapes act openly, hollow ones lean; the word is always beside it,
# because the two ends of the scale look alike in grey.
_STANCES: dict[str, tuple[str, Any, str]] = {
    "PS": ("ps", gettext_lazy("Power sponsor"), "M7 1l5 5H2zM7 7l5 5H2z"),
    "SN": ("sn", gettext_lazy("Sponsor"), "M7 3l5.5 8h-11z"),
    "SP": ("sp", gettext_lazy("Supporter"), "M7 3l5.5 8h-11z"),
    "N": ("n", gettext_lazy("Neutral"), "M7 3a4 4 0 1 0 .01 0z"),
    "NS": ("ns", gettext_lazy("Non-supporter"), "M7 11L1.5 3h11z"),
    "H": ("h", gettext_lazy("Hostile"), "M7 11L1.5 3h11z"),
    "": ("none", gettext_lazy("Not met yet"), "M7 3a4 4 0 1 0 .01 0z"),
}
_STANCE_NAMES = {
    "POWER_SPONSOR": "PS",
    "SPONSOR": "SN",
    "SUPPORTER": "SP",
    "NEUTRAL": "N",
    "NON_SUPPORTER": "NS",
    "HOSTILE": "H",
}


def _speech() -> str:
    """Return which of the three ways of writing dates the page uses."""
    code = (translation.get_language() or "en").lower()
    if code.startswith(("zh-hant", "zh-tw", "zh-hk", "zh-mo")):
        return "zh-hant"
    return "zh-hans" if code.startswith("zh") else "en"


def _as_day(value: date | datetime) -> date:
    """Return the calendar day of a date or of an instant in the reader's zone."""
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


# --- the frame --------------------------------------------------------------------------------------------------------
@register.simple_tag
def critical_css() -> SafeString:
    """Return the stylesheet of the first view, byte for byte as the security policy's hash expects it."""
    return SafeString(critical_css_text())


@register.simple_tag
def icon(name: str, size: int = 20) -> SafeString:
    """Return an icon of the sprite. It says nothing to a screen reader: put a word beside it or on the button."""
    css = "icon icon-sm" if size <= 16 else "icon"
    return format_html(
        '<svg class="{}" width="{}" height="{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css,
        size,
        size,
        static("vendor/icons/sprite.svg"),
        name,
    )


@register.filter
def undo_id(message: Message) -> str:
    """Return the id of the undo entry a message offers (`extra_tags="undo:12"`), or an empty text."""
    tags = (message.extra_tags or "").split()
    return next((tag.removeprefix("undo:") for tag in tags if tag.startswith("undo:")), "")


@register.filter
def initials(name: object) -> str:
    """Return what stands in a person's round mark: the last two Han characters, or the first letter."""
    text = str(name or "?").strip()
    if text[-1] < FIRST_HAN:
        return text[0].upper()
    return text if len(text) < 3 else text[-2:]


# --- numbers and days -------------------------------------------------------------------------------------------------
@register.simple_tag
def money(amount: Decimal | None, currency: str = "") -> SafeString:
    """Return an amount for the eye, with its exact value in the title; `--` for none.

    Without a currency it is the reporting one, as in the other two.
    """
    currency = currency or settings.REPORTING_CURRENCY
    if amount is None:
        return SafeString(MISSING)
    language = translation.get_language() or "en"
    shown = show_amount(amount, currency, language)
    exact = exact_amount(amount, currency, language)
    number, space, unit = shown.rpartition(" ")
    if not space or _speech() == "en":
        return format_html('<span class="nowrap" title="{}">{}</span>', exact, shown)
    return format_html('<span class="nowrap" title="{}">{}<span class="unit">{}</span></span>', exact, number, unit)


def _column_unit() -> str:
    return "thousand" if _speech() == "en" else "wan"


@register.simple_tag
def money_column(amount: Decimal | None, currency: str = "") -> SafeString:
    """Return only the number of an amount, for a column whose heading names the unit by `money_unit`."""
    if amount is None:
        return SafeString(MISSING)
    exact = exact_amount(amount, currency or settings.REPORTING_CURRENCY, translation.get_language() or "en")
    return format_html('<span title="{}">{}</span>', exact, number_in(amount, _column_unit()))


@register.simple_tag
def money_unit(currency: str = "") -> str:
    """Return the unit of `money_column`: 万元, in English CNY K."""
    return unit_label(_column_unit(), currency or settings.REPORTING_CURRENCY, translation.get_language() or "en")


@register.filter
def dash(value: object) -> object:
    """Return `--` for nothing, else the value (zero is a value)."""
    return MISSING if value is None or value == "" else value


def _time(css_day: str, text: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', css_day, text)


@register.simple_tag
def day(value: date | datetime | None) -> SafeString:
    """Return 2026-11-24."""
    if value is None:
        return SafeString(MISSING)
    text = _as_day(value).isoformat()
    return _time(text, text)


@register.simple_tag
def day_short(value: date | datetime | None) -> SafeString:
    """Return 11-24, for dense lists in which the year is plain."""
    if value is None:
        return SafeString(MISSING)
    text = _as_day(value).isoformat()
    return _time(text, text[5:])


@register.simple_tag
def day_long(value: date | datetime | None) -> SafeString:
    """Return 11月24日 周二, in English Tue 24 Nov, for headings."""
    if value is None:
        return SafeString(MISSING)
    when, speech = _as_day(value), _speech()
    weekday = _WEEKDAYS[speech][when.weekday()]
    if speech == "en":
        return _time(when.isoformat(), f"{weekday} {when.day} {_MONTHS[when.month - 1]}")
    return _time(when.isoformat(), f"{when.month}月{when.day}日 {weekday}")


@register.simple_tag
def weekday(value: date | datetime | None) -> str:
    """Return 周二, in English Tue."""
    return MISSING if value is None else _WEEKDAYS[_speech()][_as_day(value).weekday()]


@register.simple_tag
def clock(value: datetime | None) -> SafeString:
    """Return the time of day, 14:05, in the reader's zone."""
    if value is None:
        return SafeString(MISSING)
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return _time(local.isoformat(timespec="minutes"), local.strftime("%H:%M"))


def _ago_text(then: datetime, now: datetime) -> str:
    """Return how long ago, by words within a day, else by date."""
    minutes = int((now - then).total_seconds() // 60)
    if 0 <= minutes < 1:
        return _("just now")
    if 1 <= minutes < 60:
        return ngettext("%(n)s min ago", "%(n)s min ago", minutes) % {"n": minutes}
    if 60 <= minutes < 24 * 60:
        return ngettext("%(n)s hour ago", "%(n)s hours ago", minutes // 60) % {"n": minutes // 60}
    local, today = timezone.localtime(then), timezone.localtime(now)
    return local.strftime("%m-%d %H:%M" if local.year == today.year else "%Y-%m-%d")


@register.simple_tag(takes_context=True)
def ago(context: dict[str, Any], then: datetime | None, now: datetime | None = None) -> SafeString:
    """Return 刚刚, N 分钟前, N 小时前, 11-24 08:00 or 2025-11-24; the exact instant is in the title.

    Without `now` the request's own instant is used.
    """
    if then is None:
        return SafeString(MISSING)
    now = now or context["request"].now
    local = timezone.localtime(then)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="minutes"),
        local.strftime("%Y-%m-%d %H:%M"),
        _ago_text(then, now),
    )


@register.simple_tag
def delta(value: int | float | Decimal | None, unit: str = "%") -> SafeString:
    """Return a change as arrow and sign in plain ink: colour is kept for "against target"."""
    if value is None:
        return SafeString(MISSING)
    arrow = "↑" if value > 0 else "↓" if value < 0 else "→"
    return format_html('<span class="nowrap">{} {}{}</span>', arrow, f"{abs(value):,g}", f" {unit}" if unit else "")


# --- marks ------------------------------------------------------------------------------------------------------------
@register.simple_tag
def tier(value: str | None) -> SafeString:
    """Return the square letter of a customer's tier; the words are there for those who cannot see it."""
    letter = (value or "").upper()
    letter = letter if letter in TIER_NAMES else ""
    css = f"tier tier-{letter.lower()}" if letter else "tier"
    name = TIER_NAMES[letter]
    return format_html(
        '<span class="{}" title="{}"><span aria-hidden="true">{}</span><span class="visually-hidden">{}</span></span>',
        css,
        name,
        letter or "–",
        name,
    )


@register.simple_tag
def stance(value: str | None) -> SafeString:
    """Return a person's stance as shape and word, by code (PS) or name (POWER_SPONSOR); nothing means not met."""
    code = (value or "").upper()
    css, word, shape = _STANCES.get(_STANCE_NAMES.get(code, code), _STANCES[""])
    return format_html(
        '<span class="stance st-{}"><svg viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">'
        '<path d="{}"></path></svg>{}</span>',
        css,
        shape,
        word,
    )


@register.simple_tag
def pill(text: object, tone: str = "") -> SafeString:
    """Return a status word on a soft ground; tones: warn, ok, danger, info, or none."""
    return format_html('<span class="{}">{}</span>', f"pill pill-{tone}" if tone else "pill", text)


# --- forms ------------------------------------------------------------------------------------------------------------
@register.filter
def filter_fields(form: forms.BaseForm, at_once: int = 5) -> dict[str, Any]:
    """Return the fields of a filter that are always seen, the others, and whether one of the others is in use."""
    form.is_filter = True  # type: ignore[attr-defined] # for the field's template: none of them says it is optional
    shown = form.visible_fields()
    # One field behind "More" would take as much room as the button that hides it.
    first = shown if len(shown) <= at_once + 1 else shown[:at_once]
    rest = shown[len(first) :]
    in_use = any(form.data.get(field.html_name) for field in rest)
    return {"first": [*form.hidden_fields(), *first], "rest": rest, "rest_in_use": in_use}


class _AsWritten(DjangoJSONEncoder):
    """JSON with its characters as they are: a Chinese one takes three bytes, escaped six."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"ensure_ascii": False})


@register.filter
def data_script(value: Any, element_id: str) -> SafeString:
    """Return data for our scripts, as `json_script` does, in fewer bytes."""
    return json_script(value, element_id, encoder=_AsWritten)


def _is_vague(errors: ErrorList) -> bool:
    """Return whether a message says nothing until the reader knows which field: those that Django brings."""
    nothing = str(forms.Field.default_error_messages["required"])
    return any(
        error.code in ("min_value", "max_value", "min_length", "max_length") or str(error.message) == nothing
        for error in errors.as_data()
    )


@register.filter
def problems(form: forms.BaseForm) -> list[tuple[str, str]]:
    """Return (id of the field, message) of everything to be corrected; an empty id belongs to the whole form."""
    found = [("", str(message)) for message in form.non_field_errors()]
    for field in form:
        errors: ErrorList = field.errors
        name = f"{field.label}{pgettext('between label and text', ': ')}" if _is_vague(errors) else ""
        found += [(field.id_for_label or field.auto_id, f"{name}{message}") for message in errors]
    return found


@register.simple_tag
def problem_list(form: forms.BaseForm) -> SafeString:
    """Return the items of the error summary, each a link to its field."""
    return format_html_join(
        "",
        "<li>{}</li>",
        ((format_html('<a href="#{}">{}</a>', at, text) if at else text,) for at, text in problems(form)),
    )


@register.filter
def empty_labels(facts: list[tuple[Any, ...]]) -> list[str]:
    """Return the names of the facts that nobody filled in."""
    return [str(fact[0]) for fact in facts if fact[1] in (None, "", MISSING)]


@register.filter
def html_lang(code: str) -> str:
    """Return a language code as HTML writes it: zh-Hans, zh-Hant, en. A wrong one gives Han signs Japanese shapes."""
    main, _hyphen, rest = str(code).partition("-")
    return f"{main}-{rest.title()}" if len(rest) == 4 else str(code)


@register.filter
def yesno_is(value: object, wanted: str) -> str:
    """Return "true" or "false", as ARIA attributes want it."""
    return "true" if str(value) == wanted else "false"
