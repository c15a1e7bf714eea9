"""The board and the list."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
import time_machine
from django.urls import reverse
from openpyxl import load_workbook

from crm.workdays import load_calendar
from pipeline.board import by_step, by_time, card_of, chips, fill
from pipeline.filters import bucket_conditions
from pipeline.funnel import Totals
from pipeline.models import Opportunity, Pipeline
from pipeline.tests.factories import OpportunityFactory, default_pipeline
from pipeline.worth import Rates
from teams.models import SavedView

pytestmark = pytest.mark.django_db
OWN = Rates("CNY")


@pytest.fixture(autouse=True)
def _frozen(now):
    """Stand still at 10:40 on Tuesday, 24 November 2026."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def browse(client_for, rep):
    """Return a function that opens a page as Chen Siyuan."""
    client = client_for(rep)
    return lambda name, query="", **headers: client.get(f"{reverse(name)}{query}", headers=headers)


def test_columns_count_sum_and_weigh_everything_but_show_a_few(changhong, today):
    OpportunityFactory.create_batch(3, account=changhong, step="D", amount=Decimal(1_000_000))
    OpportunityFactory(account=changhong, step="D", amount=None)
    columns, place = by_step(default_pipeline().steps.order_by("position"))

    fill(columns, Opportunity.objects.all(), place, on=today, calendar=load_calendar(), rates=OWN, size=2)

    third = columns[2]
    assert (third.totals.count, third.totals.value, third.totals.weighted) == (4, 3_000_000, 1_500_000)
    assert (len(third.cards), third.hidden) == (2, 2)
    assert [column.totals.count for column in columns] == [0, 0, 4, 0, 0, 0]


def test_a_card_says_why_it_is_stalled(changhong, today):
    deal = OpportunityFactory(
        account=changhong, progressed_at=datetime(2026, 10, 20, tzinfo=UTC), progress_kind="VISIT"
    )

    card = card_of(deal, on=today, calendar=load_calendar())
    assert card.why == "35 days: last progress was the visit of 10-20"
    assert (card.mark.text, card.mark.tone) == ("No next step", "warn")


@pytest.mark.parametrize(
    ("day", "bucket"),
    [
        (date(2026, 11, 23), "overdue"),
        (date(2026, 11, 24), "today"),
        (date(2026, 11, 29), "week"),
        (date(2026, 11, 30), "next_week"),
        (date(2026, 12, 6), "next_week"),
        (date(2026, 12, 7), "later"),
        (None, "none"),
    ],
)
def test_every_next_step_falls_into_exactly_one_bucket(day, bucket, changhong, today):
    OpportunityFactory(account=changhong, next_step_on=day)

    found = {key for key, condition in bucket_conditions(today).items() if Opportunity.objects.filter(condition)}
    assert found == {bucket}
    columns, place = by_time(today)
    fill(columns, Opportunity.objects.all(), place, on=today, calendar=load_calendar(), rates=OWN)
    assert [column.key for column in columns if column.cards] == [bucket]


def test_chips_count_what_is_due(changhong, today, now):
    OpportunityFactory(account=changhong, next_step_on=date(2026, 11, 20))
    OpportunityFactory(account=changhong, next_step_on=today)
    OpportunityFactory(account=changhong, progressed_at=datetime(2026, 1, 5, tzinfo=UTC))

    found = chips(Opportunity.objects.all(), on=today, now=now)
    assert [(chip.key, chip.count) for chip in found] == [("next", 1), ("next", 1), ("next", 1), ("stalled", 1)]


def test_the_board_shows_ones_own_and_nobody_elses(browse, changhong, outsider):
    OpportunityFactory(account=changhong, name="总装线改造")
    OpportunityFactory(account=None, owner=outsider, name="外区项目")

    page = browse("pipeline:board")
    assert "总装线改造" in page.text
    assert "外区项目" not in page.text


def test_the_board_by_time_another_pipeline_and_one_chip(browse, changhong, today):
    OpportunityFactory(account=changhong, name="今天的", next_step_on=today)
    OpportunityFactory(account=changhong, name="没有下一步")
    OpportunityFactory(account=changhong, name="车队", pipeline=Pipeline.objects.get(key="vehicle-fleet"))

    assert "车队" not in browse("pipeline:board", "?by=time").text
    assert "车队" in browse("pipeline:board", "?pipeline=vehicle-fleet").text
    page = browse("pipeline:board", "?next=today")
    assert "今天的" in page.text
    assert "没有下一步" not in page.text


def test_a_phone_gets_one_column_chosen_by_a_select(browse, changhong):
    OpportunityFactory(account=changhong, step="D")
    step = default_pipeline().steps.get(code="E")

    columns = browse("pipeline:board").context["columns"]
    assert [shown["column"].step.code for shown in columns if shown["is_shown"]] == ["D"]
    columns = browse("pipeline:board", f"?column={step.pk}").context["columns"]
    assert [shown["column"].step.code for shown in columns if shown["is_shown"]] == ["E"]


def test_an_empty_board_says_what_to_do(browse):
    assert "No opportunities yet" in browse("pipeline:board").text
    assert "No open opportunity fits" in browse("pipeline:board", "?next=today").text


@pytest.mark.parametrize(("query", "queries"), [("", 14), ("?by=time", 13)])
def test_the_board_costs_the_same_with_one_and_three(query, queries, browse, changhong, django_assert_num_queries):
    load_calendar()
    browse("pipeline:board", query)
    OpportunityFactory(account=changhong)
    with django_assert_num_queries(queries):
        browse("pipeline:board", query)
    OpportunityFactory.create_batch(2, account=changhong)
    with django_assert_num_queries(queries):
        browse("pipeline:board", query)


