"""Running a hand-over: one transaction a customer, so that it can be paused, killed and taken up again at any moment.

An item that is no longer waiting has been dealt with, whoever looks; nothing else remembers how far it is.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.giving import CannotGive, Given, give_account, give_loose, take_back
from accounts.actions.handing import CannotHandOver, let_join, may_let_go, plan_for_many
from accounts.actions.handover_news import tell_all
from accounts.choices import HandedState, HandOverReason, HandOverState
from accounts.handover.rules import days_to_visit, first_visit_due
from accounts.handover.sharing import ToVisit, spread
from accounts.models import Account, HandOver, HandOverItem
from crm.audit import record
from crm.editing import write_fields
from crm.jobs import Running, cancel_job, start_job
from crm.tasks import run_job
from crm.undo import CannotUndo, expected, refuse_changed, what_changed
from crm.workdays import load_calendar
from followups.actions.items import NotPlanned, schedule
from followups.models import FollowUp
from followups.planning import cancel_items
from teams.access import may
from teams.actions.people import deactivate_user
from teams.choices import Right
from teams.models import User
from teams.refusals import Refusal

RUN, BACK = "accounts.hand_over", "accounts.hand_over_back"
Wake = Callable[[int], object]
PEOPLE = ("giver", "to")


def _locked(hand_over: HandOver, *states: HandOverState) -> HandOver:
    """Return a hand-over for a change of state; raises CannotHandOver when it stands elsewhere by now."""
    rows = HandOver.objects.select_for_update(of=("self",)).select_related("giver", "made_by", "job")
    current: HandOver = rows.get(pk=hand_over.pk)
    if current.state not in states:
        words = {"state": current.get_state_display()}
        raise CannotHandOver(_("This cannot be done: the hand-over is “%(state)s” by now.") % words)
    return current


def _begin(hand_over: HandOver, kind: str, state: str, title: str, *, actor: User, **values: Any) -> HandOver:
    action = "hand_over.started" if kind == RUN else "hand_over.taking_back"
    job = start_job(kind, title=title, actor=actor, params={"hand_over": hand_over.pk}, wake=run_job.delay)
    return write_fields(hand_over, values | {"state": state, "job": job}, actor=actor, action=action)


@transaction.atomic
def start(hand_over: HandOver, *, actor: User, on: date, now: datetime) -> HandOver:
    """Begin a planned hand-over, or let it wait for its day. Who leaves can sign in no more from that moment on.

    Raises CannotHandOver, and what `deactivate_user` refuses.
    """
    current = _locked(hand_over, HandOverState.DRAFT, HandOverState.SCHEDULED)
    if not current.items.exists():
        raise CannotHandOver(_("There is nothing to hand over."))
    _refuse_letting_go(current, actor)
    if current.day > on:
        return write_fields(current, {"state": HandOverState.SCHEDULED}, actor=actor, action="hand_over.scheduled")
    if current.giver:
        let_join(current, actor=actor)
    _set_first_visits(current, on=on)
    if current.reason == HandOverReason.LEAVES and current.giver:
        deactivate_user(current.giver, actor=actor, now=now)
    title = _("Hand-over of %(name)s") % {"name": current.giver} if current.giver else _("Customers given away")
    return _begin(current, RUN, HandOverState.RUNNING, title, actor=actor, started_at=now)


def _refuse_letting_go(hand_over: HandOver, actor: User) -> None:
    """Raise CannotHandOver where the giver leaves and stands above the actor by now, whatever he was when planned."""
    leaves = hand_over.reason == HandOverReason.LEAVES
    if leaves and hand_over.giver and not may_let_go(actor, hand_over.giver):
        sentence = _("You may not end the access of %(name)s. Ask a director, or choose another reason.")
        raise CannotHandOver(sentence % {"name": hand_over.giver})


@transaction.atomic
def give_many(accounts: Iterable[Account], *, to: User, actor: User, on: date, now: datetime) -> HandOver:
    """Give very many customers of any owners to one person, in the worker. Raises CannotHandOver where all are his."""
    return start(plan_for_many(accounts, to=to, actor=actor, on=on), actor=actor, on=on, now=now)


def _set_first_visits(hand_over: HandOver, *, on: date) -> None:
    """Give every customer the day of its first visit, spread over the term of its tier."""
    within = days_to_visit() if hand_over.with_first_visits else {}
    items = list(hand_over.items.filter(to__isnull=False, account__isnull=False).select_related("account"))
    wanted = [ToVisit(item.pk, item.to_id or 0, within[item.account.tier]) for item in items if item.account and within]
    days = spread(wanted, start=on, calendar=load_calendar())
    for item in items:
        item.first_visit_on = days.get(item.pk)
    HandOverItem.objects.bulk_update(items, ["first_visit_on"], batch_size=500)


@transaction.atomic
def pause(hand_over: HandOver, *, actor: User) -> HandOver:
    """Stop after the customer that is going over now; the rest waits."""
    current = _locked(hand_over, HandOverState.RUNNING)
    return write_fields(current, {"state": HandOverState.PAUSED}, actor=actor, action="hand_over.paused")


@transaction.atomic
def resume(hand_over: HandOver, *, actor: User) -> HandOver:
    """Go on with those that wait."""
    current = _locked(hand_over, HandOverState.PAUSED)
    title = current.job.title if current.job else _("Customers given away")
    return _begin(current, RUN, HandOverState.RUNNING, title, actor=actor)


@transaction.atomic
def stop(hand_over: HandOver, *, actor: User, now: datetime) -> HandOver:
    """End it here: what went stays where it is (and can be taken back), what waits stays where it was."""
    current = _locked(hand_over, HandOverState.RUNNING, HandOverState.PAUSED)
    if current.job:
        cancel_job(current.job, actor=actor, now=now)
    current.items.waiting().update(state=HandedState.LEFT_OUT)
    values = {"state": HandOverState.STOPPED, "finished_at": now}
    return write_fields(current, values, actor=actor, action="hand_over.stopped")


@transaction.atomic
def start_taking_back(hand_over: HandOver, *, actor: User, now: datetime) -> HandOver:
    """Take back, customer by customer, what went over within the last 30 days. Raises CannotHandOver."""
    current = _locked(hand_over, HandOverState.DONE, HandOverState.STOPPED)
    if not current.can_go_back(now):
        raise CannotHandOver(_("This can no longer be undone: too much time has passed."))
    title = _("Take back: %(name)s") % {"name": current.giver or _("customers given away")}
    return _begin(current, BACK, HandOverState.UNDOING, title, actor=actor)


# --- the work of the jobs ---------------------------------------------------------------------------------------------
def run(running: Running) -> dict[str, Any]:
    """Hand over what waits; a killed worker's successor finds the rest still waiting."""
    return _work(running, HandOverState.RUNNING, HandedState.WAITING, _hand_one, _finish)


