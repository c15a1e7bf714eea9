"""How turnover is spread in real ledgers: loaded by the product's own import, asked of its own functions."""

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from django.db.models import F, Sum

from accounts.effort import service_cost
from accounts.models import Account, Turnover
from accounts.profits.profit import sums_of
from accounts.profits.reads import profits_of
from accounts.spans import Span
from accounts.tiers.concentration import Concentration
from accounts.tiers.picture import accounts_in_view, concentration_of
from accounts.tiers.tiering import Cuts, tier_by_cumulated_share
from crm.jobs import run_job
from imports.actions import runs
from imports.models import ImportRun
from teams.models import User

pytestmark = [pytest.mark.answers, pytest.mark.django_db]
ALWAYS = Span(date(1990, 1, 1), date(2100, 1, 1))
CENT = Decimal("0.01")
CUTS = Cuts(Decimal(80), Decimal(95))
Load = Callable[..., ImportRun]


@pytest.fixture
def load(director: User) -> Load:
    """Return a function that loads one file as turnover, with its columns matched by hand where asked."""

    def do(
        path: Path, *, columns: dict[str, str] | None = None, encoding: str = "", shape: str = "TURNOVER"
    ) -> ImportRun:
        run = runs.upload([(path.name, path.read_bytes())], actor=director, encoding=encoding)
        file = run.files.get()
        assert (file.shape == shape) is (columns is None)
        if columns is not None:
            runs.match(file, shape=shape, columns=columns, actor=director)
        for start in (runs.start_check, runs.start_load):
            run = start(run, actor=director, wake=lambda _pk: None)
            run_job(run.job.pk, now=run.recorded_at)
            run = ImportRun.objects.get(pk=run.pk)
        assert run.result["failed"] == 0
        return run

    return do


