"""What the manager who decides a second claim sees, and what the decision does to the customer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions.carrying import Along, carry, carry_back
from accounts.actions.claims import HOLD, ClaimRefused, hold, protect, require_room, require_team
from accounts.actions.ownership import Why, step_back, write_owners
from accounts.actions.protection import reopen_claims
from accounts.choices import ClaimState, OwnershipKind
from accounts.claims.messages import drop_word_of_the_colleague, tell_of_the_colleague
from accounts.claims.reads import claim_policy
from accounts.handover.carried import CannotCarry
from accounts.handover.preview import Along as Kind
from accounts.handover.preview import things_of
from accounts.models import Account, Claim, Ownership
from crm.editing import write_fields
from crm.models import UndoEntry
from crm.undo import CannotUndo, offer_undo, refuse_changed, what_changed
from followups.actions.approvals import CannotSign
from followups.approval_kinds import Description, Returning
from followups.choices import ApprovalState
from followups.models import Approval
from teams.models import User

CARRIED = "claims.carried"
REASON = 250  # so long is the reason that the claim itself keeps
REFUSING = Returning(
    verb=gettext_lazy("Refuse"),
    title=gettext_lazy("Refuse the claim of %(who)s"),
    meaning=gettext_lazy(
        "The customer stays where it is. %(who)s reads your reason at once, and may file again when there is "
        "something new to say. It cannot be taken back."
    ),
    question=gettext_lazy("Why is it refused?"),
    missing=gettext_lazy("Say why: the claimant reads it, and it stays with the claim."),
    starts=(
        gettext_lazy("The holder is in the middle of it: "),
        gettext_lazy("Nothing shows that you were there first: "),
        gettext_lazy("Better together: "),
    ),
    done=gettext_lazy("Refused. %(who)s is told why."),
    told=gettext_lazy("Claim refused: %(title)s"),
    limit=REASON,
)


def _claim_of(approval: Approval) -> Claim:
    return Claim.objects.select_related("claimant").get(pk=approval.subject_id)


def decided(approval: Approval, *, actor: User, now: datetime, comment: str) -> None:
    """Give the customer to the second claimant, or leave it where it is, as the manager decided."""
    if approval.state == ApprovalState.APPROVED:
        _grant(_claim_of(approval), actor=actor, now=now, comment=comment)
    else:
        claim = _claim_of(approval)
        _refuse_own_cause(claim, actor)
        values = {"state": ClaimState.REFUSED, "reason": comment[:REASON], "closed_at": now}
        write_fields(claim, values, actor=actor, action="claim.refused")


def _refuse_own_cause(claim: Claim, actor: User) -> None:
    """Raise CannotSign for who holds the customer himself: as a deputy he may give it away, but not keep it so."""
    if claim.account.owner_id == actor.pk:
        raise CannotSign(_("%(name)s holds this customer and cannot decide about it.") % {"name": actor})


def _grant(claim: Claim, *, actor: User, now: datetime, comment: str) -> None:
    """Hand the customer over, unless the claimant reached a limit meanwhile (raises CannotSign)."""
    claimant, policy = claim.claimant, claim_policy()
    try:
        hold(claimant)
        require_team(claimant)
        require_room(claimant, claim.account.tier, policy)
    except ClaimRefused as refusal:
        raise CannotSign(str(refusal)) from None
    account = Account.objects.select_for_update().get(pk=claim.account_id)
    if account.archived_at is not None:
        raise CannotSign(_("%(name)s was archived meanwhile.") % {"name": account.called})
    owner = account.owner
    if account.owner_id == claimant.pk:
        values: dict[str, Any] = {"state": ClaimState.ENDED, "reason": _("was his already"), "closed_at": now}
        write_fields(claim, values, actor=actor, action="claim.granted")
        return
    went = _carry(account, claimant, actor=actor, now=now)
    owners, told = {account.pk: (claimant.pk, claimant.team_id)}, {account.pk: went.told}
    why = Why(OwnershipKind.DECIDED, comment or claim.note)
    ended = write_owners([account], owners, actor=actor, action="account.claim_decided", why=why, now=now, told=told)
    _keep(went, claim, owner, actor=actor, now=now)
    values = protect(account, policy, on=timezone.localdate(now)) | {"replaces": ended[0] if ended else None}
    claim = write_fields(claim, values, actor=actor, action="claim.granted")
    if owner is not None:
        tell_of_the_colleague(claim, owner, claim.replaces, why=comment, by=actor, now=now, went=went.told, hold=HOLD)


def _carry(account: Account, claimant: User, *, actor: User, now: datetime) -> Along:
    """Let what is open at the customer go along to the claimant. Raises CannotSign."""
    try:
        return carry(account.pk, giver=account.owner, to=claimant, actor=actor, now=now)
    except CannotCarry as refusal:
        raise CannotSign(str(refusal)) from refusal


def _keep(went: Along, claim: Claim, owner: User | None, *, actor: User, now: datetime) -> None:
    """Remember what went along for as long as the decision can be taken back."""
    if went.moved and owner is not None:
        inverse = {"claim": claim.pk, "moved": went.moved, "giver": owner.pk, "to": claim.claimant_id}
        label = claim.account.called
        offer_undo(CARRIED, actor=actor, label=label, inverse=inverse, rows=went.rows, now=now, keep=HOLD)


def not_alone(data: dict[str, Any], *, actor: User, now: datetime) -> None:  # noqa: ARG001 -- the way back of an action
    """Refuse to take back only what went along: it comes back with the decision."""
    raise CannotUndo(_("Take the decision back; what went along comes back with it."))


def _carry_back(claim: Claim, *, actor: User, now: datetime) -> None:
    """Give back what went along. Raises CannotUndo, naming what was changed since."""
    kept = UndoEntry.objects.select_for_update().filter(action=CARRIED, inverse__claim=claim.pk, used_at=None)
    for entry in kept.order_by("pk"):
        refuse_changed(what_changed(entry.expects))
        people = User.objects.in_bulk([entry.inverse["giver"], entry.inverse["to"]])
        giver, to = people[entry.inverse["giver"]], people[entry.inverse["to"]]
        carry_back(entry.inverse["moved"], giver=giver, to=to, actor=actor, now=now)
        entry.used_at = now
        entry.save(update_fields=["used_at"])


def reopened(approval: Approval, *, actor: User, now: datetime) -> None:
    """Put the customer back to who held it, and the claim to "waiting", when the decision is taken back."""
    claim = _claim_of(approval)
    account = Account.objects.select_for_update().get(pk=claim.account_id)
    if claim.state != ClaimState.ACTIVE or account.owner_id != claim.claimant_id:
        raise CannotUndo(_("This cannot be undone: %(name)s changed hands since.") % {"name": account.called})
    _carry_back(claim, actor=actor, now=now)
    drop_word_of_the_colleague(claim)
    replaced = claim.replaces_id
    values = {"state": ClaimState.WAITING, "granted_until": None, "protected_until": None, "replaces": None}
    write_fields(claim, values, actor=actor, action="claim.decision_taken_back")
    step_back(account, actor=actor, action="account.owner_changed_back")
    if replaced is not None:
        reopen_claims([replaced], now=now)


def describe(approvals: Sequence[Approval]) -> dict[int, Description]:
    """Return the claims behind approvals as who decides sees them, by approval id; never more queries for more."""
    rows = Claim.objects.select_related("claimant__team", "account__owner", "account__team")
    claims = rows.in_bulk([approval.subject_id for approval in approvals])
    since = Ownership.objects.open().filter(account__in=[claim.account_id for claim in claims.values()])
    held = {stretch.account_id: stretch.started_on.isoformat() for stretch in since}
    along = things_of({claim.account_id for claim in claims.values()})
    return {
        approval.pk: _description(claims[approval.subject_id], held, along)
        for approval in approvals
        if approval.subject_id in claims
    }


def _description(claim: Claim, held: dict[int, str], along: Mapping[int, Sequence[Kind]]) -> Description:
    account, claimant = claim.account, claim.claimant
    last, since = account.last_contact_on, held.get(account.pk, "")
    holder = str(account.owner or _("nobody"))
    filed_on = timezone.localdate(claim.filed_at).isoformat()
    things = " · ".join(f"{kind.label} {len(kind.things)}" for kind in along.get(account.pk, ()))
    rows = [
        [
            holder,
            str(account.team or ""),
            _("holds it since %(day)s") % {"day": since} if since else "",
            _("last contact %(day)s") % {"day": last.isoformat()} if last else _("no contact yet"),
            account.place,
            _("goes along: %(things)s") % {"things": things} if things else "",
        ],
        [str(claimant), str(claimant.team or ""), _("claimed it on %(day)s") % {"day": filed_on}, "", claim.region, ""],
    ]
    return Description(
        title=account.name,
        url=claim.get_absolute_url(),
        facts=[(_("Tier"), account.tier), (_("Holds it now"), holder)],
        exceptions=[_("Somebody holds this customer")] if account.owner_id else [],
        headers=[_("Who"), _("Team"), _("Since"), _("Last contact"), _("Region"), _("Goes along")],
        rows=rows,
        note=claim.note,
        for_signers=True,
    )
