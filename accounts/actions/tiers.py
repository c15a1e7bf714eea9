"""Writes of tiers: drafts of the policy, applying one to every customer, taking it back, setting one tier by hand."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import PolicyState, TierChangeKind
from accounts.models import Account, TierChange, TierPolicy
from accounts.tier_runs import TierRun, compute_proposals, policy_in_force
from accounts.tiering import Standing
from crm.audit import build_entry, record
from crm.editing import save_edit, write_fields
from crm.models import AuditEntry
from teams.models import User

__all__ = ["compute_proposals"]

BATCH = 500
# `step(done, total)` tells a job how far it is; called inside the transaction of the part just done.
Step = Callable[[int, int], None]


class PolicyRefused(Exception):
    """The policy cannot be changed, applied or taken back so; the message says why."""


class OverrideRefused(Exception):
    """The tier cannot be set by hand so; the message says why."""


# --- drafts -----------------------------------------------------------------------------------------------------------
@transaction.atomic
def new_draft(*, values: Mapping[str, Any], actor: User) -> TierPolicy:
    """Make a draft; it changes nothing until it is applied."""
    draft = TierPolicy.objects.create(**values, state=PolicyState.DRAFT, author=actor)
    record("tier_policy.drafted", draft, actor=actor, changes=values)
    return draft


def _locked_draft(policy: TierPolicy) -> TierPolicy:
    current = TierPolicy.objects.select_for_update().get(pk=policy.pk)
    if current.state != PolicyState.DRAFT:
        raise PolicyRefused(_("This policy is no draft any more and stays as it is. Make a new draft from it."))
    return current


@transaction.atomic
def save_draft(policy: TierPolicy, *, changes: Mapping[str, Any], version: int, actor: User) -> TierPolicy:
    """Change a draft, which the form saw as `version`; return it fresh. Raises EditConflict and PolicyRefused."""
    current = _locked_draft(policy)
    return save_edit(current, changes=changes, version=version, actor=actor, action="tier_policy.edited")


@transaction.atomic
def discard_draft(policy: TierPolicy, *, actor: User) -> None:
    """Throw a draft away. Raises PolicyRefused for what is no draft."""
    current = _locked_draft(policy)
    record("tier_policy.discarded", current, actor=actor, changes={"name": current.name})
    current.delete()


# --- applying ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def bring_into_force(policy: TierPolicy, *, actor: User, now: datetime) -> TierPolicy:
    """Make a draft (or one replaced before) the policy in force; the one before is kept. Again is no change."""
    policies = {row.pk: row for row in TierPolicy.objects.select_for_update().exclude(state=PolicyState.DRAFT)}
    current = policies.get(policy.pk) or TierPolicy.objects.select_for_update().get(pk=policy.pk)
    if current.state == PolicyState.ACTIVE:
        return current
    for row in policies.values():
        if row.state == PolicyState.ACTIVE:
            write_fields(row, {"state": PolicyState.RETIRED}, actor=actor, action="tier_policy.retired")
    values = {"state": PolicyState.ACTIVE, "applied_at": now}
    return write_fields(current, values, actor=actor, action="tier_policy.applied")


@transaction.atomic
def _move(
    chunk: Sequence[Standing],
    *,
    kind: str,
    policy: TierPolicy,
    on: date,
    actor: User | None,
    reason: str,
    scores: Mapping[int, Decimal],
) -> int:
    """Write the new tiers of a few customers; those that changed meanwhile or were set by hand since are left alone."""
    wanted = {standing.id: standing for standing in chunk}
    rows = []
    for account in Account.objects.select_for_update().filter(pk__in=wanted).order_by("pk"):
        is_fixed = account.tier_fixed_until is not None and account.tier_fixed_until >= on
        if account.tier == wanted[account.pk].before and not is_fixed:
            rows.append(account)
    changes, entries = [], []
    for account in rows:
        after = wanted[account.pk].after
        said = {"tier": [account.tier, after], "policy": policy.pk, "version": [account.version, account.version + 1]}
        changes.append(
            TierChange(
                account=account, before=account.tier, after=after, kind=kind, happened_on=on, actor=actor,
                policy=policy, score=scores.get(account.pk), reason=reason,
            )
        )  # fmt: skip
        account.tier, account.tier_fixed_until, account.version = after, None, account.version + 1
        entries.append(build_entry("account.tier_changed", account, actor=actor, changes=said))
    Account.objects.bulk_update(rows, ["tier", "tier_fixed_until", "version"], batch_size=BATCH)
    TierChange.objects.bulk_create(changes, batch_size=BATCH)
    AuditEntry.objects.bulk_create(entries, batch_size=BATCH)
    return len(rows)


def move_tiers(
    movers: Sequence[Standing],
    *,
    policy: TierPolicy,
    on: date,
    actor: User | None,
    kind: str = TierChangeKind.COMPUTED,
    reason: str = "",
    scores: Mapping[int, Decimal] | None = None,
    step: Step | None = None,
) -> int:
    """Write new tiers in parts of 500, each with its history; return how many customers moved.

    A part that is done stays done: whoever is killed in the middle starts again, and only the rest moves.
    """
    moved = 0
    for start in range(0, len(movers), BATCH):
        with transaction.atomic():
            chunk = movers[start : start + BATCH]
            moved += _move(chunk, kind=kind, policy=policy, on=on, actor=actor, reason=reason, scores=scores or {})
            if step:
                step(min(start + BATCH, len(movers)), len(movers))
    return moved


def scores_of(run: TierRun) -> dict[int, Decimal]:
    """Return the score of every customer that moves."""
    return {standing.id: run.proposals[standing.id].score for standing in run.movers}


def apply_policy(policy: TierPolicy, *, actor: User, on: date, now: datetime, step: Step | None = None) -> int:
    """Bring a policy into force and give every customer the tier it earns; return how many moved.

    The figures are those of the simulation of the same day. Not one transaction: see `move_tiers`; the first part is
    that the policy is in force. Applying the one in force again re-runs it.
    """
    current = bring_into_force(policy, actor=actor, now=now)
    run = compute_proposals(current, on=on)
    return move_tiers(run.movers, policy=current, on=on, actor=actor, scores=scores_of(run), step=step)


def roll_back(*, actor: User, on: date, now: datetime, step: Step | None = None) -> int:
    """Put the policy before into force again, and back every tier the present one computed; return how many moved.

    Tiers that changed since by hand or otherwise stay. Raises PolicyRefused where no policy came before.
    """
    present = policy_in_force()
    retired = TierPolicy.objects.filter(state=PolicyState.RETIRED).order_by("-applied_at", "-pk").first()
    if retired is None:
        raise PolicyRefused(_("This is the first policy; there is none to go back to."))
    movers = _moved_by(present)
    bring_into_force(retired, actor=actor, now=now)
    reason = _("Back to the policy “%(name)s”") % {"name": retired.name}
    return move_tiers(movers, policy=retired, on=on, actor=actor, reason=reason[:250], step=step)


def _moved_by(policy: TierPolicy) -> list[Standing]:
    """Return the way back for customers whose last change of tier this policy computed."""
    first: dict[int, str] = {}
    last: dict[int, str] = {}
    changes = TierChange.objects.filter(policy=policy, kind=TierChangeKind.COMPUTED).order_by("pk")
    for account, before, after in changes.values_list("account_id", "before", "after").iterator():
        first.setdefault(account, before)
        last[account] = after
    return [
        Standing(account, after, first[account], Decimal(0))
        for account, after in last.items()
        if after != first[account]
    ]


# --- by hand ----------------------------------------------------------------------------------------------------------
def _set_tier(
    account: Account, *, to: str, until: date | None, kind: str, reason: str, on: date, actor: User | None
) -> Account:
    """Write a tier and its history onto a locked row; return it fresh."""
    TierChange.objects.create(
        account=account, before=account.tier, after=to, kind=kind, happened_on=on, actor=actor, reason=reason[:250]
    )
    values: dict[str, Any] = {"tier": to, "tier_fixed_until": until}
    action = "account.tier_fixed" if until else "account.tier_freed"
    return write_fields(account, values, actor=actor, action=action)


@transaction.atomic
def override_tier(account: Account, *, to: str, until: date, reason: str, actor: User, on: date) -> Account:
    """Set a tier by hand until a day, with a reason (growing-key-accounts, ABC: a proposal may be overridden).

    No policy moves it before that day has passed. Raises OverrideRefused.
    """
    if not reason.strip():
        raise OverrideRefused(_("Say why: the reason stands beside the tier until it ends."))
    if until <= on:
        raise OverrideRefused(_("Choose a day after today; until then the tier stays."))
    current = Account.objects.select_for_update().get(pk=account.pk)
    return _set_tier(
        current, to=to, until=until, kind=TierChangeKind.OVERRIDE, reason=reason.strip(), on=on, actor=actor
    )


@transaction.atomic
def end_override(account: Account, *, actor: User | None, on: date, run: TierRun | None = None) -> Account:
    """End a hand setting: the customer gets the tier it earns by the policy in force; return it fresh.

    `run` spares working it out again for many. A customer whose tier is not set by hand is left alone.
    """
    current = Account.objects.select_for_update().get(pk=account.pk)
    if current.tier_fixed_until is None:
        return current
    run = run or compute_proposals(policy_in_force(), on=on)
    proposal = run.proposals.get(current.pk)
    earned = proposal.tier if proposal and proposal.tier else current.tier
    ended = _("Set by hand until %(day)s") % {"day": current.tier_fixed_until.isoformat()}
    return _set_tier(
        current, to=earned, until=None, kind=TierChangeKind.OVERRIDE_ENDED, reason=ended, on=on, actor=actor
    )


def end_expired_overrides(*, on: date) -> int:
    """End every hand setting whose day has passed; return how many."""
    over: Iterable[Account] = Account.objects.filter(tier_fixed_until__lt=on).order_by("pk")
    rows = list(over)
    if rows:
        run = compute_proposals(policy_in_force(), on=on)
        for account in rows:
            end_override(account, actor=None, on=on, run=run)
    return len(rows)
