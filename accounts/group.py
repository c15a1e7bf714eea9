"""A group of companies as its members' page shows it: those above, those below to any depth, figures rolled up."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from accounts.models import Account

DEPTH = 6
MOST = 200


@dataclass
class Member:
    """A company of a group with those below it."""

    account: Any
    below: list["Member"] = field(default_factory=list)

    @property
    def turnover(self) -> Decimal:
        """Return its turnover and that of all below."""
        own: Decimal = self.account.turnover_sum or Decimal(0)
        return sum((member.turnover for member in self.below), own)

    @property
    def size(self) -> int:
        """Return how many companies stand below it."""
        return sum(1 + member.size for member in self.below)


def top_of(account: Account) -> int:
    """Return the key of the company at the top of the group; at most a few short reads."""
    at, seen = account.pk, {account.pk}
    above = account.parent_id
    while above is not None and above not in seen and len(seen) <= DEPTH:
        at = above
        seen.add(at)
        above = Account.objects.filter(pk=at).values_list("parent_id", flat=True).first()
    return at


def companies_below(top: int) -> list[int]:
    """Return the keys of a company and of all below it, one read a level."""
    found, level = [top], [top]
    for _depth in range(DEPTH):
        below = Account.objects.filter(parent__in=level).exclude(pk__in=found).order_by("pk")
        level = list(below.values_list("pk", flat=True)[:MOST])
        if not level or len(found) >= MOST:
            break
        found += level
    return found[:MOST]


def grow(accounts: Iterable[Any]) -> list[Member]:
    """Return companies under those they belong to; whose parent is not among them stands on top."""
    members = {account.pk: Member(account) for account in accounts}
    tops: list[Member] = []
    for member in members.values():
        above = members.get(member.account.parent_id or 0)
        (above.below if above and above is not member else tops).append(member)
    return tops
