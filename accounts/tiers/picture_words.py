"""What the picture says in words, and the numbers beside its charts."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.choices import Tier
from accounts.tiers.concentration import Concentration
from accounts.tiers.picture import ONE_PLACE, Quarter
from crm.charts import Column

FIFTH, MOST = 20, 80
SHOWN = (5, 10, 20, 30, 50, 80, 100)


def curve_finding(spread: Concentration) -> str:
    """Return the firm's own rule of few and many, in one sentence."""
    if not spread.customers:
        return ""
    share = spread.share_of(spread.best(FIFTH)).quantize(ONE_PLACE)
    many = spread.needed_for(MOST)
    text = ngettext(
        "20 %% of the customers bring %(share)s %% of the turnover; %(n)s customer (%(part)s %%) makes 80 %% of it.",
        "20 %% of the customers bring %(share)s %% of the turnover; %(n)s customers (%(part)s %%) make 80 %% of it.",
        many,
    )
    return text % {"share": share, "n": f"{many:,}", "part": spread.percent_of(many).quantize(ONE_PLACE)}


@dataclass(frozen=True)
class CurveRow:
    """A line of the table beside the curve: the best so many percent, how many these are, and what they bring."""

    percent: int
    customers: int
    share: Decimal


def curve_rows(spread: Concentration) -> list[CurveRow]:
    """Return the numbers of the curve at a few places."""
    rows = [(percent, spread.best(percent)) for percent in SHOWN]
    return [CurveRow(percent, best, spread.share_of(best).quantize(ONE_PLACE)) for percent, best in rows]


def drift_columns(quarters: list[Quarter]) -> list[Column]:
    """Return the chart of drift: what A customers bring each quarter, and as a line how many of all they are."""
    return [
        Column(
            quarter.label,
            quarter.turnover_percent(Tier.A),
            f"{quarter.turnover_percent(Tier.A)}",
            line=quarter.customers_percent(Tier.A),
        )
        for quarter in quarters
    ]


def drift_finding(quarters: list[Quarter]) -> str:
    """Return how far the A customers moved from the first quarter to the last, in one sentence."""
    if len(quarters) <= 1:
        return ""
    first, last = quarters[0], quarters[-1]
    text = _("A customers: %(from)s %% of the turnover in %(first)s, %(to)s %% in %(last)s.")
    return text % {
        "from": first.turnover_percent(Tier.A),
        "first": first.label,
        "to": last.turnover_percent(Tier.A),
        "last": last.label,
    }
