"""Opening, changing, closing opportunities. The only doors."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Account
from crm.audit import record
from crm.editing import save_edit, write_fields
from crm.models.abstract import Origin
from crm.searchtext import search_text
from pipeline.actions.guards import CannotChange, lock, lock_open, must_be_live, said_day
from pipeline.actions.history import write_change
from pipeline.actions.progress import note_progress
from pipeline.actions.takeback import field_values, offer_takeback
from pipeline.choices import ChangeKind, ProgressKind
from pipeline.models import Opportunity, Pipeline
from teams.models import User

NEXT_STEP = ("next_step", "next_step_on", "progressed_at", "progress_kind")


def search_text_of(name: str, account: Account | None, external_id: str = "") -> str:
    """Return the text an opportunity is found by: its name, its customer's names, its number elsewhere."""
    names = [name, *((account.name, account.short_name, account.alias) if account else ())]
    return search_text(*filter(None, names), codes=[external_id] if external_id else [])


def keep_searchable(opportunities: QuerySet[Opportunity]) -> None:
    """Write what these are found by, after their customer became another or changed its names."""
    rows = list(opportunities.select_related("account"))
    for row in rows:
        row.search_text = search_text_of(row.name, row.account, row.external_id)
    Opportunity.objects.bulk_update(rows, ["search_text"], batch_size=500)


@transaction.atomic
def open_opportunity(
    *,
    name: str,
    account: Account | None,
    owner: User,
    actor: User | None,
    on: date,
    now: datetime,
    pipeline: Pipeline | None = None,
    client_id: UUID | None = None,
    origin: str = Origin.WEB,
    **fields: Any,
) -> Opportunity:
    """Open an opportunity at the first step of a pipeline; the same `client_id` again returns the same one.

    `fields` are plain fields of the model (amount, product, expected_on, odds, next_step …). Without `team` it belongs
    to the owner's team. Raises WrongDay when `on` lies in the future.
    """
    pipeline = pipeline or Pipeline.objects.get(is_default=True)
    step = pipeline.steps.order_by("position")[0]
    start = {"our_step": step, "customer_step": step, "step_since": now, "currency": settings.REPORTING_CURRENCY}
    opportunity, is_new = Opportunity.objects.get_or_create(
        client_id=client_id or uuid4(),
        defaults={
            **start,
            "team": owner.team,
            **fields,
            "name": name,
            "account": account,
            "owner": owner,
            "pipeline": pipeline,
            "opened_on": said_day(on, actor=actor, now=now),
            "progressed_at": now,
            "progress_kind": ProgressKind.OPENED,
            "origin": origin,
            "search_text": search_text_of(name, account, fields.get("external_id", "")),
        },
    )
    if is_new:
        write_change(opportunity, ChangeKind.OPENED, after=step, on=on, actor=actor, origin=origin)
        changes = {"name": name, "account": account, "owner": owner, "amount": opportunity.amount}
        record("opportunity.opened", opportunity, actor=actor, changes=changes, origin=origin)
    return opportunity


@transaction.atomic
def edit_opportunity(
    opportunity: Opportunity, *, changes: Mapping[str, Any], version: int, actor: User, now: datetime
) -> Opportunity:
    """Write plain fields the form saw as `version`; return the row fresh.

    Raises EditConflict when somebody else changed the same fields, CannotChange for a closed or archived opportunity.
    """
    before = lock_open(opportunity)
    current = save_edit(opportunity, changes=changes, version=version, actor=actor, action="opportunity.edited")
    found_by = search_text_of(current.name, current.account, current.external_id)
    if found_by != current.search_text:
        current.search_text = found_by
        current.save(update_fields=["search_text"])
    if current.amount != before.amount:
        note_progress(current, kind=ProgressKind.AMOUNT, now=now)
    return current


