"""Plans of the last days, today and tomorrow, made through the actions people use, so that everything hangs together."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from accounts.models import Account
from crm.management.demo.scene import Scene
from followups.actions.approvals import approve, send_back
from followups.actions.items import PROMISE, promise
from followups.models import Approval
from followups.planning import plan_follow_ups
from pipeline.choices import OpportunityState
from pipeline.models import Opportunity
from teams.models import User
from visits.actions.plans import KIND, hand_in, waiting_approval
from visits.choices import ItemState, PlanState, Purpose, Suggestion, VisitKind
from visits.models import DayPlan, PlanItem, Visit
from visits.suggesting import Cause

PLANNED_REPS = 24  # in a large demo only the first reps have plans; the rest is there for the volume
PAST_DAYS = 5
STOPS_TODAY, STOPS_TOMORROW = 3, 5
TIMES = (time(10, 30), time(13, 30), time(15, 0), time(16, 20), time(17, 10))
MORNINGS = (time(9, 0), time(10, 20), time(13, 30), time(15, 0), time(16, 20))
GOALS = (
    "确认样品测试结论", "谈框架协议付款条件", "见新任生产副总", "听二轮报价反馈", "约样板工厂参观时间", "了解明年设备预算", "回访设备运行情况",
)  # fmt: skip
RETURN_WORDS = "明天跑三个城市太散，先把同一方向的两家并在一起，再补一家A类客户。"
NOTE = "上午跑园区，下午回市区。"
DEADLINES = {"unsigned": 3, "returned": 5}  # which rep of a dozen has a plan that waits, or one that came back
PROMISE_BACK, PROMISE_AHEAD = 2, 8  # working days
DOZEN = 12


def make_plans(scene: Scene, *, now: datetime) -> None:
    """Write the signed plans of the last days, today's and tomorrow's, promises that are due, and the follow-ups."""
    for number, rep in enumerate(scene.firm.reps[:PLANNED_REPS]):
        for back in range(PAST_DAYS, 0, -1):
            _past(rep, scene.days.back(back), scene, forgets=back == 1)
        owed = _owed(rep, scene)
        if scene.days.is_workday:
            _today(number, rep, owed[: min(STOPS_TODAY, len(owed) // 2)], scene)
        _tomorrow(number, rep, owed[-min(STOPS_TOMORROW, -(-len(owed) // 2)) :], scene)
        _promises(rep, scene)
    plan_follow_ups(on=scene.days.on, now=now)


def _owed(rep: User, scene: Scene) -> list[Account]:
    """Return the customers whose turn it is."""
    rows = Account.objects.filter(owner=rep, last_contact_on__lt=scene.days.yesterday)
    return list(rows.order_by("next_contact_on", "pk")[: STOPS_TODAY + STOPS_TOMORROW])


def _cause(account: Account) -> dict[str, Any]:
    """Return why the customer is in the plan, as a proposal taken over would say it."""
    since, last = account.next_contact_on, account.last_contact_on
    return Cause(Suggestion.CADENCE, since, tier=account.tier, last_on=last).as_json()


def _of_visits(plan: DayPlan, visits: Sequence[Visit], scene: Scene, *, state: ItemState) -> list[PlanItem]:
    """Write a stop for each visit, as it was planned before."""
    stops = [
        PlanItem(
            plan=plan,
            account_id=visit.account_id,
            opportunity_id=visit.opportunity_id,
            starts_at=visit.started_at,
            purpose=visit.purpose,
            goal=scene.random.choice(GOALS),
            suggestion=Suggestion.CADENCE,
            position=position,
            state=state,
        )
        for position, visit in enumerate(visits)
    ]
    PlanItem.objects.bulk_create(stops)
    for stop, visit in zip(stops, visits, strict=True):
        visit.plan_item = stop
    Visit.objects.bulk_update(visits, ["plan_item"])
    return stops


def _of_accounts(plan: DayPlan, accounts: Sequence[Account], times: Sequence[time], first: int, scene: Scene) -> None:
    """Write a stop at each customer."""
    rows = Opportunity.objects.filter(account__in=accounts, state=OpportunityState.OPEN).order_by("-pk")
    about = {row.account_id: row for row in rows}
    PlanItem.objects.bulk_create(
        PlanItem(
            plan=plan,
            account=account,
            contact=account.contacts.order_by("-influence", "pk").first(),
            opportunity=about.get(account.pk),
            starts_at=times[place],
            purpose=Purpose.NEW_BUSINESS if account.pk in about else Purpose.RELATION,
            goal=scene.random.choice(GOALS),
            suggestion=Suggestion.CADENCE,
            causes=[_cause(account)],
            position=first + place,
        )
        for place, account in enumerate(accounts)
    )


def _visits_of(rep: User, day: date) -> list[Visit]:
    return list(Visit.objects.filter(user=rep, happened_on=day, kind=VisitKind.VISIT).order_by("started_at", "pk"))


def _past(rep: User, day: date, scene: Scene, *, forgets: bool) -> None:
    """Write the signed plan of a day that is over: what was done, and on the last day a stop nobody logged."""
    days = scene.days
    handed_in = days.at(days.before(day, 1), time(17, 45))
    plan = DayPlan.objects.create(
        user=rep, day=day, state=PlanState.APPROVED, submitted_at=handed_in, note=NOTE, origin="DEMO"
    )
    visits = _visits_of(rep, day)
    _of_visits(plan, visits, scene, state=ItemState.DONE)
    if forgets:
        seen = [visit.account_id for visit in visits]
        missed = Account.objects.filter(owner=rep, last_contact_on__lt=day).exclude(pk__in=seen).order_by("-pk")[:1]
        _of_accounts(plan, list(missed), TIMES[-1:], len(visits), scene)


def _today(number: int, rep: User, owed: Sequence[Account], scene: Scene) -> None:
    """Write today's plan: handed in last evening and signed, but for one; the first stops are done."""
    days = scene.days
    handed_in = days.at(days.yesterday, time(17, 20 + number % DOZEN))
    plan = DayPlan.objects.create(user=rep, day=days.on, origin="DEMO")
    visits = _visits_of(rep, days.on)
    stops = _of_visits(plan, visits, scene, state=ItemState.OPEN)
    _of_accounts(plan, owed, TIMES, len(visits), scene)
    _hand_in(plan, handed_in)
    if number % DOZEN != DEADLINES["unsigned"]:
        _decide(plan, days.at(days.yesterday, time(18, 30)))
    PlanItem.objects.filter(pk__in=[stop.pk for stop in stops]).update(state=ItemState.DONE)


