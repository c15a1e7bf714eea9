"""The steps of a tier policy that many tests go through: signed by a director, applied."""

from datetime import date, datetime

from accounts.actions.tier_drafts import KIND, ask_signature
from accounts.actions.tier_policies import apply_policy
from accounts.models import Account, TierPolicy
from followups.actions.approvals import approve
from followups.models import Approval
from teams.models import User


def asked(policy: TierPolicy, *, admin: User, director: User, on: date, now: datetime, **given: object) -> Approval:
    """Have an admin ask the director for his signature."""
    values: dict = {"apply_on": None, "figures": {}} | given
    ask_signature(policy, signer=director, actor=admin, on=on, now=now, **values)
    return Approval.objects.about(KIND, policy.pk).waiting().get()


def signed(policy: TierPolicy, *, admin: User, director: User, on: date, now: datetime, **given: object) -> TierPolicy:
    """Have the director sign a draft; return it fresh."""
    approve(asked(policy, admin=admin, director=director, on=on, now=now, **given), actor=director, now=now)
    return TierPolicy.objects.get(pk=policy.pk)


def signed_and_applied(policy: TierPolicy, *, admin: User, director: User, on: date, now: datetime) -> int:
    """Sign a draft and apply it at once; return how many customers moved."""
    return apply_policy(signed(policy, admin=admin, director=director, on=on, now=now), actor=admin, on=on, now=now)


def tiers(accounts: list[Account]) -> str:
    """Return the tiers in the order of the customers, "-" for none."""
    found = dict(Account.objects.values_list("pk", "tier"))
    return "".join(found[account.pk] or "-" for account in accounts)
