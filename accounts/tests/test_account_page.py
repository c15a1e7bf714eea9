"""A customer's page: what stands there, what it costs, its tabs and forms."""

import json
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.actions.accounts import change_owner, edit_account
from accounts.actions.people import change_stance
from accounts.models import Account, AccountLook, Contact, TierChange
from accounts.tests.factories import AccountFactory, AccountMemberFactory, ContactFactory
from crm.models import UndoEntry
from crm.undo import undo
from teams.models import User

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _day(now: datetime):
    """Every page is opened at 10:40 on 24 November 2026."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def wang(changhong: Account, today: date) -> Contact:
    """Wang Jianguo decides, and was last seen 45 days ago."""
    return ContactFactory(
        account=changhong,
        name="王建国",
        title="总经理",
        buying_roles=["DECIDER"],
        stance="SN",
        influence=5,
        last_contact_on=today - timedelta(days=45),
    )


def page(client: Client, account: Account, query: str = "") -> str:
    response = client.get(f"{account.get_absolute_url()}{query}")
    assert response.status_code == 200
    return response.content.decode()


# --- overview ---------------------------------------------------------------------------------------------------------
def test_the_relationship_stands_at_the_head_in_words(wang: Contact, rep: User, client_for: SignIn) -> None:
    shown = page(client_for(rep), wang.account)
    assert "Decision maker 王建国 not seen for 45 days" in shown
    assert "seen 45 days ago" in shown
    assert "0512-65881402" in shown


def test_who_does_not_see_the_customer_finds_nothing(
    changhong: Account, outsider: User, admin: User, client_for: SignIn
) -> None:
    for person in (outsider, admin):
        for name in ("account", "people", "history", "tier", "timeline", "edit", "new_contact", "override"):
            assert client_for(person).get(reverse(f"accounts:{name}", args=[changhong.pk])).status_code == 404


def test_the_timeline_holds_changes_of_stance_tier_and_owner_newest_first(
    wang: Contact, rep: User, teammate: User, director: User, today: date, client_for: SignIn
) -> None:
    change_stance(wang, to="H", on=today - timedelta(days=3), actor=rep, note="会上反对")
    TierChange.objects.create(
        account=wang.account, before="B", after="A", kind="COMPUTED", happened_on=today - timedelta(days=10)
    )
    change_owner(wang.account, to=teammate, actor=director)
    response = client_for(director).get(wang.account.get_absolute_url())
    titles = [entry.title for entry in response.context["entries"]]
    assert titles == ["Owner: 陈思远 → 刘婷", "王建国: sponsor → hostile", "Tier B → A, computed"]
    assert "会上反对" in response.content.decode()


def test_the_timeline_goes_on_by_a_cursor_without_gap_or_repetition(
    changhong: Account, rep: User, today: date, client_for: SignIn
) -> None:
    for number in range(45):
        TierChange.objects.create(
            account=changhong,
            before="B",
            after="A",
            kind="COMPUTED",
            reason=f"change {number}",
            happened_on=today - timedelta(days=number // 10 + 1),
        )
    client, seen, query = client_for(rep), [], {}
    for _each in range(3):
        response = client.get(reverse("accounts:timeline", args=[changhong.pk]), query, headers={"HX-Request": "true"})
        seen += [entry.text for entry in response.context["entries"]]
        query = {"before": response.context["cursor"]}
    assert sorted(seen) == sorted(f"change {number}" for number in range(45))
    assert response.context["cursor"] == ""


def test_without_a_script_the_same_cursor_works_on_the_page(changhong: Account, rep: User, client_for: SignIn) -> None:
    answer = client_for(rep).get(reverse("accounts:timeline", args=[changhong.pk]), {"group": "changes"})
    assert answer.url == f"{changhong.get_absolute_url()}?group=changes"
    assert "Nothing of this kind yet" in page(client_for(rep), changhong, "?group=changes&before=nonsense")
    assert "Nothing here yet" in page(client_for(rep), changhong, "?group=unknown")


def test_what_others_changed_since_the_last_look_is_said_once(
    wang: Contact, rep: User, teammate: User, today: date, now: datetime, client_for: SignIn
) -> None:
    client = client_for(rep)
    assert "Since you last looked" not in page(client, wang.account)
    with time_machine.travel(now + timedelta(hours=1), tick=False):
        change_stance(wang, to="N", on=today, actor=rep)
        change_stance(wang, to="H", on=today - timedelta(days=9), actor=teammate)
    with time_machine.travel(now + timedelta(hours=2), tick=False):
        assert "Changes 1" in page(client, wang.account)
        assert "Changes 1" in page(client, wang.account)
        assert "Since you last looked" not in page(
            client_for(User.objects.get(username="chen")), AccountFactory(owner=rep)
        )
    with time_machine.travel(now + timedelta(hours=5), tick=False):
        assert "Since you last looked" not in page(client, wang.account)
    assert AccountLook.objects.filter(account=wang.account).count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_few_questions_however_much_there_is(
    count: int, changhong: Account, rep: User, today: date, client_for: SignIn, django_assert_num_queries
) -> None:
    for contact in ContactFactory.create_batch(count, account=changhong):
        change_stance(contact, to="N", on=today, actor=rep)
    client = client_for(rep)
    client.get(changhong.get_absolute_url())
    # session, user, absences, menu (2); customer with the last look, people, two reads of the timeline;
    # what an hour costs, what was booked, what time was spent
    with django_assert_num_queries(15):
        client.get(changhong.get_absolute_url())


# --- people -----------------------------------------------------------------------------------------------------------
def test_the_chart_puts_people_under_their_bosses(wang: Contact, rep: User, client_for: SignIn) -> None:
    under = ContactFactory(account=wang.account, name="李敏", reports_to=wang)
    ContactFactory(account=wang.account, name="赵磊", reports_to=under)
    response = client_for(rep).get(reverse("accounts:people", args=[wang.account_id]))
    top = response.context["tree"]
    assert [branch.person.name for branch in top] == ["王建国"]
    assert top[0].below[0].below[0].person.name == "赵磊"


def test_the_coverage_numbers_are_filters(wang: Contact, rep: User, client_for: SignIn) -> None:
    ContactFactory(account=wang.account, name="李敏", stance="H", last_contact_on=wang.last_contact_on)
    url, client = reverse("accounts:people", args=[wang.account_id]), client_for(rep)

    def shown(what: str) -> list[str]:
        return [contact.name for contact in client.get(url, {"show": what}).context["shown"]]

    assert shown("") == ["王建国", "李敏"]
    assert shown("deciders") == ["王建国"]
    assert shown("against") == ["李敏"]
    assert shown("unseen") == ["王建国", "李敏"]
    assert "Nobody fits" in client.get(url, {"show": "unmet"}).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_people_cost_the_same_with_one_and_with_three(
    count: int, changhong: Account, rep: User, client_for: SignIn, django_assert_num_queries
) -> None:
    ContactFactory.create_batch(count, account=changhong)
    for _each in range(count):
        AccountMemberFactory(account=changhong)
    client, url = client_for(rep), reverse("accounts:people", args=[changhong.pk])
    client.get(url)
    with django_assert_num_queries(9):  # session, user, absences, menu (2); customer, people, account team, duties
        client.get(url)


def test_a_new_person_needs_a_name_only_and_is_made_once(changhong: Account, rep: User, client_for: SignIn) -> None:
    client, url = client_for(rep), reverse("accounts:new_contact", args=[changhong.pk])
    data = {"name": " 李敏 ", "title": "采购总监", "client_id": str(uuid.uuid4()), "is_verified": "on"}
    client.post(url, data)
    client.post(url, data)
    contact = Contact.objects.get()
    assert (contact.name, contact.title, contact.account) == ("李敏", "采购总监", changhong)
    empty = client.post(url, {"title": "采购总监"})
    assert empty.status_code == 422
    assert 'value="采购总监"' in empty.content.decode()
    assert "Error:" in empty.content.decode()


def test_a_person_known_there_already_is_asked_about_once(wang: Contact, rep: User, client_for: SignIn) -> None:
    client, url = client_for(rep), reverse("accounts:new_contact", args=[wang.account_id])
    data = {"name": "王建国", "title": "车间主任", "client_id": str(uuid.uuid4()), "is_verified": "on"}
    asked = client.post(url, data)
    assert asked.status_code == 422
    assert "王建国 总经理 is known there already." in asked.content.decode()
    assert 'value="车间主任"' in asked.content.decode()
    client.post(url, data | {"anyway": "on"})
    assert Contact.objects.filter(account=wang.account, name="王建国").count() == 2


def test_a_stance_is_changed_and_taken_back(
    wang: Contact, rep: User, today: date, now: datetime, client_for: SignIn
) -> None:
    client, url = client_for(rep), reverse("accounts:stance", args=[wang.pk])
    client.post(url, {"stance": "NS", "on": today.isoformat(), "note": "换了意见"})
    wang.refresh_from_db()
    assert wang.stance == "NS"
    assert "换了意见" in client.get(wang.get_absolute_url()).content.decode()
    undo(UndoEntry.objects.get(), actor=rep, now=now)
    wang.refresh_from_db()
    assert wang.stance == "SN"


def test_a_stance_of_tomorrow_is_refused_with_what_was_typed(
    wang: Contact, rep: User, today: date, client_for: SignIn
) -> None:
    url = reverse("accounts:stance", args=[wang.pk])
    data = {"stance": "NS", "on": (today + timedelta(days=1)).isoformat(), "note": "换了意见"}
    answer = client_for(rep).post(url, data)
    assert answer.status_code == 422
    assert "Choose today or a day before." in answer.content.decode()
    assert "换了意见" in answer.content.decode()


def test_a_circle_of_bosses_is_refused_at_its_field(wang: Contact, rep: User, client_for: SignIn) -> None:
    under = ContactFactory(account=wang.account, name="李敏", reports_to=wang)
    url = reverse("accounts:edit_contact", args=[wang.pk])
    answer = client_for(rep).post(url, {"name": "王建国", "reports_to": under.pk, "version": 1})
    assert answer.status_code == 422
    assert "李敏 reports to 王建国, directly or through others." in answer.content.decode()


# --- changing ---------------------------------------------------------------------------------------------------------
def opened(client: Client, url: str) -> dict[str, str]:
    """Return what a browser would post if nothing were touched."""
    form = client.get(url).context["form"]
    values = {}
    for field in form:
        shown = field.field.widget.format_value(field.value())
        if isinstance(shown, list):
            shown = shown[0] if shown else ""
        values[field.html_name] = "" if shown is None else shown
    return values


def test_a_new_customer_belongs_to_who_makes_it(rep: User, client_for: SignIn) -> None:
    client, url = client_for(rep), reverse("accounts:new")
    data = opened(client, url) | {"name": "苏州博瑞电子"}
    client.post(url, data)
    client.post(url, data)
    account = Account.objects.get()
    assert (account.owner, account.team) == (rep, rep.team)


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "苏州长虹精密科技有限公司"},
        {"name": "苏州长虹精密科技（集团）股份有限公司"},
        {"name": "长虹精密"},
        {"name": "长虹精密科技"},
        {"name": "新客户", "phone": "0512-65881402"},
    ],
)
def test_a_customer_that_may_be_there_already_is_asked_about_once(
    typed: dict[str, str], changhong: Account, rep: User, client_for: SignIn
) -> None:
    client, url = client_for(rep), reverse("accounts:new")
    data = opened(client, url) | typed
    asked = client.post(url, data)
    assert asked.status_code == 422
    assert "We may have this customer already" in asked.content.decode()
    assert f'href="{changhong.get_absolute_url()}"' in asked.content.decode()
    client.post(url, data | {"anyway": "on"})
    assert Account.objects.filter(name=typed["name"]).exclude(pk=changhong.pk).count() == 1


def test_a_colleagues_customer_is_told_only_where_it_is_certainly_the_same(
    changhong: Account, outsider: User, client_for: SignIn
) -> None:
    client, url = client_for(outsider), reverse("accounts:new")
    data = opened(client, url)
    told = client.post(url, data | {"name": "苏州长虹精密科技有限责任公司"}).content.decode()
    assert "kept by 陈思远" in told
    assert changhong.get_absolute_url() not in told
    for name, phone in (("长虹机械", ""), ("苏州长虹精密", ""), ("昆山博瑞", changhong.phone)):
        client.post(url, data | {"name": name, "phone": phone, "client_id": str(uuid.uuid4())})
    assert Account.objects.filter(owner=outsider).count() == 3


def test_facts_are_changed(changhong: Account, rep: User, client_for: SignIn) -> None:
    client, url = client_for(rep), reverse("accounts:edit", args=[changhong.pk])
    client.post(url, opened(client, url) | {"city": "苏州", "potential": "4"})
    changhong.refresh_from_db()
    assert (changhong.city, changhong.potential, changhong.name) == ("苏州", 4, "苏州长虹精密科技有限公司")


def test_the_parent_is_chosen_by_a_part_of_its_name(changhong: Account, rep: User, client_for: SignIn) -> None:
    group = AccountFactory(owner=rep, name="长江控股集团")
    AccountFactory(owner=rep, name="长江物流")
    client, url = client_for(rep), reverse("accounts:edit", args=[changhong.pk])
    data = opened(client, url)
    several = client.post(url, data | {"parent": "长江"})
    assert "Several customers fit" in several.content.decode()
    nobody = client.post(url, data | {"parent": "不存在"})
    assert "No customer of yours is called “不存在”." in nobody.content.decode()
    client.post(url, data | {"parent": "控股"})
    changhong.refresh_from_db()
    assert changhong.parent == group
    assert opened(client, url)["parent"] == f"长江控股集团 #{group.pk}"


def test_a_field_left_alone_does_not_fight_with_what_somebody_else_wrote(
    changhong: Account, rep: User, manager: User, client_for: SignIn
) -> None:
    client, url = client_for(rep), reverse("accounts:edit", args=[changhong.pk])
    data = opened(client, url)
    edit_account(changhong, changes={"city": "昆山", "alias": "CH"}, version=1, actor=manager)
    answer = client.post(url, data | {"province": "江苏"})
    assert answer.status_code == 302
    changhong.refresh_from_db()
    assert (changhong.city, changhong.alias, changhong.province) == ("昆山", "CH", "江苏")


def test_the_same_field_shows_both_values_and_either_can_stay(
    changhong: Account, rep: User, manager: User, client_for: SignIn
) -> None:
    client, url = client_for(rep), reverse("accounts:edit", args=[changhong.pk])
    data = opened(client, url) | {"city": "苏州", "notes": "打过电话"}
    edit_account(changhong, changes={"city": "昆山", "potential": 2}, version=1, actor=manager)
    conflict = client.post(url, data)
    shown = conflict.content.decode()
    assert conflict.status_code == 409
    assert "昆山" in shown
    assert "苏州" in shown
    assert "赵敏 wrote" in shown
    again = dict(conflict.context["kept"]) | {
        "version": conflict.context["version"],
        "conflict-theirs-city": json.dumps(["昆山"]),
    }
    assert again["notes"] == "打过电话"
    client.post(url, again | {"conflict-keep-city": "theirs"})
    changhong.refresh_from_db()
    assert (changhong.city, changhong.notes, changhong.potential) == ("昆山", "打过电话", 2)
    client.post(url, again | {"conflict-keep-city": "ours", "version": changhong.version})
    changhong.refresh_from_db()
    assert changhong.city == "苏州"


def test_an_archived_customer_says_so_and_comes_back(changhong: Account, rep: User, client_for: SignIn) -> None:
    client = client_for(rep)
    client.post(reverse("accounts:archive", args=[changhong.pk]))
    assert "archived" in page(client, changhong)
    client.post(reverse("accounts:restore", args=[changhong.pk]))
    changhong.refresh_from_db()
    assert changhong.archived_at is None


def test_a_colleague_joins_and_leaves_the_account_team(
    changhong: Account, rep: User, outsider: User, client_for: SignIn
) -> None:
    client = client_for(rep)
    client.post(reverse("accounts:new_member", args=[changhong.pk]), {"user": outsider.pk, "role": "SUPPORT"})
    member = changhong.members.get()
    assert page(client_for(outsider), changhong)
    client.post(reverse("accounts:drop_member", args=[changhong.pk, member.pk]))
    assert client_for(outsider).get(changhong.get_absolute_url()).status_code == 404


def test_who_sees_but_may_not_change_is_refused(
    changhong: Account, dealer: User, rep: User, client_for: SignIn
) -> None:
    AccountMemberFactory(account=changhong, user=dealer)
    client = client_for(dealer)
    assert "Edit" not in page(client, changhong)
    assert client.get(reverse("accounts:edit", args=[changhong.pk])).status_code == 403
    assert client.post(reverse("accounts:archive", args=[changhong.pk])).status_code == 403


def test_the_history_reads_as_words(wang: Contact, rep: User, client_for: SignIn) -> None:
    edit_account(wang.account, changes={"city": "苏州", "kind": "PROSPECT"}, version=1, actor=rep)
    change_stance(wang, to="N", on=date(2026, 11, 20), actor=rep)
    shown = client_for(rep).get(reverse("accounts:history", args=[wang.account_id])).content.decode()
    assert "Facts changed" in shown
    assert "<del>customer</del> → <ins>prospect</ins>" in shown
    assert "<del>sponsor</del> → <ins>neutral</ins>" in shown


@pytest.mark.parametrize("name", ["edit", "new_contact", "new_member", "override"])
def test_forms_open_in_a_sheet(name: str, changhong: Account, manager: User, client_for: SignIn) -> None:
    url = reverse(f"accounts:{name}", args=[changhong.pk])
    shown = client_for(manager).get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in shown
    assert "sheet-head" in shown
    assert "csrfmiddlewaretoken" in shown
