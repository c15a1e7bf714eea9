"""Whether two customers are one company: what a name is made of, what counts, what does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.choices import Likeness
from accounts.matching.blocking import Identity, keys_of
from accounts.matching.normalising import code_key, heart_of, phone_key, read_name
from accounts.matching.places import PROVINCE_OF, are_one_place, province_of
from accounts.matching.scoring import compare

CHANGHONG = "苏州长虹精密科技股份有限公司"
CODE, OTHER_CODE = "91110000600037341L", "91320594MA1MT7K24L"

NAMES = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "苏州", "浙江省", "中国"]),
    st.text(alphabet="长虹博瑞海康威视", min_size=2, max_size=5),
    st.sampled_from(["", "精密", "科技", "机械设备"]),
    st.sampled_from(["", "有限公司", "集团股份有限公司"]),
)
IDENTITIES = st.builds(
    Identity,
    st.lists(NAMES, min_size=1, max_size=3).map(tuple),
    st.sampled_from(["", "0512-6543 2100", "13812345678"]),
    st.sampled_from(["", "江苏省", "上海"]),
    st.sampled_from(["", CODE, OTHER_CODE, "123"]),
)


def alike(one: str, other: str) -> tuple[int, tuple[str, ...]]:
    """Return what is said of two customers of whom only the names are known."""
    verdict = compare(Identity((one,)), Identity((other,)))
    return verdict.score, verdict.reasons


@pytest.mark.parametrize(
    ("name", "place", "mark", "trade", "branch"),
    [
        ("苏州长虹精密科技股份有限公司", "苏州", "长虹", "精密科技", ""),
        ("江苏省苏州市长虹机械有限责任公司", "苏州", "长虹", "机械", ""),
        ("長虹（蘇州）精密機械有限公司", "苏州", "长虹", "精密机械", ""),
        ("长虹（集团）股份有限公司", "", "长虹", "", ""),
        ("杭州海康威视数字技术股份有限公司上海分公司", "杭州", "海康威视", "数字技术", "上海分公司"),
        ("上海银行", "上海", "银行", "", ""),
        ("上海", "", "上海", "", ""),
        ("ＴＣＬ科技集团股份有限公司", "", "tcl", "科技", ""),
        ("有限公司", "", "有限公司", "", ""),
        ("", "", "", "", ""),
    ],
)
def test_a_name_in_its_parts(name: str, place: str, mark: str, trade: str, branch: str) -> None:
    read = read_name(name)
    assert (read.place, read.mark, read.trade, read.branch) == (place, mark, trade, branch)


@pytest.mark.parametrize(
    ("other", "score", "reason"),
    [
        ("苏州长虹精密科技股份有限公司", 98, Likeness.NAME),
        ("蘇州長虹 精密科技有限責任公司", 96, Likeness.FORM),
        ("长虹精密科技（苏州）集团有限公司", 96, Likeness.FORM),
        ("长虹精密科技有限公司", 90, Likeness.PLACE),
        ("江苏长虹精密科技有限公司", 90, Likeness.PLACE),
        ("苏州常虹精密科技有限公司", 84, Likeness.SOUND),
        ("苏州长虹精密技股份有限公司", 76, Likeness.CHARACTER),
        ("苏州长虹", 76, Likeness.SHORT),
        ("长虹精密", 74, Likeness.SHORT),
    ],
)
def test_the_same_company_typed_otherwise(other: str, score: int, reason: str) -> None:
    assert alike(CHANGHONG, other) == (score, (reason,))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (CHANGHONG, "苏州长虹精密科技股份有限公司无锡分公司"),  # a branch has people and purchases of its own
        (CHANGHONG, "苏州长虹物业管理有限公司"),  # the same group, another business
        (CHANGHONG, "上海长虹精密科技股份有限公司"),
        ("上海第一建筑有限公司", "上海第二建筑有限公司"),
        ("上海华东物流有限公司", "上海华西物流有限公司"),
        ("上海银行", "北京银行"),
        ("中国移动通信集团有限公司", "中国联合网络通信集团有限公司"),
    ],
)
def test_companies_that_only_look_alike(one: str, other: str) -> None:
    assert not compare(Identity((one,)), Identity((other,))).is_likely


def test_the_code_decides_whatever_the_names_say() -> None:
    assert compare(Identity(("长虹",), credit_code=CODE), Identity(("博瑞",), credit_code=CODE.lower())).score == 100
    other = compare(Identity((CHANGHONG,), credit_code=CODE), Identity((CHANGHONG,), credit_code=OTHER_CODE))
    assert other.score == 0
    mistyped = compare(Identity((CHANGHONG,), credit_code=CODE), Identity((CHANGHONG,), credit_code=CODE[:-1] + "X"))
    assert mistyped.score == 98


def test_a_telephone_supports_and_never_proves() -> None:
    of_group = compare(Identity((CHANGHONG,), "0512-65432100"), Identity(("苏州长虹物业管理有限公司",), "051265432100"))
    assert (of_group.score, of_group.is_likely) == (40, False)
    short = compare(Identity(("长虹机械有限公司",), "0512-65432100"), Identity(("长虹",), "+86 512 6543 2100"))
    assert (short.score, short.reasons) == (77, (Likeness.SHORT, Likeness.PHONE))


def test_the_place_of_any_name_or_the_filled_in_province_tells_apart() -> None:
    here, there = Identity((CHANGHONG, "长虹精密")), Identity(("上海长虹精密有限公司",))
    assert compare(here, there).score == 0
    far = compare(Identity(("长虹机械有限公司",), province="四川省"), Identity(("苏州长虹机械有限公司",)))
    assert (far.score, far.reasons) == (64, (Likeness.PLACE, Likeness.ELSEWHERE))


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("0512-6543 2100", "51265432100"),
        ("+86 512 65432100", "51265432100"),
        ("０５１２－６５４３２１００", "51265432100"),
        ("(0512)65432100 转 8001", "51265432100"),
        ("138 1234 5678", "13812345678"),
        ("8001", ""),
        ("", ""),
    ],
)
def test_a_telephone_as_it_is_compared(typed: str, key: str) -> None:
    assert phone_key(typed) == key


@pytest.mark.parametrize(("typed", "key"), [(f" {CODE.lower()} ", CODE), (CODE[:-1] + "X", ""), ("123", ""), ("", "")])
def test_only_a_valid_code_is_compared(typed: str, key: str) -> None:
    assert code_key(typed) == key


def test_places_know_their_province() -> None:
    assert (province_of("广东省"), province_of("深圳市"), province_of("内蒙古自治区")) == ("广东", "广东", "内蒙古")
    assert are_one_place("浙江", "杭州")
    assert not are_one_place("宁波", "杭州")
    assert set(PROVINCE_OF.values()) <= set(PROVINCE_OF)


@pytest.mark.property
@given(IDENTITIES, IDENTITIES)
def test_the_order_of_two_does_not_matter(one: Identity, other: Identity) -> None:
    assert compare(one, other) == compare(other, one)
    assert 0 <= compare(one, other).score <= 100


@pytest.mark.property
@given(IDENTITIES)
def test_everybody_is_like_himself(one: Identity) -> None:
    assert compare(one, one).is_likely
    assert one.digest == Identity(one.names, one.phone, one.province, one.credit_code).digest


@pytest.mark.property
@given(NAMES, st.sampled_from(["有限公司", "（集团）有限公司", "控股有限责任公司"]))
def test_what_is_the_same_but_for_the_form_is_compared(name: str, form: str) -> None:
    heart = heart_of(name)
    one, other = Identity((name,)), Identity((f"{heart} {form}",))
    assert compare(one, other).is_likely
    assert keys_of(one) & keys_of(other)


@pytest.mark.property
@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    read = read_name(text)
    assert read.core.startswith(read.mark)
    assert keys_of(Identity((text,), text, text, text)) == keys_of(Identity((text,), text, text, text))
