"""A form field that takes amounts the way people write them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.money import AmountError, exact_number, parse_amount


class AmountField(forms.Field):
    """Takes `380万`, `3.8百万`, `3,800,000`, `3.8M`; cleans to a Decimal with four places, or None when empty.

    What was typed stays in the box when it cannot be read.
    """

    def __init__(
        self,
        *,
        min_value: Decimal | None = None,
        max_value: Decimal | None = None,
        currency: str = "CNY",
        **kwargs: Any,  # the arguments of django.forms.Field
    ) -> None:
        """Take the limits, both included, and the currency whose signs may be typed."""
        self.min_value, self.max_value, self.currency = min_value, max_value, currency
        super().__init__(**kwargs)

    def to_python(self, value: object) -> Decimal | None:
        """Return the amount; raises ValidationError with the sentence of `parse_amount`."""
        if value in self.empty_values:
            return None
        if isinstance(value, Decimal):
            return value
        try:
            return parse_amount(str(value), self.currency)
        except AmountError as error:
            raise ValidationError(str(error), code="invalid") from error

    def validate(self, value: Decimal | None) -> None:
        """Check the limits; raises ValidationError that names the limit."""
        super().validate(value)
        if value is None:
            return
        if self.min_value is not None and value < self.min_value:
            raise _limit(_("Enter an amount of at least %(limit)s."), "min_value", self.min_value)
        if self.max_value is not None and value > self.max_value:
            raise _limit(_("Enter an amount of at most %(limit)s."), "max_value", self.max_value)

    def prepare_value(self, value: object) -> object:
        """Show a stored amount with thousands separated and what was typed as it was typed."""
        return exact_number(value) if isinstance(value, Decimal) else value

    def has_changed(self, initial: object, data: object) -> bool:
        """Return whether the amount differs; another way of writing the same amount is no change."""
        return self._read(initial) != self._read(data)

    def _read(self, value: object) -> object:
        reader: Callable[[object], Decimal | None] = self.to_python
        try:
            return reader(value)
        except ValidationError:
            return value


def _limit(sentence: str, code: str, limit: Decimal) -> ValidationError:
    return ValidationError(sentence, code=code, params={"limit": exact_number(limit)})
