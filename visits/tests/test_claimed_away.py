"""A customer leaves its owner through a claim, a release or a lapse: nothing that hangs on him is left behind."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.actions.claims import ClaimRefused, Filing, file_for, release
from accounts.actions.giving import give_account
from accounts.actions.lapses import lapse_claims
from accounts.handover.rules import first_visit_due
from accounts.models import Account, Claim, ClaimPolicy
from accounts.tests.factories import ClaimFactory
from crm.audit import history_of
from crm.models import UndoEntry
from crm.undo import CannotUndo, undo
from followups.actions.approvals import approve, send_back
from followups.actions.items import complete, promise, schedule
from followups.dispatching import dispatch_due
from followups.models import Approval, FollowUp, Notification
from followups.wording import wording
from pipeline.actions.opportunities import set_next_step
from pipeline.models import Opportunity
from pipeline.tests.factories import OpportunityFactory
from teams.models import User
from visits.models import PlanItem
from visits.tests.factories import DayPlanFactory, PlanItemFactory

SignIn = Callable[[User], Client]
LATER = date(2026, 11, 30)


@pytest.fixture(autouse=True)
def _day(now: datetime):
    """Everything happens at 10:40 on 24 November 2026."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def held(changhong: Account) -> Claim:
    """Chen Siyuan claimed Changhong; the protection ends on Friday."""
    return ClaimFactory(account=changhong, protected_until=date(2026, 11, 27))


@pytest.fixture
def deal(changhong: Account) -> Opportunity:
    return OpportunityFactory(account=changhong, name="二期产线")


@pytest.fixture
def planned(changhong: Account, rep: User, today: date) -> PlanItem:
    """Chen Siyuan goes there in a week."""
    return PlanItemFactory(plan=DayPlanFactory(user=rep, day=today + timedelta(days=7)), account=changhong)


@pytest.fixture
def said(changhong: Account, rep: User, today: date, now: datetime) -> FollowUp:
    """He promised samples."""
    return promise(changhong, recipient=rep, text="送样品", due_on=today, actor=rep, now=now, account_id=changhong.pk)


@pytest.fixture
def asked(held: Claim, teammate: User, manager: User, today: date, now: datetime) -> Approval:
    """Liu Ting claims it too; Zhao Min decides."""
    filing = Filing("华东", date(2026, 11, 1), "跟了半年")
    file_for(held.account, filing=filing, client_id=uuid.uuid4(), actor=teammate, now=now, on=today)
    return Approval.objects.get(kind="claim")


@pytest.fixture
def deals_lapse(db: None) -> None:
    """The firm has settled that an open opportunity keeps no customer."""
    ClaimPolicy.objects.create(pk=1, deals_exempt=False)


def where() -> list[tuple[str, str, str]]:
    """Return who has what now: (what, who, state)."""
    deals = [("deal", str(row.owner), row.state) for row in Opportunity.objects.select_related("owner").order_by("pk")]
    stops = PlanItem.objects.select_related("plan__user").order_by("pk")
    items = FollowUp.objects.select_related("recipient").filter(kind="promise").order_by("pk")
    return [
        *deals,
        *(("stop", str(row.plan.user), row.state) for row in stops),
        *(("promise", str(row.recipient), row.state) for row in items),
    ]


BEFORE = [("deal", "陈思远", "OPEN"), ("stop", "陈思远", "OPEN"), ("promise", "陈思远", "OPEN")]


# --- a second claim, decided ------------------------------------------------------------------------------------------
def test_what_is_open_goes_to_the_second_claimant_and_what_is_over_stays(
    asked, deal, planned, said, changhong, rep, teammate, manager, today, now
) -> None:
    won = OpportunityFactory(account=changhong, name="一期", state="WON", closed_on=today)
    approve(asked, actor=manager, now=now, comment="刘婷跟了半年")

    won.refresh_from_db()
    assert won.owner == rep
    assert where() == [
        *[("deal", "刘婷", "OPEN"), ("deal", "陈思远", "WON")],
        *[("stop", "陈思远", "DROPPED"), ("stop", "刘婷", "OPEN")],
        ("promise", "刘婷", "OPEN"),
    ]
    row = history_of(changhong).get(action="account.claim_decided")
    assert row.changes["along"] == {"stops": 1, "opportunities": 1, "follow_ups": 1}
    assert [entry.action for entry in history_of(changhong)].count("account.claim_decided") == 1


