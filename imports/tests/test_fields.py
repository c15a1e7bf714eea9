"""Which heading is which field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.choices import Shape
from imports.fields import FIELDS, guess_shape, match_columns, missing_fields

FILES = [
    (["account", "sector", "year_established", "revenue", "employees", "office_location", "subsidiary_of"], "ACCOUNTS"),
    (["product", "series", "sales_price"], "PRODUCTS"),
    (["sales_agent", "manager", "regional_office"], "PEOPLE"),
    (
        [
            "opportunity_id",
            "sales_agent",
            "product",
            "account",
            "deal_stage",
            "engage_date",
            "close_date",
            "close_value",
        ],
        "OPPORTUNITIES",
    ),
    (["股票代码", "股票名称", "地区", "行业", "公司全称", "英文名称"], "ACCOUNTS"),
    (["姓名", "公司", "职务", "手机"], "CONTACTS"),
    (["日期", "客户名称", "金额", "成本"], "TURNOVER"),
]


@pytest.mark.parametrize(("headers", "shape"), FILES)
def test_a_file_is_recognised_by_its_headings(headers, shape):
    assert guess_shape(headers) == shape
    assert missing_fields(match_columns(headers, shape), shape) == []


def test_the_best_heading_wins_and_serves_once():
    columns = match_columns(["股票代码", "股票名称", "公司全称"], Shape.ACCOUNTS)
    assert columns == {"name": "公司全称", "short_name": "股票名称", "external_id": "股票代码"}
    assert match_columns(["股票名称", "行业"], Shape.ACCOUNTS) == {"name": "股票名称", "industry": "行业"}


def test_spelling_of_headings_does_not_matter():
    assert match_columns(["Sales Agent", "DEAL-STAGE"], Shape.OPPORTUNITIES) == {
        "owner": "Sales Agent",
        "stage": "DEAL-STAGE",
    }


headings = st.lists(
    st.one_of(
        st.text(max_size=8),
        st.sampled_from([word for fields in FIELDS.values() for f in fields for word in f.known_as]),
    ),
    max_size=12,
    unique=True,
)


@pytest.mark.property
@given(headings, st.sampled_from(list(FIELDS)))
def test_no_heading_ever_fills_two_fields(headers, shape):
    columns = match_columns(headers, shape)
    assert len(set(columns.values())) == len(columns)
    assert set(columns.values()) <= set(headers)
