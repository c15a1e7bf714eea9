"""Real files of other systems must load whole and give known figures."""

import re
from decimal import Decimal

import pytest
from django.core.management import CommandError
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, Turnover
from crm.jobs import run_job
from crm.tabular import UnreadableFile
from imports.actions import runs
from imports.actions.back import take_back
from imports.choices import RunState
from imports.fields import missing_fields
from imports.models import ImportRun
from pipeline.models import Opportunity
from teams.models import Team, User

pytestmark = [pytest.mark.answers, pytest.mark.django_db]
MAVEN = ("sales_pipeline.csv", "accounts.csv", "products.csv", "sales_teams.csv")  # what refers to others comes first


def figures(html: str) -> dict[str, str]:
    """Return what the rendered page of a manager says was decided in the period: row by row, as it is read."""
    table = html[html.index("side-by-side") :].partition("</table>")[0]
    rows = re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td>', table, re.DOTALL)
    return {label: re.sub(r"<[^>]+>", "", text).strip() for label, text in rows}


def funnel(html: str) -> dict[str, str]:
    """Return what the table under the funnel's bars says of each step."""
    table = html[html.index('id="funnel-title"') :].partition("</table>")[0]
    return {
        label: re.sub(r"<[^>]+>", "", text).strip()
        for label, text in re.findall(r'<th scope="row">(.*?)</th><td class="num">(.*?)</td>', table, re.DOTALL)
    }


def test_maven_loads_whole_and_the_managers_page_shows_its_known_figures(data_dir, director, import_files, client_for):
    import_files(*(data_dir / "maven_crm" / name for name in MAVEN))
    run = ImportRun.objects.get()
    questions = {question["key"]: question["count"] for question in run.report["questions"]}
    assert run.result["created"] == {
        "PEOPLE": 35,
        "INDUSTRIES": 10,
        "ACCOUNTS": 85,
        "PRODUCTS": 7,
        "OPPORTUNITIES": 8800,
    }
    assert (questions["product:GTXPro"], questions["no-account"]) == (1480, 1425)
    assert Opportunity.objects.filter(account=None).count() == 1425

    in_2017 = {"period": "year", "on": "2017-06-01", "measure": "count"}
    page = client_for(director).get(reverse("reports:dashboard"), in_2017).content.decode()
    assert figures(page) == {"Won": "4,238", "Signed": "CNY 10M", "Lost": "2,473", "Win rate": "63.15 %"}
    assert 'data-value="10005534' in page
    assert funnel(page) == {"1 Prospecting": "500 · CNY 0", "2 Engaging": "1,589 · CNY 0"}

    def of(team: str) -> tuple[int, int, Decimal]:
        query = {"period": "year", "on": "2017-06-01", "team": Team.objects.get(name=team).pk}
        read = client_for(director).get(reverse("reports:dashboard"), query).content.decode()
        won, lost = (int(figures(read)[word].replace(",", "")) for word in ("Won", "Lost"))
        signed = re.search(r'data-value="([\d.]+)"', read[read.index("side-by-side") :])
        assert signed
        return won + lost, won, Decimal(signed[1])

    assert {team: of(team) for team in ("Central", "East", "West")} == {
        "Central": (2604, 1629, Decimal(3_346_293)),
        "East": (1858, 1171, Decimal(3_090_594)),
        "West": (2249, 1438, Decimal(3_568_647)),
    }
    rates = {team: of(team) for team in ("East · Rocco Neubert", "East · Cara Losch")}
    assert {team: round(Decimal(won) / count, 4) for team, (count, won, _value) in rates.items()} == {
        "East · Rocco Neubert": Decimal("0.6208"),
        "East · Cara Losch": Decimal("0.6443"),
    }