@transaction.atomic
def set_next_step(opportunity: Opportunity, *, text: str, on: date | None, actor: User, now: datetime) -> Opportunity:
    """Say what comes next and when; without a day there is no next step. Can be undone.

    A new day alone is no progress: it pauses the stall clock until that day, it does not reset it.
    """
    current = lock_open(opportunity)
    before = field_values(current, NEXT_STEP)
    values = {"next_step": text[:200] if on else "", "next_step_on": on}
    write_fields(current, values, actor=actor, action="opportunity.next_step_set")
    _offer("opportunity.next_step_set", current, before, actor=actor, now=now, label=_("Next step of %(name)s"))
    return current


@transaction.atomic
def finish_next_step(opportunity: Opportunity, *, actor: User, now: datetime) -> Opportunity:
    """Tick off the next step, which counts as progress; raises CannotChange where there is none. Can be undone."""
    current = lock_open(opportunity)
    if current.next_step_on is None:
        raise CannotChange(_("There is no next step to tick off."))
    before = field_values(current, NEXT_STEP)
    values = {"next_step": "", "next_step_on": None, "progressed_at": now, "progress_kind": ProgressKind.NEXT_STEP}
    write_fields(current, values, actor=actor, action="opportunity.next_step_done")
    _offer("opportunity.next_step_done", current, before, actor=actor, now=now, label=_("Next step of %(name)s done"))
    return current


@transaction.atomic
def archive_opportunity(opportunity: Opportunity, *, actor: User, now: datetime) -> Opportunity:
    """Take an opportunity out of lists and sums. Can be undone."""
    current = lock(opportunity)
    must_be_live(current)
    return _set_archived(current, "opportunity.archived", at=now, actor=actor, now=now, label=_("%(name)s archived"))


@transaction.atomic
def restore_opportunity(opportunity: Opportunity, *, actor: User, now: datetime) -> Opportunity:
    """Bring an archived opportunity back. Can be undone."""
    current = lock(opportunity)
    return _set_archived(current, "opportunity.restored", at=None, actor=actor, now=now, label=_("%(name)s restored"))


def _set_archived(
    current: Opportunity, action: str, *, at: datetime | None, actor: User, now: datetime, label: str
) -> Opportunity:
    before = field_values(current, ["archived_at"])
    write_fields(current, {"archived_at": at}, actor=actor, action=action)
    _offer(action, current, before, actor=actor, now=now, label=label)
    return current


def change_owner(opportunity: Opportunity, *, to: User, actor: User, now: datetime) -> Opportunity:
    """Give one opportunity to somebody else, and to that person's team. Can be undone."""
    return change_owners([opportunity], to=to, actor=actor, now=now)[0]


@transaction.atomic
def change_owners(opportunities: Sequence[Opportunity], *, to: User, actor: User, now: datetime) -> list[Opportunity]:
    """Give opportunities to somebody else, and to that person's team; one undo for all of them."""
    given, before = give(opportunities, to=to, actor=actor)
    label = _("Opportunities given to %(name)s") % {"name": to}
    offer_takeback("opportunity.handed_over", given, before=before, actor=actor, label=label, now=now)
    return given


def give(
    opportunities: Iterable[Opportunity], *, to: User, actor: User | None
) -> tuple[list[Opportunity], dict[int, dict[str, Any]]]:
    """Give opportunities to somebody else and his team; return them fresh, and whose each was before.

    Call inside atomic; the caller offers the way back.
    """
    before: dict[int, dict[str, Any]] = {}
    given = []
    for opportunity in sorted(opportunities, key=lambda one: one.pk):
        current = lock(opportunity)
        must_be_live(current)
        before[current.pk] = field_values(current, ["owner", "team"])
        given.append(
            write_fields(current, {"owner": to, "team": to.team}, actor=actor, action="opportunity.handed_over")
        )
    return given, before


def _offer(
    action: str, current: Opportunity, before: Mapping[str, Any], *, actor: User, now: datetime, label: str
) -> None:
    named = label % {"name": current.name}
    offer_takeback(action, [current], before={current.pk: before}, actor=actor, label=named, now=now)
