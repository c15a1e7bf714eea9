"""Lists as a person likes them, kept under a name."""

from datetime import datetime
from itertools import chain, count
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm.audit import record
from crm.models import UndoEntry
from crm.undo import CannotUndo, offer_undo
from teams.models import SavedView, User
from teams.refusals import Refusal


def _refuse_name(owner: User, page: str, name: str, *, but: int | None = None) -> None:
    if SavedView.objects.filter(owner=owner, page=page, name=name).exclude(pk=but or 0).exists():
        raise Refusal(_("You already have a view with this name."))


@transaction.atomic
def save_view(*, owner: User, page: str, name: str, query: str, actor: User) -> SavedView:
    """Return a new view: the filters, sort and columns in `query` of the list with URL name `page`."""
    _refuse_name(owner, page, name)
    view = SavedView.objects.create(owner=owner, page=page, name=name, query=query)
    record("view.saved", view, actor=actor, changes={"page": page, "query": query})
    return view


@transaction.atomic
def rename_view(view: SavedView, *, name: str, actor: User) -> SavedView:
    """Rename a view."""
    _refuse_name(view.owner, view.page, name, but=view.pk)
    before, view.name = view.name, name
    view.save(update_fields=["name"])
    record("view.renamed", view, actor=actor, changes={"name": [before, name]})
    return view


@transaction.atomic
def update_view(view: SavedView, *, query: str, actor: User) -> SavedView:
    """Keep other filters, sort and columns under the same name."""
    before, view.query = view.query, query
    view.save(update_fields=["query"])
    record("view.updated", view, actor=actor, changes={"query": [before, query]})
    return view


@transaction.atomic
def share_view(view: SavedView, *, shared: bool, actor: User) -> SavedView:
    """Show the view to everybody in its owner's team and those below, or to its owner alone again."""
    team = view.owner.team if shared else None
    if shared and team is None:
        raise Refusal(_("You belong to no team to share this with."))
    before, view.team = view.team, team
    view.save(update_fields=["team"])
    record("view.shared", view, actor=actor, changes={"team": [before, team]})
    return view


def _free_name(owner: User, view: SavedView) -> str:
    """Return the view's name, with a number behind it where the person has such a view already."""
    taken = set(SavedView.objects.filter(owner=owner, page=view.page).values_list("name", flat=True))
    most = SavedView._meta.get_field("name").max_length or 0
    names = (f"{view.name[: most - len(f' {number}')]} {number}" for number in count(2))
    return next(name for name in chain([view.name], names) if name not in taken)


@transaction.atomic
def copy_view(view: SavedView, *, actor: User) -> SavedView:
    """Return a view of one's own with what a colleague's keeps; his stays as it is."""
    name = _free_name(actor, view)
    copied = SavedView.objects.create(owner=actor, page=view.page, name=name, query=view.query)
    record("view.copied", copied, actor=actor, changes={"page": view.page, "query": view.query, "from": view})
    return copied


@transaction.atomic
def delete_view(view: SavedView, *, actor: User, now: datetime) -> UndoEntry:
    """Remove a view, the list itself is untouched; return what takes it back."""
    kept = {"page": view.page, "name": view.name, "query": view.query, "shared": view.team_id is not None}
    record("view.deleted", view, actor=actor, changes=kept)
    view.delete()
    label = _("Remove the view “%(name)s”") % {"name": view.name}
    return offer_undo("view.deleted", actor=actor, label=label, inverse=kept, rows=[], now=now)


def restore_view(kept: dict[str, Any], *, actor: User, now: datetime) -> None:  # noqa: ARG001 - the way of all inverses
    """Bring a removed view back; the inverse of `delete_view`."""
    try:
        view = save_view(owner=actor, page=kept["page"], name=kept["name"], query=kept["query"], actor=actor)
    except Refusal as refusal:
        raise CannotUndo(str(refusal)) from None
    if kept["shared"] and actor.team:
        share_view(view, shared=True, actor=actor)
