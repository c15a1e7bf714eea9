"""The tree of teams."""

from django.db import transaction
from django.utils.translation import gettext as _
from treebeard.exceptions import InvalidMoveToDescendant

from crm.audit import record
from crm.editing import save_edit, write_fields
from teams.models import Team, User
from teams.refusals import Refusal


@transaction.atomic
def create_team(*, name: str, below: Team | None, actor: User | None, manager: User | None = None) -> Team:
    """Return a new team below another one, or at the top."""
    fields = {"name": name, "manager": manager}
    tree = Team.objects
    team: Team = tree.add_child(tree.get(pk=below.pk), fields) if below else tree.add_root(fields)
    record("team.created", team, actor=actor, changes={"name": name, "below": below, "manager": manager})
    return team


@transaction.atomic
def rename_team(team: Team, *, name: str, version: int, actor: User) -> Team:
    """Rename a team. Raises EditConflict if somebody else renamed it meanwhile."""
    renamed: Team = save_edit(team, changes={"name": name}, version=version, actor=actor, action="team.renamed")
    return renamed


@transaction.atomic
def set_manager(team: Team, *, manager: User | None, actor: User) -> Team:
    """Say who leads the team; None leaves it to whoever leads the team above."""
    current: Team = Team.objects.select_for_update().get(pk=team.pk)
    if current.manager == manager:
        return current
    return write_fields(current, {"manager": manager}, actor=actor, action="team.manager_set")


@transaction.atomic
def move_team(team: Team, *, below: Team | None, actor: User) -> Team:
    """Put a team with all below it under another one, or at the top.

    Raises Refusal when the other one lies below the team itself.
    """
    current: Team = Team.objects.get(pk=team.pk)
    before: Team | None = Team.objects.get_parent(current)
    if before == below:
        return current
    target = Team.objects.get(pk=below.pk) if below else Team.objects.filter(depth=1).exclude(pk=team.pk).last()
    if target is None:
        return current
    try:
        Team.objects.move(current, target, "last-child" if below else "last-sibling")
    except InvalidMoveToDescendant:
        raise Refusal(_("A team cannot stand below itself or below one of its own teams.")) from None
    moved: Team = Team.objects.get(pk=team.pk)
    record("team.moved", moved, actor=actor, changes={"below": [before, below]})
    return moved


@transaction.atomic
def edit_team(team: Team, *, name: str, below: Team | None, manager: User | None, version: int, actor: User) -> Team:
    """Change name, place and manager at once, from a form that saw the team as `version`.

    Raises EditConflict for a field somebody else changed meanwhile, Refusal for a place below itself.
    """
    changes = {"name": name, "manager": manager}
    saved: Team = save_edit(team, changes=changes, version=version, actor=actor, action="team.edited")
    return move_team(saved, below=below, actor=actor)


@transaction.atomic
def close_team(team: Team, *, actor: User) -> Team:
    """Close a team that nobody works in any more; its past stays. Raises Refusal while it has people or teams."""
    current: Team = Team.objects.select_for_update().get(pk=team.pk)
    people = current.members.filter(is_active=True).count()
    if people:
        raise Refusal(_("Move the people of this team first. Still here: %(count)s.") % {"count": people})
    if Team.objects.get_descendants(current).filter(is_active=True).exists():
        raise Refusal(_("Close or move the teams below first."))
    return write_fields(current, {"is_active": False}, actor=actor, action="team.closed")


@transaction.atomic
def reopen_team(team: Team, *, actor: User) -> Team:
    """Open a closed team again."""
    current: Team = Team.objects.select_for_update().get(pk=team.pk)
    return write_fields(current, {"is_active": True}, actor=actor, action="team.reopened")
