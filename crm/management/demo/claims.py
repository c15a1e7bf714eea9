"""Claims of the last weeks: some in force, one that ends soon, one a manager has to decide, and two customers nobody
holds any more."""

import uuid
from collections.abc import Iterator
from datetime import datetime, time, timedelta

from accounts.actions.claims import Filing, file_for, release
from accounts.actions.lapses import lapse_claims
from accounts.choices import ClaimState
from accounts.claims.claiming import protected_until, renewed
from accounts.claims.reads import claim_policy
from accounts.models import Account, Claim
from crm.management.demo.bulk import write
from crm.management.demo.scene import Scene
from followups.models import Approval
from pipeline.models import Opportunity
from teams.models import User

CLAIMERS, EACH = 8, 4
ENDS_IN = 3  # working days
WHY_RELEASED = "工厂搬迁到外省，我跟不过去。"
WHY_MINE = "在展会上认识了他们的技术总监，上周约我去做方案。"
FILED_AT = time(16, 10)


def make_claims(scene: Scene, *, now: datetime) -> None:
    """Let the first reps hold claims; the last customer of two of them goes to the pool."""
    claims = []
    for number, rep in enumerate(scene.firm.reps[:CLAIMERS]):
        for back, account in enumerate(_quiet_ones(rep)):
            claims.append(_claim(account, rep, 12 + 9 * back + number, scene))
    if not claims:
        return
    policy = claim_policy()
    claims[0].granted_until = claims[0].protected_until = scene.days.ahead(ENDS_IN)
    lapsing = claims[EACH]
    lapsing.granted_until = lapsing.protected_until = scene.days.yesterday - timedelta(days=policy.cooling_days)
    write(claims)
    lapse_claims(on=scene.days.yesterday, now=scene.days.at(scene.days.yesterday, FILED_AT))
    given_up = claims[1]
    release(given_up.account, reason=WHY_RELEASED, actor=given_up.claimant, now=now)
    _second_claim(claims[2], scene.firm.reps[4], scene)


def _quiet_ones(rep: User) -> Iterator[Account]:
    """Yield customers where nothing is being sold, those seen longest ago first."""
    selling = Opportunity.objects.filter(account__owner=rep).values("account")
    rows = Account.objects.filter(owner=rep, last_contact_on__isnull=False).exclude(pk__in=selling)
    yield from rows.order_by("last_contact_on", "pk")[:EACH]


def _claim(account: Account, rep: User, days_ago: int, scene: Scene) -> Claim:
    days, policy = scene.days, claim_policy()
    filed_on = days.before(days.on, days_ago)
    until = protected_until(filed_on, account.tier, policy.days)
    return Claim(
        account=account,
        claimant=rep,
        region=account.place,
        month=filed_on.replace(day=1),
        filed_at=days.at(filed_on, FILED_AT),
        state=ClaimState.ACTIVE,
        granted_until=until,
        protected_until=renewed(until, account.last_contact_on or filed_on, account.tier, policy.days),
    )


def _second_claim(claim: Claim, other: User, scene: Scene) -> None:
    """Let a rep of another team claim a customer that is held: a manager has to decide."""
    day = scene.days.yesterday
    at = scene.days.at(day, FILED_AT)
    filing = Filing(str(other.team or ""), day.replace(day=1), WHY_MINE)
    second = file_for(claim.account, filing=filing, client_id=uuid.uuid4(), actor=other, now=at, on=day)
    Approval.objects.about("claim", second.pk).update(recorded_at=at)
