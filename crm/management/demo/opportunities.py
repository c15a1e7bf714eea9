"""Opportunities at every point with their dated history, evidence and people."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from django.conf import settings

from accounts.choices import BuyingRole
from crm.audit import build_entry
from crm.management.demo.bulk import write
from crm.management.demo.customers import Customer, quota
from crm.management.demo.deals import SIGNATURE, Course, Mood, Plots, course
from crm.management.demo.names import PLACES
from crm.management.demo.products import CUSTOM, LEADS, NEXT_STEPS, PRODUCTS, RIVALS, SERVICES, SOURCES, Work
from crm.management.demo.scene import Scene
from crm.models import AuditEntry
from crm.models.abstract import Origin
from crm.searchtext import search_text
from pipeline.choices import ChangeKind, DecisionRole, OpportunityState, ProgressKind, Track
from pipeline.models import (
    Criterion,
    Decider,
    LossReason,
    Opportunity,
    Pipeline,
    Product,
    StageChange,
    Step,
)
from pipeline.tracks import signing_step
from teams.models import User

PER_TIER = {"A": 2.4, "B": 1.25, "C": 0.4}
PER_ACCOUNT = 0.75
WITHOUT_CUSTOMER_EACH = 20  # one in so many comes from somebody who is no customer yet
SERVICE_EACH = 9  # one in so many goes the short way
LARGEST_WON = Decimal(3_000_000)  # the great ones are still open, or a team would be through with its target
LEAD_FAR = 2  # how far one comes without a customer
TEN, FOUR = time(10, 0), time(16, 0)
ROLES = {
    BuyingRole.DECIDER: DecisionRole.DECIDER,
    BuyingRole.PURCHASER: DecisionRole.EVALUATOR,
    BuyingRole.INFLUENCER: DecisionRole.INFLUENCER,
    BuyingRole.INITIATOR: DecisionRole.USER,
    BuyingRole.USER: DecisionRole.USER,
    BuyingRole.GATEKEEPER: DecisionRole.EVALUATOR,
}
LESSONS = (
    "接触决策人太晚，下次先见总经理",
    "报价前没有弄清评标标准",
    "样品测试拖了三周，被对手抢先",
    "服务承诺没有写进方案",
)


@dataclass(frozen=True)
class Way:
    """A pipeline as far as the signature, with what its steps ask for."""

    pipeline: Pipeline
    steps: list[Step]
    criteria: dict[int, list[Criterion]]


@dataclass(frozen=True)
class Ways:
    """The two pipelines in use, why opportunities are lost, and what is sold."""

    main: Way
    short: Way
    losses: list[LossReason]
    products: dict[str, Product]


@dataclass
class Deal:
    """An opportunity in the making."""

    opportunity: Opportunity
    customer: Customer | None
    way: Way
    course: Course

    def is_alive(self, day: date) -> bool:
        """Return whether somebody worked on it on a day; nobody does on what stands still."""
        last = self.course.reached[-1] if self.course.plot.mood == Mood.STALE else self.course.closed
        return self.course.reached[0] <= day and (last is None or day <= last)


def make_ways() -> Ways:
    """Create the products and return the pipelines in use."""
    products = [Product(name=name, series=series, price=Decimal(price)) for name, series, price in PRODUCTS]
    Product.objects.bulk_create(products)
    pipelines = Pipeline.objects.order_by("-is_default", "pk")[:2]
    main, short = (_way(pipeline) for pipeline in pipelines)
    losses = list(LossReason.objects.order_by("position"))
    return Ways(main, short, losses, {product.series: product for product in products})


def _way(pipeline: Pipeline) -> Way:
    steps = list(pipeline.steps.order_by("position"))
    steps = steps[: steps.index(signing_step(steps)) + 1]
    criteria: dict[int, list[Criterion]] = {step.pk: [] for step in steps}
    for criterion in Criterion.objects.filter(step__in=steps).order_by("pk"):
        criteria[criterion.step_id].append(criterion)
    return Way(pipeline, steps, criteria)


def make_opportunities(customers: Sequence[Customer], ways: Ways, plots: Plots, scene: Scene) -> list[Deal]:
    """Write three opportunities for every four customers, most with the large ones, a few without a customer."""
    total = int(len(customers) * PER_ACCOUNT)
    leads = total // WITHOUT_CUSTOMER_EACH
    shares = quota([PER_TIER[customer.tier] for customer in customers], total - leads)
    deals: list[Deal] = []
    for customer, share in zip(customers, shares, strict=True):
        for work in scene.random.sample(CUSTOM, share):
            way, work = (ways.short, scene.random.choice(SERVICES)) if _each(deals, SERVICE_EACH) else (ways.main, work)
            deals.append(_of_customer(customer, work, way, ways, plots, scene))
    deals += [_lead(customers[number * len(customers) // leads], ways, scene) for number in range(leads)]
    for deal in deals:
        _give_outlook(deal, ways, scene)
        _link_meetings(deal, scene)
    write([deal.opportunity for deal in deals])
    write([change for deal in deals for change in _history(deal, scene)])
    write([entry for deal in deals for entry in _put_off(deal, scene)])
    write([decider for deal in deals for decider in _deciders(deal)])
    return deals


def _each(deals: Sequence[Deal], each: int) -> bool:
    return len(deals) % each == each - 1


def _of_customer(customer: Customer, work: Work, way: Way, ways: Ways, plots: Plots, scene: Scene) -> Deal:
    ran = course(plots.next(customer.rep), way.steps, scene.days, scene.random)
    name = f"{customer.company.called}{work.name}"
    text = search_text(name, customer.company.name, pinyin=[customer.company.reading, work.reading])
    opportunity = _opportunity(name, text, work, ways, way, ran, customer.owner, scene)
    opportunity.account = customer.account
    amount = (opportunity.amount or Decimal(0)) * (2 if customer.tier == "A" else 1)
    opportunity.amount = min(amount, LARGEST_WON) if ran.plot.state == OpportunityState.WON else amount
    deal = Deal(opportunity, customer, way, ran)
    customer.deals.append(opportunity)
    return deal


def _lead(neighbour: Customer, ways: Ways, scene: Scene) -> Deal:
    """Return one that came from outside to the rep of the neighbourhood; nobody knows the customer yet."""
    random = scene.random
    work, (source, source_reading) = random.choice(LEADS), random.choice(SOURCES)
    city, city_reading, _province, _code = PLACES[neighbour.company.place]
    name = f"{source}：{city}{work.name}"
    plot = Plots(random).next(neighbour.rep)
    plot = type(plot)(OpportunityState.OPEN, min(plot.far, LEAD_FAR), Mood.STEADY)
    ran = course(plot, ways.main.steps, scene.days, random)
    text = search_text(name, pinyin=[f"{source_reading} {city_reading} {work.reading}"])
    opportunity = _opportunity(name, text, work, ways, ways.main, ran, neighbour.owner, scene)
    return Deal(opportunity, None, ways.main, ran)


def _opportunity(
    name: str, text: str, work: Work, ways: Ways, way: Way, ran: Course, owner: User, scene: Scene
) -> Opportunity:
    random, far = scene.random, len(ran.reached) - 1
    behind = 1 if far and not ran.closed and way.pipeline.has_customer_track and random.random() < 0.25 else 0
    since = scene.days.at(ran.reached[-1], TEN)
    return Opportunity(
        name=name,
        owner=owner,
        team_id=owner.team_id,
        pipeline=way.pipeline,
        our_step=way.steps[far],
        customer_step=way.steps[far - behind],
        step_since=since,
        progressed_at=since,
        progress_kind=ProgressKind.STAGE if far else ProgressKind.OPENED,
        state=ran.plot.state,
        product=ways.products[work.series],
        amount=Decimal(random.randrange(work.low, work.high + 1)) * 10_000,
        currency=settings.REPORTING_CURRENCY,
        odds=min(95, max(10, way.steps[far].band + random.choice((-25, -15, -10, 0, 0, 5)))),
        opened_on=ran.reached[0],
        origin=Origin.DEMO,
        search_text=text,
        recorded_at=scene.days.at(ran.reached[0], TEN),
    )


def _give_outlook(deal: Deal, ways: Ways, scene: Scene) -> None:
    """Say what comes next, or how it ended."""
    one, ran, days, random = deal.opportunity, deal.course, scene.days, scene.random
    if ran.closed:
        one.closed_on = one.expected_on = ran.closed
        one.closed_at = days.at(ran.closed, FOUR)
        if one.state == OpportunityState.LOST:
            one.loss_reason, one.competitor = random.choice(ways.losses), random.choice(RIVALS)
            one.lesson = random.choice(LESSONS) if random.random() < 0.5 else ""
        return
    left = SIGNATURE - ran.plot.far
    one.expected_on = days.after(days.on, random.randrange(8, 26) + left * random.randrange(12, 34))
    if ran.plot.mood == Mood.STALE or random.random() < 0.12:
        return
    late = ran.plot.mood == Mood.STEADY and random.random() < 0.12
    one.next_step = random.choice(NEXT_STEPS[min(ran.plot.far, len(NEXT_STEPS) - 1)])
    one.next_step_on = days.back(random.randrange(1, 5)) if late else days.ahead(random.randrange(0, 12))


def _link_meetings(deal: Deal, scene: Scene) -> None:
    """Say on which visits it was talked about; the last of them moved it."""
    if deal.customer is None:
        return
    one = deal.opportunity
    last = None
    for meeting in deal.customer.meetings:
        if meeting.deal is None and deal.is_alive(meeting.day) and scene.random.random() < 0.55:
            meeting.deal, last = one, meeting.day
    if last and one.is_open and last > deal.course.reached[-1]:
        one.progressed_at, one.progress_kind = scene.days.at(last, FOUR), ProgressKind.VISIT


def _history(deal: Deal, scene: Scene) -> Iterator[StageChange]:
    """Yield the moves in order of time; the customer's track stays behind where it does."""
    one, steps = deal.opportunity, deal.way.steps
    until = steps.index(one.customer_step) if deal.way.pipeline.has_customer_track else -1
    for number, day in enumerate(deal.course.reached):
        for track in (Track.CUSTOMER, Track.OURS) if number <= until else (Track.OURS,):
            kind = ChangeKind.FORWARD if number else ChangeKind.OPENED
            before = steps[number - 1] if number else None
            yield _change(one, track, kind, before, steps[number], day, scene)
    if deal.course.closed:
        won = one.state == OpportunityState.WON
        after = one.our_step if won else None
        yield _change(one, Track.OURS, ChangeKind(one.state), one.our_step, after, deal.course.closed, scene)


