"""What only the user can decide is asked once for all rows of a kind, and remembered."""

from datetime import date

import pytest

from accounts.models import Account, Contact, Industry, Turnover
from accounts.tests.factories import AccountFactory
from imports.actions import runs
from imports.cells import possible_orders
from imports.models import ImportRun
from pipeline.models import Opportunity, Product

DEALS = "opportunity_id,sales_agent,deal_stage,engage_date\n"


def asked(run):
    return {question["key"]: (question["default"], question["count"]) for question in run.report["questions"]}


@pytest.mark.parametrize(
    ("text", "orders"),
    [
        ("3/4/2017", {"month", "day"}),
        ("13/4/2017", {"day"}),
        ("3/14/2017", {"month"}),
        ("17-03-04", {"day", "year"}),
        ("24-11-26", {"day", "year"}),
        ("2017-03-04", set()),
        ("", set()),
    ],
)
def test_how_a_short_date_can_be_meant(text, orders):
    assert possible_orders(text) == orders


@pytest.mark.parametrize(
    ("dates", "days"),
    [
        (("3/4/2017", "3/14/2017"), [date(2017, 3, 4), date(2017, 3, 14)]),
        (("3/4/2017", "14/3/2017"), [date(2017, 4, 3), date(2017, 3, 14)]),
        (("20-10-16", "11-03-17"), [date(2016, 10, 20), date(2017, 3, 11)]),
    ],
)
def test_a_column_of_short_dates_is_read_the_only_way_all_fit(load, rep, dates, days):
    rows = "".join(f"A{number},陈思远,Engaging,{text}\n" for number, text in enumerate(dates))
    run = load(deals=DEALS + rows, answers={"order:OPPORTUNITIES:opened_on": "day"} if "20-10-16" in dates else {})
    assert list(Opportunity.objects.order_by("external_id").values_list("opened_on", flat=True)) == days
    assert ("order:OPPORTUNITIES:opened_on" in asked(run)) is ("20-10-16" in dates)


@pytest.mark.parametrize(("order", "day"), [("month", date(2017, 3, 4)), ("day", date(2017, 4, 3))])
def test_short_dates_nobody_can_tell_apart_are_asked_about(load, rep, order, day):
    run = load(deals=DEALS + "A1,陈思远,Engaging,3/4/2017\n", answers={"order:OPPORTUNITIES:opened_on": order})
    assert asked(run)["order:OPPORTUNITIES:opened_on"] == ("month", 1)
    assert Opportunity.objects.get().opened_on == day


def test_cells_nobody_understands_are_left_empty_if_the_user_says_so(load, reasons):
    text = "客户名称,员工人数\n苏州启明电子有限公司,很多\n无锡远川机械有限公司,多\n常州铁马有限公司,12\n"
    run = load.checked(accounts=text)
    assert asked(run)["cell:ACCOUNTS:employees:number"] == ("back", 2)
    run = load(accounts=text, answers={"cell:ACCOUNTS:employees:number": "empty"})
    assert sorted(Account.objects.values_list("employees", flat=True), key=str) == [12, None, None]
    assert reasons(run) == []


def test_many_unknown_names_are_one_question(load):
    rows = "".join(f"李敏,客户{number}有限公司\n" for number in range(30))
    run = load(contacts="姓名,公司\n" + rows)
    assert len(run.report["questions"]) == 21
    assert asked(run)["account:*"] == ("new", 10)
    assert (Account.objects.count(), Contact.objects.count()) == (30, 30)


def test_a_customer_that_is_only_alike_is_offered_but_not_presumed(load, rep):
    AccountFactory(name="中国移动通信集团南京有限公司", owner=rep)
    run = load.checked(contacts="姓名,公司\n李敏,中国移动通信集团北京有限公司\n")
    (question,) = run.report["questions"]
    assert question["default"] == "new"
    assert question["choices"][0] == ["is:中国移动通信集团南京有限公司", "take as “中国移动通信集团南京有限公司”"]