def written(path: Path, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    """Write a table a firm could upload; a database dump is nobody's file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headers, *rows])
    return path


def spread(director: User) -> Concentration:
    return concentration_of(accounts_in_view(director), ALWAYS)


def top_fifth(found: Concentration) -> tuple[int, Decimal]:
    best = found.best(20)
    return best, round(found.share_of(best), 2)


def tiers() -> dict[str, int]:
    """Return how many customers fall into each tier by turnover alone, cut at 80 and 95 percent."""
    sums = Turnover.objects.order_by().values_list("account").annotate(total=Sum("amount"))
    return dict(Counter(tier_by_cumulated_share(dict(sums), CUTS).values()))


def test_maven_has_no_few_who_bring_most(data_dir: Path, tmp_path: Path, director: User, load: Load) -> None:
    with (data_dir / "maven_crm" / "sales_pipeline.csv").open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        headers = next(reader)
        won = [row for row in reader if row[headers.index("deal_stage")] == "Won"]
    path = written(tmp_path / "won.csv", headers, won)
    columns = {
        "account": "account", "booked_on": "close_date", "amount": "close_value", "external_id": "opportunity_id",
    }  # fmt: skip
    run = load(path, columns=columns)
    found = spread(director)
    assert run.result["created"] == {"TURNOVER": 4238}
    assert (found.customers, found.turnover) == (85, Decimal(10_005_534))
    assert tiers() == {"A": 59, "B": 18, "C": 8}
    assert top_fifth(found) == (17, Decimal("31.69"))


def test_an_old_xls_with_profits_and_namesakes(data_dir: Path, director: User, load: Load) -> None:
    (path,) = (data_dir / "superstore_zh").glob("*.xls")
    run = load(path)
    columns = run.files.get().columns
    assert columns == {
        "account": "客户名称", "account_number": "客户 ID", "booked_on": "订单日期", "amount": "销售额",
        "profit": "利润", "external_id": "订单 ID",
    }  # fmt: skip
    assert run.result["created"] == {"TURNOVER": 10_000}
    found = spread(director)
    assert (found.customers, Account.objects.values("name").distinct().count()) == (790, 771)
    assert found.turnover.quantize(Decimal("0.001")) == Decimal("16117548.237")
    profits = sums_of(profits_of(Account.objects.all(), ALWAYS, service_cost()))
    assert profits.margin.quantize(Decimal("0.001")) == Decimal("2156559.517")
    assert tiers() == {"A": 436, "B": 199, "C": 155}
    assert top_fifth(found) == (158, Decimal("41.26"))
    # Lines of one order carry its number, from the second on with their place: US-2017-1357144-2.
    numbers = Turnover.objects.values_list("external_id", flat=True)
    assert len({"-".join(number.split("-")[:3]) for number in numbers}) == 2773


def test_northwind(data_dir: Path, tmp_path: Path, director: User, load: Load) -> None:
    text = (data_dir / "northwind" / "northwind.sql").read_text(encoding="utf-8")
    orders = dict(re.findall(r"INSERT INTO orders VALUES \((\d+), ('\w+', \d+, '[\d-]+')", text))
    names = dict(re.findall(r"INSERT INTO customers VALUES \('(\w+)', '((?:[^']|'')+)'", text))
    lines = re.findall(r"INSERT INTO order_details VALUES \((\d+), \d+, ([\d.]+), (\d+), ([\d.]+)\)", text)
    sums: dict[str, Decimal] = {}
    for number, price, quantity, discount in lines:
        # Prices and discounts were stored as floats: 0.150000006 is 0.15.
        line = round(Decimal(price), 4) * int(quantity) * (1 - round(Decimal(discount), 4))
        sums[number] = sums.get(number, Decimal(0)) + line
    rows = []
    for number, amount in sums.items():
        customer, _employee, day = (part.strip("'") for part in orders[number].split(", "))
        rows.append([number, customer, names[customer].replace("''", "'"), day, amount])
    load(written(tmp_path / "orders.csv", ["order_id", "customer_id", "company", "order_date", "amount"], rows))
    found = spread(director)
    assert (len(rows), found.customers) == (830, 89)
    assert found.turnover.quantize(CENT) == Decimal("1265793.04")
    assert top_fifth(found) == (18, Decimal("60.06"))
    assert tiers()["A"] == 34
    best = Account.objects.annotate(total=Sum("turnover__amount")).order_by(F("total").desc(nulls_last=True))[:3]
    assert [(account.external_id, account.total.quantize(CENT, ROUND_HALF_UP)) for account in best] == [
        ("QUICK", Decimal("110277.31")),
        ("ERNSH", Decimal("104874.98")),
        ("SAVEA", Decimal("104361.95")),
    ]


def test_classicmodels(data_dir: Path, tmp_path: Path, director: User, load: Load) -> None:
    text = (data_dir / "classicmodels" / "mysqlsampledatabase.sql").read_text(encoding="utf-8")
    names = dict(
        re.findall(r"^\((\d+),'((?:[^'\\]|\\.)+)','", text[: text.index("insert  into `employees`")], re.MULTILINE)
    )
    orders = re.findall(r"^\((\d+),'([\d-]+)','[\d-]+',(?:NULL|'[\d-]+'),'[\w ]+',.*,(\d+)\)[,;]", text, re.MULTILINE)
    lines = re.findall(r"^\((\d+),'S\w+',(\d+),'([\d.]+)',\d+\)[,;]", text, re.MULTILINE)
    sums: dict[str, Decimal] = {}
    for number, quantity, price in lines:
        sums[number] = sums.get(number, Decimal(0)) + int(quantity) * Decimal(price)
    rows = [
        [number, names[customer].replace("\\", ""), customer, day, sums[number]] for number, day, customer in orders
    ]
    load(written(tmp_path / "orders.csv", ["订单编号", "客户名称", "客户编号", "日期", "金额"], rows))
    found = spread(director)
    assert (len(rows), len(lines), found.customers) == (326, 2996, 98)
    assert found.turnover == Decimal("9604190.61")
    assert top_fifth(found) == (20, Decimal("41.64"))
    assert tiers()["A"] == 61


def test_a_dos_file_whose_territory_na_is_north_america(data_dir: Path, director: User, load: Load) -> None:
    path = data_dir / "sales_data_sample" / "sales_data_sample.csv"
    load(path, encoding="cp850")
    found = spread(director)
    assert (found.customers, found.turnover) == (92, Decimal("10032628.85"))
    assert top_fifth(found) == (18, Decimal("40.96"))
    load(
        path,
        shape="ACCOUNTS",
        encoding="cp850",
        columns={"name": "CUSTOMERNAME", "province": "TERRITORY", "address": "ADDRESSLINE1"},
    )
    assert Account.objects.filter(province="NA").count() == 38
    assert Account.objects.get(name="Volvo Model Replicas, Co").address == "Berguvsvägen 8"
