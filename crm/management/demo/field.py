"""Six months of visits, and the plans of today and tomorrow."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from random import Random

from accounts.models import Contact
from crm.management.demo.bulk import write
from crm.management.demo.customers import Customer
from crm.models.abstract import Origin
from visits.choices import NeedAttitude, NewClass, Purpose, Result, VisitKind
from visits.models import Visit, VisitContact

SAID = (
    "{who}说样品测试数据比现用品牌好，但交期要从八周缩到六周。",
    "聊了{who}部门明年的预算，设备更新列入二季度，要先过技术评审。",
    "{who}提到竞争对手上周报了低价，希望我们在服务响应上给出承诺。",
    "确认了验收标准和付款节点，{who}会在内部例会上推动。",
    "参观了二号车间，{who}抱怨换型时间太长，正好是我们方案的重点。",
    "{who}不太满意上次的到货包装，已当场记下处理办法。",
    "电话沟通合同条款，{who}要求质保延长到二十四个月。",
    "{who}介绍了新来的生产副总，下次一起见面谈二期规划。",
    "例行拜访，{who}说近期没有新项目，年底会有大修计划。",
    "技术交流会来了六个人，{who}对能耗数据很感兴趣。",
)
PROMISES = ("提供车间布局图", "下周安排评审会", "把预算表发过来", "引见总经理", "确认样品数量")
NEXT = ("带样品再访", "送技术方案", "约参观样板厂", "报价", "跟进评审结果", "商务谈判")
KINDS, PURPOSES, RESULTS = VisitKind.values, Purpose.values, Result.values
ATTITUDES, CLASSES = NeedAttitude.values, NewClass.values
STARTS = (time(9, 0), time(9, 40), time(10, 30), time(13, 30), time(15, 0), time(16, 20))


def contact_days(size: float, on: date, workday_before: Mapping[date, date], random: Random) -> list[date]:
    """Return the working days a customer was visited in the last six months; large ones more often."""
    count = round(28 * (1 - size) ** 3 + 7.5)
    return sorted({workday_before[on - timedelta(days=random.randrange(1, 183))] for _ in range(count)})


def make_visits(customers: Sequence[Customer], random: Random) -> None:
    """Write the visits and who was met."""
    visits: list[Visit] = []
    met: list[VisitContact] = []
    for customer in customers:
        for day in customer.contact_days:
            who = random.choice(customer.people)
            visit = _visit(customer, who, day, random)
            visits.append(visit)
            met += _met(visit, who, customer.people, random)
    write(visits)
    write(met)


def _met(visit: Visit, who: Contact, people: Sequence[Contact], random: Random) -> Iterator[VisitContact]:
    yield VisitContact(visit=visit, contact=who)
    for other in people:
        if other is not who and random.random() < 0.2:
            yield VisitContact(visit=visit, contact=other)


def _visit(customer: Customer, who: Contact, day: date, random: Random) -> Visit:
    start = random.choice(STARTS)
    promised = random.random() < 0.35
    return Visit(
        account=customer.account,
        user=customer.owner,
        kind=random.choices(KINDS, weights=(70, 18, 8, 4))[0],
        purpose=random.choice(PURPOSES),
        happened_on=day,
        started_at=start,
        ended_at=time(start.hour + 1, random.choice((0, 10, 25))),
        said=random.choice(SAID).format(who=who.name),
        result=random.choices(RESULTS, weights=(45, 40, 15))[0],
        goal_reached=random.random() < 0.6,
        attitude=random.choice(ATTITUDES),
        new_class=random.choice(CLASSES),
        commitment=random.choice(PROMISES) if promised else "",
        commitment_on=day + timedelta(days=7) if promised else None,
        next_step=random.choice(NEXT),
        next_on=day + timedelta(days=random.choice((7, 14, 21, 30))),
        origin=Origin.DEMO,
    )
