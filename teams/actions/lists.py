"""What a person does with a list: its columns, the view it opens with, the order of the views, taking it away."""

from collections.abc import Sequence

from django.db import transaction

from crm.audit import record
from crm.listing import Column
from crm.models import AuditEntry
from teams.models import ListChoice, SavedView, User


def _locked(user: User, page: str) -> ListChoice:
    """Return the person's row for a list, made if it is the first; two devices at once wait for each other."""
    choice, _is_new = ListChoice.objects.select_for_update().get_or_create(user=user, page=page)
    return choice


@transaction.atomic
def choose_columns(*, user: User, page: str, columns: Sequence[str], actor: User) -> ListChoice:
    """Show these columns in this order whenever the list is opened without a view; none means the usual ones."""
    choice = _locked(user, page)
    before, choice.columns = choice.columns, list(columns)
    choice.save(update_fields=["columns"])
    record("list.columns_chosen", user, actor=actor, changes={"list": page, "columns": [before, choice.columns]})
    return choice


@transaction.atomic
def open_with(view: SavedView | None, *, user: User, page: str, actor: User) -> ListChoice:
    """Open the list with this view from now on; without one with all rows."""
    choice = _locked(user, page)
    before, choice.opens_with = choice.opens_with_id, view
    choice.save(update_fields=["opens_with"])
    record("list.first_view_set", user, actor=actor, changes={"list": page, "view": [before, choice.opens_with_id]})
    return choice


@transaction.atomic
def order_views(*, user: User, page: str, views: Sequence[int], actor: User) -> ListChoice:
    """Put the tabs of a list into this order."""
    choice = _locked(user, page)
    before, choice.views = choice.views, list(views)
    choice.save(update_fields=["views"])
    record("list.views_ordered", user, actor=actor, changes={"list": page, "views": [before, choice.views]})
    return choice


@transaction.atomic
def note_export(page: str, *, rows: int, words: str, columns: Sequence[Column], ending: str, actor: User) -> AuditEntry:
    """Record that somebody took a list away: which one, by which filters (`words`), how many rows, what of them."""
    keys = [column.key for column in columns]
    changes = {"list": page, "rows": rows, "filter": words, "columns": keys, "format": ending}
    return record("list.exported", actor, actor=actor, changes=changes)
