"""Opportunities at every point with their history, evidence and people; targets; products."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from accounts.models import Contact
from crm.management.demo.bulk import write
from crm.management.demo.customers import Customer
from crm.management.demo.people import Firm
from crm.models.abstract import Origin
from crm.searchtext import search_text
from pipeline.choices import ChangeKind, DecisionRole, EvidenceKind, Metric, OpportunityState, PeriodKind, Track
from pipeline.models import (
    Criterion,
    Decider,
    Evidence,
    LossReason,
    Opportunity,
    Pipeline,
    Product,
    StageChange,
    Step,
    Target,
)

WORKS = (
    ("二期产线改造", "er qi chan xian gai zao"), ("涂装线升级", "tu zhuang xian sheng ji"), ("立体仓库", "li ti cang ku"),
    ("伺服系统更换", "si fu xi tong geng huan"), ("机器人焊接工作站", "ji qi ren han jie gong zuo zhan"),
    ("视觉检测", "shi jue jian ce"), ("MES 项目", "mes xiang mu"), ("节能改造", "jie neng gai zao"),
    ("年度框架协议", "nian du kuang jia xie yi"), ("新厂自动化", "xin chang zi dong hua"),
)  # fmt: skip
PRODUCTS = (
    ("HX-100 伺服驱动", "HX", 8_600), ("HX-300 多轴控制", "HX", 26_000), ("RW-6 焊接工作站", "RW", 480_000),
    ("VI-2 视觉检测", "VI", 168_000), ("WS 立体仓库", "WS", 1_250_000), ("SV 年度服务", "SV", 60_000),
)  # fmt: skip
NEXT_STEPS = (
    "递交二轮报价",
    "约样板工厂参观",
    "确认技术协议",
    "拜访总经理",
    "补充付款方式说明",
    "安排样品测试",
    "确认评标时间",
)
RIVALS = ("华东自控", "德力泰克", "三禾机电", "")
EVIDENCE_KINDS = EvidenceKind.values
SHARE_OPEN, SHARE_WON = 0.62, 0.24


@dataclass(frozen=True)
class Way:
    """The pipeline opportunities go, with what its steps ask for."""

    pipeline: Pipeline
    steps: list[Step]
    criteria: dict[int, list[Criterion]]
    losses: list[LossReason]
    products: list[Product]


def make_way() -> Way:
    """Create the products and return the pipeline in use."""
    products = [Product(name=name, series=series, price=Decimal(price)) for name, series, price in PRODUCTS]
    Product.objects.bulk_create(products)
    pipeline = Pipeline.objects.get(is_default=True)
    steps = list(pipeline.steps.order_by("position"))
    criteria: dict[int, list[Criterion]] = {step.pk: [] for step in steps}
    for criterion in Criterion.objects.filter(step__pipeline=pipeline).order_by("pk"):
        criteria[criterion.step_id].append(criterion)
    return Way(pipeline, steps, criteria, list(LossReason.objects.order_by("position")), products)


@dataclass
class Deal:
    """An opportunity in the making: how far it came and on which days."""

    opportunity: Opportunity
    customer: Customer
    reached: list[date]  # one day per step, the first is the opening


def make_opportunities(customers: Sequence[Customer], way: Way, on: date, random: Random) -> None:
    """Write three opportunities for every four customers, with dated history, evidence and deciders."""
    deals = [_deal(customer, way, on, random) for number, customer in enumerate(customers) if number % 4]
    write([deal.opportunity for deal in deals])
    write([change for deal in deals for change in _history(deal, way)])
    write([proof for deal in deals for proof in _evidence(deal, way, random)])
    write([decider for deal in deals for decider in _deciders(deal, random)])


def at(day: date, hour: int = 2) -> datetime:
    """Return an instant on that day, 10 o'clock in Shanghai unless said otherwise."""
    return datetime.combine(day, time(hour, 0), UTC)


def _deal(customer: Customer, way: Way, on: date, random: Random) -> Deal:
    luck = random.random()
    state = "OPEN" if luck < SHARE_OPEN else "WON" if luck < SHARE_OPEN + SHARE_WON else "LOST"
    last = len(way.steps) - 1
    far = last if state == "WON" else random.randrange(0, last + 1) if state == "OPEN" else random.randrange(1, last)
    age = random.randrange(2, 40) if state == "OPEN" else random.randrange(1, 300)
    reached = [on - timedelta(days=age)]
    for _ in range(far):
        reached.insert(0, reached[0] - timedelta(days=random.randrange(6, 34)))
    work, work_reading = random.choice(WORKS)
    name = f"{customer.company.short}{work}"
    opportunity = Opportunity(
        name=name,
        account=customer.account,
        owner=customer.owner,
        team_id=customer.owner.team_id,
        pipeline=way.pipeline,
        our_step=way.steps[far],
        customer_step=way.steps[max(0, far - (1 if random.random() < 0.2 else 0))],
        step_since=at(reached[-1]),
        progressed_at=at(reached[-1]),
        state=OpportunityState(state),
        product=random.choice(way.products),
        amount=Decimal(random.choice((12, 18, 26, 38, 45, 60, 85, 120, 180, 260, 380, 520)) * 10_000)
        * (2 if customer.size < 0.1 else 1),
        odds=random.choice((20, 30, 50, 60, 70, 80, 90)),
        opened_on=reached[0],
        origin=Origin.DEMO,
        search_text=search_text(name, customer.company.name, pinyin=[customer.company.reading, work_reading]),
    )
    _give_outlook(opportunity, way, reached[-1], on, random)
    return Deal(opportunity, customer, reached)


