"""The one door for who holds a customer: the row, its history of owners, and the claims that end with an owner."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.actions.judging import let_others_judge
from accounts.actions.protection import end_claims
from accounts.choices import OwnershipKind
from accounts.models import Account, Claim, Ownership
from crm.audit import build_entry
from crm.models import AuditEntry
from teams.models import User

BATCH = 500
NOT_KNOWN = 0  # nobody's key, and not None, which is the pool
Holder = tuple[int | None, int | None]  # owner and team


@dataclass(frozen=True)
class Why:
    """Why a customer changes hands."""

    kind: OwnershipKind
    reason: str = ""


def write_owners(
    accounts: Sequence[Account],
    owners: Mapping[int, Holder],
    *,
    actor: User | None,
    action: str,
    why: Why,
    now: datetime,
    told: Mapping[int, Mapping[str, Any]] | None = None,
) -> list[Claim]:
    """Set owner and team of locked rows (account → owner, team), raise their versions, record each; in batches.

    `told` (account → what) stands in the same row of history: what went along.
    Return the claims in force that ended with it: a claim protects its claimant, and nobody after him.
    """
    people = {account.owner_id for account in accounts} | {owner_id for owner_id, _team in owners.values()}
    names = dict(User.objects.filter(pk__in=people - {None}).values_list("pk", "name"))
    before = {account.pk: account.owner_id for account in accounts}
    entries = []
    for account in accounts:
        owner_id, team_id = owners[account.pk]
        changes: dict[str, Any] = {
            "owner": [account.owner_id, owner_id],
            "names": [names.get(account.owner_id, ""), names.get(owner_id, "")],
            "team": [account.team_id, team_id],
            "version": [account.version, account.version + 1],
        }
        changes |= {"reason": why.reason} if why.reason else {}
        changes |= (told or {}).get(account.pk, {})
        account.owner_id, account.team_id, account.version = owner_id, team_id, account.version + 1
        entries.append(build_entry(action, account, actor=actor, changes=changes))
    Account.objects.bulk_update(accounts, ["owner", "team", "version"], batch_size=BATCH)
    AuditEntry.objects.bulk_create(entries, batch_size=BATCH)
    return note_owners(accounts, actor=actor, why=why, now=now, before=before)


def note_owners(
    accounts: Sequence[Account],
    *,
    actor: User | None,
    why: Why,
    now: datetime,
    before: Mapping[int, int | None] | None = None,
) -> list[Claim]:
    """Bring history and claims into line with who holds these customers now; return the claims that ended.

    For writers that set owners themselves (an import). `before` names the owner a customer had where no stretch is
    open, because its row was written past this door.
    """
    rows = Ownership.objects.open().filter(account__in=[account.pk for account in accounts])
    known = {row.account_id: row for row in rows}
    earlier = before or {}
    there = {pk: stretch.owner_id for pk, stretch in known.items()}
    changed = [row for row in accounts if {**earlier, **there}.get(row.pk, NOT_KNOWN) != row.owner_id]
    ended = [known[account.pk] for account in changed if account.pk in known]
    for stretch in ended:
        stretch.ended_at = max(now, stretch.started_at)
    Ownership.objects.bulk_update(ended, ["ended_at"], batch_size=BATCH)
    fresh = [_unknown(row, earlier[row.pk], now) for row in changed if row.pk not in known and row.pk in earlier]
    fresh += [_stretch(account, actor=actor, why=why, now=now) for account in changed]
    Ownership.objects.bulk_create(fresh, batch_size=BATCH)
    let_others_judge(changed, actor=actor, now=now)
    return end_claims(changed, kind=why.kind, reason=why.reason, now=now)


def _stretch(account: Account, *, actor: User | None, why: Why, now: datetime) -> Ownership:
    return Ownership(
        account_id=account.pk,
        owner_id=account.owner_id,
        team_id=account.team_id,
        kind=why.kind,
        reason=why.reason[:250],
        actor=actor,
        started_at=now,
    )


def _unknown(account: Account, owner_id: int | None, now: datetime) -> Ownership:
    """Return the stretch of an owner of whom it is known only that he held the customer until now."""
    started_at = min(account.recorded_at, now)
    return Ownership(
        account_id=account.pk, owner_id=owner_id, kind=OwnershipKind.KNOWN, started_at=started_at, ended_at=now
    )


def step_back(account: Account, *, actor: User, action: str, to: Holder | None = None) -> bool:
    """Take the last change of owner of a locked row back as if it had not been; False where there was none.

    With `to`, only where that is who held it before.
    For what is taken back at once: a stretch that lasted longer is history and stays (`OwnershipKind.TAKEN_BACK`).
    """
    last = list(Ownership.objects.filter(account=account).order_by("-started_at", "-pk")[:2])
    if len(last) < 2 or (to is not None and (last[1].owner_id, last[1].team_id) != to):
        return False
    present, past = last
    changes = {
        "owner": [account.owner_id, past.owner_id],
        "names": [str(present.owner or ""), str(past.owner or "")],
        "team": [account.team_id, past.team_id],
        "version": [account.version, account.version + 1],
    }
    present.delete()
    past.ended_at = None
    past.save(update_fields=["ended_at"])
    account.owner_id, account.team_id, account.version = past.owner_id, past.team_id, account.version + 1
    account.save(update_fields=["owner", "team", "version"])
    build_entry(action, account, actor=actor, changes=changes).save(force_insert=True)
    return True