def _change(
    one: Opportunity, track: Track, kind: ChangeKind, before: Step | None, after: Step | None, day: date, scene: Scene
) -> StageChange:
    at = scene.days.at(day, FOUR if kind in (ChangeKind.WON, ChangeKind.LOST) else TEN)
    return StageChange(
        opportunity=one,
        track=track,
        kind=kind,
        before=before,
        after=after,
        amount=one.amount,
        happened_on=day,
        actor_id=one.owner_id,
        reason=one.loss_reason.name if kind == ChangeKind.LOST and one.loss_reason else "",
        origin=Origin.DEMO,
        history_at=at,
        recorded_at=at,
    )


def _put_off(deal: Deal, scene: Scene) -> Iterator[AuditEntry]:
    """Yield that the expected signature was put off this week."""
    if deal.course.plot.mood != Mood.SLIPPED or deal.opportunity.expected_on is None:
        return
    day = scene.random.choice(scene.days.this_week())
    before = scene.days.before(deal.opportunity.expected_on, scene.random.randrange(14, 40))
    changes = {"expected_on": [before, deal.opportunity.expected_on]}
    at = scene.days.at(day, FOUR)
    yield build_entry("opportunity.edited", deal.opportunity, actor=deal.opportunity.owner, changes=changes, now=at)


def _deciders(deal: Deal) -> Iterator[Decider]:
    """Yield the people in the decision; more of them are known the further it came."""
    people = deal.customer.people if deal.customer else []
    for person in people[: 1 + deal.course.plot.far]:
        yield Decider(opportunity=deal.opportunity, contact=person, role=_role_of(person.buying_roles))


def _role_of(buying_roles: Sequence[str]) -> str:
    return ROLES[BuyingRole(buying_roles[0])]
