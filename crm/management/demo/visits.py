"""Half a year of visits: who was met, what was said and promised, what comes next, and what they showed."""

from collections.abc import Iterator, Sequence
from datetime import date, time
from random import Random

from accounts.models import Contact
from crm.management.demo.bulk import write
from crm.management.demo.customers import Customer
from crm.management.demo.meetings import Meeting
from crm.management.demo.opportunities import Deal
from crm.management.demo.scene import Scene
from crm.models.abstract import Origin
from pipeline.choices import EvidenceKind, Track
from pipeline.models import Criterion, Evidence
from visits.choices import NeedAttitude, NewClass, Purpose, Result, VisitKind
from visits.models import Visit, VisitContact

ABOUT_A_DEAL = (
    "{who}说样品测试数据比现用品牌好，但交期要从八周缩到六周。",
    "聊了{who}部门明年的预算，设备更新列入二季度，要先过技术评审。",
    "{who}提到竞争对手上周报了低价，希望我们在服务响应上给出承诺。",
    "确认了验收标准和付款节点，{who}会在内部例会上推动。",
    "参观了二号车间，{who}抱怨换型时间太长，正好是我们方案的重点。",
    "{who}对合同条款有意见，要求质保延长到二十四个月。",
    "技术交流会来了六个人，{who}对能耗数据很感兴趣。",
    "{who}说总经理月底定供应商，最后在两家里选。",
    "{who}把评标打分表给我们看了，售后占二十分。",
    "方案讲了一个小时，{who}问得最多的是停产切换要几天。",
    "{who}要求补一份同行业用户名单，最好能去看一家。",
    "付款方式从三三三一改成了三四二一，{who}表示可以往上报。",
)
REGULAR = (
    "{who}介绍了新来的生产副总，下次一起见面谈二期规划。",
    "例行拜访，{who}说近期没有新项目，年底会有大修计划。",
    "{who}不太满意上次的到货包装，已当场记下处理办法。",
    "设备运行正常，{who}顺便问了备件价格。",
    "{who}刚从行业展会回来，提到几家同行都在上自动化。",
    "陪{who}看了两台老设备，明年可能要换。",
    "{who}说资金紧，今年只做小改小革。",
    "送了新样本，{who}留下了视觉检测那一册。",
)
PROMISES = (
    "提供车间布局图",
    "安排技术评审会",
    "把预算表发过来",
    "引见总经理",
    "确认样品数量",
    "给出评标时间",
    "寄回测试样件",
)
NEXT = ("带样品再访", "送技术方案", "约参观样板厂", "报价", "跟进评审结果", "商务谈判")
NEXT_REGULAR = ("例行拜访", "回访设备运行情况", "送新样本", "约新任负责人见面")
LENGTHS = (30, 40, 50, 60, 75)
WORDS = (
    ("当面确认", EvidenceKind.WORD), ("在会上说明", EvidenceKind.EVENT), ("把文件给我们看了", EvidenceKind.DOCUMENT),
    ("带我们看了现场", EvidenceKind.EVENT), ("在微信里回复确认", EvidenceKind.ANSWER),
)  # fmt: skip
ALREADY = 0.4  # share of what the present step asks for that is shown already
EVENING = time(17, 30)


def make_visits(customers: Sequence[Customer], scene: Scene) -> None:
    """Write the visits and who was met."""
    met: list[VisitContact] = []
    for customer in customers:
        for number, meeting in enumerate(customer.meetings):
            visit = _visit(customer, meeting, _next_on(customer, number, scene), scene)
            customer.visits.append(visit)
            people = (meeting.who, *meeting.others)
            met += [VisitContact(visit=visit, contact=customer.people[person]) for person in people]
    write([visit for customer in customers for visit in customer.visits])
    write(met)


def _next_on(customer: Customer, number: int, scene: Scene) -> date | None:
    """Return the agreed day of the next contact: mostly the day it took place, for the last one the one to come."""
    if number + 1 == len(customer.meetings):
        return customer.account.next_contact_on
    agreed = customer.meetings[number + 1].day
    here = customer.meetings[number].day
    return agreed if scene.random.random() < 0.8 else max(scene.days.before(agreed, 3), scene.days.after(here, 1))