def test_who_held_it_is_told_what_went(asked, deal, planned, said, rep, manager, now) -> None:
    approve(asked, actor=manager, now=now, comment="刘婷跟了半年")
    dispatch_due(clock=lambda: now + timedelta(minutes=1))

    told = Notification.objects.get(recipient=rep, kind="claim_to_colleague")
    assert wording(told.kind, told.params).reason == (
        "赵敏 decided so. 刘婷跟了半年 With 刘婷 now: planned visits 1 · open opportunities 1 · follow-ups 1."
    )


def test_who_decides_sees_what_would_go(asked, deal, planned, said, manager, client_for: SignIn) -> None:
    shown = client_for(manager).get(reverse("followups:approval", args=[asked.pk])).content.decode()

    assert "planned visits 1 · open opportunities 1 · follow-ups 1" in shown


def test_a_refused_claim_moves_nothing(asked, deal, planned, said, manager, now) -> None:
    send_back(asked, actor=manager, now=now, comment="陈思远正在投标")

    assert where() == BEFORE


def test_a_decision_taken_back_brings_back_what_went_along(asked, deal, planned, said, changhong, manager, now) -> None:
    entry = approve(asked, actor=manager, now=now)
    with pytest.raises(CannotUndo, match="Take the decision back"):
        undo(UndoEntry.objects.get(action="claims.carried"), actor=manager, now=now)
    undo(entry, actor=manager, now=now + timedelta(seconds=20))

    assert where() == [*BEFORE[:2], ("stop", "刘婷", "DROPPED"), BEFORE[2]]
    # Decided again, it goes along again, and comes back again.
    again = approve(Approval.objects.get(pk=asked.pk), actor=manager, now=now + timedelta(seconds=25))
    undo(again, actor=manager, now=now + timedelta(seconds=30))
    assert where() == [*BEFORE[:2], ("stop", "刘婷", "DROPPED"), BEFORE[2]]


def test_a_decision_is_not_taken_back_over_what_the_winner_did_since(
    asked, deal, teammate, changhong, manager, today, now
) -> None:
    entry = approve(asked, actor=manager, now=now)
    deal.refresh_from_db()
    set_next_step(deal, text="约采购总监", on=today + timedelta(days=2), actor=teammate, now=now)

    with pytest.raises(CannotUndo, match="二期产线"):
        undo(entry, actor=manager, now=now + timedelta(seconds=20))
    changhong.refresh_from_db()
    assert changhong.owner == teammate


# --- released ---------------------------------------------------------------------------------------------------------
def test_a_customer_with_an_open_opportunity_is_not_released(held, deal, planned, said, rep, now) -> None:
    with pytest.raises(ClaimRefused, match="Close the opportunity first, or let your manager give the customer to"):
        release(held.account, reason="跟不动", actor=rep, now=now)

    held.account.refresh_from_db()
    assert held.account.owner == rep
    assert where() == BEFORE


def test_that_it_is_not_released_is_said_before_anybody_writes_why(held, deal, rep, client_for: SignIn) -> None:
    client, url = client_for(rep), reverse("accounts:release", args=[held.account_id])

    assert "Close the opportunity first" in client.get(url, follow=True).content.decode()
    assert client.post(url, {"reason": "跟不动"}).status_code == 422
    assert where() == [("deal", "陈思远", "OPEN")]


