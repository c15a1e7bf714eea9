"""Which fields a file of each shape may fill, and by which headings they are recognised."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from imports.cells import folded
from imports.choices import Shape


@dataclass(frozen=True)
class Target:
    """A field that can be filled; `known_as` are headings that mean it, best first.

    A required field may be left out where the one named by `instead` is given.
    """

    name: str
    label: str | Promise
    known_as: tuple[str, ...]
    is_required: bool = False
    instead: str = ""


FIELDS: dict[str, tuple[Target, ...]] = {
    Shape.PEOPLE: (
        Target("name", _("Name"), ("sales_agent", "姓名", "销售", "业务员", "name", "员工"), is_required=True),
        Target("manager", _("Manager"), ("manager", "主管", "经理", "上级")),
        Target("region", _("Region"), ("regional_office", "region", "区域", "大区", "团队", "team")),
        Target("email", _("E-mail"), ("email", "e-mail", "邮箱", "电子邮件")),
        Target("phone", _("Phone"), ("phone", "手机", "电话")),
    ),
    Shape.ACCOUNTS: (
        Target(
            "name",
            _("Name"),
            (
                "公司全称",
                "客户名称",
                "公司名称",
                "企业名称",
                "account",
                "company",
                "customer_name",
                "company_name",
                "name",
                "客户",
                "股票名称",
                "名称",
            ),
            is_required=True,
        ),
        Target("short_name", _("Short name"), ("简称", "short_name", "股票名称", "客户简称")),
        Target("alias", _("Also known as"), ("英文名称", "alias", "english_name", "别名")),
        Target(
            "external_id", _("Number elsewhere"), ("股票代码", "客户编号", "account_id", "customer_id", "编号", "id")
        ),
        Target("industry", _("Industry"), ("行业", "sector", "industry", "所属行业")),
        Target("province", _("Province"), ("省份", "省", "province", "state")),
        Target("city", _("City"), ("城市", "市", "city", "地区", "office_location", "country")),
        Target("district", _("District or county"), ("区县", "区", "县", "district", "county")),
        Target("address", _("Address"), ("地址", "address", "公司地址")),
        Target("postcode", _("Postcode"), ("邮编", "邮政编码", "postcode")),
        Target("phone", _("Phone"), ("电话", "phone", "联系电话", "座机")),
        Target("credit_code", _("Unified social credit code"), ("统一社会信用代码", "信用代码", "credit_code")),
        Target("employees", _("Employees"), ("employees", "员工人数", "人数")),
        Target("founded", _("Founded in"), ("year_established", "成立年份", "founded")),
        Target(
            "annual_revenue",
            _("Annual revenue"),
            ("年营业额", "年营业收入", "营业收入", "年收入", "annual_revenue", "revenue"),
        ),
        Target("parent", _("Belongs to"), ("subsidiary_of", "母公司", "集团", "上级公司", "parent")),
        Target("owner", _("Owner"), ("owner", "负责人", "sales_agent", "业务员")),
    ),
    Shape.CONTACTS: (
        Target("name", _("Name"), ("姓名", "联系人", "contact", "name"), is_required=True),
        Target(
            "account", _("Account"), ("客户名称", "公司", "account", "company", "客户", "公司名称"), is_required=True
        ),
        Target("title", _("Title"), ("职务", "职位", "title")),
        Target("department", _("Department"), ("部门", "department")),
        Target("mobile", _("Mobile"), ("手机", "mobile", "phone", "电话")),
        Target("email", _("E-mail"), ("邮箱", "email", "e-mail")),
    ),
    Shape.PRODUCTS: (
        Target("name", _("Name"), ("product", "产品", "产品名称", "name", "名称"), is_required=True),
        Target("series", _("Series"), ("series", "系列", "类别")),
        Target("price", _("List price"), ("sales_price", "price", "价格", "单价", "目录价")),
    ),
    Shape.OPPORTUNITIES: (
        Target("external_id", _("Number elsewhere"), ("opportunity_id", "商机编号", "编号", "id")),
        Target("name", _("Name"), ("商机名称", "opportunity", "name", "项目名称", "商机")),
        Target("owner", _("Owner"), ("sales_agent", "负责人", "owner", "业务员", "销售"), is_required=True),
        Target("account", _("Account"), ("account", "客户名称", "客户", "company", "公司")),
        Target("product", _("Product"), ("product", "产品", "产品名称")),
        Target("stage", _("Stage"), ("deal_stage", "stage", "阶段", "商机阶段", "status"), is_required=True),
        Target("opened_on", _("Opened on"), ("engage_date", "created", "创建日期", "立项日期", "开始日期")),
        Target("closed_on", _("Closed on"), ("close_date", "closed", "成交日期", "关闭日期", "结束日期")),
        Target("amount", _("Amount"), ("close_value", "amount", "金额", "成交金额", "预计金额")),
        Target("expected_on", _("Expected signature"), ("expected_close", "预计签约", "预计成交日期")),
    ),
    Shape.TURNOVER: (
        Target(
            "account",
            _("Account"),
            ("客户名称", "客户", "account", "customer_name", "customer", "company", "公司"),
            is_required=True,
            instead="account_number",
        ),
        Target(
            "account_number",
            _("Customer number"),
            ("客户编号", "客户id", "customer_id", "customer_number", "account_id", "客户代码", "account_number"),
        ),
        Target("booked_on", _("Date"), ("日期", "订单日期", "date", "order_date", "invoice_date"), is_required=True),
        Target("amount", _("Amount"), ("金额", "销售额", "amount", "sales"), is_required=True),
        Target("cost", _("Cost"), ("成本", "cost")),
        Target(
            "profit",
            _("Profit (read where there is no cost)"),
            ("利润", "毛利", "profit", "margin", "gross_profit", "毛利额"),
        ),
        Target(
            "external_id",
            _("Order number"),
            ("订单号", "订单编号", "订单id", "order_id", "order_number", "编号", "id"),
        ),
    ),
}


@cache
def words_of(shape: str) -> dict[str, tuple[str, ...]]:
    """Return the headings that mean each field, best first: the known ones, and ours in every language."""
    labels: dict[str, list[str]] = {target.name: [] for target in FIELDS[shape]}
    for language, _name in settings.LANGUAGES:
        with override(language):
            for target in FIELDS[shape]:
                labels[target.name].append(str(target.label))
    return {target.name: (*target.known_as, *labels[target.name]) for target in FIELDS[shape]}


def match_columns(headers: Sequence[str], shape: str) -> dict[str, str]:
    """Return field → heading for the headings that are known; a heading is given to one field, the best fit first."""
    by_fold = {folded(header): header for header in reversed(headers)}
    wishes = [
        (rank, number, target.name, by_fold[folded(word)])
        for number, target in enumerate(FIELDS[shape])
        for rank, word in enumerate(words_of(shape)[target.name])
        if folded(word) in by_fold
    ]
    columns: dict[str, str] = {}
    taken: set[str] = set()
    for _rank, _number, field, header in sorted(wishes):
        if field not in columns and header not in taken:
            columns[field] = header
            taken.add(header)
    return _with_required(columns, shape, by_fold)


def _with_required(columns: dict[str, str], shape: str, by_fold: dict[str, str]) -> dict[str, str]:
    """Give a required field its heading even where an optional one took it."""
    for target in FIELDS[shape]:
        if target.is_required and target.name not in columns:
            header = next(
                (by_fold[folded(word)] for word in words_of(shape)[target.name] if folded(word) in by_fold), None
            )
            if header:
                columns = {field: taken for field, taken in columns.items() if taken != header} | {target.name: header}
    return columns


def guess_shape(headers: Sequence[str], shapes: Sequence[str] = tuple(FIELDS)) -> str:
    """Return the shape whose fields the headings name best: all required ones, then the larger share.

    A table whose headings name nothing is one of customers until somebody says what it is.
    """

    def fit(shape: str) -> tuple[bool, int, float, bool]:
        columns = match_columns(headers, shape)
        return (
            not missing_fields(columns, shape),
            len(columns),
            len(columns) / len(FIELDS[shape]),
            shape == Shape.ACCOUNTS,
        )

    return max(shapes, key=fit)


def missing_fields(columns: Iterable[str], shape: str) -> list[Target]:
    """Return the required fields nobody gave a heading to."""
    given = set(columns)
    return [
        target for target in FIELDS[shape] if target.is_required and given.isdisjoint((target.name, target.instead))
    ]