def test_maven_loads_again_without_a_double_and_goes_back_whole(data_dir, director, import_files):
    import_files(*(data_dir / "maven_crm" / name for name in MAVEN))
    import_files(*(data_dir / "maven_crm" / name for name in MAVEN))
    first, second = ImportRun.objects.order_by("pk")
    assert (second.result["created"], second.result["updated"]) == ({}, {})
    assert second.result["skipped"] == {"PEOPLE": 35, "ACCOUNTS": 85, "PRODUCTS": 7, "OPPORTUNITIES": 8800}
    assert Account.objects.exclude(parent=None).count() == 15
    take_back(first, actor=director, now=first.finished_at)
    assert (Account.objects.count(), Opportunity.objects.count(), User.objects.count()) == (0, 0, 1)


def test_a_dos_file_is_refused_until_its_encoding_is_said(data_dir, director, import_files):
    path = data_dir / "sales_data_sample" / "sales_data_sample.csv"
    with pytest.raises(CommandError, match="Choose the encoding"):
        import_files(path)
    import_files(path, encoding="cp850", answer=["account:*=new", "order:TURNOVER:booked_on=month"])
    run = ImportRun.objects.get()
    assert (run.files.get().shape, run.result["created"]["TURNOVER"], run.result["failed"]) == ("TURNOVER", 2823, 0)
    assert Turnover.objects.aggregate(sum=Sum("amount")) == {"sum": Decimal("10032628.85")}
    assert Account.objects.count() == 92


@pytest.mark.parametrize("folder", ["csv_spectrum", "csv_commons", "blns", "northwind_csv", "xlsx_sheetjs"])
def test_strange_files_are_loaded_or_refused_with_a_sentence(data_dir, director, folder):
    """Every file either loads (rows that cannot be are handed back with a reason) or says what to do."""
    refusals: list[str] = []
    for path in sorted((data_dir / folder).rglob("*.*")):
        if path.suffix in (".csv", ".txt", ".tsv", ".xlsx", ".xls") and path.name not in ("SOURCE.txt", "LICENSE.txt"):
            try:
                run = runs.upload([(path.name, path.read_bytes())], actor=director)
            except UnreadableFile as refusal:
                refusals.append(refusal.sentence)
                continue
            file = run.files.get()
            if missing_fields(file.columns, file.shape):
                runs.match(file, shape="ACCOUNTS", columns={"name": file.headers[0]}, actor=director)
            for start in (runs.start_check, runs.start_load):
                run = start(run, actor=director, wake=lambda _pk: None)
                run_job(run.job.pk, now=timezone.now())
            run.refresh_from_db()
            kept = sum(sum(run.result[kind].values()) for kind in ("created", "updated", "skipped"))
            industries = run.result["created"].get("INDUSTRIES", 0)
            assert (run.state, kept - industries + run.result["failed"]) == (RunState.DONE, file.rows), path.name
    assert all(sentence.endswith(".") for sentence in refusals)


def test_maven_people_stand_in_teams_under_managers_and_regions(data_dir, director, import_files):
    import_files(data_dir / "maven_crm" / "sales_teams.csv")
    reps = User.objects.filter(team__name__contains="·", role="REP")
    assert reps.count() == 35
    assert set(User.objects.filter(role="MANAGER").values_list("team__name", flat=True)) >= {
        "Central · Dustin Brinkmann"
    }
    assert {Team.objects.get_parent(user.team).name for user in reps} == {"Central", "East", "West"}


def test_all_listed_companies_load_as_customers(data_dir, import_files):
    import_files(data_dir / "ashare_full" / "stock_basic.csv")
    assert Account.objects.count() == 5485
    vanke = Account.objects.get(external_id="000002.SZ")
    assert (vanke.name, vanke.city, vanke.industry.name) == ("万科企业股份有限公司", "深圳", "全国地产")
    assert Account.objects.matching("万科").filter(pk=vanke.pk).exists()


def test_a_gbk_file_keeps_its_leading_zeros(data_dir, import_files):
    import_files(data_dir / "ashare" / "stock_basic.csv")
    assert Account.objects.count() == ImportRun.objects.get().result["created"]["ACCOUNTS"] == 4347
    assert Account.objects.get(name="平安银行").external_id == "000001"
