"""A tier set by hand, and the end of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.tier_moves import BATCH
from accounts.choices import AccountKind, TierChangeKind
from accounts.models import Account, TierChange
from accounts.rules import HAND_ENDED, HAND_RULE, hand_ended_of
from accounts.tiers.runs import TierRun, compute_proposals, policy_in_force
from crm.audit import build_entry, plain
from crm.models import AuditEntry
from followups.actions.items import close_for
from followups.models import FollowUp
from followups.planning import plan_now
from teams.models import User


class OverrideRefused(Exception):
    """The tier cannot be set by hand so; the message says why."""


@dataclass(frozen=True)
class Setting:
    """What a customer is set to: the tier, until when it is set by hand (None: it is not), how and why."""

    tier: str
    until: date | None
    kind: str
    reason: str


@dataclass(frozen=True)
class ByHand:
    """Why somebody sets tiers by hand, and when he does."""

    reason: str
    on: date
    now: datetime


def _set_tiers(
    settings: Iterable[tuple[Account, Setting]], *, actor: User | None, on: date, told: Mapping[str, Any] | None = None
) -> None:
    """Write tiers set by hand, and the ends of it, onto locked rows, each with its history; `told` goes there too."""
    rows, changes, entries = [], [], []
    for account, to in settings:
        changes.append(
            TierChange(
                account=account, before=account.tier, after=to.tier, kind=to.kind, happened_on=on, actor=actor,
                reason=to.reason[:250],
            )
        )  # fmt: skip
        said = {"tier": [account.tier, to.tier], "version": [account.version, account.version + 1]}
        said["tier_fixed_until"] = [plain(account.tier_fixed_until), plain(to.until)]
        account.tier, account.tier_fixed_until, account.version = to.tier, to.until, account.version + 1
        action = "account.tier_fixed" if to.until else "account.tier_freed"
        entries.append(build_entry(action, account, actor=actor, changes=said | dict(told or {})))
        rows.append(account)
    if rows:
        Account.objects.bulk_update(rows, ["tier", "tier_fixed_until", "version"], batch_size=BATCH)
        TierChange.objects.bulk_create(changes, batch_size=BATCH)
        AuditEntry.objects.bulk_create(entries, batch_size=BATCH)


def _answer_what_now(accounts: Sequence[Account], *, actor: User, now: datetime) -> None:
    """Close what still asks what is to come after an earlier hand setting: this one answers it."""
    asked = FollowUp.objects.open().filter(kind=HAND_ENDED, account_id__in=[account.pk for account in accounts])
    waiting = set(asked.values_list("account_id", flat=True))
    for account in accounts:
        if account.pk in waiting:
            close_for(HAND_ENDED, account, actor=actor, now=now)


@transaction.atomic
def set_tiers_by_hand(
    accounts: Sequence[Account],
    *,
    to: str,
    until: date,
    hand: ByHand,
    actor: User,
    told: Mapping[str, Any] | None = None,
) -> None:
    """Set the tier of locked customers by hand until a day, with a reason. Raises OverrideRefused."""
    if not hand.reason.strip():
        raise OverrideRefused(_("Say why: the reason stands beside the tier until it ends."))
    if until <= hand.on:
        raise OverrideRefused(_("Choose a day after today; until then the tier stays."))
    if any(account.kind == AccountKind.DEALER for account in accounts):
        raise OverrideRefused(_("A dealer has no tier."))
    _answer_what_now(accounts, actor=actor, now=hand.now)
    setting = Setting(to, until, TierChangeKind.OVERRIDE, hand.reason.strip())
    _set_tiers(((account, setting) for account in accounts), actor=actor, on=hand.on, told=told)


@transaction.atomic
def override_tier(
    account: Account, *, to: str, until: date, reason: str, actor: User, on: date, now: datetime
) -> Account:
    """Set a tier by hand until a day, with a reason (growing-key-accounts, ABC: a proposal may be overridden).

    No policy moves it before that day has passed. Raises OverrideRefused.
    """
    current = Account.objects.select_for_update().get(pk=account.pk)
    set_tiers_by_hand([current], to=to, until=until, hand=ByHand(reason, on, now), actor=actor)
    return current


@transaction.atomic
def put_tiers_back(
    before: Mapping[Account, tuple[str, date | None]], *, actor: User, on: date, told: Mapping[str, Any]
) -> None:
    """Give locked customers back the tier, and the end of the hand setting, they had before one was set by hand.

    A hand setting that comes back brings its own reason along.
    """
    reasons = _reasons_before([account for account, (_tier, until) in before.items() if until])
    back = _("Taken back")
    settings = [
        (account, Setting(tier, until, TierChangeKind.OVERRIDE, reasons.get(account.pk, back)))
        if until
        else (account, Setting(tier, None, TierChangeKind.OVERRIDE_ENDED, back))
        for account, (tier, until) in before.items()
    ]
    _set_tiers(settings, actor=actor, on=on, told=told)


def _reasons_before(accounts: Sequence[Account]) -> dict[int, str]:
    """Return why each was set by hand the time before the last; no query where none was."""
    if not accounts:
        return {}
    found: dict[int, list[str]] = {}
    changes = TierChange.objects.filter(account__in=accounts, kind=TierChangeKind.OVERRIDE).order_by("pk")
    for pk, reason in changes.values_list("account_id", "reason"):
        found.setdefault(pk, []).append(reason)
    return {pk: reasons[-2] for pk, reasons in found.items() if len(reasons) > 1}


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
    earned = proposal.earned if proposal and proposal.earned else current.tier
    ended = _("Set by hand until %(day)s") % {"day": current.tier_fixed_until.isoformat()}
    _set_tiers([(current, Setting(earned, None, TierChangeKind.OVERRIDE_ENDED, ended))], actor=actor, on=on)
    return current


def end_expired_overrides(*, on: date, now: datetime) -> int:
    """End every hand setting whose day has passed, and ask whoever made it what now; return how many ended."""
    rows = list(Account.objects.filter(tier_fixed_until__lt=on).order_by("pk"))
    run = compute_proposals(policy_in_force(), on=on) if rows else None
    for account in rows:
        with transaction.atomic():
            end_override(account, actor=None, on=on, run=run)
            plan_now(HAND_RULE, hand_ended_of(account, on=on), now=now)
    return len(rows)