def _visit(customer: Customer, meeting: Meeting, next_on: date | None, scene: Scene) -> Visit:
    random, deal = scene.random, meeting.deal
    minutes = meeting.start.hour * 60 + meeting.start.minute + random.choice(LENGTHS)
    promised = random.random() < (0.5 if deal else 0.2)
    luck = random.random()
    return Visit(
        account=customer.account,
        opportunity=deal,
        user=customer.owner,
        kind=random.choices(VisitKind.values, weights=(72, 16, 8, 4))[0],
        purpose=_purpose(customer, meeting, random),
        happened_on=meeting.day,
        started_at=meeting.start,
        ended_at=time(minutes // 60, minutes % 60),
        said=random.choice(ABOUT_A_DEAL if deal else REGULAR).format(who=customer.people[meeting.who].name),
        result=Result.FORWARD if luck < (0.55 if deal else 0.25) else Result.SAME if luck < 0.9 else Result.BLOCKED,
        goal_reached=luck < 0.62,
        attitude=random.choice(NeedAttitude.values) if deal else "",
        new_class=random.choice(NewClass.values) if deal else "",
        commitment=random.choice(PROMISES) if promised else "",
        commitment_on=scene.days.after(meeting.day, random.randrange(3, 11)) if promised else None,
        next_step=random.choice(NEXT if deal else NEXT_REGULAR),
        next_on=next_on,
        origin=Origin.DEMO,
        recorded_at=scene.days.at(meeting.day, EVENING),
    )


def _purpose(customer: Customer, meeting: Meeting, random: Random) -> str:
    if meeting.deal or customer.is_prospect:
        return Purpose.NEW_BUSINESS
    choices = (
        Purpose.RELATION,
        Purpose.SERVICE,
        Purpose.COLLECTION,
        Purpose.ORDER,
        Purpose.COMPLAINT,
        Purpose.RESEARCH,
    )
    return random.choices(choices, weights=(45, 20, 10, 12, 6, 7))[0]


def make_evidence(deals: Sequence[Deal], scene: Scene) -> None:
    """Write what each passed step was passed on, and some of what the present one asks for."""
    write([proof for deal in deals for proof in _evidence(deal, scene)])


def _evidence(deal: Deal, scene: Scene) -> Iterator[Evidence]:
    ran, steps = deal.course, deal.way.steps
    customer_at = steps.index(deal.opportunity.customer_step)
    ends = [*ran.reached[1:], ran.closed]
    for number, (start, end) in enumerate(zip(ran.reached, ends, strict=True)):
        shown = 1.0 if end else 0.0 if ran.plot.state != "OPEN" or ran.plot.mood == "stale" else ALREADY
        if ran.closed == end and ran.plot.state == "LOST":
            shown = ALREADY
        for criterion in deal.way.criteria[steps[number].pk]:
            behind = criterion.track == Track.CUSTOMER and number >= customer_at and not ran.closed
            if scene.random.random() < shown and not behind:
                yield _proof(deal, criterion, start, end or scene.days.on, scene)


def _proof(deal: Deal, criterion: Criterion, start: date, end: date, scene: Scene) -> Evidence:
    """Return one piece of evidence, from a visit between the two days where there was one."""
    random, customer = scene.random, deal.customer
    word, kind = random.choice(WORDS)
    meetings = customer.meetings if customer else []
    there = [number for number, meeting in enumerate(meetings) if start <= meeting.day <= end]
    number = random.choice(there) if there else None
    person = _said_by(customer, number)
    day = meetings[number].day if number is not None else start
    proof = Evidence(
        opportunity=deal.opportunity,
        criterion=criterion,
        kind=kind,
        text=f"{person.name if person else '对方联系人'}{word}",
        contact=person,
        happened_on=day,
        actor_id=deal.opportunity.owner_id,
        origin=Origin.DEMO,
        recorded_at=scene.days.at(day, EVENING),
    )
    if customer and number is not None:
        proof.source_kind, proof.source_id = "visit", customer.visits[number].pk
    return proof


def _said_by(customer: Customer | None, number: int | None) -> Contact | None:
    if customer is None:
        return None
    return customer.people[customer.meetings[number].who if number is not None else 0]
