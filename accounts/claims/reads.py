"""What is asked about claims: the rules in force, what a person holds, who decides, what is about to end."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from accounts.activity import exempt_ones, last_worked_on
from accounts.choices import OwnershipKind
from accounts.claims.claiming import free_again_on, protected_until
from accounts.models import Account, Claim, ClaimPolicy, Ownership
from teams.models import Team, User

POLICY_PK = 1
BATCH = 500
# Who lost or gave up a customer in one of these ways waits before he may claim it again.
COOLING = (OwnershipKind.LAPSED, OwnershipKind.RELEASED)


def claim_policy() -> ClaimPolicy:
    """Return what the firm has settled about claims."""
    return ClaimPolicy.objects.filter(pk=POLICY_PK).first() or ClaimPolicy(pk=POLICY_PK)


def held_by(user: User) -> dict[str, int]:
    """Return how many customers a person holds, by tier; however he came to hold them."""
    rows = Account.objects.live().filter(owner=user).order_by().values_list("tier").annotate(n=Count("pk"))
    return dict(rows)


def claim_in_force(account: Account) -> Claim | None:
    """Return the claim that protects a customer; None where nobody claimed it."""
    return Claim.objects.in_force().filter(account=account).select_related("claimant").first()


def free_days(accounts: Collection[int], user: User, policy: ClaimPolicy) -> dict[int, date]:
    """Return the day from which the person may claim each of these customers again, where he lost it or gave it up.

    Who held it since then for a while shortens nothing, else two people could keep a customer between them. One query.
    """
    left: dict[int, date] = {}
    was_his: set[int] = set()
    for stretch in Ownership.objects.filter(account__in=accounts).order_by("started_at", "pk"):
        if stretch.account_id in was_his:
            left.pop(stretch.account_id, None)
            if stretch.kind in COOLING:
                left[stretch.account_id] = free_again_on(stretch.started_on, policy.cooling_days)
        was_his.discard(stretch.account_id)
        if stretch.owner_id == user.pk:
            was_his.add(stretch.account_id)
    return left


# --- who stands above -------------------------------------------------------------------------------------------------
def _leaders(team: Team | None) -> Iterator[User]:
    """Yield who leads a team, then who leads each team above it."""
    above = [team, *reversed(Team.objects.get_ancestors(team).select_related("manager"))] if team else []
    for each in above:
        if each.manager is not None and each.manager.is_active:
            yield each.manager


def leader_of(team: Team | None, *, besides: Collection[int | None] = ()) -> User | None:
    """Return the nearest manager who answers for a team and is none of `besides`."""
    return next((leader for leader in _leaders(team) if leader.pk not in besides), None)


def who_extends(claim: Claim, actor: User) -> User | None:
    """Return who may protect longer what is the person's own; None where he may himself: nobody stands above him."""
    return leader_of(actor.team, besides=(actor.pk,)) if claim.claimant_id == actor.pk else None


def judge_of(account: Account, claimant: User) -> User | None:
    """Return who decides between the holder of a customer and another claimant: neither of the two.

    It is the nearest manager who leads both teams, so that nobody judges for his own; where there is none, the manager
    of the team that holds the customer.
    """
    besides = (claimant.pk, account.owner_id)
    theirs = {leader.pk for leader in _leaders(claimant.team)}
    common = (leader for leader in _leaders(account.team) if leader.pk in theirs and leader.pk not in besides)
    return next(common, None) or leader_of(account.team, besides=besides)


# --- what is about to end ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Ending:
    """A claim whose protection ends before a day; `renewed_until` where work in another room goes on protecting it."""

    claim: Claim
    renewed_until: date | None = None
    is_exempt: bool = False

    @property
    def is_ending(self) -> bool:
        """Return whether nothing keeps it from ending."""
        return self.renewed_until is None and not self.is_exempt


def _endings(batch: list[Claim], line: date, policy: ClaimPolicy) -> Iterator[Ending]:
    keys = [claim.account_id for claim in batch]
    spared = exempt_ones(keys) if policy.deals_exempt else set()
    worked = last_worked_on(keys) if policy.progress_counts else {}
    for claim in batch:
        day = worked.get(claim.account_id)
        until = protected_until(day, claim.account.tier, policy.days) if day else None
        yield Ending(claim, until if until and until >= line else None, claim.account_id in spared)


def ending_before(line: date, policy: ClaimPolicy, *, among: Collection[int] | None = None) -> Iterator[Ending]:
    """Yield the claims in force whose protection ends before `line`, with what keeps them; in batches, by key.

    `among` narrows to some claims.
    """
    last = 0
    rows = Claim.objects.in_force().filter(protected_until__lt=line, account__archived_at=None)
    rows = rows if among is None else rows.filter(pk__in=among)
    rows = rows.select_related("account", "claimant").order_by("pk")
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        yield from _endings(batch, line, policy)
