"""Real files of other systems must load whole and give known figures."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import Account
from imports.models import ImportRun
from pipeline.models import Opportunity
from teams.models import Team, User

pytestmark = [pytest.mark.answers, pytest.mark.django_db]
MAVEN = ("accounts.csv", "products.csv", "sales_teams.csv", "sales_pipeline.csv")


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

    text = response.content.decode()
    for figure in ("4238", "2473", "63.15", "10,005,534"):
        assert figure in text, figure


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
