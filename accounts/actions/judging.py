"""Who decides second claims, when the customer changes hands before he has."""

from collections.abc import Sequence
from datetime import datetime

from accounts.claims.reads import judge_of
from accounts.models import Account, Claim
from followups.actions.approvals import pass_signatures
from followups.models import Approval
from teams.models import User


def let_others_judge(accounts: Sequence[Account], *, actor: User | None, now: datetime) -> None:
    """Let somebody else decide the claims on customers whose new owner was to decide; nobody judges for himself."""
    held = {account.pk: account for account in accounts if account.owner_id is not None}
    for claim in Claim.objects.waiting().filter(account__in=held).select_related("claimant").order_by("pk"):
        account = held[claim.account_id]
        asked = Approval.objects.about("claim", claim.pk).waiting().filter(steps__approver=account.owner_id)
        judge = judge_of(account, claim.claimant) if account.owner else None
        if account.owner and judge:
            pass_signatures(asked.distinct(), giver=account.owner, to=judge, actor=actor, now=now)
