"""The notice of 2025 as it was published, and what the independent calendar of that year says."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.notice import NoticeDay, NoticeUnclear, read_notice

NOTICE_2025 = """
一、元旦：1月1日（周三）放假1天，不调休。
二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
三、清明节：4月4日（周五）至6日（周日）放假，共3天。
四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作。
"""


def test_a_paragraph_gives_days_off_and_the_weekends_worked_for_them() -> None:
    read = read_notice("四、劳动节：5月1日（周四）至3日放假调休，共3天。4月27日（周日）上班。", year=2025)

    off = [NoticeDay(date(2025, 5, number), is_workday=False, name="劳动节") for number in (1, 2, 3)]
    assert read == [NoticeDay(date(2025, 4, 27), is_workday=True, name="劳动节"), *off]


def test_a_new_year_that_begins_in_december_is_understood() -> None:
    read = read_notice("一、元旦：2023年12月30日至2024年1月1日放假，共3天。", year=2024)

    assert [said.day for said in read] == [date(2023, 12, 30), date(2023, 12, 31), date(2024, 1, 1)]


@pytest.mark.answers
def test_the_notice_of_2025_gives_the_published_calendar(data_dir: Path) -> None:
    published = json.loads((data_dir / "cn_holidays" / "2025.json").read_text(encoding="utf-8"))["days"]

    read = read_notice(NOTICE_2025, year=2025)

    assert [(said.day.isoformat(), not said.is_workday) for said in read] == sorted(
        (day["date"], day["isOffDay"]) for day in published
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "No holiday was found in this text. Paste the notice from “一、元旦” to the last holiday."),
        ("一、元旦：2月30日放假1天。", "“2月30日” is no date of 2027."),
        ("一、元旦：5日放假1天。", "“5日” is no date of 2027."),
        ("一、元旦：3月5日至1日放假。", "“3月5日至1日” is no span of days."),
        ("一、元旦：1月1日至6月1日放假。", "“1月1日至6月1日” is no span of days."),
        ("一、元旦：1月1日放假。1月1日上班。", "2027-01-01 is named both as a day off and as worked."),
    ],
)
def test_what_cannot_be_is_named(text: str, sentence: str) -> None:
    with pytest.raises(NoticeUnclear) as refused:
        read_notice(text, year=2027)

    assert str(refused.value) == sentence


@pytest.mark.property
@given(st.dates(date(2027, 1, 1), date(2027, 12, 20)), st.integers(0, 9))
def test_every_span_comes_back_whole(first: date, more: int) -> None:
    last = first + timedelta(days=more)
    text = f"一、春节：{first.month}月{first.day}日至{last.year}年{last.month}月{last.day}日放假调休。"

    assert [said.day for said in read_notice(text, year=2027)] == [first + timedelta(days=n) for n in range(more + 1)]


@pytest.mark.property
@given(st.text(alphabet="一二、：元旦1234567890年月日至放假上班。（）\n "))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read = read_notice(text, year=2027)
    except NoticeUnclear:
        return
    assert read == sorted(set(read))
