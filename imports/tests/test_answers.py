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
    """Return what the rendered page of a manager says under each of its words."""
    pairs = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", html, re.DOTALL)
    return {label: " ".join(re.sub(r"<[^>]+>", "", text).split()) for label, text in pairs}


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

    response = client_for(director).get(reverse("reports:dashboard"), {"period": "year", "on": "2017-06-01"})
    page = response.context
    closed = page["closed"]
    assert (closed.won, closed.lost, closed.win_rate) == (4238, 2473, Decimal("63.15"))
    assert closed.value == Decimal(10_005_534)
    assert {level.step.name: level.count for level, _url in page["levels"]} == {"Prospecting": 500, "Engaging": 1589}

    read = figures(response.content.decode())
    assert (read["Won"].split(" ")[0], read["Lost"], read["Win rate"]) == ("4238", "2473", "63.15 %")
    assert "10,005,534" in response.content.decode()

    def of(team: str) -> tuple[int, int, Decimal]:
        query = {"period": "year", "on": "2017-06-01", "team": Team.objects.get(name=team).pk}
        found = client_for(director).get(reverse("reports:dashboard"), query).context["closed"]
        return found.won + found.lost, found.won, found.value

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
