"""Turnover from files: by customer number, with profit for cost, and back again."""

from decimal import Decimal

import pytest

from accounts.models import Account, Turnover
from accounts.tests.factories import AccountFactory
from imports.actions.back import take_back
from imports.fields import guess_shape, match_columns, missing_fields

HEAD = "订单号,日期,客户名称,客户编号,金额,利润\n"


def booked() -> list[tuple[str, str, Decimal, Decimal | None]]:
    rows = Turnover.objects.select_related("account").order_by("pk")
    return [(row.account.name, row.account.external_id, row.amount, row.cost) for row in rows]


def test_two_customers_of_one_name_are_told_apart_by_their_number(load) -> None:
    run = load(
        turnover=HEAD
        + "A1,2026-01-05,曾惠,曾惠-14485,129.7,-60.7\n"
        + "A1,2026-01-05,曾惠,曾惠-14485,50,10\n"
        + "A2,2026-01-06,曾惠,曾惠-10165,100,20\n"
    )
    assert run.result["created"] == {"TURNOVER": 3}
    assert booked() == [
        ("曾惠", "曾惠-14485", Decimal("129.7"), Decimal("190.4")),
        ("曾惠", "曾惠-14485", 50, 40),
        ("曾惠", "曾惠-10165", 100, 80),
    ]
    assert [row.margin for row in Turnover.objects.order_by("pk")] == [Decimal("-60.7"), 10, 20]


def test_a_customer_without_a_number_gets_it_and_the_import_gives_it_back(load, director, rep) -> None:
    known = AccountFactory(name="苏州长虹精密", owner=rep)
    run = load(turnover=HEAD + "A1,2026-01-05,苏州长虹精密,K-7,100,20\nA2,2026-01-05,长虹（别名）,K-7,50,\n")
    known.refresh_from_db()
    assert (known.external_id, Account.objects.count()) == ("K-7", 1)
    assert [(name, cost) for name, _number, _amount, cost in booked()] == [("苏州长虹精密", 80), ("苏州长虹精密", None)]
    take_back(run, actor=director, now=run.finished_at)
    known.refresh_from_db()
    assert (known.external_id, Turnover.objects.count()) == ("", 0)


def test_loaded_again_nothing_comes_twice(load) -> None:
    text = HEAD + "A1,2026-01-05,曾惠,1,5,1\n,2026-01-05,曾惠,1,7,1\n,2026-01-05,曾惠,2,7,1\n"
    load(turnover=text)
    run = load(turnover=text)
    assert (run.result["created"], run.result["skipped"]) == ({}, {"TURNOVER": 3})
    assert (Turnover.objects.count(), Account.objects.count()) == (3, 2)


def test_a_number_alone_is_enough_for_a_known_customer(load, rep, reasons) -> None:
    AccountFactory(name="苏州长虹精密", external_id="K-7", owner=rep)
    run = load(turnover="日期,客户编号,金额,成本\n2026-01-05,K-7,100,80\n2026-01-05,K-8,100,80\n")
    assert booked() == [("苏州长虹精密", "K-7", 100, 80)]
    assert reasons(run) == [
        (
            3,
            "Customer number: expected the number of a customer, found “K-8”; a name beside it makes a new one",
        )
    ]


def test_a_cost_is_read_before_a_profit(load) -> None:
    load(turnover="日期,客户名称,金额,成本,利润\n2026-01-05,甲,100,60,20\n2026-01-06,甲,100,,20\n2026-01-07,甲,100,,\n")
    assert [cost for _name, _number, _amount, cost in booked()] == [60, 80, None]


def test_a_manager_books_nothing_for_another_team_by_its_number(load, manager, outsider, reasons) -> None:
    AccountFactory(name="成都远川机械", external_id="W-1", owner=outsider)
    run = load(by=manager, turnover="日期,客户编号,金额\n2026-01-05,W-1,100\n")
    assert Turnover.objects.count() == 0
    ((_row, reason),) = reasons(run)
    assert "another team's" in reason


@pytest.mark.parametrize(
    "headers",
    [
        ["订单 ID", "订单日期", "客户 ID", "客户名称", "销售额", "利润", "城市", "产品名称"],
        ["order_id", "customer_id", "order_date", "amount"],
        ["日期", "客户编号", "金额"],
    ],
)
def test_a_ledger_is_recognised(headers) -> None:
    assert guess_shape(headers) == "TURNOVER"
    assert missing_fields(match_columns(headers, "TURNOVER"), "TURNOVER") == []


def test_a_ledger_without_a_customer_is_asked_for_its_column() -> None:
    (missing,) = missing_fields({"booked_on": "日期", "amount": "金额"}, "TURNOVER")
    assert missing.name == "account"


# --- what a company turns over itself ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cell", "answers", "revenue"),
    [
        ("1100.04", {}, Decimal("1100.04")),
        ("1100.04", {"unit:ACCOUNTS:annual_revenue": "1000000"}, 1_100_040_000),
        ("3.8亿", {"unit:ACCOUNTS:annual_revenue": "1000000"}, 380_000_000),
    ],
)
def test_the_unit_of_plain_revenues_is_asked_once(load, cell: str, answers: dict[str, str], revenue) -> None:
    run = load(accounts=f"account,revenue\nAcme,{cell}\n", answers=answers)
    assert Account.objects.get().annual_revenue == revenue
    asked = [question["key"] for question in run.report["questions"] if question["key"] != "no-owner"]
    assert asked == ([] if "亿" in cell else ["unit:ACCOUNTS:annual_revenue"])


def test_a_revenue_too_large_for_its_unit_is_handed_back(load, reasons) -> None:
    run = load(accounts="account,revenue\nAcme,999999999\n", answers={"unit:ACCOUNTS:annual_revenue": "1000000"})
    assert reasons(run) == [(2, "Annual revenue: is too large in this unit")]
