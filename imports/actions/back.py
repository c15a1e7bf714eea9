"""The way back: what an import made is removed and what it changed is restored, unless somebody worked on it since."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.choices import PairState
from accounts.models import Account, AccountLook, DuplicatePair, MatchKey, Ownership, TierChange
from crm.audit import record
from crm.kinds import UnknownKind, kind_of
from crm.models import StoredFile
from crm.models.abstract import Origin
from followups.choices import FollowUpState
from followups.models import Comment, FollowUp
from imports.actions.owners import owners_of, owners_put_back
from imports.choices import RunState
from imports.context import Loading, Touched
from imports.models import ImportedRow, ImportRun
from pipeline.models import StageChange
from teams.models import Team, User

UNDO_FOR = timedelta(hours=24)
BATCH = 500
NAMED = 3
# What an import made is removed in this order: what refers to others first.
REMOVED_IN_ORDER = (
    "accounts.turnover", "pipeline.opportunity", "accounts.contact", "accounts.account", "accounts.industry",
    "pipeline.product", "pipeline.step", "pipeline.pipeline", "teams.user", "teams.team",
)  # fmt: skip
Beat = Callable[[int, int], None]


class CannotImport(Exception):
    """The step cannot be taken now; the message says what to do."""


def in_state(run: ImportRun, *states: str) -> ImportRun:
    """Return the import, held; raises CannotImport when it is in none of the states."""
    run = ImportRun.objects.select_for_update().get(pk=run.pk)
    if run.state not in states:
        raise CannotImport(_("This import is %(state)s.") % {"state": run.get_state_display()})
    return run


def keep(run: ImportRun, loading: Loading) -> None:
    """Note what a portion made and changed."""
    owners_of(loading, actor=run.owner)
    rows = [ImportedRow(run=run, model=model, object_id=pk) for model, pk in loading.made]
    ImportedRow.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    loading.made.clear()
    _keep_touched(run, loading.touched)
    loading.touched.clear()


def _keep_touched(run: ImportRun, touched: Iterable[Touched]) -> None:
    """Note changes; of a row changed twice, what was there first and what is there last."""
    merged: dict[tuple[str, int], Touched] = {}
    for change in touched:
        earlier = merged.setdefault((change.model, change.pk), change)
        earlier.before, earlier.after = change.before | earlier.before, earlier.after | change.after
    keys = [pk for _model, pk in merged]
    there: dict[tuple[str, int], ImportedRow] = {}
    for start in range(0, len(keys), BATCH):
        found = run.made.filter(object_id__in=keys[start : start + BATCH]).exclude(before__isnull=True)
        there.update({(row.model, row.object_id): row for row in found})
    fresh = []
    for key, change in merged.items():
        noted = there.get(key)
        if noted is None:
            fresh.append(ImportedRow(run=run, model=key[0], object_id=key[1], before=change.before, after=change.after))
        else:
            noted.before, noted.after = change.before | (noted.before or {}), (noted.after or {}) | change.after
    ImportedRow.objects.bulk_create(fresh, batch_size=BATCH)
    ImportedRow.objects.bulk_update(there.values(), ["before", "after"], batch_size=BATCH)


@transaction.atomic
def finish(run: ImportRun, state: str, result: dict[str, Any], *, actor: User) -> None:
    """Close an import and write the one row of history that says what it did."""
    run.state, run.result, run.finished_at = state, result, timezone.now()
    run.save(update_fields=["state", "result", "finished_at"])
    counts = {name: result.get(name, {}) for name in ("created", "updated", "skipped")}
    record("import.finished", run, actor=actor, changes={"state": state} | counts)


def stop(run: ImportRun, *, actor: User) -> None:
    """End an import that did not get through: nothing of it is kept, unless somebody works on it already."""
    try:
        with transaction.atomic():
            _restore(run, lambda _done, _total: None)
            finish(run, RunState.STOPPED, {}, actor=actor)
    except CannotImport:
        kept = run.job.progress.get("findings", {}) if run.job is not None else {}
        finish(run, RunState.DONE, kept, actor=actor)


def check_time(run: ImportRun, *, now: datetime) -> None:
    """Raise CannotImport when it is too late to take an import back."""
    if run.finished_at is None or run.finished_at < now - UNDO_FOR:
        raise CannotImport(_("An import can be taken back for 24 hours; this one is older."))


@transaction.atomic
def take_back(run: ImportRun, *, actor: User, now: datetime, beat: Beat = lambda _done, _total: None) -> ImportRun:
    """Remove what an import made and restore what it changed.

    Raises CannotImport when it is too late, or names what was worked on since; then nothing is written.
    """
    run = in_state(run, RunState.DONE, RunState.UNDOING)
    check_time(run, now=now)
    _restore(run, beat)
    run.state = RunState.UNDONE
    run.save(update_fields=["state"])
    record("import.taken_back", run, actor=actor)
    return run


def _restore(run: ImportRun, beat: Beat) -> None:
    """Undo changes first, then remove rows, what refers to others first."""
    total, done = run.made.count(), 0
    for label in REMOVED_IN_ORDER:
        for changed in _batches(run.made.filter(model=label).exclude(before__isnull=True)):
            _put_back(label, changed, actor=run.owner)
            done += len(changed)
            beat(done, total)
    made = _made_by(run)
    for label in REMOVED_IN_ORDER:
        for rows in _batches(run.made.filter(model=label, before__isnull=True)):
            _remove(label, [row.object_id for row in rows], made)
            done += len(rows)
            beat(done, total)
    run.made.all().delete()


def _made_by(run: ImportRun) -> dict[str, set[int]]:
    """Return the keys of everything the import made, by model."""
    made: dict[str, set[int]] = {}
    for label, pk in run.made.filter(before__isnull=True).values_list("model", "object_id"):
        made.setdefault(label, set()).add(pk)
    return made


def _batches(rows: models.QuerySet[ImportedRow]) -> Iterator[list[ImportedRow]]:
    """Yield rows in batches, the newest first: who came later may refer to who came before."""
    ordered = iter(list(rows.order_by("-object_id")))
    while batch := list(islice(ordered, BATCH)):
        yield batch


def _put_back(label: str, changed: list[ImportedRow], *, actor: User) -> None:
    model = apps.get_model(label)
    present = model._default_manager.select_for_update().in_bulk([row.object_id for row in changed])
    moved_on = []
    for noted in changed:
        row = present.get(noted.object_id)
        if row is None or not all(_is_still(row, name, value) for name, value in (noted.after or {}).items()):
            moved_on.append(str(row or f"{model._meta.verbose_name} {noted.object_id}"))
            continue
        for name, value in (noted.before or {}).items():
            setattr(row, name, _field(row, name).to_python(value))
        names = [_field(row, name).name for name in noted.before or {}]
        if hasattr(row, "version"):
            row.version += 1
            names.append("version")
        row.save(update_fields=names)
    _refuse(moved_on)
    if label == Account._meta.label_lower:
        owners_put_back({noted.object_id: noted.after or {} for noted in changed}, actor=actor)


def _field(row: models.Model, name: str) -> Any:
    """Return the field a noted name means; a key of another row is noted under its column."""
    return next(field for field in row._meta.concrete_fields if name in (field.name, field.attname))


def _is_still(row: models.Model, name: str, value: Any) -> bool:
    return bool(getattr(row, name) == _field(row, name).to_python(value))


def _remove(label: str, keys: list[int], made: dict[str, set[int]]) -> None:
    model = apps.get_model(label)
    rows = list(model._default_manager.select_for_update().filter(pk__in=keys))
    _refuse(str(row) for row in rows if _was_worked_on(row, made))
    for relation in model._meta.related_objects:
        _refuse(_hanging(relation, keys, made))
    _refuse(_said_about(rows))
    _forget_reminders(rows)
    model._default_manager.filter(pk__in=keys).delete()


def _was_worked_on(row: models.Model, made: dict[str, set[int]]) -> bool:
    """Return whether somebody changed a row after it was made, or a person has begun to sign in."""
    if isinstance(row, User):
        return row.last_login is not None or row.has_usable_password()
    if isinstance(row, Team) and _has_others_below(row, made):
        return True
    return getattr(row, "version", 1) > 1


def _has_others_below(team: Team, made: dict[str, set[int]]) -> bool:
    below = Team.objects.get_descendants(team)
    return bool(below.exclude(pk__in=made[Team._meta.label_lower]).exists())


def _hanging(relation: Any, keys: list[int], made: dict[str, set[int]]) -> Iterator[str]:
    """Yield the names of rows that hang on what would be removed and are not the import's own."""
    model = relation.related_model
    others = model._base_manager.filter(**{f"{relation.field.name}__in": keys})
    if model in (AccountLook, MatchKey, Ownership):
        return
    if model is StageChange:
        others = others.exclude(origin=Origin.IMPORT)
    elif model is TierChange:
        others = others.exclude(actor=None)  # the nightly computation is nobody's work
    elif model is DuplicatePair:
        others = others.exclude(state=PairState.OPEN)
    own = made.get(model._meta.label_lower, set())
    for row in others.iterator() if own else others[: NAMED + 1]:
        if row.pk not in own:
            subject = getattr(row, relation.field.name, "")
            yield _("%(subject)s (%(kind)s)") % {"subject": subject, "kind": model._meta.verbose_name}


