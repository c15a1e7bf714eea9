"""What a bulk change would do, in words, before anything is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actions.bulk_edits import above_of, as_row, value_of
from accounts.bulk.changes import Plan, Reason, plan_changes
from accounts.models import Account, Industry
from teams.models import User

SHOWN = 20
EMPTY = "--"


@dataclass(frozen=True)
class Line:
    """One of the customers that would change: field → before and after, in words."""

    name: str
    fields: list[tuple[str, str, str]]


@dataclass
class Preview:
    """What would happen, for the page that asks whether it should."""

    plan: Plan
    # Key and version, as they were looked at, of all that were chosen.
    pairs: list[tuple[int, int]]

    @property
    def count(self) -> int:
        """Return how many would change."""
        return len(self.plan.changes)

    @property
    def title(self) -> str:
        """Return what the page is about."""
        return ngettext("Change %(n)s customer?", "Change %(n)s customers?", self.count) % {"n": self.count}

    @property
    def archive_title(self) -> str:
        """Return what the page is about when they are put away."""
        return ngettext("Archive %(n)s customer?", "Archive %(n)s customers?", self.count) % {"n": self.count}

    @property
    def more(self) -> int:
        """Return how many change beside those shown."""
        return max(0, self.count - SHOWN)

    @property
    def left(self) -> list[tuple[str, int, str]]:
        """Return why customers are left: the reason, how many, the first names."""
        told = []
        for reason, words in _reasons().items():
            names = [skip.name for skip in self.plan.skipped if skip.reason == reason and skip.name]
            if count := self.plan.count_of(reason):
                told.append((words, count, "、".join(names[:5]) + ("…" if len(names) > 5 else "")))
        return told

    @cached_property
    def lines(self) -> list[Line]:
        """Return the first of those that would change."""
        shown = self.plan.changes[:SHOWN]
        words = _Words([change.fields for change in shown])
        return [Line(change.name, [words.of(name, *pair) for name, pair in change.fields.items()]) for change in shown]


def _reasons() -> dict[Reason, str]:
    return {
        Reason.SAME: _("has these values already"),
        Reason.ARCHIVED: _("is archived"),
        Reason.MEANWHILE: _("was changed by somebody meanwhile"),
        Reason.DEALER: _("is a dealer and has no tier"),
        Reason.CIRCLE: _("stands above the company it would belong to"),
        Reason.GONE: _("is gone, or not yours to see any more"),
    }


class _Words:
    """Values in words; the rows they point at are read once."""

    def __init__(self, fields: Sequence[Mapping[str, tuple[Any, Any]]]) -> None:
        def keys(name: str) -> set[Any]:
            return {key for each in fields for key in each.get(name, ()) if key}

        industries = Industry.objects.in_bulk(keys("industry")) if keys("industry") else {}
        parents = Account.objects.in_bulk(keys("parent")) if keys("parent") else {}
        self._rows: dict[str, Mapping[int, Any]] = {"industry": industries, "parent": parents}

    def of(self, name: str, before: Any, after: Any) -> tuple[str, str, str]:
        """Return label, before, after."""
        return str(_label(name)), self._said(name, before), self._said(name, after)

    def _said(self, name: str, value: Any) -> str:
        if value in (None, ""):
            return EMPTY
        if name in self._rows:
            return str(self._rows[name].get(value, EMPTY))
        choices: dict[Any, Any] = dict(getattr(Account._meta.get_field(name), "flatchoices", None) or [])
        return str(choices.get(value, value))


def _label(name: str) -> Any:
    return getattr(Account._meta.get_field(name), "verbose_name", name)


def preview(pairs: Sequence[tuple[int, int]], wanted: Mapping[str, Any], *, user: User) -> Preview:
    """Return what setting `wanted` on these customers does, as they are now; the versions are those of now."""
    values = {name: value_of(name, value) for name, value in wanted.items()}
    rows = Account.objects.visible_to(user).filter(pk__in=[pk for pk, _version in pairs]).order_by("name", "pk")
    kept = rows.only("pk", "name", "short_name", "version", "archived_at", "kind", *values)
    found = [as_row(account, values) for account in kept]
    expected = dict(pairs) | {row.pk: row.version for row in found}
    return Preview(plan_changes(found, values, expected=expected, above=above_of(values)), list(expected.items()))
