"""Entries of the history as a person reads them: words, the thing's name where he may see it, old and new values."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from crm.kinds import Kind, all_kinds
from crm.models import AuditEntry
from crm.money import exact_number
from pipeline.choices import DecisionRole, Track
from reports.wording import NAMES, wording
from teams.models import User

EMPTY = "--"
# Settings and people of the firm: their names say nothing about a customer.
OPEN_NAMES = frozenset(
    {
        "teams.user",
        "teams.team",
        "pipeline.pipeline",
        "pipeline.step",
        "pipeline.criterion",
        "pipeline.lossreason",
        "pipeline.product",
        "pipeline.exchangerate",
        "accounts.tierpolicy",
        "accounts.tierround",
        "accounts.ratingscale",
        "followups.rulesetting",
        "imports.importrun",
        "crm.job",
    }
)
# What only the machine reads.
UNSAID = frozenset({"version", "progressed_at", "progress_kind", "step_since", "closed_at", "search_text", "entries"})
# Pairs of old and new that are no field of the row.
PAIRS = frozenset({"roles", "names", "position", "value", "name", "team", "below", "stance"})
CODES: dict[str, dict[str, str | Promise]] = {
    "roles": {str(value): label for value, label in DecisionRole.choices},
    "track": {str(value): label for value, label in Track.choices},
}


@dataclass(frozen=True)
class Change:
    """One thing that changed, or that an entry says; `before` is None where there was nothing to compare."""

    label: str
    after: str
    before: str | None = None


@dataclass(frozen=True)
class Line:
    """One entry: what was done, by whom, to what; the address only for who may see it."""

    entry: AuditEntry
    title: str
    who: str
    subject: str
    url: str = ""
    changes: list[Change] = field(default_factory=list)


def lines_of(entries: Sequence[AuditEntry], user: User, *, with_values: bool = False) -> list[Line]:
    """Return the entries in words; one query for every kind of thing among them, and of what changes point at."""
    kinds = {kind.model._meta.label_lower: kind for kind in all_kinds()}
    seen = _visible(entries, kinds, user)
    pointed = _pointed_at(entries, kinds, user) if with_values else {}
    return [_line(entry, kinds, seen, pointed, with_values=with_values) for entry in entries]


def _visible(entries: Iterable[AuditEntry], kinds: dict[str, Kind], user: User) -> dict[tuple[str, int], Any]:
    """Return the rows the entries are about, as far as the person may see them."""
    asked: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        asked[entry.kind].add(entry.subject_id)
    return {
        (name, row.pk): row
        for name, ids in asked.items()
        if name in kinds
        for row in kinds[name].visible(user).filter(pk__in=ids)
    }


def _line(
    entry: AuditEntry,
    kinds: dict[str, Kind],
    seen: dict[tuple[str, int], Any],
    pointed: dict[tuple[str, int], str],
    *,
    with_values: bool,
) -> Line:
    row, kind = seen.get((entry.kind, entry.subject_id)), kinds.get(entry.kind)
    model = model_of(entry.kind)
    noun = str(model._meta.verbose_name) if model else entry.kind
    if row is not None and kind is not None:
        subject, url = kind.label(row), kind.url(entry.subject_id)
    else:
        named = entry.subject_name if entry.kind in OPEN_NAMES else ""
        subject, url = named or noun, ""
    changes = list(_changes(entry, model, pointed)) if with_values else []
    return Line(entry, wording(entry.action), entry.actor_name or _("the system"), subject, url, changes)


def model_of(label: str) -> type[models.Model] | None:
    """Return the model an entry names; None for one that is no more."""
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def _field(model: type[models.Model] | None, name: str) -> Any:
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None


def _is_pair(change: Any) -> bool:
    return isinstance(change, list) and len(change) == 2


def _pointed_at(entries: Iterable[AuditEntry], kinds: dict[str, Kind], user: User) -> dict[tuple[str, int], str]:
    """Return the names of rows that old and new values point at; of customers' things only what the person sees."""
    asked: dict[type[models.Model], set[int]] = defaultdict(set)
    for entry in entries:
        model = model_of(entry.kind)
        for name, change in entry.changes.items():
            column = _field(model, name)
            if column is not None and column.many_to_one:
                values = change if _is_pair(change) else [change]
                asked[column.related_model].update(value for value in values if isinstance(value, int))
    named: dict[tuple[str, int], str] = {}
    for related, ids in asked.items():
        label = related._meta.label_lower
        is_open = label in OPEN_NAMES or label not in kinds
        rows = related._base_manager.all() if is_open else kinds[label].visible(user)
        named |= {(label, row.pk): str(row) for row in rows.filter(pk__in=ids)}
    return named


def _changes(
    entry: AuditEntry, model: type[models.Model] | None, pointed: dict[tuple[str, int], str]
) -> Iterable[Change]:
    if entry.changes.get("erased"):
        yield Change(_("values"), _("erased, as the law asks"))
        return
    for name, change in _in_order(entry.changes, model):
        if name in UNSAID:
            continue
        column = _field(model, name)
        label = str(column.verbose_name) if column is not None else str(NAMES.get(name, name))
        if _is_pair(change) and (column is not None or name in PAIRS):
            before, after = (_word(column, name, value, pointed) for value in change)
            yield Change(label, after, before)
        else:
            yield Change(label, _word(column, name, change, pointed))


def _in_order(changes: dict[str, Any], model: type[models.Model] | None) -> list[tuple[str, Any]]:
    """Return the changes in the order of the row's fields, the others after them: a database keeps its own order."""
    places = {column.name: place for place, column in enumerate(model._meta.get_fields())} if model else {}
    return sorted(changes.items(), key=lambda change: (places.get(change[0], len(places)), change[0]))


def _word(column: Any, name: str, value: Any, pointed: dict[tuple[str, int], str]) -> str:
    """Return a stored value in words."""
    if value in (None, "", []):
        return EMPTY
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return "、".join(_word(column, name, item, pointed) for item in value)
    if isinstance(value, dict):
        return "、".join(f"{key}: {_word(None, '', item, pointed)}" for key, item in value.items())
    if column is not None and column.many_to_one:
        return pointed.get((column.related_model._meta.label_lower, value), _("not yours to see"))
    choices = CODES.get(name) or dict(getattr(column, "flatchoices", None) or [])
    return str(choices.get(value) or _moment(value) or _number(column, value))


def _moment(value: Any) -> str:
    """Return a stored day or time as it is read here, an empty text for what is neither."""
    if not isinstance(value, str):
        return ""
    try:
        found: date | datetime | None = parse_date(value) or parse_datetime(value)
    except ValueError:
        return ""
    if isinstance(found, datetime):
        return f"{timezone.localtime(found) if timezone.is_aware(found) else found:%Y-%m-%d %H:%M}"
    return found.isoformat() if found else ""


def _number(column: Any, value: Any) -> str:
    if isinstance(column, models.DecimalField):
        try:
            return exact_number(Decimal(str(value)))
        except InvalidOperation:
            return str(value)
    return str(value)
