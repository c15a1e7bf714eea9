"""The pages of people, teams, absences and one's own settings."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from teams.choices import Role
from teams.holdings import Holding, _holdings, register_holding
from teams.models import Absence, SavedView, Team, User
from teams.saved_views import ViewTabs, plain_query, view_url
from teams.tests.factories import AbsenceFactory, TeamFactory, UserFactory


def names(response) -> set[str]:
    return {person.name for person in response.context["page"].items}


@pytest.fixture
def office(rep, teammate, outsider, manager, other_manager, director, clerk, compliance, dealer, admin) -> set[str]:
    """Everybody is here."""
    return {"陈思远", "刘婷", "孙磊", "赵敏", "钱伟", "何云", "周静", "吴昊", "冯达", "林越"}


@pytest.mark.parametrize(
    ("username", "seen"),
    [
        ("chen", {"陈思远"}),
        ("feng", {"冯达"}),
        ("zhao", {"赵敏", "陈思远", "刘婷", "冯达"}),
        ("qian", {"钱伟", "孙磊"}),
        ("he", None),
        ("zhou", None),
        ("wu", None),
        ("lin", None),
    ],
)
def test_everybody_sees_the_people_whose_work_he_may_look_at(office, client_for, username: str, seen) -> None:
    client = client_for(User.objects.get(username=username))

    assert names(client.get(reverse("teams:people"))) == (office if seen is None else seen)


def test_a_manager_sees_the_people_of_teams_below(manager: User, east: Team) -> None:
    below = TeamFactory(name="苏州组", below=east)
    wang = UserFactory(name="王芳", team=below)

    assert wang in User.objects.visible_to(manager)


def test_a_manager_who_stands_in_for_another_sees_his_teams(manager: User, other_manager: User, outsider: User) -> None:
    manager.stands_in_for = frozenset({other_manager.pk})

    assert outsider in User.objects.visible_to(manager)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=刘", {"刘婷"}),
        ("q=CHEN", {"陈思远"}),
        ("q=sun@", {"孙磊"}),
        ("role=DIRECTOR", {"何云"}),
        ("role=NOBODY", None),
        ("q=nobody", set()),
    ],
)
def test_the_list_is_searched_and_filtered(office, admin: User, client_for, query: str, found) -> None:
    response = client_for(admin).get(reverse("teams:people") + f"?{query}")

    assert names(response) == (office if found is None else found)


def test_a_team_filter_takes_the_teams_below(office, admin: User, firm: Team, west: Team, client_for) -> None:
    client = client_for(admin)

    assert names(client.get(reverse("teams:people"), {"team": west.pk})) == {"孙磊", "钱伟"}
    assert names(client.get(reverse("teams:people"), {"team": firm.pk})) == office


def test_who_left_is_shown_only_when_asked_for(admin: User, client_for) -> None:
    UserFactory(name="老王", is_active=False)
    client = client_for(admin)

    assert names(client.get(reverse("teams:people"))) == {"林越"}
    assert names(client.get(reverse("teams:people"), {"state": "left"})) == {"老王"}
    assert names(client.get(reverse("teams:people"), {"state": "all"})) == {"林越", "老王"}


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_with_one_and_three_people(
    admin: User, east: Team, client_for, count: int, django_assert_num_queries
) -> None:
    for _each in range(count):
        UserFactory(team=east)
    client = client_for(admin)

    # session, user, deputising; count, people; who is away
    with django_assert_num_queries(6):
        client.get(reverse("teams:people"), headers={"HX-Request": "true"})


@pytest.mark.parametrize("count", [1, 3])
def test_the_tree_costs_the_same_with_one_and_three_teams(
    admin: User, firm: Team, client_for, count: int, django_assert_num_queries
) -> None:
    above = firm
    for number in range(count):
        above = TeamFactory(name=f"组{number}", below=above)
        UserFactory(team=above)
    client = client_for(admin)

    # session, user, deputising; the teams with managers and sizes
    with django_assert_num_queries(4):
        response = client.get(reverse("teams:teams"), headers={"HX-Request": "true"})
    top = response.context["branches"][0]
    assert (top.size, top.total) == (1, 1 + count)


@pytest.mark.parametrize("count", [1, 3])
def test_absences_cost_the_same_with_one_and_three(
    manager: User, rep: User, teammate: User, client_for, count: int, django_assert_num_queries
) -> None:
    today = timezone.localdate()
    for number in range(count):
        day = today + timedelta(days=number + 1)
        AbsenceFactory(user=rep, starts_on=day, ends_on=day, deputy=teammate)
    client = client_for(manager)

    # session, user, deputising, the teams he leads; count, rows, whose he may end
    with django_assert_num_queries(7):
        response = client.get(reverse("teams:absences"), headers={"HX-Request": "true"})
    assert len(response.context["page"].items) == count


def test_the_list_as_a_fragment_is_the_rows_alone(admin: User, client_for) -> None:
    response = client_for(admin).get(reverse("teams:people"), headers={"HX-Request": "true"})

    assert b"<table" in response.content
    assert b"<html" not in response.content


def test_an_admin_makes_a_person(admin: User, east: Team, client_for) -> None:
    data = {
        "name": "王芳",
        "username": "WangFang",
        "email": "wang@firm.example",
        "role": Role.CLERK,
        "team": east.pk,
        "time_zone": "Asia/Shanghai",
    }
    response = client_for(admin).post(reverse("teams:new_person"), data)

    made = User.objects.get(username="wangfang")
    assert response.url == made.get_absolute_url()
    assert (made.name, made.role, made.team) == ("王芳", Role.CLERK, east)


def test_a_sign_in_name_is_given_once_whatever_its_capitals(admin: User, rep: User, client_for) -> None:
    data = {"name": "陈", "username": "CHEN", "role": Role.REP, "time_zone": "Asia/Shanghai"}
    response = client_for(admin).post(reverse("teams:new_person"), data)

    assert "already uses this sign-in name" in response.content.decode()
    assert 'value="CHEN"' in response.content.decode() or 'value="chen"' in response.content.decode()
    assert User.objects.filter(name="陈").count() == 0


def test_an_e_mail_address_is_given_once(admin: User, rep: User, client_for) -> None:
    data = {
        "name": "陈",
        "username": "c2",
        "email": "Chen@Firm.Example",
        "role": Role.REP,
        "time_zone": "Asia/Shanghai",
    }

    assert "already uses this e-mail" in client_for(admin).post(reverse("teams:new_person"), data).content.decode()


def edit(client, person: User, version: int, **changes):
    data = {
        "name": person.name,
        "username": person.username,
        "email": person.email,
        "phone": person.phone,
        "role": person.role,
        "team": person.team_id or "",
        "language": person.language,
        "time_zone": person.time_zone,
        "version": version,
    }
    return client.post(reverse("teams:edit_person", args=[person.pk]), data | changes)


def test_an_edit_of_what_somebody_else_changed_asks_with_both_values(admin: User, rep: User, client_for) -> None:
    client, opened = client_for(admin), rep.version
    edit(client, rep, opened, phone="13800000000")

    response = edit(client, rep, opened, phone="13911111111")

    body = response.content.decode()
    assert response.status_code == 409
    assert "13800000000" in body
    assert "13911111111" in body
    rep.refresh_from_db()
    assert edit(client, rep, rep.version, phone="13911111111").status_code == 302


def test_the_last_admin_is_told_why_his_role_stays(admin: User, client_for) -> None:
    response = edit(client_for(admin), admin, admin.version, role=Role.REP)

    assert "last admin" in response.content.decode()
    admin.refresh_from_db()
    assert admin.role == Role.ADMIN


def test_before_deactivating_it_says_what_must_be_handed_over(
    admin: User, manager: User, client_for, monkeypatch
) -> None:
    monkeypatch.setattr("teams.holdings._holdings", dict(_holdings))
    register_holding(Holding("test", "Customers", lambda user: 12, lambda user: "/accounts/?owner=1"))

    body = client_for(admin).get(reverse("teams:deactivate", args=[manager.pk])).content.decode()

    assert "Customers: 12" in body
    assert "leads the team 华东一区" in body


def test_deactivating_is_possible_all_the_same(admin: User, manager: User, client_for) -> None:
    client_for(admin).post(reverse("teams:deactivate", args=[manager.pk]))

    manager.refresh_from_db()
    assert not manager.is_active


def test_a_closed_team_is_seen_by_admins_only(admin: User, rep: User, firm: Team, client_for) -> None:
    TeamFactory(name="旧组", below=firm, is_active=False)

    assert "旧组" in client_for(admin).get(reverse("teams:teams")).content.decode()
    assert "旧组" not in client_for(rep).get(reverse("teams:teams")).content.decode()


def test_a_dealer_sees_no_team_but_his_own(dealer: User, east: Team, west: Team) -> None:
    assert set(Team.objects.visible_to(dealer)) == {east}


def test_a_team_is_edited_on_one_form(admin: User, east: Team, west: Team, manager: User, client_for) -> None:
    data = {"name": "华东", "below": west.pk, "manager": manager.pk, "version": east.version}
    response = client_for(admin).post(reverse("teams:edit_team", args=[east.pk]), data)

    east.refresh_from_db()
    assert response.status_code == 302
    assert (east.name, Team.objects.get_parent(east), east.manager) == ("华东", west, manager)


def test_a_rep_notes_his_own_absence_only(rep: User, teammate: User, client_for) -> None:
    client, day = client_for(rep), timezone.localdate().isoformat()

    refused = client.post(
        reverse("teams:new_absence"), {"user": teammate.pk, "starts_on": day, "ends_on": day, "reason": "假"}
    )
    assert refused.status_code == 200
    assert "假" in refused.content.decode()
    assert not Absence.objects.exists()

    client.post(reverse("teams:new_absence"), {"user": rep.pk, "starts_on": day, "ends_on": day, "deputy": teammate.pk})
    assert Absence.objects.get().deputy == teammate


def test_a_manager_notes_absences_of_his_team(manager: User, rep: User, outsider: User, client_for) -> None:
    client, day = client_for(manager), timezone.localdate().isoformat()

    client.post(reverse("teams:new_absence"), {"user": outsider.pk, "starts_on": day, "ends_on": day})
    assert not Absence.objects.exists()

    client.post(reverse("teams:new_absence"), {"user": rep.pk, "starts_on": day, "ends_on": day})
    assert Absence.objects.get().user == rep


def test_the_deputy_sees_an_absence_but_does_not_end_it(rep: User, teammate: User, client_for) -> None:
    today = timezone.localdate()
    absence = AbsenceFactory(user=rep, starts_on=today, ends_on=today, deputy=teammate)

    assert client_for(teammate).post(reverse("teams:end_absence", args=[absence.pk])).status_code == 403
    assert client_for(rep).post(reverse("teams:end_absence", args=[absence.pk])).status_code == 302
    assert not Absence.objects.exists()


def settings_of(person: User, **changes) -> dict:
    data = {
        "language": person.language,
        "time_zone": person.time_zone,
        "theme": person.theme,
        "density": person.density,
        "single_keys": "on" if person.single_keys else "",
        "version": person.version,
    }
    data |= changes
    return {name: value for name, value in data.items() if value != ""}


def test_settings_are_kept_with_the_person_and_in_the_browser(rep: User, client_for) -> None:
    client = client_for(rep)
    response = client.post(
        reverse("teams:me"), settings_of(rep, theme="dark", density="compact", language="zh-hant", single_keys="")
    )

    rep.refresh_from_db()
    assert (rep.theme, rep.density, rep.language, rep.single_keys) == ("dark", "compact", "zh-hant", False)
    assert response.cookies["theme"].value == "dark"
    page = client.get(reverse("teams:me")).content.decode()
    assert 'data-bs-theme="dark"' in page
    assert 'lang="zh-Hant"' in page


def test_the_time_zone_decides_what_day_it_is(rep: User, client_for) -> None:
    client = client_for(rep)
    client.post(reverse("teams:me"), settings_of(rep, time_zone="Pacific/Auckland"))

    rep.refresh_from_db()
    assert rep.time_zone == "Pacific/Auckland"
    assert client.post(reverse("teams:me"), settings_of(rep, time_zone="Moon/Sea")).status_code == 200


def test_the_same_setting_changed_on_two_devices_asks(rep: User, client_for) -> None:
    client, opened = client_for(rep), settings_of(rep)
    client.post(reverse("teams:me"), opened | {"theme": "dark"})

    assert client.post(reverse("teams:me"), opened | {"theme": "light"}).status_code == 409


def test_a_view_is_saved_shared_and_taken_back(manager: User, teammate: User, outsider: User, client_for) -> None:
    client = client_for(manager)
    client.post(reverse("teams:save_view"), {"name": "我的组", "page": "teams:people", "query": "role=REP&page=2"})

    view = SavedView.objects.get()
    assert view.query == "role=REP"
    assert not SavedView.objects.visible_to(teammate).exists()

    client.post(reverse("teams:share_view", args=[view.pk]), {"shared": "yes"})
    assert view in SavedView.objects.visible_to(teammate)
    assert view not in SavedView.objects.visible_to(outsider)

    client.post(reverse("teams:share_view", args=[view.pk]), {"shared": "no"})
    assert not SavedView.objects.visible_to(teammate).exists()


def test_a_changed_view_says_so_and_is_kept_anew_or_let_go(rep: User, teammate: User, east: Team, client_for) -> None:
    view = SavedView.objects.create(owner=rep, team=east, page="accounts:list", name="苏州 A", query="city=苏州&tier=A")
    client, url = client_for(rep), reverse("accounts:list")

    def tabs(query: str, who=client) -> ViewTabs:
        answer = who.get(f"{url}?{query}", headers={"HX-Request": "true"})
        assert 'hx-swap-oob="true"' in answer.content.decode()
        return answer.context["tabs"]

    opened = tabs(view_url(view).partition("?")[2])
    assert [tab.label for tab in opened.views if tab.current] == ["苏州 A"]
    assert (opened.unsaved, opened.changed) == (False, None)

    other = tabs(f"city=昆山&tier=A&q=&view={view.pk}")
    assert [tab.label for tab in other.views if tab.current] == ["苏州 A"]
    assert other.changed is not None
    assert other.changed.back_url == view_url(view)
    foreign = tabs(f"city=昆山&view={view.pk}", client_for(teammate))
    assert foreign.changed is not None
    assert foreign.changed.save_url == ""

    client.post(other.changed.save_url, {"query": other.changed.query})
    view.refresh_from_db()
    assert view.query == plain_query("tier=A&city=昆山")
    assert tabs(view_url(view).partition("?")[2]).changed is None


def test_a_removed_view_can_be_taken_back(rep: User, client_for) -> None:
    client = client_for(rep)
    client.post(reverse("teams:save_view"), {"name": "我的组", "page": "teams:people", "query": "role=REP"})

    removed = client.post(reverse("teams:delete_view", args=[SavedView.objects.get().pk]), follow=True)
    assert not SavedView.objects.exists()

    undo = list(removed.context["messages"])[-1].extra_tags.removeprefix("undo:")
    client.post(reverse("crm:undo", args=[undo]))
    assert SavedView.objects.get().query == "role=REP"


def test_a_view_has_one_name_and_a_list_that_exists(rep: User, client_for) -> None:
    client = client_for(rep)
    view = {"name": "我的组", "page": "teams:people", "query": ""}
    client.post(reverse("teams:save_view"), view)

    assert "already have a view" in client.post(reverse("teams:save_view"), view).content.decode()
    assert (
        client.post(reverse("teams:save_view"), view | {"name": "x", "page": "https://evil.example"}).status_code == 200
    )
    assert SavedView.objects.count() == 1


def test_a_colleagues_shared_view_is_his_to_change(rep: User, teammate: User, east: Team, client_for) -> None:
    view = SavedView.objects.create(owner=rep, team=east, page="teams:people", name="组")

    client = client_for(teammate)
    for action in ("rename_view", "share_view", "delete_view"):
        assert client.post(reverse(f"teams:{action}", args=[view.pk]), {"name": "x"}).status_code == 403
