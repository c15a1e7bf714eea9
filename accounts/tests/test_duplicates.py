"""Which names are the same company's: the heart of a name is what the legal form leaves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.matching.normalising import heart_of


@pytest.mark.parametrize(
    ("name", "heart"),
    [
        ("苏州长虹精密科技有限公司", "苏州长虹精密科技"),
        ("苏州长虹精密科技（集团）股份有限公司", "苏州长虹精密科技"),
        ("蘇州長虹精密科技有限責任公司", "苏州长虹精密科技"),
        ("中国移动 通信集团", "中国移动通信"),
        ("Siemens Co., Ltd.", "siemens"),
        ("SIEMENS AG", "siemens"),
        ("有限公司", "有限公司"),
        ("", ""),
    ],
)
def test_the_heart_of_a_name(name: str, heart: str) -> None:
    assert heart_of(name) == heart


@given(
    st.text(alphabet="长虹精密苏州科技", min_size=1, max_size=12),
    st.sampled_from(["有限公司", "股份有限公司", "（集团）有限公司", "集团股份有限公司", "公司", " 集团"]),
)
def test_a_legal_form_changes_nothing_about_who_it_is(name: str, form: str) -> None:
    assert heart_of(f"{name}{form}") == name
