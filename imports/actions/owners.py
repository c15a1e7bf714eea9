"""Who held a customer, where an import gave it to somebody or took that back."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from accounts.actions.ownership import Why, note_owners
from accounts.actions.protection import pass_on
from accounts.choices import OwnershipKind
from accounts.models import Account
from imports.context import Loading
from teams.models import User

LABEL = Account._meta.label_lower


def owners_of(loading: Loading, *, actor: User) -> None:
    """Keep the owners a portion set: those of new customers, and of those it gave to somebody else."""
    before = {change.pk: change.before for change in loading.touched if change.model == LABEL}
    made = [pk for model, pk in loading.made if model == LABEL]
    _keep([*made, *_given(before)], before, kind=OwnershipKind.IMPORTED, actor=actor)


def owners_put_back(after: Mapping[int, Mapping[str, Any]], *, actor: User) -> None:
    """Keep the owners that returned when an import was taken back; `after` is what it had set, by customer."""
    _keep(_given(after), after, kind=OwnershipKind.TAKEN_BACK, actor=actor)


def _given(changes: Mapping[int, Mapping[str, Any]]) -> list[int]:
    return [pk for pk, fields in changes.items() if "owner_id" in fields]


def _keep(keys: Iterable[int], past: Mapping[int, Mapping[str, Any]], *, kind: OwnershipKind, actor: User) -> None:
    accounts = list(Account.objects.filter(pk__in=keys).order_by("pk"))
    if accounts:
        before = {pk: fields["owner_id"] or None for pk, fields in past.items() if "owner_id" in fields}
        now = timezone.now()
        ended = note_owners(accounts, actor=actor, why=Why(kind), now=now, before=before)
        pass_on(ended, accounts, now=now)
