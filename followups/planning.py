"""Running the rules: what they yield is written once, what they no longer yield is cancelled.

However many planners run at once: the key of an occurrence is unique, rows are inserted "on conflict do nothing", and
every other change is conditional on the state it was decided on. Nothing outside the database knows what is planned, so
a missed run is made up by the next.
"""

import logging
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db import InterfaceError, OperationalError, transaction

from crm.audit import plain
from crm.workdays import load_calendar
from followups import outbox
from followups.choices import FollowUpState, NotSent
from followups.models import FollowUp, RuleRun, RuleSetting
from followups.recipients import load_recipients
from followups.rules import Due, Rule, RuleContext, all_rules
from followups.subjects import current_versions
from teams.models import User

logger = logging.getLogger(__name__)

BATCH = 500
KEY_LENGTH = 160
FACT_FIELDS = ("subject_kind", "subject_id", "recipient", "due_on", "ends_on", "params", "account_id", "source_version")


class BadRule(ValueError):
    """A rule yields what it must not; the message says what."""


@dataclass
class Tally:
    """What one run of one rule did."""

    yielded: int = 0
    added: int = 0
    refreshed: int = 0
    reopened: int = 0
    cancelled: int = 0
    stale: int = 0
    error: str = ""

    def add(self, other: "Tally") -> None:
        """Add the counts of a batch."""
        for name in ("yielded", "added", "refreshed", "reopened", "cancelled", "stale"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


Facts = tuple[Any, ...]


def _facts(row: FollowUp | Due) -> Facts:
    """Return what makes an open item differ from what the rule says now."""
    subject = (row.subject_kind, row.subject_id) if isinstance(row, FollowUp) else tuple(row.subject)
    days = (row.due_on, row.ends_on)
    return (subject, row.recipient_id, days, plain(row.params), row.account_id, row.source_version)


@dataclass(frozen=True)
class _Run:
    """One rule on one day."""

    rule: Rule
    context: RuleContext
    now: datetime
    tally: Tally = field(default_factory=Tally)


def rule_params(rule: Rule, setting: RuleSetting | None) -> dict[str, Any]:
    """Return the admin's numbers within the bounds the rule declares, else its defaults."""
    said = setting.params if setting else {}
    params: dict[str, Any] = {}
    for param in rule.params:
        value = said.get(param.name, param.default)
        params[param.name] = min(max(value, param.low), param.high) if isinstance(value, int) else param.default
    return params


def plan_follow_ups(*, on: date, now: datetime) -> dict[str, Tally]:
    """Run every rule for the day and return what each did.

    A rule that is switched off yields nothing, so its open items are cancelled. A rule that raises changes nothing more
    than the batches it had finished, cancels nothing, and does not stop the others; its error is kept in RuleRun.
    """
    calendar = load_calendar()
    settings = {setting.kind: setting for setting in RuleSetting.objects.all()}
    tallies = {}
    for rule in all_rules():
        if rule.plan is None:
            continue
        setting = settings.get(rule.kind)
        context = RuleContext(on, calendar, rule_params(rule, setting))
        is_on = setting is None or setting.is_on
        tallies[rule.kind] = _run_safely(_Run(rule, context, now), is_on=is_on)
    outbox.revive_refreshed(now=now)
    return tallies


def _run_safely(run: _Run, *, is_on: bool) -> Tally:
    started = time.monotonic()
    try:
        _run_rule(run, is_on=is_on)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        logger.exception("rule %s failed", run.rule.kind)
        run.tally.error = f"{type(error).__name__}: {error}"[:500]
    _remember(run, seconds=time.monotonic() - started)
    return run.tally


def _remember(run: _Run, *, seconds: float) -> None:
    tally = run.tally
    values: dict[str, Any] = {
        "ran_at": run.now,
        "seconds": round(seconds, 3),
        "yielded": tally.yielded,
        "stale": tally.stale,
        "error": tally.error,
    }
    if not tally.error:
        values["succeeded_at"] = run.now
    RuleRun.objects.update_or_create(kind=run.rule.kind, defaults=values)


def _batches(dues: Iterable[Due]) -> Iterator[list[Due]]:
    iterator = iter(dues)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _run_rule(run: _Run, *, is_on: bool) -> None:
    """Apply what the rule yields; what was open before it looked and is not among it is cancelled."""
    rule = run.rule
    rows = FollowUp.objects.open().filter(kind=rule.kind).only("key", *FACT_FIELDS)
    open_before = {row.key: (row.pk, _facts(row)) for row in rows.iterator(chunk_size=2000)}
    seen: set[str] = set()
    if is_on and rule.plan is not None:
        for batch in _batches(_first_of_each_key(rule.plan(run.context), seen)):
            run.tally.yielded += len(batch)
            changed = [due for due in batch if open_before.get(due.key, (0, None))[1] != _facts(due)]
            if changed:
                run.tally.add(apply_dues(rule, changed, now=run.now))
    if rule.cancels:
        missing = [pk for key, (pk, _known) in open_before.items() if key not in seen]
        run.tally.cancelled = cancel_items(missing, now=run.now)


def _first_of_each_key(dues: Iterable[Due], seen: set[str]) -> Iterator[Due]:
    """Leave out repetitions of an occurrence, and remember its key."""
    for due in dues:
        if due.key not in seen:
            seen.add(due.key)
            yield due


def cancel_items(ids: Iterable[int], *, now: datetime) -> int:
    """Cancel items that are still open, and their unsent deliveries with them; return how many."""
    total, pending = 0, list(ids)
    for start in range(0, len(pending), BATCH):
        part = pending[start : start + BATCH]
        with transaction.atomic():
            total += FollowUp.objects.open().filter(pk__in=part).update(state=FollowUpState.CANCELLED, closed_at=now)
            outbox.cancel_unsent(part, reason=NotSent.NOT_NEEDED)
    return total


def revive_items(ids: Collection[int], *, now: datetime) -> None:
    """Open items again that were cancelled with something that is taken back now. Call inside atomic."""
    gone = FollowUp.objects.filter(pk__in=ids, state=FollowUpState.CANCELLED)
    gone.update(state=FollowUpState.OPEN, closed_at=None)
    outbox.revive(ids, now=now)


@transaction.atomic
def apply_dues(rule: Rule, dues: list[Due], *, now: datetime, made_by: User | None = None) -> Tally:
    """Write occurrences of one rule with their deliveries: new ones are added, open ones follow what is said now.

    What the system cancelled is opened again; what a person has done stays done. Raises BadRule for an occurrence that
    breaks the contract of `followups.rules.Due`.
    """
    _check(rule, dues)
    current = _still_current(dues)
    people = load_recipients((due.recipient_id for due in current), now=now)
    wanted = {due.key: due for due in current if due.recipient_id in people and people[due.recipient_id].is_active}
    tally = Tally(stale=len(dues) - len(current))
    there = {item.key: item for item in FollowUp.objects.select_for_update().filter(key__in=wanted).order_by("pk")}
    new = [_new_item(due, made_by) for due in wanted.values() if due.key not in there]
    FollowUp.objects.bulk_create(new, batch_size=BATCH, ignore_conflicts=True)
    added = list(FollowUp.objects.open().filter(key__in=[item.key for item in new]))
    tally.added = len(added)
    outbox.put_deliveries(added, rule, people=people, now=now)
    _refresh([(item, wanted[key]) for key, item in there.items()], rule, people, now, tally)
    return tally


def plan_now(rule: Rule, dues: list[Due], *, now: datetime) -> None:
    """Write what a rule yields about something just changed, in the transaction of the change.

    The next run of the rule would find it too; nothing is written for a rule that is switched off.
    """
    if dues and not RuleSetting.objects.filter(kind=rule.kind, is_on=False).exists():
        apply_dues(rule, dues, now=now)


def _check(rule: Rule, dues: Iterable[Due]) -> None:
    for due in dues:
        if due.kind != rule.kind:
            raise BadRule(f"{rule.kind!r} yields an occurrence of {due.kind!r}")
        if not due.key or len(due.key) > KEY_LENGTH:
            raise BadRule(f"{rule.kind!r} yields a key of {len(due.key)} characters; 1 to {KEY_LENGTH} fit")


def _still_current(dues: list[Due]) -> list[Due]:
    """Return the occurrences whose subject is there and still has the version they were computed from."""
    versions = current_versions(due.subject for due in dues)
    return [
        due
        for due in dues
        if due.subject in versions and (not due.source_version or versions[due.subject] == due.source_version)
    ]


def _new_item(due: Due, made_by: User | None) -> FollowUp:
    item = FollowUp(key=due.key, kind=due.kind, made_by=made_by)
    _set_facts(item, due)
    return item


def _set_facts(item: FollowUp, due: Due) -> None:
    item.subject_kind, item.subject_id = due.subject
    item.recipient_id = due.recipient_id
    item.due_on, item.ends_on = due.due_on, due.ends_on
    item.params = plain(due.params)
    item.account_id = due.account_id
    item.source_version = due.source_version


def _refresh(
    pairs: list[tuple[FollowUp, Due]], rule: Rule, people: Mapping[int, User], now: datetime, tally: Tally
) -> None:
    """Make locked rows say what their occurrence says now."""
    changed = [(item, due) for item, due in pairs if item.state != FollowUpState.DONE and _differs(item, due)]
    reopened = [item for item, _due in changed if item.state == FollowUpState.CANCELLED]
    handed_on = [item for item, due in changed if item.recipient_id != due.recipient_id]
    moved = [item for item, due in changed if item.due_on != due.due_on and item not in reopened]
    outbox.cancel_unsent([item.pk for item in handed_on], reason=NotSent.TAKEN_BACK)
    for item, due in changed:
        if item in reopened or item in handed_on or item in moved:
            item.version += 1
        if item in moved:
            item.snoozed_until = None
        _set_facts(item, due)
        item.state, item.closed_at = FollowUpState.OPEN, None
    columns = [*FACT_FIELDS, "state", "closed_at", "version", "snoozed_until"]
    FollowUp.objects.bulk_update([item for item, _due in changed], columns, batch_size=BATCH)
    outbox.put_deliveries([*reopened, *handed_on], rule, people=people, now=now)
    outbox.revive([item.pk for item in reopened], now=now)
    outbox.move_unsent(moved, people=people, now=now)
    tally.refreshed, tally.reopened = len(changed) - len(reopened), len(reopened)


def _differs(item: FollowUp, due: Due) -> bool:
    return item.state == FollowUpState.CANCELLED or _facts(item) != _facts(due)
