"""A tier set by hand, and the end of it."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import TierChangeKind
from accounts.models import Account, TierChange
from accounts.rules import HAND_ENDED, HAND_RULE, hand_ended_of
from accounts.tiers.runs import TierRun, compute_proposals, policy_in_force
from crm.editing import write_fields
from followups.actions.items import close_for
from followups.planning import plan_now
from teams.models import User


class OverrideRefused(Exception):
    """The tier cannot be set by hand so; the message says why."""


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
def override_tier(
    account: Account, *, to: str, until: date, reason: str, actor: User, on: date, now: datetime
) -> Account:
    """Set a tier by hand until a day, with a reason (growing-key-accounts, ABC: a proposal may be overridden).

    No policy moves it before that day has passed. Raises OverrideRefused.
    """
    if not reason.strip():
        raise OverrideRefused(_("Say why: the reason stands beside the tier until it ends."))
    if until <= on:
        raise OverrideRefused(_("Choose a day after today; until then the tier stays."))
    current = Account.objects.select_for_update().get(pk=account.pk)
    close_for(HAND_ENDED, current, actor=actor, now=now)
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
    earned = proposal.earned if proposal and proposal.earned else current.tier
    ended = _("Set by hand until %(day)s") % {"day": current.tier_fixed_until.isoformat()}
    return _set_tier(
        current, to=earned, until=None, kind=TierChangeKind.OVERRIDE_ENDED, reason=ended, on=on, actor=actor
    )


def end_expired_overrides(*, on: date, now: datetime) -> int:
    """End every hand setting whose day has passed, and ask whoever made it what now; return how many ended."""
    rows = list(Account.objects.filter(tier_fixed_until__lt=on).order_by("pk"))
    run = compute_proposals(policy_in_force(), on=on) if rows else None
    for account in rows:
        with transaction.atomic():
            end_override(account, actor=None, on=on, run=run)
            plan_now(HAND_RULE, hand_ended_of(account, on=on), now=now)
    return len(rows)
