"""Reading what a tier policy would do: the same figures for the simulation and for the change itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet, Sum

from accounts.choices import AccountKind, PolicyState
from accounts.models import Account, TierPolicy, Turnover
from accounts.tiering import Customer, Cuts, Proposal, Standing, Weights, propose, window_start


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


@dataclass
class _Read:
    customers: list[Customer] = field(default_factory=list)
    rows: list[tuple[int, str, bool, Decimal, int | None]] = field(default_factory=list)


def policy_in_force() -> TierPolicy:
    """Return the tier policy in force; the first migration makes one, so there always is."""
    return TierPolicy.objects.get(state=PolicyState.ACTIVE)


def tiered_accounts() -> QuerySet[Account]:
    """Return the customers that have a tier or may get one: all that are not archived, dealers left out."""
    return Account.objects.live().exclude(kind=AccountKind.DEALER)


def _read(policy: TierPolicy, on: date) -> _Read:
    since = window_start(on, policy.window_months)
    booked = Turnover.objects.filter(booked_on__gt=since, booked_on__lte=on).order_by()
    turnover = dict(booked.values_list("account_id").annotate(total=Sum("amount")))
    read = _Read()
    columns = ("pk", "tier", "tier_fixed_until", "potential", "credit", "owner_id")
    for pk, tier, fixed, potential, credit, owner in tiered_accounts().order_by("pk").values_list(*columns).iterator():
        amount = turnover.get(pk, Decimal(0))
        read.customers.append(Customer(pk, amount, potential, credit))
        read.rows.append((pk, tier, fixed is not None and fixed >= on, amount, owner))
    return read


def weights_of(policy: TierPolicy) -> Weights:
    """Return how much each criterion counts."""
    return Weights(policy.weight_turnover, policy.weight_potential, policy.weight_credit)


def cuts_of(policy: TierPolicy) -> Cuts:
    """Return up to which share of the customers each tier goes."""
    return Cuts(policy.cut_a, policy.cut_b)


def compute_proposals(policy: TierPolicy, *, on: date) -> TierRun:
    """Return what `policy` says on a day, by the turnover booked up to it. Two queries.

    A tier set by hand stays until its day; a customer of whom too little is known keeps the tier it has.
    """
    read = _read(policy, on)
    proposals = propose(read.customers, weights_of(policy), cuts_of(policy))
    standings = [
        Standing(pk, tier, tier if is_fixed else proposals[pk].tier or tier, amount, owner, is_fixed)
        for pk, tier, is_fixed, amount, owner in read.rows
    ]
    return TierRun(policy, on, standings, proposals)