def test_the_list_costs_the_same_with_one_and_three(browse, changhong, django_assert_num_queries):
    load_calendar()
    browse("pipeline:list")
    OpportunityFactory(account=changhong)
    with django_assert_num_queries(17):
        browse("pipeline:list")
    OpportunityFactory.create_batch(2, account=changhong)
    with django_assert_num_queries(17):
        browse("pipeline:list")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"开放", "停滞"}),
        ("?q=chjm", {"开放", "停滞"}),
        ("?q=停滞", {"停滞"}),
        ("?state=WON", {"已赢"}),
        ("?state=any", {"开放", "停滞", "已赢"}),
        ("?stalled=true", {"停滞"}),
        ("?next=none", {"停滞"}),
        ("?next=week", {"开放"}),
        ("?amount_min=200万", {"停滞"}),
        ("?amount_max=200万", {"开放"}),
        ("?state=WON&closed_after=2026-11-01&closed_before=2026-11-30", {"已赢"}),
        ("?state=WON&closed_after=2026-11-11", set()),
        ("?sponsor=none", {"停滞"}),
        ("?archived=yes", {"归档"}),
    ],
)
def test_the_list_filters(query, names, browse, changhong, now):
    OpportunityFactory(account=changhong, name="开放", amount=Decimal(1_000_000), next_step_on=date(2026, 11, 26))
    OpportunityFactory(account=changhong, name="停滞", step="C", progressed_at=datetime(2026, 1, 5, tzinfo=UTC))
    OpportunityFactory(account=changhong, name="已赢", state="WON", closed_on=date(2026, 11, 10))
    OpportunityFactory(account=changhong, name="归档", archived_at=now)

    page = browse("pipeline:list", query)
    assert {row.name for row in page.context["page"].items} == names


def test_the_list_sorts_with_empty_values_last(browse, changhong):
    for name, amount in (("小", 100), ("无", None), ("大", 900)):
        OpportunityFactory(account=changhong, name=name, amount=amount)

    def order(sort: str) -> list[str]:
        return [row.name for row in browse("pipeline:list", f"?sort={sort}").context["page"].items]

    assert order("amount") == ["小", "大", "无"]
    assert order("-amount") == ["大", "小", "无"]
    assert len(order("nonsense")) == 3


def test_sum_and_number_of_the_list_are_those_of_its_rows(browse, changhong):
    OpportunityFactory.create_batch(2, account=changhong, step="D", amount=Decimal(1_000_000))

    context = browse("pipeline:list").context
    assert context["page"].count == 2
    assert context["sums"] == Totals(2, Decimal(2_000_000), Decimal(1_000_000))


def test_a_fragment_of_the_list_has_no_frame(browse, changhong):
    OpportunityFactory(account=changhong, name="总装线改造")

    fragment = browse("pipeline:list", **{"HX-Request": "true"}).text
    assert "总装线改造" in fragment
    assert "<html" not in fragment


def test_columns_may_be_chosen_and_a_view_is_a_tab(browse, changhong, rep):
    OpportunityFactory(account=changhong)
    SavedView.objects.create(owner=rep, page="pipeline:list", name="大单", query="amount_min=1000000")

    page = browse("pipeline:list", "?col=amount&col=odds&amount_min=1000000")
    assert [column.key for column in page.context["columns"]] == ["name", "amount", "odds"]
    assert "大单" in page.text


def test_a_download_holds_exactly_what_the_list_shows(browse, changhong):
    OpportunityFactory(account=changhong, name="总装线改造", amount=Decimal("3800000.5"), expected_on=date(2027, 3, 1))
    OpportunityFactory(account=changhong, name="已赢", state="WON", closed_on=date(2026, 11, 10))

    answer = browse("pipeline:export", "?col=amount&col=expected")
    rows = list(load_workbook(BytesIO(answer.content)).active.values)
    assert rows[0] == ("Opportunity", "Amount", "Expected signature")
    assert rows[1] == ("总装线改造", 3_800_000.5, datetime.fromisoformat("2027-03-01"))
    assert len(rows) == 2
    text = browse("pipeline:export", "?col=amount&format=csv").content.decode("utf-8-sig")
    assert text.splitlines()[1].startswith('"总装线改造","3800000.5')


def test_a_manager_gives_several_away_and_takes_it_back(client_for, manager, changhong, teammate, rep):
    deals = OpportunityFactory.create_batch(2, account=changhong)
    client, url = client_for(manager), reverse("pipeline:hand_over")
    ids = {"ids": [deal.pk for deal in deals]}

    asked = client.post(url, ids)
    assert asked.status_code == 200
    assert deals[0].name in asked.text
    client.post(url, {**ids, "sure": "1", "to": teammate.pk})
    assert set(Opportunity.objects.values_list("owner", flat=True)) == {teammate.pk}

    undo = client.get(reverse("pipeline:list"))
    assert "Opportunities given to 刘婷" in undo.text


def test_all_of_a_filtered_list_may_be_given(client_for, manager, changhong, teammate, rep):
    OpportunityFactory(account=changhong, name="总装线改造")
    OpportunityFactory(account=changhong, name="涂装线搬迁")

    data = {"everything": "1", "query": "q=搬迁", "sure": "1", "to": teammate.pk}
    client_for(manager).post(reverse("pipeline:hand_over"), data)
    assert [row.name for row in Opportunity.objects.filter(owner=teammate)] == ["涂装线搬迁"]


def test_nothing_chosen_is_said(client_for, manager):
    answer = client_for(manager).post(reverse("pipeline:hand_over"), follow=True)
    assert "Choose at least one opportunity first." in answer.text