def _said_about(rows: list[models.Model]) -> Iterator[str]:
    """Yield the names of rows somebody commented on or kept a file with."""
    kind = _kind(rows)
    if kind:
        keys = [row.pk for row in rows]
        said = set(Comment.objects.filter(subject_kind=kind, subject_id__in=keys).values_list("subject_id", flat=True))
        kept = StoredFile.objects.filter(kind=kind, subject_id__in=keys, deleted_at=None)
        said |= set(kept.values_list("subject_id", flat=True))
        yield from (str(row) for row in rows if row.pk in said)


def _forget_reminders(rows: list[models.Model]) -> None:
    """Close what the rules made of rows that go; what a person asked for was found before."""
    kind = _kind(rows)
    if kind:
        open_ones = FollowUp.objects.filter(subject_kind=kind, subject_id__in=[row.pk for row in rows])
        open_ones.filter(state=FollowUpState.OPEN).delete()


def _kind(rows: list[models.Model]) -> str:
    try:
        return kind_of(rows[0]).name if rows else ""
    except UnknownKind:
        return ""


def _refuse(names: Iterable[str]) -> None:
    """Raise CannotImport where there are names: of rows somebody worked on."""
    found = list(islice(names, NAMED + 1))
    if found:
        text = _("Work has begun on what was imported (%(names)s), so it cannot be taken back.")
        shown = ", ".join(found[:NAMED]) + (", …" if len(found) > NAMED else "")
        raise CannotImport(text % {"names": shown})
