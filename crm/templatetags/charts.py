"""Charts drawn by the server: readable at once, without a script, and each with its numbers as a table."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from crm.charts import Bar, Column, Number, draw_bars, draw_columns, draw_curve, plain_number, room_for, spark_points
from crm.money import short_number

register = template.Library()


@register.inclusion_tag("components/bar_chart.html")
def bar_chart(bars: Sequence[Bar], *, label: str, finding: str = "", unit: str = "") -> dict[str, Any]:
    """Draw horizontal bars, top to bottom in the given order, each a link where it has an address.

    `label` names the chart for those who cannot see it, `finding` is its one sentence, `unit` stands in the table.
    """
    room = room_for([bar.text for bar in bars])
    return {"bars": draw_bars(bars), "room": room, "label": label, "finding": finding, "unit": unit}


@register.inclusion_tag("components/column_chart.html")
def column_chart(
    columns: Sequence[Column],
    *,
    label: str,
    finding: str = "",
    unit: str = "",
    line_label: str = "",
    target: Number | None = None,
    target_label: str = "",
    is_money: bool = False,
) -> dict[str, Any]:
    """Draw upright columns over time from zero, with a thin target line and an optional second series in that unit.

    With `is_money` the axis is written as the reader counts money: 380万, 3.8M.
    """
    written = _short_money if is_money else plain_number
    return {
        "plot": draw_columns(columns, target=target, written=written),
        "label": label,
        "finding": finding,
        "unit": unit,
        "line_label": line_label,
        "target_label": target_label,
    }


@register.inclusion_tag("components/curve_chart.html")
def curve_chart(
    points: Sequence[tuple[Number, Number]],
    *,
    label: str,
    finding: str = "",
    across: str = "",
    reference: Sequence[tuple[Number, Number]] = (),
    mark: tuple[Number, Number] = (0, 0),
    mark_label: str = "",
) -> dict[str, Any]:
    """Draw how a whole is spread: a curve in percent of both sides, with the reference as a thin line and one point.

    `across` says what the share below the curve is of. The numbers stand in a table of the page's own.
    """
    plot = draw_curve(points, reference=reference, mark=mark)
    return {"plot": plot, "label": label, "finding": finding, "across": across, "mark_label": mark_label}


def _short_money(value: float) -> str:
    return short_number(Decimal(str(value)), get_language() or "en")


@register.simple_tag
def sparkline(values: Sequence[Number], *, label: str) -> SafeString:
    """Draw a small line without axes; `label` says in words what it shows."""
    points = spark_points(values)
    last_x, last_y = points[-1] if points else (0, 0)
    return format_html(
        '<svg class="spark" role="img" viewBox="0 0 96 24" width="96" height="24"><title>{}</title>'
        '<polyline fill="none" points="{}"></polyline><circle cx="{}" cy="{}" r="2"></circle></svg>',
        label,
        " ".join(f"{x},{y}" for x, y in points),
        last_x,
        last_y,
    )
