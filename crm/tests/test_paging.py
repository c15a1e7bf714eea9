"""Pages of a list."""

from datetime import date, timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Length
from django.http import QueryDict
from django.utils import translation

from crm.models import CalendarDay
from crm.paging import bounded_count, paginate, paginate_rows

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def fill(count):
    CalendarDay.objects.bulk_create(
        CalendarDay(day=date(2020, 1, 1) + timedelta(days=n), is_workday=n % 2 == 0) for n in range(count)
    )
    return CalendarDay.objects.order_by("is_workday", "pk")


def page(queryset, query="", **options):
    return paginate(queryset, QueryDict(query), **options)


def test_a_short_list_is_one_page():
    shown = page(fill(3))
    assert [len(shown), shown.number, shown.last_number, shown.first, shown.last] == [3, 1, 1, 1, 3]
    assert (shown.count, shown.count_is_exact, shown.count_text) == (3, True, "3")
    assert (shown.has_next, shown.has_previous, shown.hint) == (False, False, "")


def test_an_empty_list_has_no_rows():
    shown = page(fill(0))
    assert (shown.items, shown.first, shown.last, shown.count_text) == ([], 0, 0, "0")


def test_walking_through_shows_every_row_once_and_keeps_the_other_parameters():
    rows = fill(23)
    query, seen = "tier=A&tier=B&q=%E7%A7%BB%E5%8A%A8", []
    while True:
        shown = page(rows, query, size=10)
        seen += shown.items
        if not shown.has_next:
            break
        query = shown.next_url.removeprefix("?")
    assert seen == list(rows)
    assert shown.number == 3
    assert shown.previous_url == "?tier=A&tier=B&q=%E7%A7%BB%E5%8A%A8&page=2"
    assert (shown.first, shown.last) == (21, 23)


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ("2", 2),
        ("99", 3),
        ("0", 1),
        ("-1", 1),
        ("", 1),
        ("x", 1),
        ("1e3", 1),
        ("9" * 5000, 1),
        ("٣", 1),
        ("²", 1),
        ("\0", 1),
    ],
)
def test_any_page_number_leads_to_a_page(asked, number):
    parameters = QueryDict(mutable=True)
    parameters["page"] = asked
    assert paginate(fill(23), parameters, size=10).number == number


def test_a_long_list_stops_at_the_cap_and_says_what_to_do():
    rows = fill(30)
    first = page(rows, size=10, cap=20)
    assert (first.count, first.count_is_exact, first.count_text, first.hint) == (20, False, "20+", "")
    last = page(rows, "page=7", size=10, cap=20)
    assert (last.number, last.has_next, last.last) == (2, False, 20)
    assert last.hint == "Only the first 20 rows can be paged through. Narrow the list with a filter."
    assert page(rows, "page=9", size=15, cap=20).last == 20


def test_large_numbers_are_grouped():
    with translation.override("en"):
        assert page(fill(1_100)).count_text == "1,100"


@pytest.mark.parametrize("count", [1, 3, 60])
def test_it_asks_twice_however_long_the_list(count, django_assert_num_queries):
    rows = fill(count)
    with django_assert_num_queries(2):
        page(rows)


def test_counting_stops_and_does_not_sort(django_assert_num_queries):
    rows = fill(30)
    with django_assert_num_queries(1) as asked:
        assert bounded_count(rows, 10) == 11
    assert "LIMIT 11" in asked.captured_queries[0]["sql"]
    assert "ORDER BY" not in asked.captured_queries[0]["sql"]


def test_a_list_of_distinct_values_is_counted_as_shown():
    fill(5)
    kinds = CalendarDay.objects.values("is_workday").distinct()
    assert bounded_count(kinds, 10) == 2


@pytest.mark.parametrize(
    "order", [("pk",), ("-day", "-pk"), ("day", "id"), (F("day").desc(nulls_last=True), F("pk").asc())]
)
def test_an_order_that_ends_with_the_key_is_stable(order):
    page(CalendarDay.objects.order_by(*order))


@pytest.mark.parametrize("order", [(), ("day",), ("pk", "day"), ("?",)])
def test_an_order_that_could_change_by_itself_is_refused(order):
    with pytest.raises(AssertionError, match="must be ordered by pk last"):
        page(CalendarDay.objects.order_by(*order))


@pytest.mark.parametrize(
    "order",
    [
        ("day", "pk"),
        ("-day", "-pk"),
        ("-pk",),
        ("is_workday", "-day", "pk"),
        (F("name").desc(nulls_last=True), "pk"),
        (F("day"), "pk"),
    ],
)
def test_what_a_search_finds_comes_in_the_same_order(order, django_assert_num_queries):
    fill(7)
    rows = CalendarDay.objects.order_by(*order)
    with django_assert_num_queries(2) as asked:
        items = page(rows, searched=True).items
    assert items == list(rows)
    assert "COALESCE" in asked.captured_queries[1]["sql"]


def test_a_long_search_result_and_a_computed_order_are_left_to_the_index(django_assert_num_queries):
    rows = fill(12)
    with django_assert_num_queries(2) as asked:
        page(rows, cap=10, searched=True)
    assert "COALESCE" not in asked.captured_queries[1]["sql"]
    computed = CalendarDay.objects.annotate(length=Length("name")).order_by("length", "pk")
    assert len(page(computed, searched=True)) == 12


@pytest.mark.parametrize(("asked", "items"), [("", ["一", "二"]), ("2", ["三"]), ("9", ["三"]), ("x", ["一", "二"])])
def test_rows_that_are_there_already_are_paged_alike(asked, items):
    page = paginate_rows(["一", "二", "三"], QueryDict(f"sort=profit&page={asked}"), size=2)
    assert (page.items, page.count_text, page.last_number) == (items, "3", 2)
    assert (page.next_url, page.previous_url) in [("?sort=profit&page=2", ""), ("", "?sort=profit&page=1")]
    assert paginate_rows([], QueryDict()).items == []


def test_wide_rows_are_read_by_the_keys_of_the_page_in_the_same_order(django_assert_num_queries):
    narrow = fill(23).filter(is_workday=True)
    wide = CalendarDay.objects.annotate(length=Length("name")).order_by("is_workday", "pk")
    with django_assert_num_queries(2) as read:
        shown = page(narrow, "page=2", size=5, rows=wide)
    assert [row.pk for row in shown.items] == [row.pk for row in narrow[5:10]]
    assert [row.length for row in shown.items] == [0] * 5
    assert (shown.count, shown.first, shown.last) == (12, 6, 10)
    assert "LENGTH" not in read.captured_queries[0]["sql"]
