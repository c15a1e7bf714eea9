"""Customers in groups, whom the firm deals with there, and what they bought."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from random import Random
from typing import Any

from accounts.cadence import next_due
from accounts.choices import AccountKind, OwnershipKind, ProspectKind, Relation, Source, TeamRole, TierChangeKind
from accounts.effort import COST_PK
from accounts.models import (
    Account,
    AccountMember,
    Contact,
    Industry,
    Ownership,
    ServiceCost,
    StanceChange,
    TierChange,
    Turnover,
)
from crm.management.demo.bulk import write
from crm.management.demo.meetings import Meeting
from crm.management.demo.names import STREETS, TRADES, Company
from crm.management.demo.scene import Scene
from crm.models.abstract import Origin
from crm.searchtext import search_text
from pipeline.models import Opportunity
from teams.models import User
from visits.models import Visit

# Places swept and data imported have their own source.
SOURCES = [each for each in Source.values if each not in (Source.ESTATE, Source.ORGANISATION, Source.IMPORT)]
PROSPECTS = (ProspectKind.DIRECT, ProspectKind.DIRECT, ProspectKind.INDIRECT, ProspectKind.POTENTIAL)
FORGOTTEN_EACH = 20  # so many customers have one prospect among them with whom nothing was agreed
GOLDEN = 0.618_033_988_7  # successive multiples, cut to their fraction, are spread evenly
PROSPECT_FROM = 0.75
BY_HAND = 0.985
TIERED_AGO = (460, 368, 277, 186, 95)  # days since the tierings of the last quarters
MOVED, NEXT_TO = 0.08, {"A": "B", "B": "AC", "C": "B"}  # how many stood elsewhere a quarter earlier, and where
# A district of some cities, and where its middle is (WGS-84).
DISTRICTS = {
    "苏州": ("吴中区", "31.264", "120.632"), "无锡": ("新吴区", "31.491", "120.364"), "上海": ("嘉定区", "31.375", "121.265"),
    "杭州": ("西湖区", "30.259", "120.130"), "宁波": ("鄞州区", "29.817", "121.547"), "合肥": ("蜀山区", "31.851", "117.261"),
    "武汉": ("江夏区", "30.376", "114.319"), "成都": ("武侯区", "30.642", "104.043"), "西安": ("雁塔区", "34.223", "108.949"),
}  # fmt: skip
RAISED = ("战略客户，总经理点名重点跟进", "明年有大项目，先按上一级维护")
LOWERED = ("付款拖延，暂降一级", "项目停摆，改为一般维护")


@dataclass
class Customer:
    """A customer in the making: what has to be known of it before its row is written."""

    number: int
    company: Company
    owner: User
    rep: int  # place of the owner among the reps
    size: float  # 0 is the largest, 1 the smallest
    head: "Customer | None" = None
    meetings: list[Meeting] = field(default_factory=list)
    account: Account = field(init=False)
    people: list[Contact] = field(default_factory=list)
    stances: list[tuple[StanceChange, int]] = field(default_factory=list)  # with the number of the meeting
    deals: list[Opportunity] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)  # one a meeting

    @property
    def tier(self) -> str:
        """Return the tier of the last tiering: a tenth are A, a fifth B."""
        return "A" if self.size < 0.1 else "B" if self.size < 0.3 else "C"

    @property
    def is_prospect(self) -> bool:
        """Return whether it has bought nothing yet."""
        return self.size > PROSPECT_FROM

    @property
    def is_forgotten(self) -> bool:
        """Return whether it is a prospect with whom nothing was agreed."""
        return self.is_prospect and self.number % FORGOTTEN_EACH == 1

    @property
    def last_met(self) -> date | None:
        """Return the day of the last contact."""
        return self.meetings[-1].day if self.meetings else None


def quota(weights: Sequence[float], total: int) -> list[int]:
    """Return whole shares of `total` by weight that add up to it."""
    whole, running, given = sum(weights), 0.0, 0
    shares = []
    for weight in weights:
        running += weight
        until = min(total, int(total * running / whole + 1e-6))
        shares.append(until - given)
        given = until
    return shares


def make_industries() -> dict[str, Industry]:
    """Create the industries the names speak of."""
    industries = [Industry(name=name) for name in dict.fromkeys(trade[2] for trade in TRADES)]
    Industry.objects.bulk_create(industries)
    return {industry.name: industry for industry in industries}


def make_accounts(customers: Sequence[Customer], industries: dict[str, Industry], scene: Scene) -> None:
    """Write the accounts, heads of groups first, and the history of their tiers."""
    for customer in customers:
        customer.account = _account_of(customer, industries, scene)
    changes = [change for customer in customers for change in _tier_history(customer, scene)]
    write([customer.account for customer in customers if customer.head is None])
    members = [customer for customer in customers if customer.head]
    for number, customer in enumerate(members):
        customer.account.parent = customer.head.account if customer.head else None
        customer.account.relation = Relation.BRANCH if number % 4 == 0 else Relation.SUBSIDIARY
    write([customer.account for customer in members])
    write(changes)


def _where(customer: Customer) -> dict[str, Any]:
    """Return district and position, where we know the city's; neighbours lie up to three kilometres apart."""
    if customer.company.city not in DISTRICTS:
        return {}
    district, latitude, longitude = DISTRICTS[customer.company.city]
    north, east = (Decimal(customer.number * step % 60_000 - 30_000) / 1_000_000 for step in (7_919, 104_729))
    return {"district": district, "latitude": Decimal(latitude) + north, "longitude": Decimal(longitude) + east}


