"""How large a customer is, in bands of its number of employees. The texts leave the bands open; these are ours."""

from typing import Final

from django.db.models import Case, CharField, Q, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

UNKNOWN: Final = "unknown"
# Employees from the first number up to the second, both included; None: without an end.
SIZES: Final[tuple[tuple[str, int, int | None, str | Promise], ...]] = (
    ("large", 1000, None, _("1,000 people and more")),
    ("middle", 200, 999, _("200 to 999")),
    ("small", 50, 199, _("50 to 199")),
    ("tiny", 0, 49, _("below 50")),
    (UNKNOWN, -1, -1, _("size not known")),
)
CHOICES: Final = [(key, label) for key, _low, _high, label in SIZES]
_BANDS: Final = {key: (low, high) for key, low, high, _label in SIZES if key != UNKNOWN}


def of_size(key: str, path: str = "employees") -> Q:
    """Return the condition of a size; `path` leads to the number of employees."""
    if key not in _BANDS:
        return Q(**{f"{path}__isnull": True})
    low, high = _BANDS[key]
    return Q(**{f"{path}__gte": low}) if high is None else Q(**{f"{path}__range": (low, high)})


def size_at(path: str = "employees") -> Case:
    """Return the size of a customer as an expression; `path` leads to its number of employees."""
    cases = [When(of_size(key, path), then=Value(key)) for key in _BANDS]
    return Case(*cases, default=Value(UNKNOWN), output_field=CharField())
