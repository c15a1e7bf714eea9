"""A list as a person likes it: columns in their order, the view it opens with, views of the team and copies of them."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from crm.listing import shifted
from crm.models import AuditEntry
from teams.actions.saved_views import save_view, share_view
from teams.models import ListChoice, SavedView, Team, User
from teams.saved_views import view_url
from teams.tests.factories import TeamFactory, UserFactory

SignIn = Callable[[User], Client]
LIST = "/accounts/"
PAGE = "accounts:list"


def shown(client: Client, query: str = "") -> list[str]:
    """Return the keys of the columns the list of customers shows, in order."""
    return [column.key for column in client.get(f"{LIST}?{query}").context["columns"]]


def tabs(client: Client, query: str = "") -> list[str]:
    """Return the names of the saved views above the list of customers, in order."""
    ready = {"All", "Mine", "Contact overdue", "Quiet for 60 days"}
    views = client.get(f"{LIST}?{query}").context["tabs"].views
    return [str(tab.label) for tab in views if str(tab.label) not in ready]


@pytest.fixture
def of_the_team(manager: User) -> SavedView:
    """Zhao Min's view of the good customers, shared with her team and those below."""
    view = save_view(owner=manager, page=PAGE, name="A 类客户", query="tier=A&col=phone&col=tier", actor=manager)
    return share_view(view, shared=True, actor=manager)


def test_a_dealer_of_the_team_is_shown_no_view_but_his_own(of_the_team, rep, dealer, client_for: SignIn) -> None:
    save_view(owner=dealer, page=PAGE, name="我的", query="city=苏州", actor=dealer)
    assert tabs(client_for(rep)) == ["A 类客户"]
    assert tabs(client_for(dealer)) == ["我的"]
    page = client_for(dealer).get(reverse("teams:saved_views")).content.decode()
    assert ("A 类客户" in page, "我的" in page) == (False, True)
    assert client_for(dealer).get(view_url(of_the_team)).context["tabs"].changed is None


# --- columns ----------------------------------------------------------------------------------------------------------


def choose(client: Client, columns: list[str], query: str = "", **more: str) -> str:
    """Choose columns in the menu of the list; return where that leads."""
    data = {"page": PAGE, "query": query, "col": columns} | more
    return client.post(reverse("teams:columns"), data).headers["Location"]


def test_columns_stay_as_a_person_chose_them_in_his_order(
    changhong, rep: User, manager: User, client_for: SignIn
) -> None:
    client = client_for(rep)
    assert choose(client, ["phone", "tier", "owner"], "tier=none&page=2") == f"{LIST}?tier=none"
    assert shown(client) == ["name", "phone", "tier", "owner"]
    assert shown(client, "tier=none") == ["name", "phone", "tier", "owner"]
    assert shown(client_for(manager))[1] == "tier"  # hers are the usual ones


def test_a_column_goes_up_and_down_without_a_script(changhong, rep: User, client_for: SignIn) -> None:
    client = client_for(rep)
    choose(client, ["phone", "tier", "owner"], up="tier")
    assert shown(client) == ["name", "tier", "phone", "owner"]
    choose(client, ["tier", "phone", "owner"], down="tier")
    assert shown(client) == ["name", "phone", "tier", "owner"]
    choose(client, ["phone"], usual="1")
    assert shown(client) == ["name", "tier", "industry", "owner", "last", "next", "turnover"]


def test_what_goes_up_at_the_top_stays_there() -> None:
    assert shifted(["a", "b"], up="a") == ["a", "b"]
    assert shifted(["a", "b"], down="b") == ["a", "b"]
    assert shifted(["a", "b"], up="b") == ["b", "a"]
    assert shifted(["a", "b"], up="unknown") == ["a", "b"]


def test_in_a_saved_view_other_columns_are_a_change_of_the_view(changhong, rep: User, client_for: SignIn) -> None:
    view = save_view(owner=rep, page=PAGE, name="电话", query="col=phone", actor=rep)
    client = client_for(rep)
    to = choose(client, ["phone", "owner"], f"col=phone&view={view.pk}")
    page = client.get(to)
    assert [column.key for column in page.context["columns"]] == ["name", "phone", "owner"]
    assert page.context["tabs"].changed.name == "电话"
    assert not ListChoice.objects.exists()


def test_a_new_view_keeps_the_columns_that_were_shown(changhong, rep: User, client_for: SignIn) -> None:
    client = client_for(rep)
    choose(client, ["phone", "city", "tier"])
    form = client.get(client.get(f"{LIST}?tier=A").context["tabs"].save_url)
    client.post(reverse("teams:save_view"), form.context["form"].initial | {"name": "我的 A 类"})
    choose(client, ["owner"])
    assert shown(client, view_url(SavedView.objects.get()).partition("?")[2]) == ["name", "phone", "tier"]


def test_a_view_not_saved_after_all_leads_back_to_the_list_as_it_was(rep: User, client_for: SignIn) -> None:
    client = client_for(rep)
    form = client.get(client.get(f"{LIST}?tier=A").context["tabs"].save_url)
    assert form.context["cancel_url"] == f"{LIST}?tier=A"
    wrong = client.post(reverse("teams:save_view"), form.context["form"].initial | {"name": ""})
    assert wrong.context["cancel_url"] == f"{LIST}?tier=A"
    elsewhere = client.get(reverse("teams:save_view"), {"page": "https://evil.example"})
    assert elsewhere.context["cancel_url"] == reverse("teams:saved_views")


