"""Facts of many customers changed in one go: chosen, looked at, done, taken back; by a worker where they are many."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.actions.accounts import archive_account, change_owner, edit_account
from accounts.actions.bulk_edits import bulk_edit_accounts, offer_bulk_undo
from accounts.actions.tier_hands import ByHand, override_tier
from accounts.bulk import jobs as bulk_jobs
from accounts.models import Account, Industry, TierChange
from accounts.tests.factories import AccountFactory
from crm.audit import history_of
from crm.jobs import cancel_job, run_job
from crm.models import AuditEntry, Job, UndoEntry
from crm.undo import CannotUndo, undo
from teams.models import User

SignIn = Callable[[User], Client]
EDIT, ARCHIVE = "accounts:bulk_edit", "accounts:bulk_archive"


@pytest.fixture
def three(rep: User) -> list[Account]:
    """Three customers of Chen Siyuan; the second sits in Suzhou already."""
    return [
        AccountFactory(owner=rep, name=name, city=city)
        for name, city in (("昆山恒远", "昆山"), ("苏州博瑞", "苏州"), ("无锡华鑫", "无锡"))
    ]


@pytest.fixture
def steel() -> Industry:
    return Industry.objects.create(name="钢铁")


def keys(accounts: list[Account]) -> list[int]:
    return [account.pk for account in accounts]


def carried(page: HttpResponse) -> dict[str, str]:
    """Return what a page of ours carries on to the next."""
    found = re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">', page.content.decode())
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def look(client: Client, chosen: dict[str, Any], values: dict[str, Any]) -> HttpResponse:
    """Choose customers and say what is to change; return the preview."""
    asked = client.post(reverse(EDIT), chosen)
    assert asked.status_code == 200
    return client.post(reverse(EDIT), carried(asked) | values)


def do(client: Client, preview: HttpResponse, name: str = EDIT) -> HttpResponse:
    """Agree to a preview."""
    return client.post(reverse(name), carried(preview) | {"sure": "1"}, follow=True)


def told(page: HttpResponse) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def cities() -> dict[str, str]:
    return dict(Account.objects.order_by("pk").values_list("name", "city"))


def test_a_change_is_shown_first_then_done_then_taken_back(
    three: list[Account], rep: User, steel: Industry, now, client_for: SignIn
) -> None:
    client = client_for(rep)
    page = look(client, {"ids": keys(three)}, {"city": "苏州", "industry": steel.pk})
    preview = page.context["preview"]
    assert [(line.name, line.fields) for line in preview.lines] == [
        ("无锡华鑫", [("industry", "--", "钢铁"), ("city", "无锡", "苏州")]),
        ("昆山恒远", [("industry", "--", "钢铁"), ("city", "昆山", "苏州")]),
        ("苏州博瑞", [("industry", "--", "钢铁")]),
    ]
    assert preview.left == []
    assert set(cities().values()) == {"昆山", "苏州", "无锡"}
    done = do(client, page)
    assert told(done) == ["3 customers changed"]
    assert set(cities().values()) == {"苏州"}
    assert undo(UndoEntry.objects.get(), actor=rep, now=now) == ""
    assert cities() == {"昆山恒远": "昆山", "苏州博瑞": "苏州", "无锡华鑫": "无锡"}
    assert not Account.objects.exclude(industry=None).exists()


def test_each_customer_has_its_row_of_history_and_all_share_a_batch(
    three: list[Account], rep: User, client_for: SignIn
) -> None:
    client = client_for(rep)
    do(client, look(client, {"ids": keys(three)}, {"source": "INTRODUCTION"}))
    rows = AuditEntry.objects.filter(action="account.bulk_edited")
    assert rows.count() == 3
    assert len({row.changes["batch"] for row in rows}) == 1
    assert history_of(three[0]).first().changes["source"] == ["", "INTRODUCTION"]
    assert list(Account.objects.values_list("version", flat=True)) == [2, 2, 2]


def test_fields_are_emptied_only_where_that_is_said(
    three: list[Account], rep: User, steel: Industry, client_for: SignIn
) -> None:
    Account.objects.update(industry=steel, potential=4)
    client = client_for(rep)
    do(client, look(client, {"ids": keys(three)}, {"empty_industry": "on", "empty_city": "on"}))
    assert set(Account.objects.values_list("industry", "city", "potential")) == {(None, "", 4)}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Say at least one thing that is to change."),
        ({"city": "苏州", "empty_city": "on"}, "Either a value or “Empty it”, not both."),
        ({"potential": "9"}, "Select a valid choice"),
        ({"next_contact_on": "32.13."}, "Enter a valid date"),
        ({"parent": "没有这家"}, "No customer of yours is called “没有这家”."),
    ],
)
def test_what_cannot_be_is_asked_for_again(
    values: dict[str, str], sentence: str, three: list[Account], rep: User, client_for: SignIn
) -> None:
    page = look(client_for(rep), {"ids": keys(three)}, values)
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert carried(page)["chosen"]


def test_who_is_left_is_told_with_the_reason(three: list[Account], rep: User, now, client_for: SignIn) -> None:
    head = AccountFactory(owner=rep, name="集团", parent=None)
    Account.objects.filter(pk=three[0].pk).update(parent=head)
    archive_account(three[2], actor=rep, now=now)
    client = client_for(rep)
    page = look(client, {"everything": "1", "query": "archived=yes"}, {"city": "苏州"})
    assert page.context["preview"].left == [("is archived", 1, "无锡华鑫")]
    page = look(client, {"ids": [*keys(three), head.pk]}, {"parent": f"昆山恒远 #{three[0].pk}"})
    left = page.context["preview"].left
    assert left == [("stands above the company it would belong to", 2, "昆山恒远、集团")]
    page = look(client, {"ids": keys(three)}, {"city": "苏州"})
    assert page.context["preview"].left == [("has these values already", 1, "苏州博瑞")]


def test_a_whole_filtered_list_is_changed(three: list[Account], rep: User, client_for: SignIn) -> None:
    client = client_for(rep)
    page = look(client, {"everything": "1", "query": "city=昆山"}, {"kind": "PROSPECT"})
    assert page.context["preview"].count == 1
    do(client, page)
    assert list(Account.objects.filter(kind="PROSPECT").values_list("name", flat=True)) == ["昆山恒远"]


def test_what_somebody_changes_after_the_preview_is_left_alone(
    three: list[Account], rep: User, manager: User, client_for: SignIn
) -> None:
    client = client_for(rep)
    page = look(client, {"ids": keys(three)}, {"source": "INTRODUCTION"})
    edit_account(three[0], changes={"phone": "1"}, version=1, actor=manager)
    assert told(do(client, page)) == ["2 customers changed", "1 customer was left as it was."]
    assert Account.objects.get(pk=three[0].pk).source == ""


def test_nobody_changes_what_he_does_not_see(
    three: list[Account], rep: User, outsider: User, dealer: User, client_for: SignIn
) -> None:
    foreign = AccountFactory(owner=outsider, name="成都天奥")
    client = client_for(rep)
    page = look(client, {"ids": [foreign.pk, three[0].pk]}, {"city": "成都"})
    Account.objects.filter(pk=three[0].pk).update(owner=outsider, team=outsider.team)
    assert told(do(client, page)) == ["1 customer was left as it was."]
    assert "成都" not in cities().values()
    assert client_for(dealer).post(reverse(EDIT), {"ids": [foreign.pk]}).status_code == 403


def test_a_choice_that_was_tampered_with_changes_nothing(three: list[Account], rep: User, client_for: SignIn) -> None:
    answer = client_for(rep).post(reverse(EDIT), {"chosen": "x", "city": "苏州", "sure": "1"}, follow=True)
    assert told(answer) == ["The choice was not sent whole. Choose the customers once more."]
    answer = client_for(rep).post(reverse(EDIT), {}, follow=True)
    assert told(answer) == ["Choose at least one customer first."]


def test_back_to_the_values_keeps_what_was_typed(three: list[Account], rep: User, client_for: SignIn) -> None:
    client = client_for(rep)
    page = look(client, {"ids": keys(three)}, {"city": "太仓", "empty_source": "on"})
    again = client.post(reverse(EDIT), carried(page) | {"again": "1"}).content.decode()
    assert 'value="太仓"' in again
    assert re.search(r'name="empty_source"[^>]* checked', again)


def test_many_are_put_away_and_brought_back(three: list[Account], rep: User, now, client_for: SignIn) -> None:
    client = client_for(rep)
    page = client.post(reverse(ARCHIVE), {"ids": keys(three)})
    assert "Archive 3 customers?" in page.content.decode()
    assert Account.objects.live().count() == 3
    assert told(do(client, page, ARCHIVE)) == ["3 customers archived"]
    assert Account.objects.live().count() == 0
    undo(UndoEntry.objects.get(), actor=rep, now=now)
    assert Account.objects.live().count() == 3


# --- taking back ------------------------------------------------------------------------------------------------------


def test_what_somebody_wrote_since_stays_and_is_named(
    three: list[Account], rep: User, manager: User, now, client_for: SignIn
) -> None:
    client = client_for(rep)
    do(client, look(client, {"ids": keys(three)}, {"city": "太仓"}))
    edit_account(Account.objects.get(pk=three[0].pk), changes={"city": "常熟"}, version=2, actor=manager)
    edit_account(Account.objects.get(pk=three[1].pk), changes={"phone": "1"}, version=2, actor=manager)
    said = undo(UndoEntry.objects.get(), actor=rep, now=now)
    assert said == "Taken back, except for 1 customer that somebody changed since: 昆山恒远."
    assert cities() == {"昆山恒远": "常熟", "苏州博瑞": "苏州", "无锡华鑫": "无锡"}
    assert history_of(three[2]).first().action == "account.bulk_taken_back"


def test_where_everything_was_changed_since_it_is_refused(
    three: list[Account], rep: User, now, client_for: SignIn
) -> None:
    client = client_for(rep)
    do(client, look(client, {"ids": keys(three)}, {"city": "太仓"}))
    Account.objects.update(city="常熟")
    with pytest.raises(CannotUndo, match="changed since: 昆山恒远, 苏州博瑞, 无锡华鑫"):
        undo(UndoEntry.objects.get(), actor=rep, now=now)


def test_after_thirty_days_it_stays(three: list[Account], rep: User, now, client_for: SignIn) -> None:
    client = client_for(rep)
    do(client, look(client, {"ids": keys(three)}, {"city": "太仓"}))
    with pytest.raises(CannotUndo, match="too much time has passed"):
        undo(UndoEntry.objects.get(), actor=rep, now=UndoEntry.objects.get().expires_at + timedelta(seconds=1))


# --- by a worker ------------------------------------------------------------------------------------------------------


@pytest.fixture
def _portions_of_two(monkeypatch) -> None:
    """A worker takes two customers at a time, and more than two are left to it."""
    monkeypatch.setattr(bulk_jobs, "AT_ONCE", 2)
    monkeypatch.setattr("accounts.views.bulk_edit.AT_ONCE", 2)


def test_what_went_to_somebody_else_since_stays_and_is_not_named(
    three: list[Account], rep: User, outsider: User, manager: User, now
) -> None:
    expected = {account.pk: 1 for account in three[:2]}
    done = bulk_edit_accounts(expected, wanted={"source": "SWEEP"}, actor=rep, batch="x")
    entry = offer_bulk_undo(done.written, actor=rep, now=now, batch="x")
    change_owner(three[0], to=outsider, actor=manager, now=now)
    told = undo(entry, actor=rep, now=now)
    assert "a customer you do not see any more" in str(told)
    assert three[0].name not in str(told)
    assert [Account.objects.get(pk=pk).source for pk in expected] == ["SWEEP", ""]


@pytest.mark.usefixtures("_portions_of_two")
def test_very_many_are_changed_by_a_worker_and_taken_back(
    three: list[Account], rep: User, now, client_for: SignIn, django_capture_on_commit_callbacks
) -> None:
    client = client_for(rep)
    page = look(client, {"ids": keys(three)}, {"city": "苏州"})
    assert "A worker does this" in page.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        sent = client.post(reverse(EDIT), carried(page) | {"sure": "1"})
    job = Job.objects.get()
    assert sent.headers["Location"] == reverse("teams:list_job", args=[job.pk])
    assert (job.state, job.done, job.total) == ("DONE", 3, 3)
    shown = client.get(sent.headers["Location"]).content.decode()
    assert "2 customers changed" in shown
    assert "1 customer was left as it was." in shown
    assert len({row.changes["batch"] for row in AuditEntry.objects.filter(action="account.bulk_edited")}) == 1
    undo(UndoEntry.objects.get(), actor=rep, now=now)
    assert cities() == {"昆山恒远": "昆山", "苏州博瑞": "苏州", "无锡华鑫": "无锡"}


@pytest.mark.usefixtures("_portions_of_two")
def test_a_stopped_worker_leaves_the_way_back_for_what_it_did(
    three: list[Account], rep: User, now, today, monkeypatch
) -> None:
    job = bulk_jobs.change_soon(
        [(account.pk, 1) for account in three], wanted={"city": "太仓"}, archive=False, actor=rep, on=today
    )
    changed = bulk_jobs.bulk_edit_accounts

    def change_and_stop(*args: Any, **kwargs: Any) -> Any:
        outcome = changed(*args, **kwargs)
        if Account.objects.filter(city="太仓").count() > 2:
            cancel_job(job, actor=rep, now=now)
        return outcome

    monkeypatch.setattr(bulk_jobs, "bulk_edit_accounts", change_and_stop)
    run_job(job.pk, now=now)
    job.refresh_from_db()
    assert job.state == "CANCELLED"
    assert list(cities().values()) == ["太仓", "太仓", "无锡"]
    assert job.result["text"] == "2 customers changed"
    undo(UndoEntry.objects.get(pk=job.result["undo"]), actor=rep, now=now)
    assert list(cities().values()) == ["昆山", "苏州", "无锡"]


@pytest.mark.usefixtures("_portions_of_two")
def test_who_lost_the_right_meanwhile_changes_nothing(three: list[Account], rep: User, now, today) -> None:
    chosen = [(account.pk, 1) for account in three]
    job = bulk_jobs.change_soon(chosen, wanted={"city": "太仓"}, archive=False, actor=rep, on=today)
    User.objects.filter(pk=rep.pk).update(role="COMPLIANCE")
    run_job(job.pk, now=now)
    job.refresh_from_db()
    assert (job.state, job.error) == ("FAILED", "Your role changes no customers any more.")
    assert "太仓" not in cities().values()


@pytest.mark.parametrize("count", [1, 3])
def test_a_bulk_change_costs_the_same_with_one_and_with_three(
    count: int, rep: User, client_for: SignIn, django_assert_num_queries
) -> None:
    accounts = AccountFactory.create_batch(count, owner=rep)
    client = client_for(rep)
    page = look(client, {"ids": keys(accounts)}, {"source": "INTRODUCTION"})
    # session, user, absences; begin and end of the whole and of its two actions (6); rows, written, history, undo;
    # where there is a copy to read from, the session remembers who wrote (3)
    with django_assert_num_queries(13 + 3 * settings.HAS_REPLICA):
        client.post(reverse(EDIT), carried(page) | {"sure": "1"})


# --- a tier set by hand, for many -------------------------------------------------------------------------------------
def hand(**values: str) -> dict[str, str]:
    return {"tier": "A", "tier_until": "2027-03-01", "tier_reason": "明年有大项目"} | values


def tiers_by_name() -> dict[str, tuple[str, date | None]]:
    rows = Account.objects.order_by("pk").values_list("name", "tier", "tier_fixed_until")
    return {name: (tier, until) for name, tier, until in rows}


def test_a_tier_is_set_by_hand_for_many_as_for_one_and_taken_back(
    three: list[Account], manager: User, now, today, client_for: SignIn
) -> None:
    Account.objects.filter(pk=three[1].pk).update(tier="B")
    override_tier(three[2], to="B", until=date(2026, 12, 31), reason="付款拖延", actor=manager, on=today, now=now)
    client = client_for(manager)
    with time_machine.travel(now, tick=False):
        page = look(client, {"ids": keys(three)}, hand(city="太仓"))
    assert [(line.name, line.fields) for line in page.context["preview"].lines] == [
        ("无锡华鑫", [("city", "无锡", "太仓"), ("tier", "B", "A"), UNTIL("2026-12-31")]),
        ("昆山恒远", [("city", "昆山", "太仓"), ("tier", "--", "A"), UNTIL("--")]),
        ("苏州博瑞", [("city", "苏州", "太仓"), ("tier", "B", "A"), UNTIL("--")]),
    ]
    assert "Why: 明年有大项目" in page.content.decode()
    with time_machine.travel(now, tick=False):
        assert told(do(client, page)) == ["3 customers changed"]
    assert set(tiers_by_name().values()) == {("A", date(2027, 3, 1))}
    changes = TierChange.objects.filter(reason="明年有大项目").order_by("account_id")
    assert [(row.kind, row.before, row.after, row.actor, row.happened_on) for row in changes] == [
        ("OVERRIDE", before, "A", manager, today) for before in ("", "B", "B")
    ]
    rows = [entry for entry in history_of(three[0]) if entry.action != "account.created"]
    assert [row.action for row in rows] == ["account.tier_fixed", "account.bulk_edited"]
    assert rows[0].changes["tier"] == ["", "A"]
    assert rows[0].changes["batch"] == rows[1].changes["batch"]
    assert undo(UndoEntry.objects.get(), actor=manager, now=now) == ""
    assert tiers_by_name() == {
        "昆山恒远": ("", None),
        "苏州博瑞": ("B", None),
        "无锡华鑫": ("B", date(2026, 12, 31)),
    }
    assert set(cities().values()) == {"昆山", "苏州", "无锡"}
    last = TierChange.objects.filter(account=three[2]).latest("pk")
    assert (last.kind, last.reason) == ("OVERRIDE", "付款拖延")
    assert TierChange.objects.filter(account=three[0]).latest("pk").kind == "OVERRIDE_ENDED"


def UNTIL(before: str) -> tuple[str, str, str]:  # noqa: N802 -- reads as a constant in the rows above
    return ("tier set by hand until", before, "2027-03-01")


def test_what_was_set_anew_since_stays_when_it_is_taken_back(
    three: list[Account], manager: User, now, today, client_for: SignIn
) -> None:
    client = client_for(manager)
    do(client, look(client, {"ids": keys(three)}, hand()))
    override_tier(three[1], to="A", until=date(2027, 6, 1), reason="再看半年", actor=manager, on=today, now=now)
    assert "苏州博瑞" in undo(UndoEntry.objects.get(), actor=manager, now=now)
    assert tiers_by_name() == {
        "昆山恒远": ("", None),
        "苏州博瑞": ("A", date(2027, 6, 1)),
        "无锡华鑫": ("", None),
    }


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (hand(tier_reason=" "), "Say why: the reason stands beside the tier until it ends."),
        (hand(tier_until="2026-11-24"), "Choose a day after today; until then the tier stays."),
        (hand(tier_until=""), "Choose a day after today; until then the tier stays."),
        (hand(tier=""), "Choose the tier too, or leave the reason empty."),
        (hand(tier="Z"), "Select a valid choice"),
        ({"tier_until": "2027-03-01"}, "Say at least one thing that is to change."),
    ],
)
def test_a_tier_for_many_needs_a_reason_and_a_later_day(
    values: dict[str, str], sentence: str, three: list[Account], manager: User, client_for: SignIn, now
) -> None:
    with time_machine.travel(now, tick=False):
        page = look(client_for(manager), {"ids": keys(three)}, values)
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert not TierChange.objects.exists()


def test_who_sells_sets_no_tiers_and_a_dealer_has_none(
    three: list[Account], rep: User, manager: User, client_for: SignIn
) -> None:
    page = look(client_for(rep), {"ids": keys(three)}, hand())
    assert page.status_code == 422
    assert "tier_reason" not in page.content.decode()
    Account.objects.filter(pk=three[0].pk).update(kind="DEALER")
    client = client_for(manager)
    page = look(client, {"ids": keys(three)}, hand())
    assert page.context["preview"].left == [("is a dealer and has no tier", 1, "昆山恒远")]
    do(client, page)
    assert [tier for tier, _until in tiers_by_name().values()] == ["", "A", "A"]


@pytest.mark.usefixtures("_portions_of_two")
def test_a_worker_sets_the_tiers_of_very_many_with_the_reason_and_asks_the_right_again(
    three: list[Account], manager: User, now, today
) -> None:
    wanted = {"tier": "A", "tier_fixed_until": "2027-03-01"}
    given = {"wanted": wanted, "archive": False, "actor": manager, "on": today}
    job = bulk_jobs.change_soon([(account.pk, 1) for account in three], why="明年有大项目", **given)
    run_job(job.pk, now=now)
    assert list(TierChange.objects.values_list("after", "reason")) == [("A", "明年有大项目")] * 3
    User.objects.filter(pk=manager.pk).update(role="REP")
    job = bulk_jobs.change_soon([(account.pk, 2) for account in three], why="再来", **given)
    run_job(job.pk, now=now)
    job.refresh_from_db()
    assert (job.state, job.error) == ("FAILED", "Your role sets no tiers by hand any more.")


@pytest.mark.parametrize("count", [1, 3])
def test_setting_tiers_costs_the_same_with_one_and_with_three(
    count: int, manager: User, rep: User, today, now, django_assert_num_queries
) -> None:
    accounts = AccountFactory.create_batch(count, owner=rep)
    wanted = {"tier": "A", "tier_fixed_until": "2027-03-01"}
    seen = {account.pk: 1 for account in accounts}
    # begin and end of the whole, of the hand setting and of its write; rows; what asks; written, changes, history
    with django_assert_num_queries(10):
        bulk_edit_accounts(seen, wanted=wanted, actor=manager, batch="x", hand=ByHand("因为", today, now))
