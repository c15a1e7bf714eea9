"""Lists as a person likes them, kept under a name."""

from django.db import transaction
from django.utils.translation import gettext as _

from crm.audit import record
from teams.models import SavedView, User
from teams.refusals import Refusal


def _refuse_name(owner: User, page: str, name: str, *, but: int | None = None) -> None:
    if SavedView.objects.filter(owner=owner, page=page, name=name).exclude(pk=but).exists():
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
def share_view(view: SavedView, *, shared: bool, actor: User) -> SavedView:
    """Show the view to everybody in its owner's team, or to its owner alone again."""
    team = view.owner.team if shared else None
    if shared and team is None:
        raise Refusal(_("You belong to no team to share this with."))
    before, view.team = view.team, team
    view.save(update_fields=["team"])
    record("view.shared", view, actor=actor, changes={"team": [before, team]})
    return view


@transaction.atomic
def delete_view(view: SavedView, *, actor: User) -> None:
    """Remove a view; the list itself is untouched."""
    record("view.deleted", view, actor=actor, changes={"page": view.page, "query": view.query})
    view.delete()
