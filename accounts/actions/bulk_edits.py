"""Facts of many customers changed in one go, and of one where it stands in the list; both can be taken back.

What is taken back is judged field by field: where somebody wrote another value since, that value stays and is named,
and the rest goes back. Refusing the whole for one customer of three hundred would make the way back useless.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actions.accounts import edit_account, keep_searchable
from accounts.actions.groups import GROUPS, without_cycles
from accounts.actions.ownership import BATCH
from accounts.actions.tier_hands import ByHand, OverrideRefused, put_tiers_back, set_tiers_by_hand
from accounts.bulk.changes import Change, Plan, Row, Skip, plan_changes
from accounts.choices import AccountKind
from accounts.groups.group import companies_above
from accounts.models import Account
from accounts.naming import ACCOUNT_FIELDS
from crm.audit import build_entry, plain
from crm.locks import one_at_a_time
from crm.models import AuditEntry, UndoEntry
from crm.undo import NAMED, CannotUndo, offer_undo
from teams.models import User

EDITED, ARCHIVED, TAKEN_BACK = "account.bulk_edited", "account.archived", "account.bulk_taken_back"
UNDO = "accounts.bulk_edit"
TIER_FIELDS = frozenset({"tier", "tier_fixed_until"})
# field → [before, after] of one customer, as JSON holds it.
Written = list[Any]


@dataclass(frozen=True)
class Outcome:
    """What a bulk change did: [key, {field: [before, after]}] of every customer written, and who was left."""

    written: list[Written]
    skipped: list[Skip]


def _field(name: str) -> Any:
    return Account._meta.get_field(name)


def value_of(name: str, kept: Any) -> Any:
    """Return a value as a field holds it, from how JSON does; a row of another table by its key."""
    return _field(name).to_python(kept)


def as_row(account: Account, names: Iterable[str]) -> Row:
    """Return what a plan needs of a customer."""
    values = {name: getattr(account, _field(name).attname) for name in names}
    is_dealer = account.kind == AccountKind.DEALER
    return Row(account.pk, account.called, account.version, account.archived_at is not None, values, is_dealer)


def above_of(values: Mapping[str, Any]) -> set[int]:
    """Return the wanted parent and all companies above it; none of them can come to stand below it."""
    parent = values.get("parent")
    return set(companies_above([parent])) if parent else set()


def _write(rows: Mapping[int, Account], changes: Sequence[Change], *, actor: User, action: str, batch: str) -> None:
    """Write planned facts to locked rows, raise their versions, record each under the number of the batch.

    Tiers are no plain facts: whoever calls this has them written by `accounts.actions.tier_hands`.
    """
    entries: list[AuditEntry] = []
    names: set[str] = set()
    changes = [change for change in changes if change.fields.keys() - TIER_FIELDS]
    for change in changes:
        account = rows[change.pk]
        told: dict[str, Any] = {"batch": batch, "version": [account.version, account.version + 1]}
        for name in change.fields.keys() - TIER_FIELDS:
            before, after = change.fields[name]
            setattr(account, _field(name).attname, after)
            told[name] = [plain(before), plain(after)]
        account.version += 1
        names.update(change.fields.keys() - TIER_FIELDS)
        entries.append(build_entry(action, account, actor=actor, changes=told))
    if changes:
        changed = [rows[change.pk] for change in changes]
        Account.objects.bulk_update(changed, [*names, "version"], batch_size=BATCH)
        AuditEntry.objects.bulk_create(entries, batch_size=BATCH)


def _whole_tiers(plan: Plan, rows: Mapping[int, Account]) -> Plan:
    """Return the plan with tier and end together wherever one of them changes: they are set, and taken back, as one."""

    def whole(change: Change) -> Change:
        if not TIER_FIELDS.intersection(change.fields):
            return change
        account = rows[change.pk]
        both = {name: (getattr(account, name), getattr(account, name)) for name in TIER_FIELDS}
        return replace(change, fields=both | dict(change.fields))

    return Plan([whole(change) for change in plan.changes], plan.skipped)


def _set_tiers(
    plan: Plan, rows: Mapping[int, Account], values: Mapping[str, Any], *, hand: ByHand | None, actor: User, batch: str
) -> None:
    """Set the tiers of a plan by hand, as one does for a single customer. Raises OverrideRefused."""
    if "tier" not in values:
        return
    if hand is None:
        raise OverrideRefused(_("Say why: the reason stands beside the tier until it ends."))
    chosen = [rows[change.pk] for change in plan.changes if TIER_FIELDS.intersection(change.fields)]
    to, until = values["tier"], values["tier_fixed_until"]
    set_tiers_by_hand(chosen, to=to, until=until, hand=hand, actor=actor, told={"batch": batch})


@transaction.atomic
def bulk_edit_accounts(
    expected: Mapping[int, int],
    *,
    wanted: Mapping[str, Any],
    actor: User,
    batch: str,
    action: str = EDITED,
    hand: ByHand | None = None,
) -> Outcome:
    """Set `wanted` (field → value, as JSON holds it) on the customers with these keys, seen at these versions.

    Only what the person sees is written; what somebody changed since, what is archived, what has the values already
    and what would make a circle of a group is left and told. All rows of one call carry the same `batch`. A tier comes
    with the day until which it is set by hand, and `hand` says why. Raises OverrideRefused.
    """
    values = {name: value_of(name, value) for name, value in wanted.items()}
    if "parent" in values:
        one_at_a_time(GROUPS)
    locked = Account.objects.select_for_update().filter(pk__in=expected).order_by("pk")
    rows = {account.pk: account for account in locked.visible_to(actor)}
    seen = (as_row(account, values) for account in rows.values())
    found = _whole_tiers(plan_changes(seen, values, expected=expected, above=above_of(values)), rows)
    _write(rows, found.changes, actor=actor, action=action, batch=batch)
    _set_tiers(found, rows, values, hand=hand, actor=actor, batch=batch)
    written = [
        [change.pk, {name: list(map(plain, pair)) for name, pair in change.fields.items()}] for change in found.changes
    ]
    return Outcome(written, found.skipped)


def _said(count: int, *, action: str) -> str:
    if action == ARCHIVED:
        return ngettext("%(n)s customer archived", "%(n)s customers archived", count) % {"n": count}
    return ngettext("%(n)s customer changed", "%(n)s customers changed", count) % {"n": count}


@transaction.atomic
def offer_bulk_undo(
    written: Sequence[Written], *, actor: User, now: datetime, batch: str, action: str = EDITED
) -> UndoEntry | None:
    """Return what takes a bulk change back, for thirty days; None where nothing was written."""
    if not written:
        return None
    inverse = {"rows": list(written), "batch": batch}
    label = _said(len(written), action=action)
    return offer_undo(UNDO, actor=actor, label=label, inverse=inverse, rows=[], now=now)


@transaction.atomic
def edit_in_list(
    account: Account, *, changes: Mapping[str, Any], version: int, actor: User, now: datetime
) -> tuple[Account, UndoEntry | None]:
    """Change facts of one customer where it stands in a list; return it fresh, and what takes it back.

    Raises what `edit_account` does.
    """
    before = Account.objects.select_for_update().get(pk=account.pk)
    fresh = edit_account(account, changes=changes, version=version, actor=actor)
    old, new = as_row(before, changes).values, as_row(fresh, changes).values
    written = {name: [plain(old[name]), plain(new[name])] for name in changes if old[name] != new[name]}
    if not written:
        return fresh, None
    inverse = {"rows": [[fresh.pk, written]], "batch": ""}
    label = _("%(name)s changed") % {"name": fresh.called}
    return fresh, offer_undo(UNDO, actor=actor, label=label, inverse=inverse, rows=[], now=now)


def _parents_to_put_back(kept: Mapping[int, Mapping[str, Any]]) -> dict[int, int]:
    """Return which companies can stand again under the one they stood under: those that close no circle today."""
    wanted = {pk: fields["parent"][0] for pk, fields in kept.items() if fields.get("parent", [None])[0]}
    return without_cycles(wanted) if wanted else {}


def undo_bulk_edit(data: dict[str, Any], *, actor: User, now: datetime) -> str:
    """Put back what a bulk change wrote and nobody changed since; return a sentence that names the rest.

    What went to somebody else since is his: it stays, and is not named.
    """
    kept: dict[int, dict[str, Any]] = dict(data["rows"])
    locked = Account.objects.select_for_update().filter(pk__in=kept).order_by("pk")
    rows = {row.pk: row for row in locked.visible_to(actor)}
    parents = _parents_to_put_back(kept)
    changes: list[Change] = []
    left = [_("a customer you do not see any more")] * (len(kept) - len(rows))
    for pk, account in rows.items():
        now_has = as_row(account, kept[pk]).values
        back = {
            name: (now_has[name], value_of(name, before))
            for name, (before, after) in kept[pk].items()
            if now_has[name] == value_of(name, after) and (name != "parent" or not before or pk in parents)
        }
        if not back.keys() >= TIER_FIELDS:
            back = {name: pair for name, pair in back.items() if name not in TIER_FIELDS}
        if back:
            changes.append(Change(pk, account.called, account.version, back))
        if len(back) < len(kept[pk]):
            left.append(account.called)
    return _put_back(rows, changes, left, actor=actor, batch=data["batch"], on=timezone.localdate(now))


def _put_back(
    rows: Mapping[int, Account], changes: list[Change], left: list[str], *, actor: User, batch: str, on: date
) -> str:
    names = ", ".join(list(dict.fromkeys(left))[:NAMED])
    if not changes:
        raise CannotUndo(_("This cannot be undone, because it was changed since: %(names)s.") % {"names": names})
    _write(rows, changes, actor=actor, action=TAKEN_BACK, batch=batch)
    tiers = {
        rows[change.pk]: (change.fields["tier"][1], change.fields["tier_fixed_until"][1])
        for change in changes
        if "tier" in change.fields
    }
    put_tiers_back(tiers, actor=actor, on=on, told={"batch": batch})
    for change in changes:
        if ACCOUNT_FIELDS.intersection(change.fields):
            keep_searchable(rows[change.pk], change.fields)
    if not left:
        return ""
    sentence = ngettext(
        "Taken back, except for %(n)s customer that somebody changed since: %(names)s.",
        "Taken back, except for %(n)s customers that somebody changed since: %(names)s.",
        len(left),
    )
    return sentence % {"n": len(left), "names": names}
