"""Cells of the list of opportunities."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from crm.listing import Column
from crm.templatetags.ui import money_column, money_unit
from pipeline.funnel import weighted
from pipeline.models import Opportunity

register = template.Library()


@register.simple_tag
def column_value(column: Column, row: Any) -> Any:
    """Return what an export would write in this column."""
    return column.value(row)


@register.simple_tag
def weighted_amount(opportunity: Opportunity) -> SafeString:
    """Return amount × funnel band as the number of a column whose heading names the unit."""
    value = weighted(opportunity.amount, opportunity.our_step.band) if opportunity.amount is not None else None
    return money_column(value, opportunity.currency)


@register.simple_tag
def column_label(column: Column) -> str:
    """Return the heading of a column, with the unit where it holds money."""
    return f"{column.label} {money_unit()}" if column.excel_format else str(column.label)
