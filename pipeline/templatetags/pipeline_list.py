"""Cells of the list of opportunities."""

from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.utils.safestring import SafeString

from crm.listing import Column
from crm.templatetags.ui import money, money_column, money_unit
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
    return _in_column(value, opportunity.currency)


@register.simple_tag
def amount_column(opportunity: Opportunity) -> SafeString:
    """Return the amount as the number of a column whose heading names the unit; another currency names itself."""
    return _in_column(opportunity.amount, opportunity.currency)


def _in_column(value: Decimal | None, currency: str) -> SafeString:
    return money_column(value) if currency == settings.REPORTING_CURRENCY else money(value, currency)


@register.simple_tag
def column_label(column: Column) -> str:
    """Return the heading of a column, with the unit where it holds money."""
    return f"{column.label} {money_unit()}" if column.excel_format else str(column.label)