def test_a_release_ends_planned_visits_and_gives_promises_to_the_manager(
    held, planned, said, changhong, rep, manager, now
) -> None:
    first = schedule(
        first_visit_due(changhong, to=rep, giver=None, on=date(2026, 11, 20), due_on=LATER, key="first-visit:1"),
        now=now,
    )
    entry = release(held.account, reason="项目停摆", actor=rep, now=now)

    assert where() == [("stop", "陈思远", "DROPPED"), ("promise", "赵敏", "OPEN")]
    first.refresh_from_db()
    assert first.state == "CANCELLED"
    row = history_of(changhong).get(action="account.released")
    assert (row.changes["along"], row.changes["ended"]) == ({"follow_ups": 1}, {"stops": 1})
    dispatch_due(clock=lambda: now)
    told = Notification.objects.get(recipient=manager, kind="claim_to_pool")
    assert wording(told.kind, told.params).reason == (
        "项目停摆 With 赵敏 now: follow-ups 1. Ended with it: planned visits 1."
    )

    undo(entry, actor=rep, now=now + timedelta(minutes=5))
    assert where() == BEFORE[1:]
    first.refresh_from_db()
    assert (first.state, first.recipient) == ("OPEN", rep)


def test_a_release_is_not_taken_back_over_a_promise_the_manager_kept(held, said, rep, manager, now) -> None:
    entry = release(held.account, reason="项目停摆", actor=rep, now=now)
    said.refresh_from_db()
    complete(said, actor=manager, now=now)

    with pytest.raises(CannotUndo):
        undo(entry, actor=rep, now=now + timedelta(minutes=5))


def test_where_nobody_leads_the_team_promises_stay_with_who_gave_them(held, planned, said, rep, now) -> None:
    release(held.account, reason="项目停摆", actor=rep, now=now)

    assert where() == [("stop", "陈思远", "DROPPED"), ("promise", "陈思远", "OPEN")]


def test_what_a_colleague_has_there_stays_with_him(held, teammate, rep, manager, today, now) -> None:
    PlanItemFactory(plan=DayPlanFactory(user=teammate, day=today), account=held.account)
    release(held.account, reason="项目停摆", actor=rep, now=now)

    assert where() == [("stop", "刘婷", "OPEN")]


@pytest.mark.usefixtures("deals_lapse")
def test_where_deals_keep_no_customer_they_go_to_the_manager(held, deal, rep, manager, now) -> None:
    entry = release(held.account, reason="项目停摆", actor=rep, now=now)
    assert where() == [("deal", "赵敏", "OPEN")]

    undo(entry, actor=rep, now=now)
    assert where() == [("deal", "陈思远", "OPEN")]


# --- lapsed -----------------------------------------------------------------------------------------------------------
def test_a_customer_with_an_open_opportunity_does_not_lapse(held, deal, planned, said, rep, manager, now) -> None:
    assert lapse_claims(on=LATER, now=now) == 0
    assert where() == BEFORE


def test_a_lapse_ends_planned_visits_and_gives_promises_to_the_manager(
    held, planned, said, changhong, rep, manager, now
) -> None:
    assert lapse_claims(on=LATER, now=now) == 1

    assert where() == [("stop", "陈思远", "DROPPED"), ("promise", "赵敏", "OPEN")]
    row = history_of(changhong).get(action="account.lapsed")
    assert (row.changes["along"], row.changes["ended"]) == ({"follow_ups": 1}, {"stops": 1})


@pytest.mark.usefixtures("deals_lapse")
def test_where_deals_keep_no_customer_a_lapse_gives_them_to_the_manager(held, deal, rep, manager, now) -> None:
    Opportunity.objects.update(progressed_at=now - timedelta(days=90))
    assert lapse_claims(on=LATER, now=now) == 1

    assert where() == [("deal", "赵敏", "OPEN")]


def test_the_history_of_a_customer_says_what_went(
    held, planned, said, changhong, rep, manager, now, client_for
) -> None:
    release(held.account, reason="项目停摆", actor=rep, now=now)

    shown = client_for(manager).get(reverse("accounts:history", args=[changhong.pk])).content.decode()
    assert "follow-ups 1" in shown
    assert "planned visits 1" in shown


def test_a_hand_over_counts_the_same(changhong, deal, planned, said, rep, teammate, manager, now) -> None:
    given = give_account(changhong, giver=rep, to=teammate, actor=manager, now=now)

    assert [name for name, _data in given.before["moved"]] == ["stops", "opportunities", "follow_ups"]