def run_back(running: Running) -> dict[str, Any]:
    """Take back what went over; the last goes first."""
    return _work(running, HandOverState.UNDOING, HandedState.DONE, _take_one_back, _finish_back)


def _work(
    running: Running,
    state: str,
    todo: str,
    one: Callable[..., None],
    finish: Callable[..., None],
) -> dict[str, Any]:
    hand_over = HandOver.objects.get(pk=running.job.params["hand_over"])
    total = hand_over.items.count()
    order = "pk" if todo == HandedState.WAITING else "-pk"
    # What belongs to no customer goes last: by then the customers and their things are out of the way.
    keys = list(hand_over.items.filter(state=todo, account__isnull=False).order_by(order).values_list("pk", flat=True))
    keys += hand_over.items.filter(state=todo, account=None).values_list("pk", flat=True)
    for place, key in enumerate(keys, start=total - len(keys) + 1):
        with transaction.atomic():
            current = HandOver.objects.select_for_update(of=("self",)).get(pk=hand_over.pk)
            if current.state != state:
                return {"url": current.get_absolute_url()}
            item = HandOverItem.objects.select_for_update(of=("self",)).select_related(*PEOPLE).get(pk=key)
            if item.state == todo:
                one(item, actor=running.job.owner, now=timezone.now())
            running.step(place, total=total)
    finish(hand_over, actor=running.job.owner, now=timezone.now())
    return {"url": hand_over.get_absolute_url()}


def _hand_one(item: HandOverItem, *, actor: User, now: datetime) -> None:
    """Hand over one customer, or write down why it could not go."""
    if item.account is not None:
        act = partial(give_account, item.account, giver=item.giver)
    elif item.giver is not None:
        act = partial(give_loose, giver=item.giver)
    else:
        return
    try:
        given = act(to=item.to, actor=actor, now=now)
    except CannotGive as refusal:
        item.state, item.error = HandedState.FAILED, str(refusal)[:500]
    else:
        _keep(item, given, actor=actor, now=now)
    item.save(update_fields=["state", "error", "before", "expects", "done_at"])


