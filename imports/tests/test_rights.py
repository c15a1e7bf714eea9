"""Who may import what, and into whose customers."""

import pytest
from django.urls import reverse

from accounts.models import Account
from accounts.tests.factories import AccountFactory, ContactFactory
from imports.access import shapes_for
from imports.actions import runs
from imports.actions.back import CannotImport
from pipeline.models import Opportunity, Product
from pipeline.tests.factories import OpportunityFactory
from teams.models import User


@pytest.fixture
def theirs(outsider) -> Account:
    """A customer of Sun Lei in West."""
    return AccountFactory(name="重庆长江机械有限公司", external_id="W-1", owner=outsider, team=outsider.team, city="")


def test_a_manager_brings_what_his_teams_work_on_and_the_firm_the_rest(manager, director, admin, rep, clerk):
    assert list(shapes_for(manager)) == ["ACCOUNTS", "CONTACTS", "OPPORTUNITIES", "TURNOVER"]
    assert {len(shapes_for(user)) for user in (director, admin)} == {6}
    assert (shapes_for(rep), shapes_for(clerk)) == ((), ())


def test_a_manager_cannot_import_people(manager, load):
    run = runs.upload([("x.csv", "姓名,邮箱\n陈思远,x@example.com\n".encode())], actor=manager)
    with pytest.raises(CannotImport, match="You cannot import people and teams"):
        runs.match(run.files.get(), shape="PEOPLE", columns={"name": "姓名"}, actor=manager)


def test_a_manager_changes_customers_of_his_teams_and_no_others(manager, rep, theirs, load, reasons):
    ours = AccountFactory(name="苏州启明电子有限公司", owner=rep, team=rep.team, city="")
    text = "客户名称,编号,城市\n苏州启明电子有限公司,,苏州\n重庆长江机械有限公司,,重庆\n别名公司,W-1,重庆\n"
    run = load(by=manager, existing="OVERWRITE", accounts=text)
    sentence = "expected a customer of your teams; “重庆长江机械有限公司” is another team's. Ask for a hand-over"
    assert reasons(run) == [(3, sentence), (4, sentence)]
    ours.refresh_from_db()
    theirs.refresh_from_db()
    assert (ours.city, theirs.city) == ("苏州", "")


def test_what_hangs_on_a_customer_of_another_team_is_refused_too(manager, rep, theirs, load, reasons):
    run = load(
        by=manager,
        contacts="姓名,公司,职务\n李敏,重庆长江机械有限公司,经理\n",
        deals="opportunity_id,sales_agent,account,deal_stage\nA1,陈思远,重庆长江机械有限公司,Engaging\n",
        turnover="日期,客户名称,金额\n2026-01-05,重庆长江机械有限公司,100\n",
    )
    assert [row for row, reason in reasons(run) if "another team's" in reason] == [2, 2, 2]
    assert (run.result["created"], Opportunity.objects.count()) == ({}, 0)


def test_a_manager_gives_customers_only_to_his_own_people(manager, rep, outsider, load, reasons):
    run = load(by=manager, accounts="客户名称,负责人\n苏州启明电子有限公司,陈思远\n无锡远川机械有限公司,孙磊\n")
    assert list(Account.objects.values_list("name", "owner__name", "team__name")) == [
        ("苏州启明电子有限公司", "陈思远", "华东一区")
    ]
    assert reasons(run) == [(3, "Owner: expected somebody of your teams, found “孙磊”")]


def test_what_a_manager_imports_without_an_owner_stays_in_his_team(manager, load):
    load(by=manager, accounts="客户名称\n苏州启明电子有限公司\n")
    account = Account.objects.get()
    assert (account.owner, account.team) == (None, manager.team)
    load(by=manager, accounts="客户名称\n无锡远川机械有限公司\n", answers={"no-owner": "me"})
    assert Account.objects.get(name="无锡远川机械有限公司").owner == manager


def test_an_opportunity_of_another_team_is_not_changed_by_its_number(manager, outsider, load, reasons):
    deal = OpportunityFactory(external_id="A1", owner=outsider, team=outsider.team, account=None, amount=5)
    run = load(
        by=manager,
        existing="OVERWRITE",
        deals="opportunity_id,sales_agent,deal_stage,amount\nA1,陈思远,Engaging,9\n",
    )
    deal.refresh_from_db()
    assert deal.amount == 5
    assert reasons(run) == [
        (2, "Number elsewhere: expected an opportunity of your teams; this number is another team's")
    ]


def test_products_belong_to_the_firm(manager, director, rep, load):
    text = "opportunity_id,sales_agent,product,deal_stage\nA1,陈思远,GTX Pro,Engaging\n"
    choices = [choice for choice, _words in load.checked(by=manager, deals=text).report["questions"][1]["choices"]]
    assert choices == ["empty", "leave-out"]
    load(by=director, deals=text)
    assert Product.objects.count() == 1


def test_only_an_admin_changes_people_who_are_there(director, admin, rep, load):
    text = "姓名,邮箱,手机\n陈思远,elsewhere@example.com,139\n"
    User.objects.filter(pk=rep.pk).update(email="chen@example.com", phone="")
    load(by=director, existing="OVERWRITE", people=text)
    rep.refresh_from_db()
    assert (rep.email, rep.phone) == ("chen@example.com", "")
    load(by=admin, existing="OVERWRITE", people=text)
    rep.refresh_from_db()
    assert (rep.email, rep.phone) == ("elsewhere@example.com", "139")


def test_two_people_never_share_an_address_or_a_sign_in_name(director, rep, load, reasons):
    User.objects.filter(pk=rep.pk).update(email="chen@example.com")
    run = load(people="姓名,邮箱\n王伟,CHEN@example.com\n李娜,li@example.com\nnull,\n李 娜,\n")
    assert reasons(run) == [
        (2, "E-mail: expected an address of one's own, “CHEN@example.com” is somebody else's"),
        (4, "Name: is missing"),
    ]
    assert list(User.objects.filter(name__startswith="李").values_list("username", flat=True)) == ["lina", "li.na"]


def test_a_manager_who_stands_in_the_file_leads_his_team(load):
    load(people="姓名,主管,区域\n李娜,王伟,华北\n王伟,,华北\n")
    boss = User.objects.get(name="王伟")
    assert (User.objects.get(name="李娜").team.manager, boss.role) == (boss, "MANAGER")


def test_a_contact_found_again_is_filled_not_doubled(manager, rep, load):
    account = AccountFactory(name="苏州启明电子有限公司", owner=rep, team=rep.team)
    person = ContactFactory(account=account, name="李敏", title="", mobile="1")
    run = load(by=manager, contacts="姓名,公司,职务,手机\n李敏,苏州启明电子有限公司,经理,2\n")
    person.refresh_from_db()
    assert (person.title, person.mobile, run.result["updated"]) == ("经理", "1", {"CONTACTS": 1})


@pytest.mark.parametrize("shape", ["people", "products"])
def test_a_template_is_offered_only_for_what_one_may_import(shape, manager, admin, client_for):
    url = reverse("imports:template", args=[shape])
    assert (client_for(manager).get(url).status_code, client_for(admin).get(url).status_code) == (404, 200)
