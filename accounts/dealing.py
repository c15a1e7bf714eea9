"""How dealers stand in a year: customers, what these bought against the target, visits as their room counts them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Sum

from accounts.models import Account, DealerYear, Turnover

# `count(dealer ids, first day, last day)` returns how many visits by dealer.
Visits = Callable[[Sequence[int], date, date], Mapping[int, int]]
_visits: list[Visits] = []


def register_visits(count: Visits) -> None:
    """Let the room of visits count them; called in `AppConfig.ready`."""
    _visits[:] = [count]


@dataclass(frozen=True)
class Standing:
    """A dealer in a year; `share` is how much of the target was reached, in percent, None without a target."""

    account: Account
    regions: str
    customers: int
    turnover: Decimal
    target: Decimal | None
    visited: int

    @property
    def share(self) -> int | None:
        """Return the share of the target that was reached, in whole percent."""
        return reached(self.turnover, self.target)


def reached(turnover: Decimal, target: Decimal | None) -> int | None:
    """Return the share of a target in whole percent, never rounded up to a full one; None without a target."""
    return int(turnover * 100 / target) if target else None


def standings(dealers: Sequence[Account], *, on: date) -> list[Standing]:
    """Return how dealers stand in the year of a day; a number of queries that does not depend on how many there are."""
    ids, first = [dealer.pk for dealer in dealers], date(on.year, 1, 1)
    years = {row.account_id: row for row in DealerYear.objects.filter(account__in=ids, year=on.year)}
    dealt = Account.objects.live().filter(dealer__in=ids).order_by()
    customers = dict(dealt.values_list("dealer").annotate(count=Count("pk")))
    booked = Turnover.objects.filter(booked_on__range=(first, on), account__dealer__in=ids).order_by()
    turnover = dict(booked.values_list("account__dealer").annotate(total=Sum("amount")))
    visits = _visits[0](ids, first, on) if _visits else {}
    return [
        Standing(
            dealer,
            years[dealer.pk].regions if dealer.pk in years else "",
            customers.get(dealer.pk, 0),
            turnover.get(dealer.pk, Decimal(0)),
            years[dealer.pk].target if dealer.pk in years else None,
            visits.get(dealer.pk, 0),
        )
        for dealer in dealers
    ]