def _tomorrow(number: int, rep: User, owed: Sequence[Account], scene: Scene) -> None:
    """Write tomorrow's plan: a draft for every third, else handed in last evening or this morning; one came back."""
    days = scene.days
    plan = DayPlan.objects.create(user=rep, day=days.tomorrow, origin="DEMO")
    _of_accounts(plan, owed, MORNINGS, 0, scene)
    if number % 3 == 0:
        return
    late = days.at(days.on, time(9, 0)) if days.is_workday else days.at(days.yesterday, time(19, 0))
    _hand_in(plan, late if number % 2 else days.at(days.yesterday, time(18, 10 + number % DOZEN)))
    if number % DOZEN == DEADLINES["returned"]:
        _decide(plan, late, back=RETURN_WORDS)


def _hand_in(plan: DayPlan, at: datetime) -> None:
    """Hand a plan in at that time, and let it wait since; one without a stop cannot be."""
    if not plan.items.exists():
        return
    hand_in(plan, actor=plan.user, now=at)
    Approval.objects.about(KIND, plan.pk).update(recorded_at=at)


def _decide(plan: DayPlan, at: datetime, *, back: str = "") -> None:
    """Sign the plan, or send it back with a comment."""
    approval = waiting_approval(plan)
    step = approval.steps.select_related("approver").first() if approval else None
    if approval is None or step is None:
        return
    if back:
        send_back(approval, actor=step.approver, now=at, comment=back)
    else:
        approve(approval, actor=step.approver, now=at)


def _promises(rep: User, scene: Scene) -> None:
    """Remember what customers promised on visits for these days, as logging the visit does."""
    days = scene.days
    due = Visit.objects.filter(user=rep, commitment_on__range=(days.back(PROMISE_BACK), days.ahead(PROMISE_AHEAD)))
    for visit in due.order_by("commitment_on", "pk"):
        promise(
            ("visit", visit.pk),
            recipient=rep,
            text=visit.commitment,
            due_on=visit.commitment_on or days.on,
            actor=rep,
            now=visit.recorded_at,
            account_id=visit.account_id,
            key=f"{PROMISE}:visit:{visit.pk}",
        )
