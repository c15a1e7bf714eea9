"""Provinces, cities and districts: the list, finding in it, and a pasted address taken apart."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.places.address import NAME, PHONE, STREET, Parsed, parse
from crm.places.divisions import Place, divisions, short_name

LIST = divisions()
MUNICIPALITIES = ("北京市", "天津市", "上海市", "重庆市")


def paths(places) -> list[str]:
    return [place.path for place in places]


def taken_apart(text: str) -> Parsed:
    """Return what an address says, having seen that nothing of it is lost."""
    parsed = parse(text, LIST)
    assert "".join(piece.text for piece in parsed.pieces) == text
    return parsed


# --- the list ---
def test_districts_stand_below_their_city_without_what_only_the_census_knows() -> None:
    assert LIST.cities("北京市") == ["北京市"]
    assert "朝阳区" in LIST.districts("北京", "北京市")
    assert "仙桃市" in LIST.cities("湖北省")
    assert LIST.districts("湖北省", "仙桃市") == []
    assert "长安镇" in LIST.districts("广东", "东莞")
    assert "城口县" in LIST.districts("重庆市", "重庆市")
    assert LIST.cities("法国") == []
    names = {place.name for place in LIST.places}
    assert not names & {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("浙江省", "浙江"),
        ("内蒙古自治区", "内蒙古"),
        ("香港特别行政区", "香港"),
        ("恩施土家族苗族自治州", "恩施"),
        ("巴音郭楞蒙古自治州", "巴音郭楞"),
        ("浦东新区", "浦东"),
        ("忠县", "忠县"),
        ("海南省", "海南"),
    ],
)
def test_what_people_call_a_division(name: str, called: str) -> None:
    assert short_name(name) == called


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("西湖区", "浙江省 杭州市 西湖区"),
        ("hangzhou xihuqu", "浙江省 杭州市 西湖区"),
        ("浙江 杭州", "浙江省 杭州市"),
        ("杭州 西湖", "浙江省 杭州市 西湖区"),
        ("hz xhq", "浙江省 杭州市 西湖区"),
        ("zhejiang", "浙江省"),
        ("chongqing", "重庆市"),
        ("臺北", "台湾省 台北市"),
        ("延边州", "吉林省 延边朝鲜族自治州"),
    ],
)
def test_a_place_is_found_by_name_pinyin_and_initials(query: str, first: str) -> None:
    assert LIST.find(query)[0].path == first


def test_initials_alone_may_mean_many() -> None:
    assert "浙江省 杭州市 西湖区" in paths(LIST.find("xhq", limit=50))
    assert LIST.find("") == []
    assert LIST.find("不存在的地方") == []


@pytest.mark.property
@given(st.sampled_from(LIST.places))
def test_every_place_is_found_by_its_whole_name(place: Place) -> None:
    assert place.path in paths(LIST.find(" ".join(dict.fromkeys(filter(None, place.parts))), limit=3_000))
    assert place in LIST.named(place.name)


@pytest.mark.answers
def test_the_list_against_the_published_one(data_dir) -> None:
    """31 provinces, 342 cities, 2,978 counties: ours differ where the census counts what nobody writes."""

    def published(name: str) -> dict[str, str]:
        with (data_dir / "cn_divisions" / f"{name}.csv").open(encoding="utf-8") as file:
            return {row["code"]: row["name"] for row in csv.DictReader(file)}

    provinces, cities, counties = published("provinces"), published("cities"), published("areas")
    assert (len(provinces), len(cities), len(counties)) == (31, 342, 2_978)
    ours = LIST.by_code
    mainland = {code: place for code, place in ours.items() if code[:2] in provinces}
    assert {code: place.name for code, place in mainland.items() if place.level == 0} == provinces
    left_out = {code: name for code, name in cities.items() if code not in ours}
    assert left_out == {
        "4190": "省直辖县级行政区划",
        "4290": "省直辖县级行政区划",
        "4690": "省直辖县级行政区划",
        "5002": "县",
        "6590": "自治区直辖县级行政区划",
    }
    # Four cities without districts stand in the published list as a district of their own name; ours have their towns.
    assert {code: name for code, name in counties.items() if code not in ours} == {
        "441900": "东莞市",
        "442000": "中山市",
        "460400": "儋州市",
        "620201": "嘉峪关市",
    }
    assert {code for code, name in counties.items() if code in ours and ours[code].name != name} == set()
    towns = [code for code in mainland if len(code) == 9]
    assert len(mainland) - len(towns) == 31 + 342 - 5 + 2_978 - 4


# --- a pasted address ---
def test_a_whole_address_with_person_and_telephone() -> None:
    parsed = taken_apart("浙江省杭州市西湖区文三路 478 号华星时代广场 A 座 1203 室 张经理 13805712345")
    assert parsed.place is not None
    assert parsed.place.parts == ("浙江省", "杭州市", "西湖区")
    assert parsed.street == "文三路 478 号华星时代广场 A 座 1203 室"
    assert (parsed.name, parsed.phones, parsed.postcode) == ("张经理", ["13805712345"], "")


@pytest.mark.parametrize(
    ("text", "place", "street"),
    [
        ("杭州西湖区文三路478号", "浙江省 杭州市 西湖区", "文三路478号"),
        ("北京市朝阳区建国路88号", "北京市 朝阳区", "建国路88号"),
        ("北京市市辖区海淀区中关村大街1号", "北京市 海淀区", "中关村大街1号"),
        ("上海上海市浦东新区碧波路690号", "上海市 浦东新区", "碧波路690号"),
        ("浙江省 / 杭州市 / 余杭区 文一西路969号", "浙江省 杭州市 余杭区", "文一西路969号"),
        ("浙江省，杭州市，余杭区，文一西路969号", "浙江省 杭州市 余杭区", "文一西路969号"),
        ("中国江苏省昆山市前进路1号", "江苏省 苏州市 昆山市", "前进路1号"),
        ("昆山前进路1号", "江苏省 苏州市 昆山市", "前进路1号"),
        ("湖北省仙桃市沔阳大道9号", "湖北省 仙桃市", "沔阳大道9号"),
        ("新疆伊犁州伊宁市解放路2号", "新疆维吾尔自治区 伊犁哈萨克自治州 伊宁市", "解放路2号"),
        ("内蒙古锡林郭勒盟锡林浩特市那达慕大街1号", "内蒙古自治区 锡林郭勒盟 锡林浩特市", "那达慕大街1号"),
        ("重庆市酉阳土家族苗族自治县桃花源路3号", "重庆市 酉阳土家族苗族自治县", "桃花源路3号"),
        ("吉林市船营区北京路1号", "吉林省 吉林市 船营区", "北京路1号"),
        ("上海南京东路100号", "上海市", "南京东路100号"),
        ("南京东路100号", "", "南京东路100号"),
        ("臺灣省台北市信義區市府路1號", "台湾省 台北市 信义区", "市府路1號"),
        ("苏州长虹精密 江苏省苏州市苏州工业园区星湖街328号", "江苏省 苏州市 苏州工业园区", "苏州长虹精密 星湖街328号"),
        ("12 Rue de Rivoli, 75001 Paris", "", "12 Rue de Rivoli, 75001 Paris"),
        ("", "", ""),
    ],
)
def test_levels_may_be_missing_short_or_said_twice(text: str, place: str, street: str) -> None:
    parsed = taken_apart(text)
    assert (parsed.place.path if parsed.place else "", parsed.street) == (place, street)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("朝阳区建国路88号", ["北京市 朝阳区", "吉林省 长春市 朝阳区"]),
        ("西湖区文三路1号", ["浙江省 杭州市 西湖区", "江西省 南昌市 西湖区"]),
    ],
)
def test_a_name_several_districts_have_is_asked_about(text: str, places: list[str]) -> None:
    parsed = taken_apart(text)
    assert (paths(parsed.places), parsed.place, parsed.street) == (places, None, text)


def test_labels_lines_and_a_postcode() -> None:
    parsed = taken_apart("收货人：陈思远\n手机：138 0000 1111\n地址：广东省东莞市长安镇振安东路1号\n邮编：523850")
    assert (parsed.name, parsed.phones, parsed.postcode) == ("陈思远", ["138 0000 1111"], "523850")
    assert (parsed.place and parsed.place.path, parsed.street) == ("广东省 东莞市 长安镇", "振安东路1号")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("苏州市吴中区宝带东路1号 王小明 0512-65881402", "王小明"),
        ("苏州市吴中区宝带东路1号1203室李工13805712345", "李工"),
        ("苏州市吴中区宝带东路1号 陈思远（收）13805712345", "陈思远"),
        ("苏州市吴中区 徐工 宝带东路1号", ""),
        ("苏州市吴中区宝带东路 13805712345", ""),
    ],
)
def test_a_name_is_known_by_a_title_or_the_telephone_beside_it(text: str, name: str) -> None:
    assert taken_apart(text).name == name


def test_words_that_say_what_follows_do_not_stay_in_the_street() -> None:
    for text in (
        "收件人 李雷 电话 0571-88886666 地址 浙江杭州市余杭区文一西路969号",
        "收件人：李雷\n电话：0571-88886666\n地址：浙江杭州市余杭区文一西路969号",
    ):
        parsed = taken_apart(text)
        assert (parsed.street, parsed.name, parsed.phones) == ("文一西路969号", "李雷", ["0571-88886666"])


def test_a_place_whose_name_is_a_traditional_character_is_found() -> None:
    assert taken_apart("吉林省松原市乾安县振兴路 5 号").place.parts == ("吉林省", "松原市", "乾安县")


@pytest.mark.property
@given(
    st.sampled_from([place for place in LIST.places if place.district]),
    st.sampled_from(["文三路 478 号", "星湖街328号创意产业园A座", "解放大道1号 3 楼"]),
    st.sampled_from(["王小明", "张经理", "欧阳女士"]),
    st.sampled_from(["13805712345", "0512-65881402", "400-820-1234"]),
    st.sampled_from([" ", "，", "\n"]),
)
def test_a_composed_address_gives_its_parts(place: Place, street: str, name: str, phone: str, mark: str) -> None:
    written = "".join(dict.fromkeys(place.parts))
    parsed = taken_apart(f"{written}{mark}{street}{mark}{name}{mark}{phone}")
    assert place.parts in {found.parts for found in parsed.places}
    assert (parsed.street if parsed.place else street, parsed.name, parsed.phones) == (street, name, [phone])


@pytest.mark.property
@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_nothing_pasted_is_ever_lost(text: str) -> None:
    taken_apart(text)


@pytest.mark.property
@given(st.text("浙江省杭州市西湖区朝阳北京南路大道12 345680号，。\n：张经理电话邮编", max_size=60))
def test_nothing_that_looks_like_an_address_is_lost(text: str) -> None:
    parsed = taken_apart(text)
    said = "".join(piece.text for piece in parsed.pieces if piece.kind in (STREET, NAME, PHONE))
    assert len(said) <= len(text)
