"""Plans of today and tomorrow, made through the same actions people use, so that everything hangs together."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from accounts.models import Account
from crm.management.demo.people import Firm
from crm.workdays import WorkCalendar
from followups.actions.items import promise
from followups.planning import plan_follow_ups
from pipeline.models import Opportunity
from teams.models import User
from visits.actions.plans import hand_in
from visits.choices import ItemState, PlanState, Purpose, Suggestion
from visits.models import DayPlan, PlanItem, Visit

PLANNED_REPS = 60  # in a large demo only the first reps have plans; the rest is there for the volume
TIMES = (time(9, 0), time(9, 50), time(10, 40), time(13, 30), time(14, 40), time(16, 0))
GOALS = (
    "确认二期产线扩容的样品测试结论", "谈年度框架协议付款条件", "见新任生产副总", "跟进二轮报价反馈", "约样板工厂参观时间", "了解明年设备预算",
)  # fmt: skip
PROMISES = ("发送技术协议修订稿", "给出交期承诺函", "安排样板厂参观", "回复质保条款", "补寄样品")


def make_plans(firm: Firm, *, on: date, now: datetime, calendar: WorkCalendar, random: Random) -> None:
    """Write today's signed plans with the morning done, tomorrow's drafts and handed-in plans, promises, follow-ups."""
    tomorrow = calendar.add_workdays(on, 1)
    yesterday = calendar.previous_workday(on - timedelta(days=1))
    for number, rep in enumerate(firm.reps[:PLANNED_REPS]):
        customers = list(Account.objects.filter(owner=rep).order_by("next_contact_on", "pk")[:16])
        _past_day(rep, yesterday, customers[11:15], random)
        _today(rep, on, customers[:6], now, random)
        _tomorrow(rep, tomorrow, customers[6:11], random, hands_in=number % 3 != 0, now=now)
        for offset, account in enumerate(customers[:2]):
            promise(
                ("account", account.pk),
                recipient=rep,
                text=random.choice(PROMISES),
                due_on=on + timedelta(days=offset * 3 - 1),
                actor=rep,
                now=now,
                account_id=account.pk,
            )
    plan_follow_ups(on=on, now=now)


def _stops(plan: DayPlan, customers: Sequence[Account], random: Random) -> list[PlanItem]:
    opportunities = {
        opportunity.account_id: opportunity
        for opportunity in Opportunity.objects.filter(account__in=customers, state="OPEN").order_by("pk")
    }
    stops = [
        PlanItem(
            plan=plan,
            account=account,
            contact=account.contacts.order_by("-influence", "pk").first(),
            opportunity=opportunities.get(account.pk),
            starts_at=TIMES[number],
            purpose=random.choice(Purpose.values[:6]),
            goal=GOALS[(number + plan.user_id) % len(GOALS)],
            suggestion=Suggestion.CADENCE,
            position=number,
        )
        for number, account in enumerate(customers)
    ]
    PlanItem.objects.bulk_create(stops)
    return stops


def _past_day(rep: User, day: date, customers: Sequence[Account], random: Random) -> None:
    """Yesterday: all logged but the last stop, which asks to be."""
    plan = DayPlan.objects.create(user=rep, day=day, state=PlanState.APPROVED, origin="DEMO")
    stops = _stops(plan, customers, random)
    for stop in stops[:-1]:
        _done(stop, day, random)


def _today(rep: User, day: date, customers: Sequence[Account], now: datetime, random: Random) -> None:
    plan = DayPlan.objects.create(user=rep, day=day, state=PlanState.APPROVED, submitted_at=now, origin="DEMO")
    stops = _stops(plan, customers, random)
    for stop in stops[:2]:
        _done(stop, day, random)


def _done(stop: PlanItem, day: date, random: Random) -> None:
    stop.state = ItemState.DONE
    stop.save(update_fields=["state"])
    Visit.objects.create(
        account=stop.account,
        user=stop.plan.user,
        plan_item=stop,
        opportunity=stop.opportunity,
        happened_on=day,
        started_at=stop.starts_at,
        purpose=stop.purpose,
        said=f"{stop.contact.name if stop.contact else '对方'}确认了测试计划，下周给结论。",
        result=random.choice(("FORWARD", "SAME")),
        goal_reached=True,
        next_step="跟进测试结论",
        next_on=day + timedelta(days=7),
        origin="DEMO",
    )
    Account.objects.filter(pk=stop.account_id).update(last_contact_on=day, next_contact_on=day + timedelta(days=14))


def _tomorrow(
    rep: User, day: date, customers: Sequence[Account], random: Random, *, hands_in: bool, now: datetime
) -> None:
    plan = DayPlan.objects.create(user=rep, day=day, origin="DEMO")
    _stops(plan, customers, random)
    if hands_in:
        hand_in(plan, actor=rep, now=now)
