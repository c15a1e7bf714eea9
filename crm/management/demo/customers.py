"""Customers in groups, the people there, and what they bought."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from accounts.choices import (
    AccountKind,
    BuyingRole,
    Level,
    RelationshipStage,
    Source,
    Stance,
    TierChangeKind,
    Treatment,
)
from accounts.models import Account, Contact, Industry, StanceChange, TierChange, TierPolicy, Turnover
from crm.management.demo.bulk import write
from crm.management.demo.names import STREETS, TRADES, Company, person_name
from crm.models.abstract import Origin
from crm.searchtext import search_text
from teams.models import User

SOURCES = Source.values[:9]
STAGES = RelationshipStage.values[:3]
TREATMENTS = Treatment.values
POSITIONS = (
    ("总经理", "总经办", Level.TOP, [BuyingRole.DECIDER], 5),
    ("采购经理", "采购部", Level.DEPARTMENT, [BuyingRole.PURCHASER, BuyingRole.GATEKEEPER], 3),
    ("设备主管", "设备部", Level.DEPARTMENT, [BuyingRole.INITIATOR, BuyingRole.USER], 3),
    ("技术总监", "技术部", Level.MIDDLE, [BuyingRole.INFLUENCER], 4),
    ("生产副总", "生产部", Level.TOP, [BuyingRole.DECIDER, BuyingRole.INFLUENCER], 4),
    ("财务经理", "财务部", Level.DEPARTMENT, [BuyingRole.GATEKEEPER], 2),
    ("工艺工程师", "技术部", Level.EMPLOYEE, [BuyingRole.USER], 1),
)
STANCES = (
    Stance.POWER_SPONSOR, Stance.SPONSOR, Stance.SPONSOR, Stance.SUPPORTER, Stance.SUPPORTER, Stance.SUPPORTER,
    Stance.NEUTRAL, Stance.NEUTRAL, Stance.NEUTRAL, Stance.NON_SUPPORTER, Stance.HOSTILE, "", "",
)  # fmt: skip


@dataclass
class Customer:
    """A customer in the making: what has to be known of it before its row is written."""

    company: Company
    owner: User
    size: float  # 0 is the largest, 1 the smallest
    contact_days: list[date]
    account: Account = field(init=False)
    people: list[Contact] = field(default_factory=list)

    @property
    def tier(self) -> str:
        """Return the tier of the last tiering: a tenth are A, a fifth B."""
        return "A" if self.size < 0.1 else "B" if self.size < 0.3 else "C"


def make_industries() -> dict[str, Industry]:
    """Create the industries the names speak of."""
    industries = [Industry(name=name) for name in dict.fromkeys(trade[2] for trade in TRADES)]
    Industry.objects.bulk_create(industries)
    return {industry.name: industry for industry in industries}


def make_accounts(
    customers: Sequence[Customer], industries: dict[str, Industry], policy: TierPolicy | None, on: date, random: Random
) -> None:
    """Write the accounts; three of twenty head a group of two others."""
    for number, customer in enumerate(customers):
        customer.account = _account_of(customer, number, industries, policy, on, random)
    heads = {number: range(number + 4, min(number + 8, len(customers)), 3) for number in range(0, len(customers), 7)}
    members = {member: head for head, group in heads.items() for member in group if member % 7}
    write([customer.account for number, customer in enumerate(customers) if number not in members])
    for member, head in members.items():
        customers[member].account.parent = customers[head].account
    write([customers[member].account for member in members])
    write([_tier_change(customer, policy, on) for customer in customers])


def _account_of(
    customer: Customer,
    number: int,
    industries: dict[str, Industry],
    policy: TierPolicy | None,
    on: date,
    random: Random,
) -> Account:
    company = customer.company
    phone = f"{company.area_code}-{random.randrange(60_000_000, 89_999_999)}"
    last = max((day for day in customer.contact_days if day <= on), default=None)
    days = (policy.contact_days if policy else {}).get(customer.tier, 60)
    return Account(
        name=company.name,
        short_name=company.short,
        kind=AccountKind.CUSTOMER if number % 4 else AccountKind.PROSPECT,
        industry=industries[company.industry],
        source=random.choice(SOURCES),
        owner=customer.owner,
        team_id=customer.owner.team_id,
        province=company.province,
        city=company.city,
        address=f"{random.choice(STREETS)}{random.randrange(1, 999)}号",
        phone=phone,
        employees=random.choice((40, 80, 120, 260, 400, 800, 1500, 3200)),
        founded=random.randrange(1988, 2021),
        potential=min(5, max(1, round(5 - 4 * customer.size + random.uniform(-1.2, 1.2)))),
        credit=random.choice((2, 3, 3, 4, 4, 5)),
        tier=customer.tier,
        last_contact_on=last,
        next_contact_on=last + timedelta(days=days) if last else None,
        origin=Origin.DEMO,
        search_text=search_text(company.name, company.short, pinyin=[company.reading], phones=[phone]),
    )


def _tier_change(customer: Customer, policy: TierPolicy | None, on: date) -> TierChange:
    return TierChange(
        account=customer.account,
        after=customer.tier,
        kind=TierChangeKind.COMPUTED,
        happened_on=on - timedelta(days=90),
        policy=policy,
        reason="季度重评",
    )


def make_contacts(customers: Sequence[Customer], on: date, random: Random) -> None:
    """Write two or three people a customer with roles, stance and reporting line."""
    for number, customer in enumerate(customers):
        customer.people = list(_people_of(customer, 3 if number % 2 else 2, on, random))
    write([customer.people[0] for customer in customers])
    for customer in customers:
        for person in customer.people[1:]:
            person.reports_to = customer.people[0]
    write([person for customer in customers for person in customer.people[1:]])
    write(list(_stance_history([person for customer in customers for person in customer.people], random)))


def _people_of(customer: Customer, count: int, on: date, random: Random) -> Iterator[Contact]:
    first = POSITIONS[0] if random.random() < 0.7 else POSITIONS[4]
    others = random.sample([position for position in POSITIONS[1:] if position is not first], count - 1)
    for title, department, level, roles, influence in (first, *others):
        name, reading = person_name(random)
        mobile = f"1{random.choice((36, 37, 38, 39, 58, 59, 77, 86))}{random.randrange(10**8):08d}"
        stance = random.choice(STANCES)
        yield Contact(
            account=customer.account,
            name=name,
            title=title,
            department=department,
            level=level,
            buying_roles=[str(role) for role in roles],
            stance=stance,
            stance_on=on - timedelta(days=random.randrange(5, 150)) if stance else None,
            treatment=random.choice(TREATMENTS) if stance in (Stance.NON_SUPPORTER, Stance.HOSTILE) else "",
            influence=influence,
            relationship=random.choice(STAGES) if stance else "",
            mobile=mobile,
            last_contact_on=customer.account.last_contact_on if random.random() < 0.6 else None,
            wechat=mobile if random.random() < 0.6 else "",
            origin=Origin.DEMO,
            search_text=search_text(name, pinyin=[reading], phones=[mobile]),
        )


def _stance_history(people: list[Contact], random: Random) -> Iterator[StanceChange]:
    for person in people:
        if person.stance and person.stance_on:
            yield StanceChange(
                contact=person,
                before=Stance.NEUTRAL if person.stance != Stance.NEUTRAL and random.random() < 0.7 else "",
                after=person.stance,
                happened_on=person.stance_on,
                actor_id=person.account.owner_id,
                note=random.choice(("会上公开支持我方方案", "电话里说的", "样品试用后的反馈", "同事介绍后态度改变")),
                origin=Origin.DEMO,
            )


def make_turnover(customers: Sequence[Customer], on: date, random: Random) -> None:
    """Book a year of turnover, most of it with few customers; the smallest quarter bought nothing."""
    bookings = []
    for customer in customers:
        if customer.size > 0.75:
            continue
        yearly = Decimal(9_000_000) / Decimal(1 + customer.size * 400) ** Decimal("0.9") + 20_000
        for month in random.sample(range(12), 6):
            amount = (yearly / 6 * random.randrange(70, 131) / 100).quantize(Decimal("0.01"))
            cost = (amount * random.randrange(62, 84) / 100).quantize(Decimal("0.01"))
            day = on - timedelta(days=month * 30 + random.randrange(1, 28))
            bookings.append(
                Turnover(account=customer.account, booked_on=day, amount=amount, cost=cost, origin=Origin.DEMO)
            )
    write(bookings)
