"""An import checks everything, asks what only people know, loads what is right, and can be taken back."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.models import Account
from accounts.tests.factories import AccountFactory
from crm import jobs
from crm.models import Job
from crm.tabular import UnreadableFile
from imports.actions import runs
from imports.actions.back import CannotImport, take_back
from imports.choices import RunState
from imports.models import ImportRun, RefusedRow
from pipeline.models import Opportunity, Product, StageChange
from teams.models import Team, User
from visits.tests.factories import VisitFactory

ACCOUNTS = (
    "客户名称,行业,员工人数,编号\n苏州启明电子有限公司,电子制造,120,000012\n无锡远川机械有限公司,机械加工,很多,000013\n"
)
DEALS = (
    "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"
    "A1,陈思远,GTXPro,苏州启明电子有限公司,Won,2017-01-10,2017-03-01,4514\n"
    "A2,陈思远,GTX Pro,,Engaging,2017-02-10,,\n"
    "A3,陈思远,GTX Pro,苏州启明电子有限公司,Prospecting,,,\n"
)


def test_a_check_writes_nothing_and_groups_errors_by_kind(load, director):
    run = load.checked(accounts=ACCOUNTS)
    assert run.state == RunState.CHECKED
    assert Account.objects.count() == 0
    assert run.report["created"] == {"INDUSTRIES": 1, "ACCOUNTS": 1}
    (problem,) = run.report["problems"]
    assert (problem["label"], problem["sentence"], problem["count"], problem["rows"]) == (
        "Employees",
        "expected a whole number, found “很多”",
        1,
        [3],
    )


def test_a_row_with_an_error_never_loses_the_others_and_comes_back_with_its_reason(load):
    run = load(accounts=ACCOUNTS)
    assert list(Account.objects.values_list("name", "external_id")) == [("苏州启明电子有限公司", "000012")]
    assert list(RefusedRow.objects.filter(file__run=run).values_list("number", "cells", "reason")) == [
        (3, ["无锡远川机械有限公司", "机械加工", "很多", "000013"], "Employees: expected a whole number, found “很多”")
    ]


def test_what_is_loaded_is_what_the_check_said(load):
    run = load(accounts=ACCOUNTS)
    assert {name: run.report[name] for name in ("created", "updated", "failed")} == {
        name: run.result[name] for name in ("created", "updated", "failed")
    }


def test_an_unknown_name_is_a_question_with_the_most_alike_proposed(load, rep):
    Product.objects.create(name="GTX Pro")
    AccountFactory(name="苏州启明电子有限公司", owner=rep)
    run = load.checked(deals=DEALS)
    questions = {question["key"]: question for question in run.report["questions"]}
    assert questions["product:GTXPro"]["default"] == "is:GTX Pro"
    assert (questions["product:GTXPro"]["count"], questions["no-account"]["count"]) == (1, 1)
    assert {"stage:Engaging", "stage:Prospecting"} <= set(questions)


def test_answers_are_followed(load, rep):
    Product.objects.create(name="GTX Pro")
    AccountFactory(name="苏州启明电子有限公司", owner=rep)
    run = load(deals=DEALS, answers={"product:GTXPro": "new", "no-account": "leave-out"})
    assert set(Opportunity.objects.values_list("external_id", "product__name")) == {("A1", "GTXPro"), ("A3", "GTX Pro")}
    assert list(RefusedRow.objects.filter(file__run=run).values_list("number", "reason")) == [
        (3, "left out as you chose: it has no customer")
    ]


def test_an_opportunity_comes_with_its_days_and_keeps_them_apart_from_our_clock(load, rep, now):
    Product.objects.create(name="GTX Pro")
    AccountFactory(name="苏州启明电子有限公司", owner=rep)
    load(deals=DEALS)
    won = Opportunity.objects.get(external_id="A1")
    assert (won.state, won.opened_on, won.closed_on) == ("WON", date(2017, 1, 10), date(2017, 3, 1))
    assert (won.amount, won.owner, won.team) == (Decimal(4514), rep, rep.team)
    changes = StageChange.objects.filter(opportunity=won, track="OURS").order_by("pk")
    assert [(change.kind, change.history_at.date()) for change in changes] == [
        ("OPENED", date(2017, 1, 10)),
        ("WON", date(2017, 3, 1)),
    ]
    assert all(change.recorded_at.year >= 2026 for change in changes)
    bands = (
        Opportunity.objects.filter(state="OPEN").order_by("external_id").values_list("our_step__name", "our_step__band")
    )
    assert list(bands) == [("Engaging", 50), ("Prospecting", 25)]  # the one without a starting day comes first


def test_people_come_into_teams_below_their_region_and_cannot_sign_in_yet(load):
    load(people="sales_agent,manager,regional_office\nAnna Snelling,Dustin Brinkmann,Central\n")
    anna = User.objects.get(name="Anna Snelling")
    assert (anna.team.manager.name, Team.objects.get_parent(anna.team).name) == ("Dustin Brinkmann", "Central")
    assert not anna.has_usable_password()
    assert anna.username == "anna.snelling"


@pytest.mark.parametrize(
    ("existing", "industry", "phone"), [("FILL", "1", "2"), ("OVERWRITE", "2", "2"), ("SKIP", "1", "")]
)
def test_a_row_that_is_there_already_is_treated_as_chosen(load, existing, industry, phone):
    load(accounts="客户名称,编号,城市\n苏州启明电子有限公司,12,1\n")
    load(accounts="客户名称,编号,城市,电话\n苏州启明电子有限公司,12,2,2\n", existing=existing)
    account = Account.objects.get()
    assert (account.city, account.phone) == (industry, phone)


def test_loading_the_same_file_twice_makes_nothing_twice(load):
    load(accounts=ACCOUNTS)
    run = load(accounts=ACCOUNTS)
    assert Account.objects.count() == 1
    assert run.result["created"] == {}


def test_an_import_is_taken_back_whole(load, director, now):
    before = (Account.objects.count(), Opportunity.objects.count(), User.objects.count(), Team.objects.count())
    run = load(
        people="sales_agent,manager,regional_office\n陈思远,赵敏,华北\n",
        accounts="客户名称\n苏州启明电子有限公司\n",
        deals=DEALS,
        answers={"product:GTXPro": "new", "product:GTX Pro": "new"},
    )
    assert Opportunity.objects.count() == 3
    take_back(run, actor=director, now=run.finished_at + timedelta(hours=1))
    after = (Account.objects.count(), Opportunity.objects.count(), User.objects.count(), Team.objects.count())
    assert after == before


def test_taking_back_is_refused_once_work_has_begun_or_a_day_has_passed(load, director, rep):
    run = load(accounts=ACCOUNTS)
    with pytest.raises(CannotImport, match="24 hours"):
        take_back(run, actor=director, now=run.finished_at + timedelta(hours=25))
    VisitFactory(account=Account.objects.get(), user=rep)
    with pytest.raises(CannotImport, match="Work has begun"):
        take_back(run, actor=director, now=run.finished_at + timedelta(hours=1))
    assert Account.objects.count() == 1


def test_a_required_column_must_be_chosen(director, db):
    run = runs.upload([("x.csv", b"a,b\n1,2\n")], actor=director)
    with pytest.raises(CannotImport, match="choose a column"):
        runs.match(run.files.get(), shape="ACCOUNTS", columns={}, actor=director)


def test_a_file_that_cannot_be_read_is_refused_before_anything_is_kept(director, db):
    with pytest.raises(UnreadableFile):
        runs.upload([("good.csv", b"a\n1\n"), ("bad.xlsx", b"PK\x03\x04 not a workbook")], actor=director)
    assert ImportRun.objects.count() == 0


def test_a_worker_that_dies_is_taken_over_where_it_stopped(load, director, settings, monkeypatch):
    monkeypatch.setattr("imports.loading.PORTION", 2)
    rows = "".join(f"客户{number}有限公司\n" for number in range(5))
    run = load.checked(accounts="客户名称\n" + rows)
    runs.answer(run, answers={}, existing="FILL", actor=director)
    settings.CELERY_TASK_ALWAYS_EAGER = True
    run = runs.start_load(run, actor=director)
    start = datetime.now(UTC)
    dying = jobs.claim_job(run.job.pk, now=start)
    calls = []

    def die(done, **kwargs):
        original(done, **kwargs)
        calls.append(done)
        raise KeyboardInterrupt

    original = dying.step
    dying.step = die
    with pytest.raises(KeyboardInterrupt):
        runs.load(dying)
    assert Account.objects.count() in (0, 2)  # the portion's transaction is whole or not there
    jobs.run_job(run.job.pk, now=start + timedelta(minutes=2))
    assert Account.objects.count() == 5
    assert Job.objects.get(pk=run.job.pk).state == "DONE"
