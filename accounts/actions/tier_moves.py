"""Writing the tiers of many customers, each with its history."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from accounts.choices import TierChangeKind
from accounts.models import Account, TierChange, TierPolicy
from accounts.tiers.runs import TierRun
from crm.audit import build_entry
from crm.models import AuditEntry
from teams.models import User

BATCH = 500
# `step(done, total)` tells a job how far it is; called inside the transaction of the part just done.
Step = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Move:
    """A customer's way from one tier to another, and the place and score it was judged by."""

    account: int
    before: str
    after: str
    score: Decimal | None = None
    rank: int | None = None


@dataclass(frozen=True)
class Cause:
    """Why tiers move: by which policy, how, when, who."""

    policy: TierPolicy
    on: date
    actor: User | None
    kind: str = TierChangeKind.COMPUTED
    reason: str = ""
    out_of: int | None = None


def moves_of(run: TierRun) -> list[Move]:
    """Return the moves a run asks for."""
    judged = run.proposals
    return [
        Move(row.id, row.before, row.after, judged[row.id].score, judged[row.id].rank)
        for row in run.standings
        if row.moves
    ]


def _movable(wanted: dict[int, Move], on: date) -> list[Account]:
    """Return the customers as they were seen; those that changed meanwhile or were set by hand since are left alone."""
    accounts = Account.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    return [
        account
        for account in accounts
        if account.tier == wanted[account.pk].before
        and (account.tier_fixed_until is None or account.tier_fixed_until < on)
    ]


@transaction.atomic
def _move(chunk: Iterable[Move], cause: Cause) -> int:
    """Write the new tiers of a few customers."""
    wanted = {move.account: move for move in chunk}
    rows = _movable(wanted, cause.on)
    changes, entries = [], []
    for account in rows:
        move, policy = wanted[account.pk], cause.policy
        said = {"tier": [account.tier, move.after], "policy": policy.pk}
        said["version"] = [account.version, account.version + 1]
        changes.append(
            TierChange(
                account=account, before=account.tier, after=move.after, kind=cause.kind, happened_on=cause.on,
                actor=cause.actor, policy=policy, score=move.score, rank=move.rank, out_of=cause.out_of,
                reason=cause.reason[:250],
            )
        )  # fmt: skip
        account.tier, account.tier_fixed_until, account.version = move.after, None, account.version + 1
        entries.append(build_entry("account.tier_changed", account, actor=cause.actor, changes=said))
    Account.objects.bulk_update(rows, ["tier", "tier_fixed_until", "version"], batch_size=BATCH)
    TierChange.objects.bulk_create(changes, batch_size=BATCH)
    AuditEntry.objects.bulk_create(entries, batch_size=BATCH)
    return len(rows)


def move_tiers(moves: Sequence[Move], cause: Cause, *, step: Step | None = None) -> int:
    """Write new tiers in parts of 500; return how many customers moved.

    A part that is done stays done: whoever is killed in the middle starts again, and only the rest moves.
    """
    moved = 0
    for start in range(0, len(moves), BATCH):
        with transaction.atomic():
            moved += _move(moves[start : start + BATCH], cause)
            if step:
                step(min(start + BATCH, len(moves)), len(moves))
    return moved
