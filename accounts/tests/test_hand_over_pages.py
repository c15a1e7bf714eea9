"""The pages of a hand-over: planning, sharing out, looking before anything changes, starting, taking back."""

import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.actions.handing import plan_hand_over
from accounts.models import Account, HandOver
from accounts.tasks import start_hand_overs
from accounts.tests.factories import (
    AccountFactory,
    AccountMemberFactory,
    ContactFactory,
    HandOverFactory,
    TurnoverFactory,
)
from crm.audit import build_entry
from followups.models import FollowUp
from teams.downloads import exports_of
from teams.models import Team, User
from teams.tests.factories import UserFactory

SignIn = Callable[[User], Client]
LIST, NEW = "/accounts/hand-overs/", "/accounts/hand-overs/new/"


@pytest.fixture(autouse=True)
def _day(now: datetime):
    """Every page is opened at 10:40 on 24 November 2026."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def plan(changhong: Account, rep: User, teammate: User, manager: User, today: date) -> HandOver:
    """Chen Siyuan leaves today; Liu Ting would get everything."""
    return plan_hand_over(giver=rep, reason="LEAVES", day=today, rest_to=teammate, actor=manager)


def url(name: str, plan: HandOver) -> str:
    return reverse(f"accounts:handovers:{name}", args=[plan.pk])


def typed(plan: HandOver, **values: object) -> dict[str, object]:
    """Return the form of a plan with some values changed."""
    form = {"version": plan.version, "reason": plan.reason, "day": plan.day.isoformat(), "with_first_visits": "on"}
    return form | {"rest_to": plan.rest_to_id or ""} | values


def owners() -> dict[str, str]:
    return {account.name: str(account.owner) for account in Account.objects.select_related("owner")}


def test_planning_changes_nothing(changhong, rep, teammate, manager, client_for: SignIn) -> None:
    client = client_for(manager)
    assert "No hand-over yet" in client.get(LIST).content.decode()
    data = {"giver": rep.pk, "reason": "LEAVES", "day": "2026-11-24", "rest_to": teammate.pk}
    answer = client.post(NEW, data, follow=True)
    shown = answer.content.decode()
    assert "Hand-over of 陈思远" in shown
    assert "This is a preview. Nothing changes until you start it." in shown
    assert owners() == {changhong.name: "陈思远"}
    assert User.objects.get(pk=rep.pk).is_active
    assert "陈思远" in client.get(LIST).content.decode()


def test_what_was_typed_wrong_is_said_and_stays(rep, manager, client_for: SignIn) -> None:
    data = {"giver": rep.pk, "reason": "MOVES", "day": "2026-11-23", "rest_to": rep.pk}
    answer = client_for(manager).post(NEW, data)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "Choose today or a later day." in shown
    assert "Choose somebody else than who hands over." in shown
    assert 'value="2026-11-23"' in shown


def test_one_person_is_planned_once(plan, rep, manager, client_for: SignIn) -> None:
    answer = client_for(manager).post(NEW, {"giver": rep.pk, "reason": "LEAVES", "day": "2026-11-24"})
    assert "A hand-over of 陈思远 is being planned already." in answer.content.decode()
    assert HandOver.objects.count() == 1


def test_customers_are_shared_out_by_tier_place_and_one_by_one(
    plan, rep, teammate, outsider, manager, director, client_for: SignIn
) -> None:
    ouyang = UserFactory(name="欧阳明", team=rep.team)
    AccountFactory(name="天奥", owner=rep, tier="A", city="成都")
    AccountFactory(name="昆山华鑫", owner=rep, tier="B", city="昆山")
    client = client_for(director)
    rows = {"which_0": "tier:A", "to_0": outsider.pk, "which_1": "city:昆山", "to_1": ouyang.pk}
    client.post(url("share", plan), typed(plan))  # the two came since the plan was made
    plan.refresh_from_db()
    assert client.post(url("share", plan), typed(plan, **rows)).status_code == 302
    got = {item.account.name: str(item.to) for item in plan.items.filter(account__isnull=False)}
    assert got == {"苏州长虹精密科技有限公司": "刘婷", "天奥": "孙磊", "昆山华鑫": "欧阳明"}

    item = plan.items.get(account__name="天奥")
    client.post(url("choose", plan), {f"to-{item.pk}": ouyang.pk})
    plan.refresh_from_db()
    client.post(url("share", plan), typed(plan))  # the rules are gone; what was chosen by hand stays
    got = {item.account.name: str(item.to) for item in plan.items.filter(account__isnull=False)}
    assert got == {"苏州长虹精密科技有限公司": "刘婷", "天奥": "欧阳明", "昆山华鑫": "刘婷"}
    client.post(url("choose", plan), {f"to-{item.pk}": ""})
    assert plan.items.get(account__name="天奥").to == teammate


def test_half_a_line_is_asked_about(plan, manager, client_for: SignIn) -> None:
    AccountFactory(owner=plan.giver, tier="A")
    client = client_for(manager)
    client.post(url("share", plan), typed(plan))
    plan.refresh_from_db()
    answer = client.post(url("share", plan), typed(plan, which_0="tier:A"))
    assert (answer.status_code, "Choose who gets these customers." in answer.content.decode()) == (422, True)
    answer = client.post(url("share", plan), typed(plan, to_0=plan.rest_to_id))
    assert "Choose which customers go to this person." in answer.content.decode()


def test_two_leaders_who_change_one_plan_are_told(plan, manager, director, outsider, client_for: SignIn) -> None:
    client_for(director).post(url("share", plan), typed(plan, rest_to=outsider.pk))
    answer = client_for(manager).post(url("share", plan), typed(plan, rest_to=manager.pk))
    assert answer.status_code == 409
    assert "何云" in answer.content.decode()
    assert HandOver.objects.get(pk=plan.pk).rest_to == outsider


def test_the_preview_counts_for_each_receiver_and_says_what_could_not_go(
    plan, changhong, rep, teammate, outsider, manager, today, client_for: SignIn
) -> None:
    gone = AccountFactory(name="别人的了", owner=rep)
    client = client_for(manager)
    TurnoverFactory(account=changhong, booked_on=today - timedelta(days=30), amount=Decimal(1_200_000))
    TurnoverFactory(account=changhong, booked_on=today - timedelta(days=400), amount=Decimal(9_000_000))
    client.post(url("share", plan), typed(plan))
    Account.objects.filter(pk=gone.pk).update(owner=outsider)

    seen = client.get(url("page", plan)).context["preview"]

    assert [(str(tally.to), tally.customers, tally.turnover, tally.problems) for tally in seen.tallies] == [
        ("刘婷", 2, Decimal(1_200_000), 1)
    ]
    assert {row.item.account.name: row.problem for row in seen.problems} == {
        "别人的了": "It belongs to 孙磊 meanwhile."
    }
    shown = client.get(url("page", plan), {"show": "problems"}).content.decode()
    assert "It belongs to 孙磊 meanwhile." in shown
    assert changhong.name not in shown


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"is_active": False}, "刘婷 no longer works here."),
        ({"team": None}, "刘婷 belongs to no team; ask an admin to put him or her into one."),
    ],
)
def test_a_receiver_who_cannot_get_anything_is_named(plan, teammate, manager, change, why, client_for: SignIn) -> None:
    User.objects.filter(pk=teammate.pk).update(**change)
    assert [row.problem for row in client_for(manager).get(url("page", plan)).context["preview"].rows] == [why]


def test_the_preview_can_be_taken_along_and_that_is_noted(plan, changhong, manager, client_for: SignIn) -> None:
    answer = client_for(manager).get(url("export", plan))
    sheet = load_workbook(io.BytesIO(answer.getvalue())).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:5] == ("Customer", "Tier", "Place", "Owner until now", "New owner")
    assert rows[1][0] == changhong.name
    assert (rows[1][3], rows[1][4]) == ("陈思远", "刘婷")


@pytest.mark.parametrize("count", [1, 3])
def test_a_plan_costs_the_same_with_one_customer_and_with_three(
    count: int, rep, teammate, manager, today, client_for: SignIn, django_assert_num_queries
) -> None:
    for number in range(count):
        account = AccountFactory(owner=rep, tier="A", city=f"城{number}")
        FollowUp.objects.create(
            key=f"k{number}", kind="promise", subject_kind="account", subject_id=account.pk, account_id=account.pk,
            recipient=rep, due_on=today, params={"text": "送样品"},
        )  # fmt: skip
    plan = plan_hand_over(giver=rep, reason="LEAVES", day=today, rest_to=teammate, actor=manager)
    client = client_for(manager)
    client.get(url("page", plan))
    with django_assert_num_queries(35):
        client.get(url("page", plan))


@pytest.mark.parametrize("count", [1, 3])
def test_list_and_progress_cost_the_same_with_one_row_and_with_three(
    count: int, rep, teammate, manager, client_for: SignIn, django_assert_num_queries
) -> None:
    for _each in range(count):
        made = HandOverFactory(giver=rep, made_by=manager, rest_to=teammate, state="DONE")
        for account in AccountFactory.create_batch(count, owner=teammate):
            made.items.create(account=account, giver=rep, to=teammate, state="DONE")
    client = client_for(manager)
    client.get(LIST)
    with django_assert_num_queries(8):
        client.get(LIST)
    with django_assert_num_queries(12):
        client.get(url("page", made))


def test_starting_asks_first_and_names_what_it_means(
    plan, rep, teammate, manager, client_for: SignIn, django_capture_on_commit_callbacks
) -> None:
    client = client_for(manager)
    asked = client.get(url("start", plan)).content.decode()
    assert "1 customer goes to 刘婷" in asked
    assert "陈思远 can sign in no more from that moment" in asked
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("start", plan))
    shown = client.get(url("page", plan)).content.decode()
    assert "handed over 1" in shown
    assert owners() == {"苏州长虹精密科技有限公司": "刘婷"}
    assert not User.objects.get(pk=rep.pk).is_active
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("back", plan))
    assert "taken back" in client.get(url("page", plan)).content.decode()
    assert owners() == {"苏州长虹精密科技有限公司": "陈思远"}


def test_a_later_day_is_waited_for(
    plan, rep, manager, today, client_for: SignIn, django_capture_on_commit_callbacks
) -> None:
    client = client_for(manager)
    client.post(url("share", plan), typed(plan, day="2026-11-25"))
    client.post(url("start", plan))
    assert "It begins by itself on 2026-11-25." in client.get(url("page", plan)).content.decode()
    assert start_hand_overs() == 0
    late = AccountFactory(name="昆山润达机械有限公司", owner=rep)
    with time_machine.travel(datetime(2026, 11, 25, 8, 0).astimezone(), tick=False):
        with django_capture_on_commit_callbacks(execute=True):
            assert start_hand_overs() == 1
        assert start_hand_overs() == 0
    assert HandOver.objects.get().state == "DONE"
    assert owners() == {"苏州长虹精密科技有限公司": "刘婷", late.name: "刘婷"}, "what came to him meanwhile goes along"
    assert not User.objects.get(pk=rep.pk).is_active


def test_after_thirty_days_it_stays(plan, manager, client_for: SignIn, django_capture_on_commit_callbacks, now) -> None:
    client = client_for(manager)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("start", plan))
    with time_machine.travel(now + timedelta(days=31), tick=False):
        client = client_for(manager)
        assert "Take back" not in client.get(url("page", plan)).content.decode()
        answer = client.post(url("back", plan), follow=True).content.decode()
    assert "too much time has passed" in answer
    assert owners() == {"苏州长虹精密科技有限公司": "刘婷"}


def test_a_manager_lets_go_neither_himself_nor_a_director(manager, director, client_for: SignIn) -> None:
    Team.objects.filter(pk=manager.team_id).update(manager=manager)
    User.objects.filter(pk=director.pk).update(team=manager.team)
    client = client_for(manager)
    for person in (manager, director):
        data = {"giver": person.pk, "reason": "LEAVES", "day": "2026-11-24"}
        assert client.post(NEW, data).status_code == 403
    assert client.post(NEW, {"giver": manager.pk, "reason": "REBALANCE", "day": "2026-11-24"}).status_code == 302


def test_downloads_that_stand_out_are_shown_and_the_manager_is_asked_to_look(
    plan, rep, manager, now, client_for: SignIn, django_capture_on_commit_callbacks
) -> None:
    for days, rows in ((60, 20), (50, 30), (2, 400)):
        entry = build_entry("list.exported", rep, actor=rep, changes={"list": "客户", "rows": rows})
        entry.recorded_at = now - timedelta(days=days)
        entry.save(force_insert=True)
    client = client_for(manager)
    shown = client.get(url("page", plan)).content.decode()
    assert "Downloads that stand out" in shown
    assert "400 rows" in shown
    assert "usual are 25" in shown
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("start", plan))
    asked = FollowUp.objects.get(kind="unusual-export")
    assert (asked.recipient, asked.params["rows"]) == (manager, 400)


def test_a_download_leaves_a_trace(changhong, rep, client_for: SignIn) -> None:
    client_for(rep).get("/accounts/export/", {"col": ["name", "tier"]})
    assert [(one.what, one.rows) for one in exports_of(rep, on=date(2026, 11, 24))] == [("Customers", 1)]


def test_what_may_be_lost(plan, changhong, manager, today, client_for: SignIn) -> None:
    Account.objects.filter(pk=changhong.pk).update(tier="A", last_contact_on=today - timedelta(days=90))
    ContactFactory(account=changhong, name="李敏", buying_roles=["DECIDER"], stance="H")
    shown = client_for(manager).get(url("risks", plan)).content.decode()
    assert "90 days without contact" in shown
    assert "李敏 · hostile" in shown


def test_the_receiver_reads_the_brief_and_a_stranger_does_not(
    plan, changhong, teammate, rep, outsider, manager, today, client_for: SignIn, django_capture_on_commit_callbacks
) -> None:
    ContactFactory(account=changhong, name="李敏", buying_roles=["DECIDER"], stance="PS", last_contact_on=today)
    Account.objects.filter(pk=changhong.pk).update(tier="A")
    AccountFactory(name="安吉竹业有限公司", owner=rep, tier="")
    with django_capture_on_commit_callbacks(execute=True):
        client_for(manager).post(url("start", plan))
    shown = client_for(teammate).get(url("brief", plan)).content.decode()
    assert "Customers from 陈思远" in shown
    assert "李敏" in shown
    assert shown.index("苏州长虹精密科技有限公司") < shown.index("安吉竹业有限公司"), "the best customers first"
    assert "First visit to 长虹精密 as its new owner" in shown
    assert client_for(outsider).get(url("brief", plan)).status_code == 404
    assert client_for(teammate).get(url("page", plan)).status_code == 403
    assert "李敏" in client_for(manager).get(url("brief", plan), {"to": teammate.pk}).content.decode()
    assert "李敏" in client_for(teammate).get(reverse("accounts:brief", args=[changhong.pk])).content.decode()


def test_account_teams_stay(plan, changhong, outsider, manager, client_for, django_capture_on_commit_callbacks) -> None:
    AccountMemberFactory(account=changhong, user=outsider)
    with django_capture_on_commit_callbacks(execute=True):
        client_for(manager).post(url("start", plan))
    assert [member.user for member in changhong.members.all()] == [outsider]


def test_many_ticked_customers_become_a_hand_over_of_their_own(
    rep, teammate, manager, client_for: SignIn, django_capture_on_commit_callbacks
) -> None:
    AccountFactory.create_batch(51, owner=rep)
    data = {"everything": "1", "query": "", "sure": "1", "to": teammate.pk}
    with django_capture_on_commit_callbacks(execute=True):
        answer = client_for(manager).post(reverse("accounts:hand_over"), data)
    made = HandOver.objects.get()
    assert answer.url == made.get_absolute_url()
    assert (made.state, made.reason, Account.objects.filter(owner=teammate).count()) == ("DONE", "REBALANCE", 51)
    assert User.objects.get(pk=rep.pk).is_active
    assert not FollowUp.objects.filter(kind="first-visit").exists()
    again = client_for(manager).post(reverse("accounts:hand_over"), data)
    assert (again.status_code, HandOver.objects.count()) == (422, 1)
