"""Protection by a claim: it begins, is renewed by work, is extended by a manager, and ends."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.choices import ClaimState, OwnershipKind
from accounts.claims.claiming import protected_until, renewed
from accounts.claims.reads import claim_policy, who_extends
from accounts.claims.rules import LAPSING, warnings_of
from accounts.models import Account, Claim
from crm.editing import write_fields
from crm.models import UndoEntry
from crm.undo import offer_undo
from followups.models import FollowUp
from followups.planning import cancel_items
from teams.models import User

BATCH = 500
LONGEST = timedelta(days=365)
# How a claim stands that ends with its owner's leaving; in all other ways it is ended.
ENDED_AS: Mapping[str, ClaimState] = {
    OwnershipKind.LAPSED: ClaimState.LAPSED,
    OwnershipKind.RELEASED: ClaimState.RELEASED,
}


class ExtensionRefused(Exception):
    """The protection cannot be extended so; the message says why."""


# --- ending and beginning, for whoever changes an owner ---------------------------------------------------------------
def end_claims(accounts: Sequence[Account], *, kind: str, reason: str, now: datetime) -> list[Claim]:
    """End the claims in force on customers that change hands; nobody is warned of their lapse any more."""
    rows = Claim.objects.select_for_update().in_force().filter(account__in=[account.pk for account in accounts])
    ended = list(rows.order_by("pk"))
    if ended:
        for claim in ended:
            claim.state, claim.closed_at = ENDED_AS.get(kind, ClaimState.ENDED), now
            claim.reason, claim.version = reason[:250], claim.version + 1
        Claim.objects.bulk_update(ended, ["state", "closed_at", "reason", "version"], batch_size=BATCH)
        forget_warnings([claim.pk for claim in ended], now=now)
    return ended


def forget_warnings(claims: Collection[int], *, now: datetime) -> None:
    """Cancel the warnings about claims that do not end soon any more, or have ended."""
    items = FollowUp.objects.open().filter(kind=LAPSING, subject_kind="claim", subject_id__in=claims)
    cancel_items(items.values_list("pk", flat=True), now=now)


def pass_on(ended: Sequence[Claim], accounts: Sequence[Account], *, now: datetime) -> None:
    """Protect customers anew for who holds them now, where they were claimed before."""
    if not ended:
        return
    policy, on = claim_policy(), timezone.localdate(now)
    given = {account.pk: account for account in accounts}
    fresh = []
    for claim in ended:
        account = given[claim.account_id]
        if account.owner_id is None:
            continue
        until = protected_until(on, account.tier, policy.days)
        fresh.append(
            Claim(
                account=account,
                claimant_id=account.owner_id,
                region=claim.region,
                month=on.replace(day=1),
                filed_at=now,
                state=ClaimState.ACTIVE,
                granted_until=until,
                protected_until=until,
                replaces=claim,
            )
        )
    Claim.objects.bulk_create(fresh, batch_size=BATCH)


def reopen_claims(keys: Collection[int], *, now: datetime) -> None:
    """Put ended claims into force again, with the days of protection they had left."""
    rows = list(Claim.objects.select_for_update().filter(pk__in=keys).exclude(state=ClaimState.ACTIVE).order_by("pk"))
    for claim in rows:
        closed_on = timezone.localdate(claim.closed_at) if claim.closed_at else timezone.localdate(now)
        gone = timezone.localdate(now) - closed_on
        claim.granted_until = claim.granted_until + gone if claim.granted_until else None
        claim.protected_until = claim.protected_until + gone if claim.protected_until else None
        claim.state, claim.closed_at, claim.reason, claim.version = ClaimState.ACTIVE, None, "", claim.version + 1
    columns = ["granted_until", "protected_until", "state", "closed_at", "reason", "version"]
    Claim.objects.bulk_update(rows, columns, batch_size=BATCH)


# --- work on the customer ---------------------------------------------------------------------------------------------
def renew(account: Account, *, on: date) -> None:
    """Let a contact on `on` renew the protection of a locked customer, where there is one and contacts count.

    It follows from the contact, which is recorded: neither the version nor the history changes.
    """
    claim = Claim.objects.in_force().filter(account=account).only("protected_until").first()
    if claim is None or claim.protected_until is None:
        return
    policy = claim_policy()
    until = renewed(claim.protected_until, on, account.tier, policy.days)
    if policy.contact_counts and until > claim.protected_until:
        Claim.objects.filter(pk=claim.pk).update(protected_until=until)


def unrenew(account: Account, *, on: date, last_on: date | None) -> None:
    """Take back what a contact on `on`, recorded by mistake, did to the protection; the last one was on `last_on`."""
    claim = Claim.objects.in_force().filter(account=account).only("granted_until", "protected_until").first()
    if claim is None or claim.granted_until is None:
        return
    policy = claim_policy()
    if policy.contact_counts and claim.protected_until == protected_until(on, account.tier, policy.days):
        until = renewed(claim.granted_until, last_on, account.tier, policy.days) if last_on else claim.granted_until
        Claim.objects.filter(pk=claim.pk).update(protected_until=until)


def follow_renewal(account: Account, *, now: datetime) -> None:
    """Bring the warning about a customer's lapse into line with its protection after a contact, or one taken back."""
    keys = list(Claim.objects.in_force().filter(account=account).values_list("pk", flat=True))
    if keys:
        forget_warnings(keys, now=now)
        warnings_of(keys, now=now)


