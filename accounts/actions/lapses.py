"""Claims whose protection has ended: the customer goes to the pool, once, however many workers look."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby, islice
from typing import Any

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from accounts.actions.carrying import let_go
from accounts.actions.ownership import Why, write_owners
from accounts.activity import exempt_ones
from accounts.choices import OwnershipKind
from accounts.claims.claiming import lapse_line, warning_line
from accounts.claims.messages import tell_of_the_pool
from accounts.claims.reads import claim_policy, ending_before, leader_of
from accounts.models import Account, Claim, ClaimPolicy
from crm.workdays import load_calendar
from teams.models import User

BATCH = 50  # whose rows are held at once, with all that hangs on their owners


def lapse_claims(*, on: date, now: datetime) -> int:
    """Send the customers whose protection ended to the pool, as of the working day `on`; return how many.

    What the rooms above know of work there renews protections first, those soon to end included. In parts: whoever is
    killed in the middle starts again, and only the rest lapses.
    """
    policy, calendar = claim_policy(), load_calendar()
    line = lapse_line(on, calendar)
    lapsing: list[int] = []
    for ending in ending_before(warning_line(on, policy.warning_days, calendar), policy):
        until = ending.claim.protected_until
        if ending.renewed_until is not None:
            same = Claim.objects.in_force().filter(pk=ending.claim.pk, protected_until=until)
            same.update(protected_until=ending.renewed_until)
        elif ending.is_ending and until is not None and until < line:
            lapsing.append(ending.claim.account_id)
    lapsed = 0
    keys = iter(lapsing)
    while part := list(islice(keys, BATCH)):
        lapsed += _lapse(part, line, policy, now=now)
    return lapsed


@transaction.atomic
def _lapse(keys: Sequence[int], line: date, policy: ClaimPolicy, *, now: datetime) -> int:
    """Lapse what is still to lapse among some customers, once their rows are held."""
    rows = Account.objects.select_for_update().filter(pk__in=keys, archived_at=None, owner__isnull=False)
    accounts = list(rows.order_by("pk"))
    still = Claim.objects.in_force().filter(account__in=accounts, protected_until__lt=line)
    due = set(still.values_list("account_id", flat=True))
    due -= exempt_ones(due) if policy.deals_exempt else set()  # an opportunity may have been opened since we looked
    accounts = [account for account in accounts if account.pk in due]
    # Read once the rows are held: joined to them, an owner would be the one of before the wait.
    prefetch_related_objects(accounts, "owner", "team")
    for last, group in groupby(sorted(accounts, key=_quiet_since), key=_quiet_since):
        _send_to_pool(list(group), last, now=now)
    return len(accounts)


def _quiet_since(account: Account) -> str:
    return account.last_contact_on.isoformat() if account.last_contact_on else ""


def _send_to_pool(accounts: list[Account], last: str, *, now: datetime) -> None:
    """Take locked customers with the same last contact from their owners, and tell them and their managers."""
    reason = _("No contact since %(day)s.") % {"day": last} if last else _("Nobody has been in contact there yet.")
    why = Why(OwnershipKind.LAPSED, reason)
    owners = {account.pk: account.owner for account in accounts}
    holders = {account.pk: (None, account.team_id) for account in accounts}
    went = {account.pk: _let_go(account, owners[account.pk], now=now) for account in accounts}
    ended = write_owners(accounts, holders, actor=None, action="account.lapsed", why=why, now=now, told=went)
    claims = {claim.account_id: claim for claim in ended}
    for account in accounts:
        owner, claim = owners[account.pk], claims.get(account.pk)
        if owner is not None:
            tell_of_the_pool(account, owner, claim, why=why, told_by=None, now=now, went=went[account.pk])


def _let_go(account: Account, owner: User | None, *, now: datetime) -> dict[str, Any]:
    """End what hangs on the owner, or pass it to who leads the team; return how many of each kind."""
    if owner is None:
        return {}
    leader = leader_of(account.team, besides=(owner.pk,))
    return let_go(account.pk, giver=owner, to=leader, actor=None, now=now).told
