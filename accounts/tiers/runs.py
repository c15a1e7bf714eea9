"""Reading what a tier policy would do: the same figures for the simulation and for the change itself."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from accounts.choices import AccountKind, CutBy, PolicyState
from accounts.models import Account, AccountRating, TierPolicy, Turnover
from accounts.tiers.scoring import (
    CREDIT,
    MARGIN,
    POTENTIAL,
    RATING,
    STRATEGIC,
    WALLET,
    Customer,
    Value,
    in_order,
    scale_of,
)
from accounts.tiers.standings import Group, Standing
from accounts.tiers.tiering import By, Cuts, Points, Proposal, Rules, propose, window_start
from crm.paging import bounded_count

# Ours: a page waits for a few thousand customers, more are left to a worker.
AT_ONCE = 5_000
COLUMNS = {POTENTIAL: "potential", CREDIT: "credit", WALLET: "wallet_share", STRATEGIC: "is_strategic"}


@dataclass(frozen=True)
class TierRun:
    """What a policy says on a day: the tier each customer earns, and each one before and after."""

    policy: TierPolicy
    on: date
    standings: list[Standing]
    proposals: Mapping[int, Proposal]

    @property
    def movers(self) -> list[Standing]:
        """Return the customers whose tier changes, by key."""
        return [standing for standing in self.standings if standing.moves]

    @property
    def out_of(self) -> int:
        """Return of how many customers enough is known."""
        return next((proposal.of for proposal in self.proposals.values()), 0)


def policy_in_force() -> TierPolicy:
    """Return the tier policy in force; the first migration makes one, so there always is."""
    return TierPolicy.objects.get(state=PolicyState.ACTIVE)


def as_draft(policy: TierPolicy, *, name: str = "") -> TierPolicy:
    """Return an unsaved draft with the rules of a policy."""
    draft = copy(policy)
    draft.pk, draft.state, draft.name = None, PolicyState.DRAFT, name or policy.name
    return draft


def tiered_accounts() -> QuerySet[Account]:
    """Return the customers that have a tier or may get one: all that are not archived, dealers left out."""
    return Account.objects.live().exclude(kind=AccountKind.DEALER)


def is_long() -> bool:
    """Return whether a run takes longer than a page may."""
    return bounded_count(tiered_accounts(), AT_ONCE) > AT_ONCE


def rules_of(policy: TierPolicy) -> Rules:
    """Return the policy as the engine reads it; raises ValueError where it does not fit together."""
    by = By(policy.cut_by)
    cuts = (Points if policy.cut_by == CutBy.SCORE else Cuts)(policy.cut_a, policy.cut_b)
    return Rules(in_order(policy.weights), cuts, by, policy.min_criteria, policy.min_weight, policy.margin)


def _booked(policy: TierPolicy, on: date) -> QuerySet[Turnover]:
    since = window_start(on, policy.window_months)
    return Turnover.objects.filter(booked_on__gt=since, booked_on__lte=on).order_by()


def _money(policy: TierPolicy, keys: list[str], on: date) -> dict[int, tuple[Decimal, Decimal | None]]:
    """Return turnover and, where it counts, margin by customer; the margin is that of bookings with a cost."""
    sums: dict[str, Any] = {"total": Sum("amount")}
    if MARGIN in keys:
        sums["earned"] = Sum(F("amount") - F("cost"), filter=Q(cost__isnull=False))
    rows = _booked(policy, on).values_list("account_id").annotate(**sums)
    return {pk: (total, earned[0] if earned else None) for pk, total, *earned in rows}


def _ratings(keys: list[str]) -> dict[int, dict[str, Value]]:
    """Return the further ratings that count, by customer; no query where none does."""
    scales = [scale_of(key) for key in keys if key.startswith(RATING)]
    found: dict[int, dict[str, Value]] = {}
    if scales:
        rows = AccountRating.objects.filter(scale__in=scales).order_by()
        for account, scale, value in rows.values_list("account_id", "scale_id", "value").iterator():
            found.setdefault(account, {})[f"{RATING}{scale}"] = value
    return found


def compute_proposals(policy: TierPolicy, *, on: date) -> TierRun:
    """Return what `policy` says on a day, by the turnover booked up to it. Two queries, three with further ratings.

    A tier set by hand stays until its day; a customer of whom too little is known keeps the tier it has. The margin
    counts only where the same rules are run again: new ones put everybody where they say.
    """
    rules = rules_of(policy)
    keys = [key for key, _weight in rules.weighed]
    money, ratings = _money(policy, keys, on), _ratings(keys)
    named = [key for key in keys if key in COLUMNS]
    columns = ("pk", "tier", "tier_fixed_until", "owner_id", *(COLUMNS[key] for key in named))
    customers, rows = [], []
    for pk, tier, fixed, owner, *given in tiered_accounts().order_by("pk").values_list(*columns).iterator():
        turnover, margin = money.get(pk, (Decimal(0), None))
        values: dict[str, Value] = dict(zip(named, given, strict=True)) | ratings.get(pk, {})
        values[MARGIN] = margin
        customers.append(Customer(pk, turnover, values, tier))
        rows.append((pk, tier, fixed is not None and fixed >= on, turnover, owner))
    is_rerun = policy.state == PolicyState.ACTIVE and policy.ran_on is not None
    proposals = propose(customers, rules, holds=is_rerun)
    standings = [
        Standing(pk, tier, tier if is_fixed else proposals[pk].tier or tier, amount, owner, is_fixed)
        for pk, tier, is_fixed, amount, owner in rows
    ]
    return TierRun(policy, on, standings, proposals)


def present_groups(policy: TierPolicy, *, on: date) -> list[Group]:
    """Return customers by the tier they have and their owner, summed by the database. Two queries."""
    there = tiered_accounts().order_by()
    booked = _booked(policy, on).filter(account__in=there.values("pk"))
    sums = booked.values_list("account__tier", "account__owner").annotate(total=Sum("amount"))
    turnover = {(tier, owner): max(total, Decimal(0)) for tier, owner, total in sums}
    counts = there.values_list("tier", "owner_id").annotate(count=Count("pk"))
    return [Group(tier, owner, count, turnover.get((tier, owner), Decimal(0))) for tier, owner, count in counts]