# --- extended by a manager --------------------------------------------------------------------------------------------
@transaction.atomic
def extend(claim: Claim, *, until: date, reason: str, actor: User, on: date, now: datetime) -> UndoEntry:
    """Protect a customer longer, with a reason; return what takes it back. Raises ExtensionRefused."""
    if not reason.strip():
        raise ExtensionRefused(_("Say why: the reason stands beside the protection."))
    current = Claim.objects.select_for_update(of=("self",)).select_related("account").get(pk=claim.pk)
    if not current.is_active or current.protected_until is None or current.granted_until is None:
        raise ExtensionRefused(_("This claim is not in force any more; there is nothing to extend."))
    if above := who_extends(current, actor):
        raise ExtensionRefused(_("%(name)s decides about your own customer.") % {"name": above})
    if not current.protected_until < until <= on + LONGEST:
        values = {"day": current.protected_until.isoformat(), "last": (on + LONGEST).isoformat()}
        raise ExtensionRefused(_("Choose a day after %(day)s, until which it is protected, up to %(last)s.") % values)
    inverse: dict[str, Any] = {
        "claim": current.pk,
        "granted_until": current.granted_until.isoformat(),
        "protected_until": current.protected_until.isoformat(),
        "reason": current.reason,
        "last_on": str(current.account.last_contact_on or ""),
    }
    changes = {"granted_until": until, "protected_until": until, "reason": reason.strip()[:250]}
    current = write_fields(current, changes, actor=actor, action="claim.extended")
    follow_renewal(current.account, now=now)
    label = _("%(name)s protected until %(day)s") % {"name": current.account.called, "day": until.isoformat()}
    return offer_undo("claims.extend", actor=actor, label=label, inverse=inverse, rows=[current], now=now)


def undo_extend(data: dict[str, Any], *, actor: User, now: datetime) -> None:
    """Let a protection end when it did before it was extended; a contact since then goes on protecting."""
    current = Claim.objects.select_for_update(of=("self",)).select_related("account").get(pk=data["claim"])
    granted, until = (date.fromisoformat(data[name]) for name in ("granted_until", "protected_until"))
    last_on, policy = current.account.last_contact_on, claim_policy()
    if last_on is not None and str(last_on) != data.get("last_on") and policy.contact_counts:
        until = renewed(until, last_on, current.account.tier, policy.days)
    values = {"granted_until": granted, "protected_until": until, "reason": data["reason"]}
    write_fields(current, values, actor=actor, action="claim.extension_taken_back")
    follow_renewal(current.account, now=now)
