"""Who called and walked in, what was judged of one of them, and a competitor there; two regions are key."""

from datetime import time

from accounts.actions.inquiries import answer_inquiry, register_inquiry
from accounts.actions.qualification import add_rival, judge
from accounts.actions.regions import mark_region
from accounts.choices import Aspect, Channel, Heard, Verdict
from accounts.models import Account
from crm.management.demo.scene import Scene

MORNING = time(9)
KEY_CITIES = 2


def make_incoming(scene: Scene) -> None:
    """Write them through the actions people use."""
    rep, days = scene.firm.reps[0], scene.days
    now = days.at(days.on, MORNING)
    answered = register_inquiry(
        person="钱女士",
        company="澄湖食品设备厂",
        wants="想看样机，问能不能先试用一个月",
        channel=Channel.EXHIBITION,
        heard=Heard.EXHIBITION,
        phone="13905120077",
        actor=rep,
        now=now,
    )
    answer_inquiry(answered, actor=rep, now=now)
    register_inquiry(
        person="孙先生",
        company="新岸精密",
        wants="要一台样机的报价，下周来展厅",
        channel=Channel.CALL,
        heard=Heard.ADVERTISING,
        phone="051266668888",
        actor=rep,
        now=now,
    )
    if answered.account:
        judge(
            answered.account,
            aspect=Aspect.NEED,
            verdict=Verdict.PASSED,
            evidence="展会上说明年要扩一条线",
            actor=rep,
            on=days.on,
        )
    largest = Account.objects.filter(owner=rep, tier="A").order_by("pk").first()
    if largest:
        add_rival(
            largest,
            name="江南机电",
            product="JD-200",
            satisfaction=2,
            salesperson="刘强",
            style="报价快，常请客",
            relation="与设备科长是同学",
            actor=rep,
        )
    places = Account.objects.filter(owner=rep).order_by("pk").values_list("province", "city")
    for province, city in list(dict.fromkeys(places))[:KEY_CITIES]:
        mark_region(province=province, city=city, actor=rep)
