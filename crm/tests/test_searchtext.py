"""One search text: what finds what, tried with the database's own LIKE."""

import csv
import json
import random

import pytest
from django.db import connection, models
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crm.pinyin import initials
from crm.searchtext import MAX_PIECES, fold, recheck, search_filter, search_text

NAMES = st.text(st.sampled_from("中国移动长虹重庆區Ａbß é9%_（）·TCL"), min_size=1, max_size=12)


class Searched(models.Model):
    """A table of this test alone."""

    name = models.TextField()
    search_text = models.TextField()

    class Meta:
        app_label = "searchtext_tests"
        managed = False
        db_table = "searched_names"

    def __str__(self):
        return self.name


@pytest.fixture
def table(db):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE searched_names (id integer PRIMARY KEY, name text, search_text text)")
    yield Searched.objects
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE searched_names")


def found(table, query):
    return set(table.filter(search_filter("search_text", query)).values_list("name", flat=True))


@pytest.fixture
def cast(table):
    rows = {
        "中国移动通信集团": search_text("中国移动通信集团"),
        "四川长虹（集团）股份": search_text("四川长虹（集团）股份", codes=["600839.SH"]),
        "曾志 13800001402": search_text("曾志", phones=["+86 138 0000-1402"]),
        "王芳 62345678-140": search_text("王芳", phones=["010-62345678-140"]),
        "Dürr Café AG": search_text("Dürr Café AG"),
        "万科Ａ": search_text("万科Ａ", codes=["SO-2023-0071"]),
    }
    table.bulk_create(Searched(pk=n, name=name, search_text=text) for n, (name, text) in enumerate(rows.items()))
    return table


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("移动", {"中国移动通信集团"}),
        ("zgyd", {"中国移动通信集团"}),
        ("zg", {"中国移动通信集团"}),
        ("yidong", {"中国移动通信集团"}),
        ("動", {"中国移动通信集团"}),
        ("長虹", {"四川长虹（集团）股份"}),
        ("虹集团", {"四川长虹（集团）股份"}),
        ("长虹 股份", {"四川长虹（集团）股份"}),
        ("600839", {"四川长虹（集团）股份"}),
        ("曾", {"曾志 13800001402"}),
        ("志", {"曾志 13800001402"}),
        ("zz", {"曾志 13800001402"}),
        ("zengzhi", {"曾志 13800001402"}),
        ("1402", {"曾志 13800001402"}),
        ("138", {"曾志 13800001402"}),
        ("138 0000 1402", {"曾志 13800001402"}),
        ("+86-138-0000-1402", {"曾志 13800001402"}),
        ("5678", {"王芳 62345678-140"}),
        ("01062345678", {"王芳 62345678-140"}),
        ("DURR", {"Dürr Café AG"}),
        ("café", {"Dürr Café AG"}),
        ("af", {"Dürr Café AG"}),
        ("万科a", {"万科Ａ"}),
        ("so-2023", {"万科Ａ"}),
        ("so20230071", {"万科Ａ"}),
        ("集团", {"中国移动通信集团", "四川长虹（集团）股份"}),
        ("移通", set()),
        ("%", set()),
        ("_", set()),
        ("👍", set()),
        ("%%% __", set()),
    ],
)
def test_what_a_query_finds(cast, query, names):
    assert found(cast, query) == names


@pytest.mark.parametrize("query", ["", "  ", "\t\n"])
def test_a_blank_query_keeps_all(cast, query):
    assert len(found(cast, query)) == 6


def test_pairs_that_meet_in_another_order_are_sorted_out_by_the_recheck(table):
    apart = "国移动中国移"
    table.bulk_create([Searched(pk=1, name=apart, search_text=search_text(apart))])
    assert found(table, "中国移动") == {apart}
    assert not recheck([apart], "中国移动")
    assert recheck(["上海", "中國移動 通信"], "中国移动 zgyd")
    assert recheck([], "zgyd")


def test_known_pinyin_is_taken_instead_of_worked_out():
    assert search_text("曾志", pinyin=["zeng zhi"]) == " 曾志 志 zz zengzhi "
    assert search_text("曾志", pinyin=[]) == " 曾志 志 "
    assert search_text() == ""


def test_folding():
    assert fold("ＡＢＣ ﾄ 臺灣 Straße") == "abc ト 台湾 strasse"


@pytest.mark.parametrize(
    "query", ["移动 " * 200, "a" * 5000, "移" * 5000, "1 " * 500, "\x00移动", "\ud800", "'; DROP", "\\", "😀" * 300]
)
def test_no_query_is_too_much(cast, query):
    found(cast, query)
    recheck(["中国移动"], query)
    assert str(search_filter("t", query)).count("t__contains") <= MAX_PIECES + 1


@pytest.mark.answers
def test_every_naughty_string_can_be_searched(cast, data_dir):
    for text in json.loads((data_dir / "blns" / "blns.json").read_text(encoding="utf-8")):
        found(cast, text)
        search_text(text, phones=[text], codes=[text])


@pytest.mark.property
@settings(max_examples=60)
@given(name=NAMES, data=st.data())
def test_any_part_of_a_name_without_blanks_finds_it(name, data):
    assume("999" not in name)  # three and four digits are looked for at the ends of a number only
    start = data.draw(st.integers(0, len(name) - 1))
    part = name[start : data.draw(st.integers(start + 1, len(name)))]
    text = search_text(name)
    if any(character.isalnum() for character in fold(part)):
        assert _matches(text, search_filter("t", part)), (text, part)
        assert recheck([name], part)


def _matches(text, condition):
    """Answer a condition of `contains` alone without a database."""
    values = [
        _matches(text, child) if isinstance(child, models.Q) else child[1] in text for child in condition.children
    ]
    found = any(values) if condition.connector == models.Q.OR else all(values)
    return found != condition.negated


@pytest.fixture
def listed_companies(data_dir):
    with (data_dir / "ashare_full" / "stock_basic.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row["公司全称"] for row in csv.DictReader(file)]


@pytest.mark.answers
def test_every_listed_company_is_found_by_any_two_characters_and_its_initials(table, listed_companies):
    assert len(listed_companies) == 5485
    rows = [Searched(pk=n, name=name, search_text=search_text(name)) for n, name in enumerate(listed_companies)]
    table.bulk_create(rows, batch_size=300)
    texts = {row.name: row.search_text for row in rows}
    for name, text in texts.items():
        for at in range(len(name) - 1):
            assert _matches(text, search_filter("t", name[at : at + 2])), (name, at)
        assert all(_matches(text, search_filter("t", short)) for short in initials(name)), name
    chance = random.Random(5485)  # noqa: S311 - a fixed sample
    for name in chance.sample(listed_companies, 60):
        at = chance.randrange(len(name) - 1)
        assert name in found(table, name[at : at + 2])
        assert name in found(table, min(initials(name)))


@pytest.mark.answers
def test_listed_companies_a_rep_would_look_for(table, listed_companies):
    table.bulk_create(
        (Searched(pk=n, name=name, search_text=search_text(name)) for n, name in enumerate(listed_companies)),
        batch_size=300,
    )
    assert found(table, "中国移动") == {name for name in listed_companies if "中国移动" in name}
    assert found(table, "長虹") == {name for name in listed_companies if "长虹" in name}
    assert "重庆长安汽车股份有限公司" in found(table, "cqcaqc")
