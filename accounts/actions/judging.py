"""Second claims that are not decided yet, when the customer changes hands or who filed them leaves."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.choices import ClaimState
from accounts.claims.reads import judge_of
from accounts.models import Account, Claim
from crm.editing import write_fields
from followups.actions.approvals import pass_signatures, withdraw
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


def withdraw_claims_of(person: User, *, actor: User, now: datetime) -> None:
    """End what somebody who leaves has claimed and nobody has decided: it could not be his any more."""
    reason = _("%(name)s no longer works here") % {"name": person}
    for claim in Claim.objects.waiting().filter(claimant=person).order_by("pk"):
        for asked in Approval.objects.about("claim", claim.pk).waiting():
            withdraw(asked, actor=person, now=now)
        values = {"state": ClaimState.ENDED, "reason": reason, "closed_at": now}
        write_fields(claim, values, actor=actor, action="claim.withdrawn")