def _give_outlook(opportunity: Opportunity, way: Way, last: date, on: date, random: Random) -> None:
    """Say what comes next, or how it ended."""
    if opportunity.is_open:
        opportunity.expected_on = on + timedelta(days=random.randrange(5, 150))
        if random.random() < 0.8:
            opportunity.next_step = random.choice(NEXT_STEPS)
            opportunity.next_step_on = on + timedelta(days=random.randrange(-6, 20))
        return
    opportunity.closed_on = opportunity.expected_on = min(on, last + timedelta(days=random.randrange(1, 20)))
    opportunity.closed_at = at(opportunity.closed_on, 8)
    if opportunity.state == OpportunityState.LOST:
        opportunity.loss_reason = random.choice(way.losses)
        opportunity.competitor = random.choice(RIVALS)


def _history(deal: Deal, way: Way) -> Iterator[StageChange]:
    """Yield the moves of both tracks; the customer's track stays behind where it is."""
    opportunity = deal.opportunity
    for track, until in ((Track.OURS, opportunity.our_step), (Track.CUSTOMER, opportunity.customer_step)):
        for number, day in enumerate(deal.reached[: way.steps.index(until) + 1]):
            yield StageChange(
                opportunity=opportunity,
                track=track,
                kind=ChangeKind.FORWARD if number else ChangeKind.OPENED,
                before=way.steps[number - 1] if number else None,
                after=way.steps[number],
                amount=opportunity.amount,
                happened_on=day,
                actor_id=opportunity.owner_id,
                origin=Origin.DEMO,
                history_at=at(day),
            )
    if opportunity.closed_on:
        yield StageChange(
            opportunity=opportunity,
            track=Track.OURS,
            kind=ChangeKind(opportunity.state),
            before=opportunity.our_step,
            after=opportunity.our_step,
            amount=opportunity.amount,
            happened_on=opportunity.closed_on,
            actor_id=opportunity.owner_id,
            origin=Origin.DEMO,
            history_at=opportunity.closed_at,
        )


def _evidence(deal: Deal, way: Way, random: Random) -> Iterator[Evidence]:
    """Yield what each passed step was passed on."""
    for number, day in enumerate(deal.reached[1:]):
        for criterion in way.criteria[way.steps[number].pk]:
            person = random.choice(deal.customer.people)
            yield Evidence(
                opportunity=deal.opportunity,
                criterion=criterion,
                kind=random.choice(EVIDENCE_KINDS),
                text=f"{person.name}{random.choice(('当面确认', '邮件回复', '会议纪要写明', '电话里说明'))}",
                contact=person,
                happened_on=day,
                actor_id=deal.opportunity.owner_id,
                origin=Origin.DEMO,
            )


def _deciders(deal: Deal, random: Random) -> Iterator[Decider]:
    roles = (DecisionRole.DECIDER, DecisionRole.EVALUATOR, DecisionRole.USER)
    for role, person in zip(roles, deal.customer.people, strict=False):
        if random.random() < 0.8:
            yield _decider(deal.opportunity, person, role)


def _decider(opportunity: Opportunity, person: Contact, role: DecisionRole) -> Decider:
    return Decider(opportunity=opportunity, contact=person, role=role)


def make_targets(firm: Firm, on: date) -> None:
    """Give every rep and team a target a month of last, this and next year's quarter."""
    first = date(on.year, (on.month - 1) // 3 * 3 + 1, 1)
    rows = []
    for team in firm.teams:
        members = [rep for rep in firm.reps if rep.team_id == team.pk]
        quarter = Decimal(4_000_000) * len(members)
        year = date(on.year, 1, 1)
        rows += [
            _target(PeriodKind.QUARTER, first, quarter, team=team),
            _target(PeriodKind.YEAR, year, quarter * 4, team=team),
        ]
        rows += [_target(PeriodKind.QUARTER, first, Decimal(4_000_000), user=rep) for rep in members]
        rows += [
            _target(PeriodKind.MONTH, date(on.year, first.month + month, 1), quarter / 3, team=team)
            for month in range(3)
        ]
    write(rows)


def _target(period: PeriodKind, starts_on: date, value: Decimal, **whose: object) -> Target:
    return Target(
        metric=Metric.WON_VALUE, period=period, starts_on=starts_on, value=value.quantize(Decimal("0.01")), **whose
    )
