"""The people at the customers: who they are, whom they report to, how they stand towards us and since when."""

from collections.abc import Iterator, Sequence
from datetime import time
from random import Random

from accounts.choices import AGAINST, BuyingRole, Level, RelationshipStage, Stance, Treatment
from accounts.models import Contact, StanceChange
from crm.management.demo.bulk import write
from crm.management.demo.customers import Customer, quota
from crm.management.demo.names import person_name
from crm.management.demo.scene import Scene
from crm.models.abstract import Origin
from crm.searchtext import search_text

PER_TIER = {"A": 5.0, "B": 3.0, "C": 2.0}
POSITIONS = (
    ("总经理", "总经办", Level.TOP, [BuyingRole.DECIDER], 5),
    ("生产副总", "生产部", Level.TOP, [BuyingRole.DECIDER, BuyingRole.INFLUENCER], 4),
    ("技术总监", "技术部", Level.MIDDLE, [BuyingRole.INFLUENCER], 4),
    ("采购经理", "采购部", Level.DEPARTMENT, [BuyingRole.PURCHASER, BuyingRole.GATEKEEPER], 3),
    ("设备主管", "生产部", Level.DEPARTMENT, [BuyingRole.INITIATOR, BuyingRole.USER], 3),
    ("财务经理", "财务部", Level.DEPARTMENT, [BuyingRole.GATEKEEPER], 2),
    ("工艺工程师", "技术部", Level.EMPLOYEE, [BuyingRole.USER], 1),
)
POWER_FROM = 4  # influence of whoever can be a power sponsor
# How people came to stand where they stand, and how often.
PATHS: tuple[tuple[Stance, ...], ...] = (
    (Stance.NEUTRAL, Stance.SUPPORTER, Stance.SPONSOR, Stance.POWER_SPONSOR),
    (Stance.NEUTRAL, Stance.SUPPORTER, Stance.SPONSOR),
    (Stance.SUPPORTER, Stance.SPONSOR),
    (Stance.NEUTRAL, Stance.SUPPORTER),
    (Stance.NON_SUPPORTER, Stance.NEUTRAL, Stance.SUPPORTER),
    (Stance.SUPPORTER,),
    (Stance.NEUTRAL,),
    (Stance.SUPPORTER, Stance.NEUTRAL),
    (Stance.NEUTRAL, Stance.NON_SUPPORTER),
    (Stance.NON_SUPPORTER, Stance.HOSTILE),
    (),
)
PATH_WEIGHTS = (5, 9, 6, 16, 5, 10, 20, 5, 8, 3, 13)
ORDER = list(Stance)
WARMER = (
    "会上公开支持我方方案", "主动把竞争对手的报价区间告诉了我们", "样品试用后态度明显变好", "同事介绍后愿意深入谈", "答应在评审会上替我们说话",
    "参观样板厂后认可我们的服务",
)  # fmt: skip
COOLER = (
    "抱怨上次交货晚了五天",
    "与竞争对手走得近，会上提了反对意见",
    "嫌价格高，要求重新比价",
    "换了分管领导，态度转为观望",
)
FIRST = ("第一次见面，还看不出倾向", "初次接触的印象", "电话里聊过，了解不多")
WARM_TO = {Stance.POWER_SPONSOR: 3, Stance.SPONSOR: 2, Stance.SUPPORTER: 1}
STAGES = RelationshipStage.values
TREATMENTS = Treatment.values
PREFIXES = (136, 137, 138, 139, 158, 159, 177, 186)
ON_WECHAT = 0.7
EVENING = time(17, 40)


def make_contacts(customers: Sequence[Customer], scene: Scene) -> None:
    """Write two and a half people a customer, more at the large ones, and say who of them was met when."""
    counts = quota([PER_TIER[customer.tier] for customer in customers], len(customers) * 5 // 2)
    for customer, count in zip(customers, counts, strict=True):
        _meet(customer, max(1, count), scene.random)
        customer.people = list(_people_of(customer, max(1, count), scene.random))
    write([customer.people[0] for customer in customers])
    for customer in customers:
        _set_lines(customer.people)
    second = [person for customer in customers for person in customer.people[1:]]
    write([person for person in second if person.reports_to_id])
    write([person for person in second if not person.reports_to_id])


def _meet(customer: Customer, count: int, random: Random) -> None:
    """Say who was met: mostly the same person twice, sometimes others beside."""
    who = 0
    for meeting in customer.meetings:
        who = who if random.random() < 0.35 else random.randrange(count)
        meeting.who = who
        meeting.others = [other for other in range(count) if other != who and random.random() < 0.18]


def _people_of(customer: Customer, count: int, random: Random) -> Iterator[Contact]:
    first = 0 if random.random() < 0.7 else 1
    chosen = sorted(random.sample(range(first + 1, len(POSITIONS)), count - 1))
    for place, number in enumerate((first, *chosen)):
        title, department, level, roles, influence = POSITIONS[number]
        name, reading = person_name(random)
        mobile = f"{random.choice(PREFIXES)}{random.randrange(10**8):08d}"
        met = [turn for turn, meeting in enumerate(customer.meetings) if place in (meeting.who, *meeting.others)]
        person = Contact(
            account=customer.account,
            name=name,
            title=title,
            department=department,
            level=level,
            buying_roles=[str(role) for role in roles],
            influence=influence,
            mobile=mobile,
            last_contact_on=customer.meetings[met[-1]].day if met else None,
            wechat=mobile if random.random() < ON_WECHAT else "",
            origin=Origin.DEMO,
            search_text=search_text(name, pinyin=[reading], phones=[mobile]),
        )
        _give_stance(customer, person, met, random)
        yield person


def _give_stance(customer: Customer, person: Contact, met: Sequence[int], random: Random) -> None:
    """Let the person change, meeting by meeting, to where he or she stands now."""
    path = random.choices(PATHS, weights=PATH_WEIGHTS)[0]
    if (person.influence or 0) < POWER_FROM and path[-1:] == (Stance.POWER_SPONSOR,):
        path = path[:-1]
    path = path[max(0, len(path) - len(met)) :]
    if not path:
        return
    before = ""
    for stance, number in zip(path, sorted(random.sample(met, len(path))), strict=True):
        notes = FIRST if not before else WARMER if ORDER.index(stance) < ORDER.index(Stance(before)) else COOLER
        change = StanceChange(
            contact=person,
            before=before,
            after=stance,
            happened_on=customer.meetings[number].day,
            actor_id=customer.owner.pk,
            note=random.choice(notes),
            origin=Origin.DEMO,
        )
        customer.stances.append((change, number))
        person.stance, person.stance_on, before = stance, change.happened_on, stance
    person.treatment = random.choice(TREATMENTS) if person.stance in AGAINST else ""
    person.relationship = STAGES[min(WARM_TO.get(path[-1], 0), len(met) // 3)]


def _set_lines(people: Sequence[Contact]) -> None:
    """Everybody reports to the head of his department where there is one, else to the first."""
    for place, person in enumerate(people[1:], 1):
        above = [other for other in people[1:place] if other.department == person.department]
        person.reports_to = above[0] if above else people[0]


def make_stances(customers: Sequence[Customer], scene: Scene) -> None:
    """Write how people came to stand where they stand, each change with the visit it was learnt on."""
    changes = []
    for customer in customers:
        for change, number in customer.stances:
            visit = customer.visits[number]
            change.source_kind, change.source_id = "visit", visit.pk
            change.recorded_at = scene.days.at(visit.happened_on, EVENING)
            changes.append(change)
    write(changes)
