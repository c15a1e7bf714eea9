"""What happens to the rows of every table when two customers, or two people there, become one.

A room says in its registration what becomes of each of its models, in one line:

    register_mergeable(Visit, Moves())

Which columns lead to a customer or a person is read from the model: foreign keys, and `(kind, id)` of a registered one.
A test walks all models and fails for one that leads there and was not registered.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q, UniqueConstraint

from accounts.models import Account, Contact

Model = type[models.Model]
# Models of which two rows may become one, by the name of their kind.
TARGETS: dict[str, Model] = {"account": Account, "contact": Contact}
# Columns that hold a kind and an identifier, and the bare ones that hold an identifier of a known kind.
KIND_COLUMNS = (
    ("subject_kind", "subject_id"), ("source_kind", "source_id"), ("kind", "subject_id"), ("model", "object_id"),
)  # fmt: skip
BARE_COLUMNS = {"account_id": "account", "contact_id": "contact"}


@dataclass(frozen=True)
class Moves:
    """Its rows go over to the one that stays.

    Where the table allows only one (a member twice), `left(rows, target)` sets rows aside; those still in the way stay
    behind. It may change further rows, which `beside` names so that the way back knows them. `then` works out anew what
    moved rows hold of the customer. A `watched` model may get new rows by the merge. The page counts the rows under
    `label`, else under the name of the table, unless they are `quiet`.
    """

    left: Callable[[models.QuerySet[Any], int], object] | None = None
    beside: tuple[Callable[[models.QuerySet[Any]], models.QuerySet[Any]], ...] = ()
    then: Callable[[models.QuerySet[Any]], object] | None = None
    watched: bool = False
    label: Any = ""
    quiet: bool = False


@dataclass(frozen=True)
class Stays:
    """Its rows stay with the one that was merged, and `why`."""

    why: str


Handling = Moves | Stays
_handlings: dict[Model, Handling] = {}


def register_mergeable(model: Model, how: Handling) -> None:
    """Say what becomes of the rows of a model; a second registration replaces the first."""
    _handlings[model] = how


@dataclass(frozen=True)
class Pointer:
    """A column by which rows of a model lead to a customer or a person; `kind_field` where it holds several kinds."""

    model: Model
    target: str
    column: str
    kind_field: str = ""

    @property
    def _kind(self) -> dict[str, str]:
        return {self.kind_field: self.target} if self.kind_field else {}

    @property
    def columns(self) -> set[str]:
        """Return the names of the fields that make the pointer."""
        names = {self.column, self.kind_field} - {""}
        return {each.name for each in self.model._meta.concrete_fields if names & {each.name, each.attname}}

    def rows(self, keys: Iterable[int]) -> models.QuerySet[Any]:
        """Return the rows that lead to one of these."""
        return self.model._base_manager.filter(**self._kind, **{f"{self.column}__in": list(keys)})

    def crowded(self, source: int, target: int) -> set[int]:
        """Return the rows of `source` that cannot go over, because a rule of the table allows `target` only one."""
        found: set[int] = set()
        for others, condition in _rules(self):
            there = {tuple(rest) for _pk, *rest in self.rows([target]).filter(condition).values_list("pk", *others)}
            for key, *values in self.rows([source]).filter(condition).values_list("pk", *others):
                if None not in values and tuple(values) in there:
                    found.add(key)
        return found


def _rules(pointer: Pointer) -> Iterator[tuple[tuple[str, ...], Q]]:
    """Yield what must be unique beside the pointer: the other fields, and the condition."""
    own = pointer.columns
    for constraint in pointer.model._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and own & set(constraint.fields):
            others = tuple(name for name in constraint.fields if name not in own)
            yield others, constraint.condition or Q()
    for together in pointer.model._meta.unique_together:
        if own & set(together):
            yield tuple(name for name in together if name not in own), Q()
    if any(each.unique and each.name in own for each in pointer.model._meta.concrete_fields):
        yield (), Q()


@cache
def pointers(model: Model) -> tuple[Pointer, ...]:
    """Return every column by which a model leads to a customer or a person."""
    names = {each.attname: each for each in model._meta.concrete_fields}
    found = [
        Pointer(model, target, each.attname)
        for each in names.values()
        for target, wanted in TARGETS.items()
        if each.is_relation and each.related_model is wanted
    ]
    bare = [
        Pointer(model, target, column)
        for column, target in BARE_COLUMNS.items()
        if column in names and not names[column].is_relation
    ]
    kinds = {column: kind for kind, column in reversed(KIND_COLUMNS) if kind in names and column in names}
    named = [Pointer(model, target, column, kind) for column, kind in kinds.items() for target in TARGETS]
    return (*found, *bare, *named)


def every_pointer(target: str) -> list[tuple[Pointer, Handling]]:
    """Return every registered column that leads to a customer, or to a person."""
    return [
        (pointer, handling)
        for model, handling in _handlings.items()
        for pointer in pointers(model)
        if pointer.target == target
    ]


def unhandled() -> list[Model]:
    """Return the models that lead to a customer or a person and of which nobody said what becomes of them."""
    every = apps.get_models(include_auto_created=True)
    return [model for model in every if pointers(model) and model not in _handlings]


def what_moves(account: Account) -> list[tuple[Any, int]]:
    """Return what would go over with a customer, and how much of it; one query a model."""
    rows: dict[Model, models.QuerySet[Any]] = {}
    labels: dict[Model, Any] = {}
    for pointer, handling in every_pointer("account"):
        if isinstance(handling, Moves) and not handling.quiet:
            found = pointer.rows([account.pk])
            rows[pointer.model] = rows[pointer.model] | found if pointer.model in rows else found
            labels[pointer.model] = handling.label or pointer.model._meta.verbose_name_plural
    counted = [(labels[model], found.count()) for model, found in rows.items()]
    return [(label, count) for label, count in counted if count]