def _account_of(customer: Customer, industries: dict[str, Industry], scene: Scene) -> Account:
    company, random = customer.company, scene.random
    phone = f"{company.area_code}-{random.randrange(60_000_000, 89_999_999)}"
    gaps = scene.policy.contact_days if scene.policy else {}
    return Account(
        name=company.name,
        short_name=company.short,
        kind=AccountKind.PROSPECT if customer.is_prospect else AccountKind.CUSTOMER,
        prospect_kind=PROSPECTS[customer.number % len(PROSPECTS)] if customer.is_prospect else "",
        industry=industries[company.industry],
        source=random.choice(SOURCES),
        owner=customer.owner,
        team_id=customer.owner.team_id,
        province=company.province,
        city=company.city,
        **_where(customer),
        address=f"{random.choice(STREETS)}{random.randrange(1, 999)}号",
        phone=phone,
        employees=(staff := _staff(customer.size, random)),
        annual_revenue=Decimal(staff) * 650_000,
        founded=random.randrange(1988, 2021),
        potential=min(5, max(1, round(5 - 4 * customer.size + random.uniform(-1.2, 1.2)))),
        credit=random.choice((2, 3, 3, 4, 4, 5)),
        tier=customer.tier,
        last_contact_on=customer.last_met,
        next_contact_on=None
        if customer.is_forgotten
        else next_due(customer.last_met, customer.tier, gaps, scene.days.calendar),
        origin=Origin.DEMO,
        search_text=search_text(company.name, company.short, pinyin=[company.reading], phones=[phone]),
    )


def _staff(size: float, random: Random) -> int:
    """Return a believable number of employees: large buyers are large firms, mostly."""
    return int(30 + 3000 * (1 - size) ** 3 * random.uniform(0.4, 1.3)) // 10 * 10


def _tier_history(customer: Customer, scene: Scene) -> Iterator[TierChange]:
    """Yield the tierings of the quarters behind us, and for a few customers one set by hand since."""
    account, days, random, luck = customer.account, scene.days, scene.random, scene.random.random()
    path = [customer.tier]
    for _each in TIERED_AGO[1:]:
        path.append(random.choice(NEXT_TO[path[-1]]) if random.random() < MOVED else path[-1])
    before = ""
    for ago, tier in zip(TIERED_AGO, reversed(path), strict=True):
        if tier != before:
            yield _tiering(account, before, tier, days.before(days.on, ago), scene)
        before = tier
    if luck > BY_HAND:
        account.tier = {"A": "B", "B": "A", "C": "B"}[customer.tier]
        account.tier_fixed_until = days.after(days.on, random.randrange(20, 80))
        yield TierChange(
            account=account,
            before=customer.tier,
            after=account.tier,
            kind=TierChangeKind.OVERRIDE,
            happened_on=days.before(days.on, random.randrange(5, 60)),
            actor_id=scene.firm.manager_of(customer.rep).pk,
            reason=random.choice(RAISED if account.tier < customer.tier else LOWERED),
        )


def _tiering(account: Account, before: str, after: str, day: date, scene: Scene) -> TierChange:
    return TierChange(
        account=account,
        before=before,
        after=after,
        kind=TierChangeKind.COMPUTED,
        happened_on=day,
        policy=scene.policy,
        reason="季度重评",
    )


def make_owners(customers: Sequence[Customer], scene: Scene) -> None:
    """Write who has held each customer, since it came to the firm."""
    days, random = scene.days, scene.random
    write(
        [
            Ownership(
                account=customer.account,
                owner=customer.owner,
                team_id=customer.owner.team_id,
                kind=OwnershipKind.CREATED,
                started_at=days.at(days.before(days.on, random.randrange(740, 1000)), time(9, 30)),
            )
            for customer in customers
        ]
    )


def make_members(customers: Sequence[Customer], scene: Scene) -> None:
    """Give the largest customers an account team: who helps technically, and the manager of the team."""
    rows = []
    for customer in customers:
        if customer.tier == "A":
            team = [rep for rep in scene.firm.colleagues(customer.rep) if rep is not customer.owner]
            rows.append(_member(customer, scene.random.choice(team).pk, TeamRole.SUPPORT))
            rows.append(_member(customer, scene.firm.manager_of(customer.rep).pk, TeamRole.SALES_MANAGER))
    write(rows)


def _member(customer: Customer, user_id: int, role: TeamRole) -> AccountMember:
    return AccountMember(account=customer.account, user_id=user_id, role=role)


def make_service_cost() -> None:
    """Say what an hour of a seller costs, so that the time spent on customers shows in their profit."""
    ServiceCost.objects.create(pk=COST_PK, hourly=Decimal(180))


def make_turnover(customers: Sequence[Customer], scene: Scene) -> None:
    """Book two years of turnover, most of it with few customers, the last one better; prospects bought nothing."""
    bookings = []
    days, random = scene.days, scene.random
    for customer in customers:
        if customer.is_prospect:
            continue
        yearly = Decimal(9_000_000) / Decimal(1 + customer.size * 400) ** Decimal("0.9") + 20_000
        earlier = yearly * random.randrange(65, 112) / 100
        for month in (*random.sample(range(12), 6), *random.sample(range(12, 24), 6)):
            part = (yearly if month < 12 else earlier) / 6
            amount = (part * random.randrange(70, 131) / 100).quantize(Decimal("0.01"))
            cost = (amount * random.randrange(62, 84) / 100).quantize(Decimal("0.01"))
            bookings.append(
                Turnover(
                    account=customer.account,
                    booked_on=days.before(days.on, month * 30 + random.randrange(1, 28)),
                    amount=amount,
                    cost=cost,
                    origin=Origin.DEMO,
                )
            )
    write(bookings)
