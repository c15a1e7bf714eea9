"""The grid of targets as a form: one amount for each box, and the version it was seen with."""

from decimal import Decimal
from typing import Any

from django import forms

from crm.money_field import AmountField
from pipeline.choices import Metric
from pipeline.target_grid import Cell, Grid, Row


class TargetsForm(forms.Form):
    """Amounts of a grid; money for what is signed, a plain number for what is counted."""

    def __init__(self, *args: Any, grid: Grid, metric: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.grid = grid
        for row, cell in grid.cells:
            self.fields[cell.name] = _field(metric, f"{row.holder} {cell.period.label}", cell)
            self.fields[f"seen_{cell.name}"] = forms.IntegerField(
                required=False, initial=cell.version, widget=forms.HiddenInput
            )

    def table(self) -> list[tuple[Row, list[tuple[Cell, forms.BoundField, forms.BoundField]]]]:
        """Return each row with its boxes: cell, amount, version."""
        rows = [self.grid.whole, *self.grid.parts]
        return [(row, [(cell, self[cell.name], self[f"seen_{cell.name}"]) for cell in row.cells]) for row in rows]

    def changed(self) -> list[tuple[Row, Cell, Decimal | None, int]]:
        """Return row, cell, new value and seen version of what this person typed differently."""
        return [
            (row, cell, self.cleaned_data[cell.name], self.cleaned_data.get(f"seen_{cell.name}") or 0)
            for row, cell in self.grid.cells
            if cell.name in self.changed_data
        ]


def _field(metric: str, label: str, cell: Cell) -> forms.Field:
    """Return the box of a cell; what shorter periods add up to stands in it as a hint."""
    initial = cell.target.value if cell.target else None
    attrs = {"class": "form-control", "aria-label": label, "inputmode": "decimal"}
    if cell.target is None and cell.derived is not None:
        attrs["placeholder"] = f"{cell.derived:,.0f}"
    widget = forms.TextInput(attrs=attrs)
    if metric == Metric.WON_VALUE:
        return AmountField(label=label, required=False, initial=initial, min_value=Decimal(0), widget=widget)
    whole = int(initial) if initial is not None else None
    return forms.IntegerField(label=label, required=False, initial=whole, min_value=0, widget=widget)
