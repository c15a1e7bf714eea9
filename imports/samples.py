"""The row a template is filled with, and the words its columns offer. A sample row left in a file is not loaded."""

from collections.abc import Mapping
from typing import Final

from imports.choices import Shape

SAMPLES: Final[dict[str, dict[str, str]]] = {
    Shape.PEOPLE: {
        "name": "王示例",
        "manager": "李示例",
        "region": "示例区",
        "email": "wang@example.com",
        "phone": "13800000000",
    },
    Shape.ACCOUNTS: {
        "name": "示例精密机械有限公司",
        "short_name": "示例精机",
        "alias": "Sample Precision",
        "external_id": "C-00012",
        "industry": "机械加工",
        "province": "江苏",
        "city": "苏州",
        "district": "吴中区",
        "address": "示例路 1 号",
        "postcode": "215000",
        "phone": "0512-60000000",
        "credit_code": "91320594MA1X00000X",
        "employees": "120",
        "founded": "1996",
        "annual_revenue": "5600万",
        "parent": "示例集团有限公司",
        "owner": "王示例",
    },
    Shape.CONTACTS: {
        "name": "张示例",
        "account": "示例精密机械有限公司",
        "title": "采购经理",
        "department": "采购部",
        "mobile": "13900000000",
        "email": "zhang@example.com",
    },
    Shape.PRODUCTS: {"name": "示例产品 A", "series": "示例系列", "price": "4800"},
    Shape.OPPORTUNITIES: {
        "external_id": "S-00045",
        "name": "示例产线改造",
        "owner": "王示例",
        "account": "示例精密机械有限公司",
        "product": "示例产品 A",
        "stage": "赢单",
        "opened_on": "2026-03-02",
        "closed_on": "2026-09-18",
        "amount": "380万",
        "expected_on": "2026-09-30",
    },
    Shape.TURNOVER: {
        "account": "示例精密机械有限公司",
        "account_number": "C-00012",
        "booked_on": "2026-09-18",
        "amount": "128000",
        "cost": "96000",
        "profit": "32000",
        "external_id": "D-00088",
    },
}
KEY: Final = {shape: ("name" if "name" in row else "external_id") for shape, row in SAMPLES.items()}


def is_sample(shape: str, cells: Mapping[str, str]) -> bool:
    """Return whether a row is the sample of its template: every filled cell says what the template says."""
    sample = SAMPLES[shape]
    filled = {name: value for name, value in cells.items() if value.strip()}
    return filled.get(KEY[shape]) == sample[KEY[shape]] and all(
        sample.get(name) == value for name, value in filled.items()
    )
