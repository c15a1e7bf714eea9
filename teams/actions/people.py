"""Making, changing, and letting go of people."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from crm.audit import record
from crm.editing import save_edit, write_fields
from crm.jobs import stop_jobs_of
from teams.actions.sign_in import end_sessions
from teams.choices import Role
from teams.leaving import leavings
from teams.models import Team, User
from teams.refusals import Refusal
from teams.second_factor import role_needs_factor


def _keep_address(user: User) -> None:
    """Make allauth's address book say what the person's row says; an admin's word counts as proof."""
    book = EmailAddress.objects.filter(user=user)
    book.exclude(email=user.email).delete()
    if user.email and not book.exists():
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)


def _refuse_without_admin(leaving: User) -> None:
    """Raise Refusal if nobody else could administer; locks the admins, so that two cannot leave at once."""
    admins = list(User.objects.admins().select_for_update().values_list("pk", flat=True))
    if admins == [leaving.pk]:
        raise Refusal(_("%(name)s is the last admin. Make somebody else an admin first.") % {"name": leaving})


@transaction.atomic
def create_user(
    *,
    name: str,
    username: str,
    actor: User | None,
    role: str = Role.REP,
    team: Team | None = None,
    email: str = "",
    phone: str = "",
    language: str = "",
    time_zone: str = "",
    must_use_mfa: bool = False,
    password: str | None = None,
) -> User:
    """Return a new person; without `password` he chooses one by an invitation."""
    user = User(
        name=name,
        username=username.lower(),
        role=role,
        team=team,
        email=email.lower(),
        phone=phone,
        language=language,
        time_zone=time_zone or settings.TIME_ZONE,
        must_use_mfa=must_use_mfa,
        role_needs_mfa=role_needs_factor(role),
    )
    user.set_password(password)
    user.save(force_insert=True)
    _keep_address(user)
    changes = {"name": name, "username": user.username, "role": role, "team": team, "email": user.email}
    record("user.created", user, actor=actor, changes=changes)
    return user


@transaction.atomic
def edit_user(user: User, *, changes: Mapping[str, Any], version: int, actor: User) -> User:
    """Write `changes` (field → value) onto a person whom the form saw as `version`; return him fresh.

    Raises EditConflict for a field somebody else changed meanwhile, Refusal when the last admin would lose the role.
    """
    current: User = User.objects.get(pk=user.pk)
    role = changes.get("role", current.role)
    if current.role == Role.ADMIN and role != Role.ADMIN:
        _refuse_without_admin(current)
    wanted = dict(changes)
    for name in {"email", "username"} & wanted.keys():
        wanted[name] = wanted[name].lower()
    saved = save_edit(current, changes=wanted, version=version, actor=actor, action="user.edited")
    if role != current.role:
        saved.role_needs_mfa = role_needs_factor(role)
        saved.save(update_fields=["role_needs_mfa"])
    if saved.email != current.email:
        _keep_address(saved)
    return saved


@transaction.atomic
def set_role(user: User, *, role: str, actor: User) -> User:
    """Give the person another role. Raises Refusal for the last admin."""
    current: User = User.objects.get(pk=user.pk)
    return edit_user(current, changes={"role": role}, version=current.version, actor=actor)


@transaction.atomic
def move_to_team(user: User, *, team: Team | None, actor: User) -> User:
    """Put the person into another team; his customers stay his, and stay in their teams."""
    current: User = User.objects.get(pk=user.pk)
    return edit_user(current, changes={"team": team}, version=current.version, actor=actor)


@transaction.atomic
def deactivate_user(user: User, *, actor: User, now: datetime) -> User:
    """Let the person sign in no more and end at once whatever else gives access: sessions, work that still runs.

    Raises Refusal for the last admin and for oneself. What he holds (customers, teams he leads) stays with him until
    it is handed over; `teams.holdings` names it beforehand.
    """
    if user.pk == actor.pk:
        raise Refusal(_("You cannot deactivate yourself. Another admin can."))
    current: User = User.objects.select_for_update().get(pk=user.pk)
    if not current.is_active:
        return current
    if current.role == Role.ADMIN:
        _refuse_without_admin(current)
    current = write_fields(current, {"is_active": False}, actor=actor, action="user.deactivated")
    end_sessions(current, actor=actor)
    stop_jobs_of(current, actor=actor, now=now)
    for leaving in leavings():
        leaving.act(current, actor=actor, now=now)
    return current


@transaction.atomic
def reactivate_user(user: User, *, actor: User) -> User:
    """Let the person sign in again."""
    current: User = User.objects.select_for_update().get(pk=user.pk)
    if current.is_active:
        return current
    return write_fields(current, {"is_active": True}, actor=actor, action="user.reactivated")
