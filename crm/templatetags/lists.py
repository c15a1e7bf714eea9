"""Parts of a list that come with its columns: the foot, the way into a cell."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.listing import Column
from crm.templatetags.ui import MISSING, icon, money, money_column

register = template.Library()


@register.simple_tag
def value_of(column: Column, row: Any) -> Any:
    """Return what an export would write in this column."""
    return column.value(row)


@register.simple_tag
def total_of(column: Column, totals: Mapping[str, Any]) -> SafeString | str:
    """Return the sum of a column of money, or the average of one of numbers, which says that it is one."""
    value = totals.get(column.key)
    if value is None:
        return MISSING
    if column.excel_format:  # a phone shows no headings, so there the amount says its own unit
        both = '<span class="only-phone">{}</span><span class="only-desktop">{}</span>'
        return format_html(both, money(value), money_column(value))
    shown = number_format(value, decimal_pos=1, use_l10n=True, force_grouping=True)
    return format_html(
        '<span title="{0}"><span class="visually-hidden">{0} </span><span aria-hidden="true">⌀ </span>{1}</span>',
        _("Average"),
        shown,
    )


@register.simple_tag
def cell_edit(column: Column, url: str) -> SafeString:
    """Return the way into a cell: a link to the form with this field alone, which the script opens on the spot."""
    return format_html(
        '<a class="cell-edit" href="{}?only={}" data-key="e">{}<span class="visually-hidden">{}</span></a>',
        url,
        column.fields,
        icon("pencil", 16),
        _("Change %(name)s") % {"name": column.label},
    )
