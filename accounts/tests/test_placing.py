"""Filling in where a customer is, step by step: rules for the fields of a place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.placing import LEVELS, fill, misplaced, offered
from crm.places.divisions import divisions

LIST = divisions()
EMPTY = dict.fromkeys(LEVELS, "")
some_text = st.sampled_from(
    ["", "浙江", "浙江省", "杭州", "杭州市", "西湖区", "苏州", "北京市", "朝阳区", "Bayern", "昆山"]
)


def levels(values: dict[str, str]) -> list[str]:
    return [values[name] for name in LEVELS]


def test_choosing_another_province_empties_what_does_not_lie_in_it() -> None:
    before = {"province": "江苏省", "city": "杭州市", "district": "西湖区"}
    assert levels(fill(before, "province", LIST).values) == ["江苏省", "", ""]
    assert levels(fill(before | {"province": "浙江"}, "province", LIST).values) == ["浙江", "杭州市", "西湖区"]
    assert levels(fill(EMPTY | {"province": "北京市"}, "province", LIST).values) == ["北京市", "北京市", ""]


def test_a_pasted_address_fills_the_fields_and_leaves_the_person_beside() -> None:
    pasted = "浙江省杭州市西湖区文三路 478 号 张经理 13805712345 邮编：310012"
    filled = fill({"pasted": pasted, "phone": ""}, "paste", LIST)
    assert filled.values == {
        "province": "浙江省",
        "city": "杭州市",
        "district": "西湖区",
        "address": "文三路 478 号",
        "postcode": "310012",
        "phone": "13805712345",
        "pasted": pasted,
    }
    assert (filled.left_over, filled.took_phone) == ("张经理", True)
    kept = fill({"pasted": pasted, "phone": "0571-1"}, "paste", LIST)
    assert (kept.values["phone"], kept.left_over, kept.took_phone) == ("0571-1", "张经理 13805712345", False)
    assert fill({"pasted": pasted}, "paste", LIST).left_over == "张经理 13805712345"


def test_the_postcode_of_another_place_goes_with_it() -> None:
    there = {"province": "江苏省", "city": "常州市", "district": "武进区", "postcode": "213100"}
    moved = fill(there | {"pasted": "浙江省杭州市西湖区文三路 478 号"}, "paste", LIST)
    stayed = fill(there | {"pasted": "江苏常州武进区武南路 1 号"}, "paste", LIST)
    assert (moved.values["postcode"], stayed.values["postcode"]) == ("", "213100")


def test_a_name_of_several_districts_is_asked_about_and_then_goes_out_of_the_street() -> None:
    asked = fill({"pasted": "朝阳区建国路88号", "city": "苏州"}, "paste", LIST)
    assert [place.path for place in asked.found] == ["北京市 朝阳区", "吉林省 长春市 朝阳区"]
    assert (asked.values["city"], asked.values["address"]) == ("苏州", "朝阳区建国路88号")
    chosen = fill(asked.values, f"at:{asked.found[0].code}", LIST)
    assert [*levels(chosen.values), chosen.values["address"]] == ["北京市", "北京市", "朝阳区", "建国路88号"]


def test_a_place_chosen_from_the_search_leaves_the_street_alone() -> None:
    (first, *_others) = fill({"place_q": "杭州 西湖"}, "find", LIST).found
    chosen = fill({"address": "文三路 478 号"}, f"at:{first.code}", LIST)
    assert [*levels(chosen.values), chosen.values["address"]] == ["浙江省", "杭州市", "西湖区", "文三路 478 号"]
    assert fill({"city": "苏州"}, "at:nonsense", LIST).values["city"] == "苏州"


def test_what_is_written_short_goes_back_to_the_list_in_full() -> None:
    written = {"province": "江苏", "city": "昆山", "district": ""}
    assert offered(written, LIST) is None
    assert levels(fill(written, "list", LIST).values) == ["江苏省", "苏州市", "昆山市"]
    abroad = {"province": "Bayern", "city": "München", "district": ""}
    kept = fill(abroad, "list", LIST)
    assert (levels(kept.values), kept.unknown) == (["Bayern", "München", ""], "Bayern München")
    partly = {"province": "江苏省", "city": "苏州市", "district": "工业园"}
    assert levels(fill(partly, "list", LIST).values) == ["江苏省", "苏州市", "工业园"]


def test_the_choices_keep_the_way_a_place_is_written() -> None:
    choices = offered({"province": "浙江", "city": "杭州", "district": ""}, LIST)
    assert choices is not None
    assert ("浙江", "浙江省") in choices["province"]
    assert ("杭州", "杭州市") in choices["city"]
    assert ("西湖区", "西湖区") in choices["district"]
    assert offered(EMPTY, LIST) is not None


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (("浙江省", "杭州市", "西湖区"), None),
        (("浙江", "杭州", "西湖区"), None),
        (("江苏", "昆山", ""), None),
        (("江苏", "昆山", "昆山市"), None),
        (("浙江省", "杭州市", "高新开发园"), None),
        (("Bayern", "München", "朝阳区"), None),
        (("", "苏州", ""), None),
        (("浙江省", "苏州市", ""), "city"),
        (("江苏省", "苏州市", "西湖区"), "district"),
        (("北京市", "北京市", "西湖区"), "district"),
    ],
)
def test_what_lies_elsewhere_is_told(values: tuple[str, str, str], field: str | None) -> None:
    found = misplaced(dict(zip(LEVELS, values, strict=True)), LIST)
    assert (found[0] if found else None) == field


def test_the_sentence_says_where_it_lies() -> None:
    found = misplaced({"province": "江苏省", "city": "苏州市", "district": "西湖区"}, LIST)
    said = "西湖区 is not in 苏州市. The list knows: 浙江省 杭州市 西湖区、江西省 南昌市 西湖区."
    assert found == ("district", said)


@pytest.mark.property
@given(st.fixed_dictionaries(dict.fromkeys(LEVELS, some_text)), st.sampled_from(["province", "city", "list", "text"]))
def test_no_step_makes_a_place_that_lies_elsewhere_or_loses_what_is_not_in_the_list(
    values: dict[str, str], step: str
) -> None:
    after = fill(values, step, LIST).values
    assert after["province"] in (values["province"], "浙江省", "江苏省", "北京市", "江西省")
    if misplaced(values, LIST) is None:
        assert misplaced(after, LIST) is None


@pytest.mark.property
@given(st.sampled_from([place for place in LIST.places if place.district]))
def test_every_place_of_the_list_is_offered_and_lies_where_it_is(place) -> None:
    values = dict(zip(LEVELS, place.parts, strict=True))
    assert offered(values, LIST) is not None
    assert misplaced(values, LIST) is None
