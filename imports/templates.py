"""The table a person fills in: our headings, a sample row, and lists to choose from."""

from collections.abc import Sequence
from typing import IO

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from accounts.models import Account, Industry
from imports.choices import Shape
from imports.fields import FIELDS, Target
from imports.samples import SAMPLES
from pipeline.models import Product, Step
from teams.models import Team, User

CHOICES_LIMIT = 2000
FILLED_IN = 5000  # rows a list of choices is offered in
WIDTH = 20


def write_template(target: IO[bytes], shape: str, *, actor: User) -> None:
    """Write the template of a shape; the lists hold what this person may see."""
    book = Workbook()
    sheet: Worksheet = book.active  # type: ignore[assignment] # a new workbook has a sheet
    sheet.title = str(Shape(shape).label)[:31]
    lists = book.create_sheet(_("Choices")[:31])
    sheet.freeze_panes = "A2"
    for column, field in enumerate(FIELDS[shape], start=1):
        _write_column(sheet, column, field, SAMPLES[shape].get(field.name, ""))
        _offer(sheet, lists, column, _choices(field.name, actor))
    lists.sheet_state = "hidden"
    book.save(target)


def _write_column(sheet: Worksheet, column: int, field: Target, sample: str) -> None:
    heading = sheet.cell(1, column, str(field.label))
    heading.font = Font(bold=True)
    if field.is_required:
        heading.fill = PatternFill("solid", fgColor="DCEFEE")
        heading.comment = Comment(_("This column must be filled."), _("Template"))
    cell = sheet.cell(2, column, sample)
    cell.font = Font(italic=True, color="808080")
    if column == 1:
        cell.comment = Comment(_("A sample row: write over it, or leave it; it is not imported."), _("Template"))
    letter = get_column_letter(column)
    sheet.column_dimensions[letter].width = WIDTH
    sheet.column_dimensions[letter].number_format = "@"
    for row in range(2, 3):
        sheet.cell(row, column).number_format = "@"


def _offer(sheet: Worksheet, lists: Worksheet, column: int, choices: Sequence[str]) -> None:
    """Offer the choices in a column; a word that is not among them may still be written."""
    if not choices:
        return
    letter = get_column_letter(column)
    for row, choice in enumerate(choices, start=1):
        cell = lists.cell(row, column, choice)
        cell.data_type = "s"
    formula = f"{quote_sheetname(lists.title)}!${letter}$1:${letter}${len(choices)}"
    rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=False)
    rule.add(f"{letter}2:{letter}{FILLED_IN}")
    sheet.add_data_validation(rule)


def _choices(field: str, actor: User) -> list[str]:
    """Return what a column offers, in the order people look for it."""
    if field == "stage":
        steps = Step.objects.filter(pipeline__is_default=True).order_by("position")
        return [*(str(step) for step in steps), "赢单", "输单"]
    names = {
        "industry": lambda: Industry.objects.order_by("name").values_list("name", flat=True),
        "product": lambda: Product.objects.filter(is_active=True).order_by("name").values_list("name", flat=True),
        "owner": lambda: User.objects.colleagues_of(actor).order_by("name").values_list("name", flat=True),
        "manager": lambda: User.objects.filter(leads__isnull=False).order_by("name").values_list("name", flat=True),
        "region": lambda: Team.objects.live().values_list("name", flat=True),
        "account": lambda: Account.objects.live().visible_to(actor).order_by("name").values_list("name", flat=True),
        "parent": lambda: Account.objects.live().visible_to(actor).order_by("name").values_list("name", flat=True),
    }
    return list(dict.fromkeys(names[field]()[:CHOICES_LIMIT])) if field in names else []
