"""How one figure stands to another, in words. Numbers in, a sentence out: a number without a comparison says little."""

from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _


def percent(part: Decimal | int, whole: Decimal | int) -> int:
    """Return the share in whole percent, rounded as people do; `whole` is not zero."""
    return int((Decimal(part) * 100 / Decimal(whole)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def times(part: Decimal, whole: Decimal) -> str:
    """Return how many times `whole` fits into `part`, with one place; `whole` is not zero."""
    return str((part / whole).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))


def change(now: Decimal | int, before: Decimal | int, *, than: str, shown: str) -> str:
    """Return "↑ 30 % on 2026 Q3: CNY 2.9M"; `than` names what it is compared with, `shown` is its value as written."""
    if not before:
        return _("%(than)s: nothing") % {"than": than}
    share = percent(now - before, before)
    words = {"than": than, "shown": shown, "percent": abs(share)}
    if share == 0:
        return _("= %(than)s: %(shown)s") % words
    if share > 0:
        return _("↑ %(percent)s %% on %(than)s: %(shown)s") % words
    return _("↓ %(percent)s %% on %(than)s: %(shown)s") % words
