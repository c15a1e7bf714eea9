"""Reading what customers bought and the time spent on them, for their profit."""

from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from accounts.effort import minutes_by_account
from accounts.models import Account, ServiceCost, Turnover
from accounts.profits.profit import Profit
from accounts.spans import Span
from teams.choices import Role
from teams.models import User

MOST = 200_000  # so many customers are reckoned at once
READERS = (Role.REP, Role.MANAGER, Role.DIRECTOR, Role.CLERK)
NOTHING = Decimal(0)


def sees_profit(user: User) -> bool:
    """Return whether the person may know what the customers he sees leave us; a dealer may not."""
    return user.acts_as(*READERS)


def profits_of(accounts: QuerySet[Account], span: Span, cost: ServiceCost) -> list[Profit]:
    """Return the profit of each customer that bought or took time in a span; two queries, one row a customer each."""
    booked = Turnover.objects.between(span.first, span.last).filter(account__in=accounts.order_by().values("pk"))
    sums = (
        booked.order_by()
        .values_list("account")
        .annotate(sold=Sum("amount"), bought_for=Sum("cost"), uncosted=Sum("amount", filter=Q(cost=None)))
    )
    books = {pk: (sold, bought_for or NOTHING, uncosted) for pk, sold, bought_for, uncosted in sums}
    minutes = minutes_by_account(accounts, span, cost)
    found = (
        Profit(pk, *books.get(pk, (NOTHING, NOTHING, None)), minutes.get(pk, 0), cost.hourly)
        for pk in books.keys() | minutes.keys()
    )
    return [profit for profit in found if not profit.is_empty]