def test_an_unknown_owner_is_a_question_and_never_silently_the_importer(load, director):
    text = "客户名称,负责人\n苏州启明电子有限公司,赵无人\n"
    run = load.checked(accounts=text)
    assert asked(run) == {"person:赵无人": ("me", 1)}
    load(accounts=text, answers={"person:赵无人": "leave-out"})
    assert Account.objects.count() == 0


def test_parents_stand_anywhere_in_the_file_and_circles_are_cut(load):
    load(
        accounts="客户名称,集团\n子公司,母公司\n母公司,\n甲,乙\n乙,甲\n自己,自己\n旁支,外面的集团\n",
        answers={"parent:外面的集团": "new"},
    )
    pairs = dict(Account.objects.values_list("name", "parent__name"))
    assert (pairs["子公司"], pairs["旁支"], pairs["自己"]) == ("母公司", "外面的集团", None)
    assert {pairs["甲"], pairs["乙"]} == {"乙", None}


def test_a_misspelt_industry_is_asked_about_where_a_known_one_is_alike(load):
    Industry.objects.create(name="technology")
    text = "account,sector\nAcme,technolgy\n"
    run = load.checked(accounts=text)
    assert run.report["questions"][1]["choices"][0] == ["is:technology", "take as “technology”"]
    load(accounts=text, answers={"industry:technolgy": "is:technology"})
    assert (Account.objects.get().industry.name, Industry.objects.count()) == ("technology", 1)


def test_answers_and_columns_are_proposed_at_the_next_import(load, director, rep):
    Product.objects.create(name="GTX Pro")
    deals = "opportunity_id,sales_agent,product,deal_stage,bemerkung\n{},陈思远,GTXPro,Engaging,x\n"
    load(deals=deals.format("A1"), answers={"product:GTXPro": "empty"})
    run = load.checked(deals=deals.format("A2"))
    assert asked(run)["product:GTXPro"] == ("empty", 1)

    first = runs.upload([("a.csv", "客户名称,备注\n甲,乙\n".encode())], actor=director)
    runs.match(first.files.get(), shape="ACCOUNTS", columns={"name": "客户名称", "alias": "备注"}, actor=director)
    again = runs.upload([("b.csv", "客户名称,备注,城市\n甲,乙,丙\n".encode())], actor=director)
    assert again.files.get().columns == {"name": "客户名称", "alias": "备注", "city": "城市"}


def test_what_somebody_else_decided_is_not_proposed(load, director, manager):
    first = runs.upload([("a.csv", "客户名称,备注\n甲,乙\n".encode())], actor=director)
    runs.match(first.files.get(), shape="ACCOUNTS", columns={"name": "客户名称", "alias": "备注"}, actor=director)
    theirs = runs.upload([("b.csv", "客户名称,备注\n甲,乙\n".encode())], actor=manager)
    assert theirs.files.get().columns == {"name": "客户名称"}


def test_a_second_one_is_made_only_where_the_user_wants_it_and_a_number_stays_alone(load, reasons):
    text = "客户名称,编号\n苏州启明电子有限公司,\n无锡远川机械有限公司,12\n"
    load(accounts=text)
    run = load(accounts=text, existing="CREATE")
    assert sorted(Account.objects.values_list("name", flat=True)) == [
        "无锡远川机械有限公司", "苏州启明电子有限公司", "苏州启明电子有限公司",
    ]  # fmt: skip
    assert reasons(run) == [(3, "Number elsewhere: another customer already has the number “12”")]


def test_differences_are_shown_side_by_side(load):
    load(accounts="客户名称,城市\n苏州启明电子有限公司,苏州\n")
    run = load.checked(existing="OVERWRITE", accounts="客户名称,城市,电话\n苏州启明电子有限公司,昆山,0512\n")
    assert run.report["doubles"] == [
        {
            "file": "accounts.csv",
            "row": 2,
            "name": "苏州启明电子有限公司",
            "field": "City",
            "here": "苏州",
            "there": "昆山",
        },
        {
            "file": "accounts.csv",
            "row": 2,
            "name": "苏州启明电子有限公司",
            "field": "Phone",
            "here": "",
            "there": "0512",
        },
    ]
    assert (run.report["updated"], run.report["skipped"]) == ({"ACCOUNTS": 1}, {})


