"""What a role may do. Which rows a person sees is said by each model's `visible_to`."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from teams.choices import Right, Role
from teams.models import User
from teams.querysets import UserQuerySet

ROLE_RIGHTS: dict[str, frozenset[str]] = {
    Role.REP: frozenset({Right.SELL, Right.EDIT_CUSTOMERS, Right.EXPORT}),
    Role.MANAGER: frozenset(
        {Right.SELL, Right.LEAD, Right.EDIT_CUSTOMERS, Right.HAND_OVER, Right.MERGE, Right.EXPORT, Right.IMPORT}
    ),
    Role.DIRECTOR: frozenset(
        {Right.SELL, Right.LEAD, Right.EDIT_CUSTOMERS, Right.HAND_OVER, Right.MERGE, Right.EXPORT, Right.IMPORT}
    ),
    Role.CLERK: frozenset({Right.EDIT_CUSTOMERS, Right.MERGE, Right.EXPORT}),
    Role.COMPLIANCE: frozenset({Right.READ_HISTORY, Right.EXPORT}),
    Role.DEALER: frozenset(),
    Role.ADMIN: frozenset({Right.ADMINISTER, Right.IMPORT, Right.READ_HISTORY}),
}


# Of the rights of the absent person a deputy has these; handing over, merging, importing and downloading wait.
DEPUTY_RIGHTS = frozenset({Right.SELL, Right.LEAD, Right.EDIT_CUSTOMERS})


def may(user: Any, right: Right) -> bool:
    """Return whether the person has the right; a deputy works and leads with those of the absent person."""
    if not user.is_authenticated:
        return False
    own = right in ROLE_RIGHTS.get(user.role, frozenset())
    return own or (right in DEPUTY_RIGHTS and any(right in ROLE_RIGHTS[role] for role in user.stands_in_as))


def require(user: User, right: Right) -> None:
    """Raise PermissionDenied unless the person has the right."""
    if not may(user, right):
        raise PermissionDenied(right)


View = Callable[..., HttpResponseBase]


def needs(right: Right) -> Callable[[View], View]:
    """Decorate a view that only people with `right` may open; others get 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            require(request.user, right)  # type: ignore[arg-type]
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def get_visible_or_404(rows: Any, user: User, **lookup: Any) -> Any:
    """Return one row the person may see; the same 404 for "missing" and "not yours".

    `rows` is a queryset with `visible_to`, or a model that has one.
    """
    queryset: Any = rows._default_manager.all() if isinstance(rows, type) and issubclass(rows, models.Model) else rows
    found = queryset.visible_to(user).filter(**lookup).first()
    if found is None:
        raise Http404
    return found


def people_to_note_for(user: User) -> models.QuerySet[User]:
    """Return the active people whose absences this person may note: himself, those he leads, for an admin everybody."""
    leads = may(user, Right.ADMINISTER) or may(user, Right.LEAD)
    active: UserQuerySet = User.objects.active()
    return active.visible_to(user) if leads else active.filter(pk=user.pk)


def may_note_absence_of(person: User, user: User) -> bool:
    """Return whether `user` may note and end absences of `person`."""
    return person.pk == user.pk or people_to_note_for(user).filter(pk=person.pk).exists()
