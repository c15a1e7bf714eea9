"""Claiming customers (registration 客户报备): filing one, taking one from the pool, giving one up.

Two people never get the same customer: the row of the person is held while his customers are counted, then that of the
customer while it is looked at who holds it. New names are filed one after the other.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actions.accounts import create_account
from accounts.actions.carrying import carry_back, let_go
from accounts.actions.ownership import Why, step_back, write_owners
from accounts.actions.protection import reopen_claims
from accounts.activity import exempt_ones
from accounts.choices import ClaimState, OwnershipKind, SecondClaim
from accounts.claims.claiming import limit_reached, protected_until
from accounts.claims.messages import tell_of_the_pool
from accounts.claims.reads import POLICY_PK, claim_policy, free_days, held_by, judge_of, leader_of
from accounts.models import Account, Claim, ClaimPolicy
from crm.audit import record
from crm.models import UndoEntry
from crm.undo import CannotUndo, offer_undo
from followups.actions.approvals import request_approval
from teams.access import may
from teams.choices import Right
from teams.models import User

KIND = "claim"
HOLD = timedelta(seconds=30)


class ClaimRefused(Exception):
    """The customer cannot be claimed so; the message says why, for the person."""


@dataclass(frozen=True)
class Filing:
    """What is filed (growing-key-accounts): region, month, and a word to whoever decides."""

    region: str
    month: date
    note: str = ""


def filing_of(account: Account, on: date) -> Filing:
    """Return what stands in a claim nobody filled in a form for."""
    return Filing(account.place[:60], on.replace(day=1))


# --- checks -----------------------------------------------------------------------------------------------------------
def hold(person: User) -> None:
    """Hold a person's row, so that he gets one customer after the other; before the row of the customer.

    Raises ClaimRefused for who may keep none: he left, or only stands in for somebody who sells.
    """
    if User.objects.keepers().select_for_update(no_key=True).filter(pk=person.pk).first() is None:
        raise ClaimRefused(_("%(name)s does not sell here and can hold no customer.") % {"name": person})


def require_team(person: User) -> None:
    """Raise ClaimRefused for who belongs to no team: no manager would see the customer any more."""
    if person.team_id is None:
        sentence = _("%(name)s belongs to no team; ask an admin to put him or her into one.")
        raise ClaimRefused(sentence % {"name": person})


def require_room(person: User, tier: str, policy: ClaimPolicy) -> None:
    """Raise ClaimRefused where a held person has as many customers as he may."""
    reached = limit_reached(held_by(person), tier, policy.limits)
    if reached is None:
        return
    values = {"n": reached.limit, "tier": reached.tier, "name": person}
    if reached.tier is None:
        text = ngettext(
            "%(name)s holds %(n)s customer, as many as a person may. Release one first.",
            "%(name)s holds %(n)s customers, as many as a person may. Release one first.",
            reached.limit,
        )
    elif reached.tier:
        text = _("%(name)s holds as many customers of tier %(tier)s as a person may: %(n)s. Release one first.")
    else:
        text = _("%(name)s holds as many customers without a tier as a person may: %(n)s. Release one first.")
    raise ClaimRefused(text % values)


def _require_patience(account: Account, person: User, policy: ClaimPolicy, on: date) -> None:
    free_on = free_days([account.pk], person, policy).get(account.pk)
    if free_on is not None and on < free_on:
        sentence = _("You held %(name)s until lately. You may claim it again from %(day)s; others may at once.")
        raise ClaimRefused(sentence % {"name": account.called, "day": free_on.isoformat()})


def _locked(account: Account) -> Account:
    """Return a customer, held. Its owner is read after that: joined, he would be the one of before the wait."""
    return Account.objects.select_for_update().get(pk=account.pk)


def _still_there(account: Account) -> Account:
    """Return a customer, held; raises ClaimRefused for one that was put away or merged meanwhile."""
    current = _locked(account)
    if current.archived_at is not None:
        raise ClaimRefused(_("%(name)s was archived meanwhile.") % {"name": current.called})
    return current


def _made_before(client_id: uuid.UUID, actor: User) -> Claim | None:
    return Claim.objects.filter(client_id=client_id, claimant=actor).select_related("account").first()


def protect(account: Account, policy: ClaimPolicy, *, on: date) -> dict[str, Any]:
    """Return what makes a claim on a customer be in force from `on`."""
    until = protected_until(on, account.tier, policy.days)
    return {"state": ClaimState.ACTIVE, "granted_until": until, "protected_until": until}


def _write(
    account: Account, filing: Filing, *, claimant: User, now: datetime, client_id: uuid.UUID, **fields: Any
) -> Claim:
    return Claim.objects.create(
        account=account,
        claimant=claimant,
        region=filing.region,
        month=filing.month,
        note=filing.note,
        filed_at=now,
        client_id=client_id,
        **fields,
    )


# --- filing -----------------------------------------------------------------------------------------------------------
@transaction.atomic
def file_new(
    *, name: str, filing: Filing, client_id: uuid.UUID, actor: User, now: datetime, on: date, **fields: Any
) -> Claim:
    """Make a customer nobody has and claim it; the same `client_id` again returns the first claim.

    Raises ClaimRefused where somebody filed this very name a moment ago, or at a limit.
    """
    ClaimPolicy.objects.get_or_create(pk=POLICY_PK)
    policy = ClaimPolicy.objects.select_for_update().get(pk=POLICY_PK)
    if made := _made_before(client_id, actor):
        return made
    _refuse_one_we_have(name, fields.get("credit_code", ""))
    hold(actor)
    require_room(actor, "", policy)
    account = create_account(name=name, owner=actor, actor=actor, client_id=client_id, **fields)
    claim = _write(account, filing, claimant=actor, now=now, client_id=client_id, **protect(account, policy, on=on))
    record("claim.filed", claim, actor=actor, changes={"account": account, "region": filing.region})
    return claim


def _refuse_one_we_have(name: str, code: str) -> None:
    """Raise ClaimRefused for a company that is there already; of one name and two codes there are two."""
    namesakes = Account.objects.live().filter(name=name)
    if (namesakes.filter(credit_code__in=("", code)) if code else namesakes).exists():
        raise ClaimRefused(_("We have a customer of this very name. Choose it below."))
    if code and Account.objects.live().filter(credit_code=code).exists():
        raise ClaimRefused(_("We have a customer of this very credit code. Choose it below."))


@transaction.atomic
def new_customer(
    *, name: str, owner: User, client_id: uuid.UUID, actor: User, now: datetime, on: date, **fields: Any
) -> Account:
    """Make a customer. Whoever makes one for himself claims it by that; whom a manager gives one to need not.

    The same `client_id` again returns the first one. Raises ClaimRefused at a limit.
    """
    if owner.pk != actor.pk or not may(actor, Right.SELL):
        return create_account(name=name, owner=owner, actor=actor, client_id=client_id, **fields)
    policy = claim_policy()
    hold(actor)  # first, so that the same form sent twice at once finds what the other one made
    if made := _made_before(client_id, actor):
        return made.account
    require_room(actor, "", policy)
    account = create_account(name=name, owner=owner, actor=actor, client_id=client_id, **fields)
    claim = filing_of(account, on)
    _write(account, claim, claimant=actor, now=now, client_id=client_id, **protect(account, policy, on=on))
    return account


@transaction.atomic
def file_for(account: Account, *, filing: Filing, client_id: uuid.UUID, actor: User, now: datetime, on: date) -> Claim:
    """Claim a customer we have: one of the pool at once, one that somebody holds where a manager decides.

    The same `client_id` again returns the first claim. Raises ClaimRefused.
    """
    policy = claim_policy()
    hold(actor)
    if made := _made_before(client_id, actor):
        return made
    current = _still_there(account)
    if current.owner_id is None:
        return _take(current, filing, policy, client_id=client_id, actor=actor, now=now, on=on)
    if current.owner_id == actor.pk:
        raise ClaimRefused(_("%(name)s is your own customer already.") % {"name": current.called})
    if policy.second_claim == SecondClaim.REFUSE:
        sentence = _("%(team)s holds this customer already. It cannot be claimed twice.")
        raise ClaimRefused(sentence % {"team": current.team or _("Somebody")})
    require_room(actor, current.tier, policy)
    return _ask(current, filing, client_id=client_id, actor=actor, now=now)


def _ask(account: Account, filing: Filing, *, client_id: uuid.UUID, actor: User, now: datetime) -> Claim:
    """Let a manager decide between the holder and a second claimant."""
    require_team(actor)
    judge = judge_of(account, actor)
    if judge is None:
        raise ClaimRefused(_("There is nobody to decide this. Ask an admin to name a manager for the team."))
    if Claim.objects.waiting().filter(account=account, claimant=actor).exists():
        raise ClaimRefused(_("You have asked for this customer already; %(name)s decides.") % {"name": judge})
    claim = _write(account, filing, claimant=actor, now=now, client_id=client_id, state=ClaimState.WAITING)
    record("claim.filed", claim, actor=actor, changes={"account": account, "judge": judge, "note": filing.note})
    request_approval(KIND, (KIND, claim.pk), approvers=[judge], actor=actor, now=now)
    return claim


def _take(
    account: Account,
    filing: Filing,
    policy: ClaimPolicy,
    *,
    client_id: uuid.UUID,
    actor: User,
    now: datetime,
    on: date,
) -> Claim:
    """Give a locked customer of the pool to who claims it."""
    require_team(actor)
    require_room(actor, account.tier, policy)
    _require_patience(account, actor, policy, on)
    owners = {account.pk: (actor.pk, actor.team_id)}
    why = Why(OwnershipKind.CLAIMED, filing.note)
    write_owners([account], owners, actor=actor, action="account.claimed", why=why, now=now)
    return _write(account, filing, claimant=actor, now=now, client_id=client_id, **protect(account, policy, on=on))


# --- the pool ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def claim_from_pool(account: Account, *, actor: User, now: datetime, on: date) -> UndoEntry:
    """Take a customer out of the pool: first come, first served. Return what takes it back within half a minute.

    Raises ClaimRefused, naming who was quicker.
    """
    policy = claim_policy()
    hold(actor)
    current = _still_there(account)
    if current.owner_id == actor.pk:
        raise ClaimRefused(_("%(name)s is your own customer already.") % {"name": current.called})
    if current.owner is not None:
        raise ClaimRefused(_("%(name)s was a moment quicker. Choose another one.") % {"name": current.owner})
    claim = _take(current, filing_of(current, on), policy, client_id=uuid.uuid4(), actor=actor, now=now, on=on)
    label = _("%(name)s is yours until %(day)s.") % {
        "name": current.called,
        "day": claim.protected_until.isoformat() if claim.protected_until else "",
    }
    inverse = {"account": current.pk, "claim": claim.pk}
    return offer_undo("claims.from_pool", actor=actor, label=label, inverse=inverse, rows=[current], now=now, keep=HOLD)


def undo_claim_from_pool(data: dict[str, Any], *, actor: User, now: datetime) -> None:
    """Put a customer back into the pool as if nobody had claimed it."""
    account = _locked(Account(pk=data["account"]))
    Claim.objects.filter(pk=data["claim"]).update(state=ClaimState.ENDED, closed_at=now, reason=_("taken back at once"))
    if not step_back(account, actor=actor, action="account.owner_changed_back"):
        raise CannotUndo(_("This cannot be undone: it is not known how it was before."))


@transaction.atomic
def release(account: Account, *, reason: str, actor: User, now: datetime) -> UndoEntry:
    """Give a customer up to the pool, with a reason; it stays with its team's manager to see. Returns the way back.

    Planned visits end, promises go to that manager. Raises ClaimRefused without a reason, with an open opportunity, and
    for a customer that is nobody's or somebody else's meanwhile.
    """
    if not reason.strip():
        raise ClaimRefused(_("Say why: whoever claims it next wants to know."))
    current = _still_there(account)
    owner = current.owner
    if owner is None:
        raise ClaimRefused(_("%(name)s is in the pool already.") % {"name": current.called})
    if owner.pk != account.owner_id:
        values = {"account": current.called, "name": owner}
        raise ClaimRefused(_("%(account)s belongs to %(name)s meanwhile.") % values)
    refuse_open_deals(current)
    inverse: dict[str, Any] = {"account": current.pk, "owner": current.owner_id, "team": current.team_id}
    why = Why(OwnershipKind.RELEASED, reason.strip())
    went = let_go(current.pk, giver=owner, to=leader_of(current.team, besides=(owner.pk,)), actor=actor, now=now)
    owners, told = {current.pk: (None, current.team_id)}, {current.pk: went.told}
    ended = write_owners([current], owners, actor=actor, action="account.released", why=why, now=now, told=told)
    inverse |= {"claims": [claim.pk for claim in ended], "moved": went.moved}
    claim = ended[0] if ended else None
    tell_of_the_pool(current, owner, claim, why=why, told_by=actor, now=now, went=went.told)
    label = _("%(name)s released to the pool") % {"name": current.called}
    rows = [current, *went.rows]
    return offer_undo("claims.release", actor=actor, label=label, inverse=inverse, rows=rows, now=now)


def refuse_open_deals(account: Account) -> None:
    """Raise ClaimRefused for a customer with an open opportunity, where such a one does not lapse either."""
    if claim_policy().deals_exempt and exempt_ones([account.pk]):
        sentence = _(
            "%(name)s has an open opportunity, so it cannot go to the pool. "
            "Close the opportunity first, or let your manager give the customer to a colleague: it goes along then."
        )
        raise ClaimRefused(sentence % {"name": account.called})


def undo_release(data: dict[str, Any], *, actor: User, now: datetime) -> None:
    """Give a released customer back to who held it, with the days of protection that were left.

    Only while he may still hold it: the place it left may be taken by another one.
    """
    account, owner = _locked(Account(pk=data["account"])), User.objects.get(pk=data["owner"])
    try:
        hold(owner)
        require_room(owner, account.tier, claim_policy())
    except ClaimRefused as refusal:
        raise CannotUndo(str(refusal)) from None
    owners = {account.pk: (data["owner"], data["team"])}
    why = Why(OwnershipKind.TAKEN_BACK)
    write_owners([account], owners, actor=actor, action="account.owner_changed_back", why=why, now=now)
    carry_back(data.get("moved", []), giver=owner, to=None, actor=actor, now=now)
    reopen_claims(data["claims"], now=now)
