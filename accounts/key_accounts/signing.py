"""What those who sign a key-account proposal see, and what their signatures do to the customer."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.actions.key_accounts import OPEN, from_kept, mark_of
from accounts.choices import NominationState
from accounts.key_accounts.nominating import TOP_TOTAL, review_day
from accounts.key_accounts.reads import key_rule, lacks_of
from accounts.models import Account, KeyAccountRule, Nomination
from crm.editing import write_fields
from crm.undo import CannotUndo
from followups.actions.approvals import CannotSign
from followups.approval_kinds import Description
from followups.choices import ApprovalState
from followups.models import Approval
from followups.recipients import day_of
from teams.models import User


def decided(approval: Approval, *, actor: User, now: datetime, comment: str) -> None:  # noqa: ARG001 -- kept by approval
    """Return the proposal, or give the customer its mark with the day it is looked at again.

    Raises CannotSign where the customer was put away meanwhile: an archived one carries no new mark.
    """
    nomination = Nomination.objects.select_for_update().get(pk=approval.subject_id)
    if approval.state == ApprovalState.RETURNED:
        write_fields(nomination, {"state": NominationState.RETURNED}, actor=actor, action="nomination.returned")
        return
    on = day_of(actor, now)
    account = Account.objects.select_for_update().get(pk=nomination.account_id)
    if account.archived_at is not None:
        raise CannotSign(_("This customer is archived. Bring it back first."))
    values = {"state": NominationState.APPROVED, "decided_on": on, "mark_before": mark_of(account)}
    write_fields(nomination, values, actor=actor, action="nomination.approved")
    mark = {
        "key_scope": nomination.scope,
        "key_since": account.key_since or on,
        "key_review_on": review_day(on, key_rule().review_months),
    }
    write_fields(account, mark, actor=actor, action="account.key_marked")


def reopened(approval: Approval, *, actor: User, now: datetime) -> None:  # noqa: ARG001 -- the engine's signature
    """Take the mark back with the signature; the proposal waits again.

    Raises CannotUndo where the mark has ended since, or somebody has proposed the customer anew.
    """
    nomination = Nomination.objects.select_for_update().get(pk=approval.subject_id)
    account = Account.objects.select_for_update().get(pk=nomination.account_id)
    anew = Nomination.objects.filter(account=account, state__in=OPEN).exists()
    if anew or nomination.state != NominationState.APPROVED:
        raise CannotUndo(_("This cannot be undone: the key account was ended or proposed anew since."))
    write_fields(account, from_kept(nomination.mark_before), actor=actor, action="account.key_mark_taken_back")
    values = {"state": NominationState.SUBMITTED, "decided_on": None}
    write_fields(nomination, values, actor=actor, action="nomination.signature_taken_back")


def description_of(nomination: Nomination, rule: KeyAccountRule) -> Description:
    """Return a proposal as those who sign it see it; what it lacks makes it worth a look."""
    account = nomination.account
    return Description(
        title=_("Key account: %(name)s") % {"name": account.called},
        url=nomination.get_absolute_url(),
        facts=[
            (_("Scope"), nomination.get_scope_display()),
            (_("Points"), f"{nomination.total} / {TOP_TOTAL}"),
            (_("Owner"), account.owner),
        ],
        exceptions=lacks_of(nomination, rule),
        headers=[_("Criterion"), _("Score"), _("Why")],
        rows=[list(line) for line in nomination.lines],
    )


def describe(approvals: Sequence[Approval]) -> dict[int, Description]:
    """Return the proposals behind approvals as their signers see them, by approval id; always two queries."""
    ids = [approval.subject_id for approval in approvals]
    rows = Nomination.objects.filter(pk__in=ids).select_related("account__owner")
    found, rule = {row.pk: row for row in rows}, key_rule()
    return {
        approval.pk: description_of(found[approval.subject_id], rule)
        for approval in approvals
        if approval.subject_id in found
    }
