"""The firm's own picture: how turnover is spread, what each tier takes beside the reference, how both drift."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import TruncQuarter

from accounts.effort import minutes_by_tier
from accounts.models import Account, ServiceCost, TierChange, Turnover
from accounts.querysets import TurnoverQuerySet
from accounts.spans import Span, quarters_until
from accounts.tiers.concentration import Concentration, concentration
from accounts.tiers.drift import walked_back
from accounts.tiers.runs import tiered_accounts
from accounts.tiers.scoring import HUNDRED
from accounts.tiers.tiering import ALL, TIERS
from teams.access import may
from teams.choices import Right, Role
from teams.models import User

QUARTERS = 8
NOTHING = Decimal(0)
ONE_PLACE = Decimal("0.1")


def accounts_in_view(user: User) -> QuerySet[Account]:
    """Return the customers of the picture: all for who sets the rules, as they are only counted; else those one sees.

    Archived customers and dealers are no part of it, as in the tier rules.
    """
    rows = tiered_accounts()
    everything = may(user, Right.ADMINISTER) or user.acts_as(Role.DIRECTOR)
    return rows if everything else rows.filter(pk__in=Account.objects.visible_to(user).order_by().values("pk"))


def _booked(accounts: QuerySet[Account], span: Span) -> TurnoverQuerySet:
    rows = Turnover.objects.between(span.first, span.last)
    return rows.filter(account__in=accounts.order_by().values("pk")).order_by()


def concentration_of(accounts: QuerySet[Account], span: Span) -> Concentration:
    """Return how the turnover of a span is spread over the customers; one query, one sum a customer."""
    sums = _booked(accounts, span).values("account").annotate(total=Sum("amount"))
    return concentration(sums.values_list("total", flat=True))


@dataclass(frozen=True)
class TierShare:
    """What a tier takes of customers, turnover and logged time, in percent, beside the reference."""

    tier: str
    count: int
    customers: Decimal
    turnover: Decimal
    effort: Decimal
    reference: dict[str, int]


def _bought(accounts: QuerySet[Account], span: Span) -> Counter[str]:
    """Return what each tier of today bought, as the curve and the tier rules count it: more returned is nothing."""
    sums = _booked(accounts, span).values("account").annotate(total=Sum("amount")).filter(total__gt=0)
    found: Counter[str] = Counter()
    for tier, amount in sums.values_list("account__tier", "total"):
        found[tier] += amount
    return found


def _percent(part: Decimal | int, whole: Decimal | int) -> Decimal:
    return (Decimal(part) * HUNDRED / Decimal(whole)).quantize(ONE_PLACE) if whole > 0 else NOTHING.quantize(ONE_PLACE)


def tier_shares(
    accounts: QuerySet[Account], span: Span, *, cost: ServiceCost, reference: dict[str, dict[str, int]]
) -> list[TierShare]:
    """Return actual beside reference shares of the tiers as they are today; one without a tier last, where there is."""
    counts = counted(accounts)
    money = _bought(accounts, span)
    minutes = minutes_by_tier(accounts, span, cost)
    totals = sum(counts.values()), sum(money.values(), NOTHING), sum(minutes.values())
    return [
        TierShare(
            tier,
            counts.get(tier, 0),
            _percent(counts.get(tier, 0), totals[0]),
            _percent(money.get(tier, NOTHING), totals[1]),
            _percent(minutes.get(tier, 0), totals[2]),
            reference.get(tier, {}),
        )
        for tier in ALL
        if tier in TIERS or counts.get(tier)
    ]


def counted(accounts: QuerySet[Account]) -> dict[str, int]:
    """Return how many customers each tier has today."""
    return dict(accounts.order_by().values_list("tier").annotate(count=Count("pk")))


@dataclass(frozen=True)
class Quarter:
    """The tiers as they were when a quarter ended, and what their customers bought in it."""

    label: str
    customers: dict[str, int]
    turnover: dict[str, Decimal]

    def customers_percent(self, tier: str) -> Decimal:
        """Return the tier's share of all customers, those without a tier too."""
        return _percent(self.customers[tier], sum(self.customers.values()))

    def turnover_percent(self, tier: str) -> Decimal:
        """Return the tier's share of all turnover."""
        return _percent(self.turnover[tier], sum(self.turnover.values(), NOTHING))

    @property
    def is_told(self) -> bool:
        """Return whether most customers had a tier then; shares of the few first ones would mislead."""
        return 2 * sum(self.customers[tier] for tier in TIERS) > sum(self.customers.values())

    @property
    def rows(self) -> list[tuple[str, int, Decimal, Decimal]]:
        """Return tier, customers, their share, and the share of turnover; those without a tier last."""
        return [(tier, self.customers[tier], self.customers_percent(tier), self.turnover_percent(tier)) for tier in ALL]


def drift(accounts: QuerySet[Account], until: date) -> list[Quarter]:
    """Return the last quarters up to a day: today's tiers with every change since taken back; four queries."""
    spans = quarters_until(until, QUARTERS)
    now = counted(accounts)
    moved, sold, resold = _moves(accounts, spans[0]), _sold(accounts, spans), _sold_before_a_move(accounts, spans)
    found = []
    for span in spans:
        later = [(before, after, count) for quarter, before, after, count in moved if quarter > span.first]
        money = {tier: amount for quarter, tier, amount in sold if quarter == span.first}
        remade = [(before, after, amount) for quarter, before, after, amount in resold if quarter == span.first]
        found.append(Quarter(span.quarter, walked_back(now, later, 0), walked_back(money, remade, NOTHING)))
    return [quarter for quarter in found if quarter.is_told]


def _moves(accounts: QuerySet[Account], since: Span) -> list[tuple[date, str, str, int]]:
    """Return how many customers moved from tier to tier in each quarter after the first one."""
    rows = TierChange.objects.filter(account__in=accounts.order_by().values("pk"), happened_on__gt=since.last)
    named = rows.order_by().annotate(quarter=TruncQuarter("happened_on"))
    return list(named.values_list("quarter", "before", "after").annotate(count=Count("pk")))


def _sold(accounts: QuerySet[Account], spans: list[Span]) -> list[tuple[date, str, Decimal]]:
    """Return what the customers of each tier of today bought in each quarter."""
    rows = _booked(accounts, Span(spans[0].first, spans[-1].last)).annotate(quarter=TruncQuarter("booked_on"))
    return list(rows.values_list("quarter", "account__tier").annotate(total=Sum("amount")))


def _sold_before_a_move(accounts: QuerySet[Account], spans: list[Span]) -> list[tuple[date, str, str, Decimal]]:
    """Return what moves with each later change of tier: what its customer had bought in each quarter before."""
    changes = "account__tier_changes"
    rows = _booked(accounts, Span(spans[0].first, spans[-1].last)).annotate(
        quarter=TruncQuarter("booked_on"), moved_in=TruncQuarter(f"{changes}__happened_on")
    )
    rows = rows.filter(moved_in__gt=F("quarter"))
    named = rows.values_list("quarter", f"{changes}__before", f"{changes}__after")
    return list(named.annotate(total=Sum("amount")))
