"""What the manager who decides a second claim sees, and what the decision does to the customer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.claims import HOLD, ClaimRefused, hold, protect, require_room
from accounts.actions.ownership import Why, step_back, write_owners
from accounts.actions.protection import reopen_claims
from accounts.choices import ClaimState, OwnershipKind
from accounts.claims.messages import drop_word_of_the_colleague, tell_of_the_colleague
from accounts.claims.reads import claim_policy
from accounts.models import Account, Claim, Ownership
from crm.editing import write_fields
from crm.undo import CannotUndo
from followups.actions.approvals import CannotSign
from followups.approval_kinds import Description
from followups.choices import ApprovalState
from followups.models import Approval
from teams.models import User


def _claim_of(approval: Approval) -> Claim:
    return Claim.objects.select_related("claimant").get(pk=approval.subject_id)


def decided(approval: Approval, *, actor: User, now: datetime, comment: str) -> None:
    """Give the customer to the second claimant, or leave it where it is, as the manager decided."""
    if approval.state == ApprovalState.APPROVED:
        _grant(_claim_of(approval), actor=actor, now=now, comment=comment)
    else:
        values = {"state": ClaimState.REFUSED, "reason": comment[:250], "closed_at": now}
        write_fields(_claim_of(approval), values, actor=actor, action="claim.refused")


def _grant(claim: Claim, *, actor: User, now: datetime, comment: str) -> None:
    """Hand the customer over, unless the claimant reached a limit meanwhile (raises CannotSign)."""
    claimant, policy = claim.claimant, claim_policy()
    try:
        hold(claimant)
        require_room(claimant, claim.account.tier, policy)
    except ClaimRefused as refusal:
        raise CannotSign(str(refusal)) from None
    account = Account.objects.select_for_update().get(pk=claim.account_id)
    owner = account.owner
    if account.owner_id == claimant.pk:
        values: dict[str, Any] = {"state": ClaimState.ENDED, "reason": _("was his already"), "closed_at": now}
        write_fields(claim, values, actor=actor, action="claim.granted")
        return
    owners = {account.pk: (claimant.pk, claimant.team_id)}
    why = Why(OwnershipKind.DECIDED, comment or claim.note)
    ended = write_owners([account], owners, actor=actor, action="account.claim_decided", why=why, now=now)
    values = protect(account, policy, on=timezone.localdate(now)) | {"replaces": ended[0] if ended else None}
    claim = write_fields(claim, values, actor=actor, action="claim.granted")
    if owner is not None:
        tell_of_the_colleague(claim, owner, claim.replaces, why=comment, by=actor, now=now, hold=HOLD)


def reopened(approval: Approval, *, actor: User, now: datetime) -> None:
    """Put the customer back to who held it, and the claim to "waiting", when the decision is taken back."""
    claim = _claim_of(approval)
    account = Account.objects.select_for_update().get(pk=claim.account_id)
    if claim.state != ClaimState.ACTIVE or account.owner_id != claim.claimant_id:
        raise CannotUndo(_("This cannot be undone: %(name)s changed hands since.") % {"name": account.called})
    drop_word_of_the_colleague(claim)
    replaced = claim.replaces_id
    values = {"state": ClaimState.WAITING, "granted_until": None, "protected_until": None, "replaces": None}
    write_fields(claim, values, actor=actor, action="claim.decision_taken_back")
    step_back(account, actor=actor, action="account.owner_changed_back")
    if replaced is not None:
        reopen_claims([replaced], now=now)


def describe(approvals: Sequence[Approval]) -> dict[int, Description]:
    """Return the claims behind approvals as who decides sees them, by approval id; always two queries."""
    rows = Claim.objects.select_related("claimant__team", "account__owner", "account__team")
    claims = rows.in_bulk([approval.subject_id for approval in approvals])
    since = Ownership.objects.open().filter(account__in=[claim.account_id for claim in claims.values()])
    held = {stretch.account_id: stretch.started_on.isoformat() for stretch in since}
    return {
        approval.pk: _description(claims[approval.subject_id], held)
        for approval in approvals
        if approval.subject_id in claims
    }


def _description(claim: Claim, held: dict[int, str]) -> Description:
    account, claimant = claim.account, claim.claimant
    last, since = account.last_contact_on, held.get(account.pk, "")
    holder = str(account.owner or _("nobody"))
    filed_on = timezone.localdate(claim.filed_at).isoformat()
    rows = [
        [
            holder,
            str(account.team or ""),
            _("holds it since %(day)s") % {"day": since} if since else "",
            _("last contact %(day)s") % {"day": last.isoformat()} if last else _("no contact yet"),
            account.place,
        ],
        [str(claimant), str(claimant.team or ""), _("claimed it on %(day)s") % {"day": filed_on}, "", claim.region],
    ]
    return Description(
        title=account.name,
        url=claim.get_absolute_url(),
        facts=[(_("Tier"), account.tier), (_("Holds it now"), holder)],
        exceptions=[_("Somebody holds this customer")] if account.owner_id else [],
        headers=[_("Who"), _("Team"), _("Since"), _("Last contact"), _("Region")],
        rows=rows,
        note=claim.note,
        for_signers=True,
    )