def _keep(item: HandOverItem, given: Given, *, actor: User, now: datetime) -> None:
    """Write down that a customer went over, and ask its new owner for the first visit."""
    item.state, item.error, item.done_at = HandedState.DONE, "", now
    item.before, item.expects = given.before, expected(given.rows)
    if item.first_visit_on is None or item.account is None or item.to is None:
        return
    due = first_visit_due(
        item.account,
        to=item.to,
        giver=item.giver,
        on=timezone.localdate(now),
        due_on=item.first_visit_on,
        key=first_visit_key(item),
    )
    try:
        schedule(due, actor=actor, now=now)
    except NotPlanned:  # nobody to ask any more; the customer has gone over all the same
        return


def first_visit_key(item: HandOverItem) -> str:
    """Return the key of the first visit that a hand-over asks for."""
    return f"first-visit:{item.hand_over_id}:{item.account_id}"


def _take_one_back(item: HandOverItem, *, actor: User, now: datetime) -> None:
    """Take one customer back, or write down what was changed since."""
    try:
        with transaction.atomic():
            refuse_changed(what_changed(item.expects))
            take_back(item.before, actor=actor, now=now)
            asked = FollowUp.objects.filter(key=first_visit_key(item)).values_list("pk", flat=True)
            cancel_items(asked, now=now)
    except CannotUndo as refusal:
        item.state, item.error = HandedState.KEPT, str(refusal)[:500]
    else:
        item.state, item.error = HandedState.BACK, ""
    item.save(update_fields=["state", "error"])


@transaction.atomic
def _finish(hand_over: HandOver, *, actor: User, now: datetime) -> None:
    """Close a hand-over, and tell the receivers and who leads the giver."""
    current = HandOver.objects.select_for_update(of=("self",)).get(pk=hand_over.pk)
    if current.state != HandOverState.RUNNING:
        return
    values = {"state": HandOverState.DONE, "finished_at": now}
    tell_all(write_fields(current, values, actor=actor, action="hand_over.finished"), now=now)


@transaction.atomic
def _finish_back(hand_over: HandOver, *, actor: User, now: datetime) -> None:  # noqa: ARG001 -- called as `_finish`
    current = HandOver.objects.select_for_update(of=("self",)).get(pk=hand_over.pk)
    if current.state == HandOverState.UNDOING:
        write_fields(current, {"state": HandOverState.UNDONE}, actor=actor, action="hand_over.taken_back")


def interrupted(job: Any) -> None:
    """Let a hand-over whose job failed or was stopped wait: it can go on, and be taken back again."""
    found = HandOver.objects.filter(pk=job.params.get("hand_over"), job_id=job.pk)
    found.filter(state=HandOverState.RUNNING).update(state=HandOverState.PAUSED)
    found.filter(state=HandOverState.UNDOING).update(state=HandOverState.DONE)


def start_due(*, on: date, now: datetime) -> int:
    """Begin every hand-over whose day has come, in the name of who planned it; return how many."""
    begun = 0
    for hand_over in HandOver.objects.due(on).select_related("made_by").order_by("pk"):
        try:
            _refuse_old_planner(hand_over.made_by)
            start(hand_over, actor=hand_over.made_by, on=on, now=now)
        except (CannotHandOver, Refusal) as refusal:
            _back_to_draft(hand_over, reason=str(refusal))
            continue
        begun += 1
    return begun


def _refuse_old_planner(planner: User) -> None:
    """Raise CannotHandOver for a planner who left, or leads nobody any more: nothing begins in his name."""
    if not (planner.is_active and may(planner, Right.HAND_OVER)):
        raise CannotHandOver(_("%(name)s, who planned it, may hand over no more.") % {"name": planner})


@transaction.atomic
def _back_to_draft(hand_over: HandOver, *, reason: str) -> None:
    """Let a hand-over that could not begin on its day wait for a person."""
    if HandOver.objects.filter(pk=hand_over.pk, state=HandOverState.SCHEDULED).update(state=HandOverState.DRAFT):
        record("hand_over.not_started", hand_over, actor=None, changes={"reason": reason})