def test_columns_of_a_list_that_does_not_exist_are_not_kept(rep: User, client_for: SignIn) -> None:
    answer = client_for(rep).post(reverse("teams:columns"), {"page": "https://evil.example", "col": ["x"]})
    assert answer.status_code == 404
    assert not ListChoice.objects.exists()


# --- views ------------------------------------------------------------------------------------------------------------


def test_a_managers_view_reaches_her_team_and_those_below_but_no_other(
    of_the_team: SavedView, east: Team, rep: User, outsider: User, director: User
) -> None:
    below = UserFactory(name="周凯", team=TeamFactory(name="苏州组", below=east))
    readers = [rep, below, outsider, director]
    seen = [person.name for person in readers if of_the_team in SavedView.objects.visible_to(person)]
    assert seen == ["陈思远", "周凯"]


def test_a_rep_reads_the_view_of_his_team_and_changes_a_copy_of_it(
    of_the_team: SavedView, changhong, rep: User, client_for: SignIn
) -> None:
    client = client_for(rep)
    assert tabs(client) == ["A 类客户"]
    for action, data in (
        ("update_view", {"query": ""}),
        ("rename_view", {"name": "x"}),
        ("share_view", {"shared": "no"}),
        ("delete_view", {}),
    ):
        assert client.post(reverse(f"teams:{action}", args=[of_the_team.pk]), data).status_code == 403
    client.post(reverse("teams:copy_view", args=[of_the_team.pk]))
    copied = SavedView.objects.get(owner=rep)
    assert (copied.name, copied.query, copied.team) == (of_the_team.name, of_the_team.query, None)
    client.post(reverse("teams:update_view", args=[copied.pk]), {"query": "tier=B"})
    of_the_team.refresh_from_db()
    assert of_the_team.query == "tier=A&col=phone&col=tier"
    client.post(reverse("teams:copy_view", args=[of_the_team.pk]))
    assert list(SavedView.objects.filter(owner=rep).values_list("name", flat=True)) == ["A 类客户", "A 类客户 2"]


def test_only_who_leads_shares_a_view(rep: User, manager: User, client_for: SignIn) -> None:
    for person, status in ((rep, 403), (manager, 302)):
        view = save_view(owner=person, page=PAGE, name="x", query="", actor=person)
        answer = client_for(person).post(reverse("teams:share_view", args=[view.pk]), {"shared": "yes"})
        assert answer.status_code == status


def test_a_list_opens_with_the_view_a_person_chose_and_still_shows_all(
    of_the_team: SavedView, changhong, rep: User, teammate: User, client_for: SignIn
) -> None:
    client = client_for(rep)
    client.post(reverse("teams:open_first", args=[of_the_team.pk]), {"first": "yes"})
    assert client.get(LIST).headers["Location"] == view_url(of_the_team)
    every = client.get(f"{LIST}?view=all")
    assert [account.name for account in every.context["page"].items] == [changhong.name]
    assert every.context["tabs"].views[0].current
    assert client_for(teammate).get(LIST).status_code == 200
    of_the_team.delete()
    assert client.get(LIST).status_code == 200
    assert ListChoice.objects.get(user=rep).opens_with is None


def test_tabs_stand_in_the_order_a_person_puts_them(
    of_the_team: SavedView, changhong, rep: User, teammate: User, client_for: SignIn
) -> None:
    save_view(owner=rep, page=PAGE, name="苏州", query="city=苏州", actor=rep)
    client = client_for(rep)
    assert tabs(client) == ["A 类客户", "苏州"]
    client.post(reverse("teams:move_view", args=[of_the_team.pk]), {"to": "later"})
    assert tabs(client) == ["苏州", "A 类客户"]
    assert tabs(client_for(teammate)) == ["A 类客户"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("colour=red", "colour"),
        ("col=fax&col=phone", "fax"),
        ("sort=-fax", "fax"),
        ("industry=4711", "Industry"),
        ("tier=A&col=phone&sort=-name&q=x", ""),
    ],
)
def test_a_view_that_asks_for_what_is_gone_opens_and_says_so(
    query: str, names: str, changhong, rep: User, client_for: SignIn
) -> None:
    view = save_view(owner=rep, page=PAGE, name="alt", query=query, actor=rep)
    page = client_for(rep).get(view_url(view))
    assert page.status_code == 200
    said = f"This view asks for something that is no longer there: {names}. The rest of it is shown." if names else ""
    assert page.context["tabs"].lost == said
    assert not said or said in page.content.decode()


def test_what_a_person_chooses_stands_in_history(of_the_team: SavedView, rep: User, client_for: SignIn) -> None:
    client = client_for(rep)
    choose(client, ["phone"])
    client.post(reverse("teams:open_first", args=[of_the_team.pk]), {"first": "yes"})
    client.post(reverse("teams:move_view", args=[of_the_team.pk]), {"to": "later"})
    entries = AuditEntry.objects.filter(action__startswith="list.").order_by("pk")
    assert [(entry.action, entry.changes["list"]) for entry in entries] == [
        ("list.columns_chosen", PAGE),
        ("list.first_view_set", PAGE),
        ("list.views_ordered", PAGE),
    ]