def test_rows_without_a_number_are_found_again_too(load, rep):
    account = AccountFactory(name="苏州启明电子有限公司", owner=rep)
    files = {
        "turnover": "日期,客户名称,金额\n2026-01-05,苏州启明电子有限公司,100\n2026-01-05,苏州启明电子有限公司,100\n",
        "deals": "商机名称,sales_agent,account,deal_stage,engage_date\n"
        "产线,陈思远,苏州启明电子有限公司,Engaging,2026-01-05\n",
    }
    load(**files)
    run = load(**files)
    assert (account.turnover.count(), Opportunity.objects.count()) == (2, 1)
    assert run.result["skipped"] == {"OPPORTUNITIES": 1, "TURNOVER": 2}
    assert Turnover.objects.filter(amount=100).count() == 2


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (
            "A1,陈思远,Won,2026-03-02,2026-03-01,5",
            "Closed on: expected a day on or after 2026-03-02, found “2026-03-01”",
        ),
        ("A1,陈思远,Won,2026-03-02,,5", "Closed on: expected the day it was won or lost, found nothing"),
        ("A1,陈思远,Won,2026-03-02,2199-01-01,5", "Closed on: expected a day up to today, found “2199-01-01”"),
        ("A1,陈思远,Engaging,2026-03-02,,-5", "Amount: expected an amount of zero or more, found “-5”"),
        ("A1,陈思远,Engaging,soon,,5", "Opened on: expected a date such as 2026-11-24, found “soon”"),
        ("A1,陈思远,,2026-03-02,,5", "Stage: is missing"),
    ],
)
def test_a_row_says_where_it_is_wrong_what_is_expected_and_what_was_found(load, rep, reasons, row, reason):
    run = load(deals=f"opportunity_id,sales_agent,deal_stage,engage_date,close_date,close_value\n{row}\n")
    assert reasons(run) == [(2, reason)]


def test_a_column_of_prose_is_not_taken_for_stages(load, rep, reasons):
    rows = "".join(f"A{number},陈思远,句子{number}\n" for number in range(25))
    run = load(deals="opportunity_id,sales_agent,deal_stage\n" + rows)
    assert len([row for row, reason in reasons(run) if "is it the right column?" in reason]) == 5
    assert ImportRun.objects.get().result["created"] == {"OPPORTUNITIES": 20}


def test_lines_of_one_order_are_all_kept_and_found_again(load):
    text = "订单号,日期,客户名称,金额\nA1,2026-01-05,甲,100\nA1,2026-01-05,甲,50\nA2,2026-01-05,甲,7\n"
    load(turnover=text)
    run = load(turnover=text)
    assert list(Turnover.objects.order_by("pk").values_list("external_id", "amount")) == [
        ("A1", 100), ("A1-2", 50), ("A2", 7),
    ]  # fmt: skip
    assert (run.result["created"], run.result["skipped"]) == ({}, {"TURNOVER": 3})


TWIN = "客户名称,员工人数\n蘇州長虹精密科技股份有限公司,80\n昆山博瑞机械有限公司,12\n"
ALIKE = "alike:蘇州長虹精密科技股份有限公司"


@pytest.mark.parametrize(
    ("answers", "customers"), [({}, 3), ({ALIKE: "is:苏州长虹精密科技有限公司"}, 2)], ids=["as proposed", "taken as"]
)
def test_a_customer_that_looks_like_one_that_is_there_is_asked_about(load, director, changhong, answers, customers):
    run = load(accounts=TWIN, answers=answers, by=director)
    assert asked(run)[ALIKE] == ("new", 1)
    assert Account.objects.count() == customers
    changhong.refresh_from_db()
    assert changhong.employees == (80 if answers else None)
