"""What people are told when a customer leaves them: it went to the pool, or to a colleague."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.claims.reads import leader_of
from accounts.handover.carried import counts_in_words
from accounts.models import Account, Claim
from followups.actions.messages import NO_HOLD, notify
from followups.choices import DeliveryState, NotSent
from followups.messages import MessageKind
from followups.models import Delivery
from followups.subjects import Subject
from teams.models import User

if TYPE_CHECKING:
    from accounts.actions.ownership import Why

TO_THE_POOL, TO_A_COLLEAGUE = "claim_to_pool", "claim_to_colleague"


def _went(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Add to the reason what went along with the customer, and what ended."""
    said = [params["why"]]
    if things := counts_in_words(params.get("along", {})):
        said.append(gettext("With %(name)s now: %(things)s.") % {"name": params.get("to", ""), "things": things})
    if things := counts_in_words(params.get("ended", {})):
        said.append(gettext("Ended with it: %(things)s.") % {"things": things})
    return {**params, "why": " ".join(filter(None, said))}


KINDS = (
    MessageKind(
        TO_THE_POOL,
        _("Customer went to the pool"),
        _("%(account)s of %(owner)s is in the pool now"),
        "%(why)s",
        prepare=_went,
    ),
    MessageKind(
        TO_A_COLLEAGUE,
        _("Customer went to a colleague"),
        _("%(account)s belongs to %(to)s now"),
        _("%(by)s decided so. %(why)s"),
        prepare=_went,
    ),
)


def _about(claim: Claim | None, recipient: User) -> Subject:
    """Return what a message is about: the claim, which its claimant sees still; without one the person himself."""
    return claim or recipient


def tell_of_the_pool(
    account: Account,
    owner: User,
    claim: Claim | None,
    *,
    why: "Why",
    told_by: User | None,
    now: datetime,
    went: Mapping[str, Any],
) -> None:
    """Tell the owner and the manager of the team that a customer went to the pool, and what `went` to that manager.

    Not who sent it there himself.
    """
    leader = leader_of(account.team, besides=(owner.pk,))
    params = {"account": account.called, "owner": str(owner), "why": why.reason, "to": str(leader or ""), **went}
    for person in (owner, leader):
        if person is not None and person.is_active and (told_by is None or person.pk != told_by.pk):
            notify(
                key=f"{TO_THE_POOL}:{account.pk}:{account.version}",
                kind=TO_THE_POOL,
                subject=_about(claim, person),
                recipient=person,
                params=params,
                now=now,
                account_id=account.pk,
            )


def _colleague_key(claim: Claim) -> str:
    return f"{TO_A_COLLEAGUE}:{claim.pk}:{claim.version}"


def tell_of_the_colleague(
    claim: Claim,
    owner: User,
    ended: Claim | None,
    *,
    why: str,
    by: User,
    now: datetime,
    went: Mapping[str, Any],
    hold: timedelta = NO_HOLD,
) -> None:
    """Tell who held a customer that it was given to the claimant, and what went along.

    It is held back while the decision can be taken back.
    """
    params = {"account": claim.account.called, "to": str(claim.claimant), "by": str(by), "why": why, **went}
    notify(
        key=_colleague_key(claim),
        kind=TO_A_COLLEAGUE,
        subject=_about(ended, owner),
        recipient=owner,
        params=params,
        now=now,
        account_id=claim.account_id,
        hold=hold,
    )


def drop_word_of_the_colleague(claim: Claim) -> None:
    """Take the message back before it is sent, with the decision."""
    Delivery.objects.unsent().filter(kind=TO_A_COLLEAGUE, key__startswith=_colleague_key(claim)).update(
        state=DeliveryState.CANCELLED, last_error=NotSent.TAKEN_BACK
    )
