"""Groups of companies: the chart as each person sees it, its sums, moving within it, and no circles."""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.actions.accounts import edit_account
from accounts.actions.groups import GroupCycle, move_in_group, without_cycles
from accounts.groups.group import Company, group_of
from accounts.models import Account
from accounts.tests.factories import AccountFactory
from crm.audit import history_of
from crm.models import UndoEntry
from crm.undo import CannotUndo, undo
from teams.models import User

SignIn = Callable[[User], Client]
PART = {"HX-Request": "true"}


def outline(companies: list[Company]) -> list[object]:
    """Return a chart as names, each followed by the list of those below it."""
    found: list[object] = []
    for company in companies:
        found += [company.name or "--", *([outline(company.below)] if company.below else [])]
    return found


@pytest.fixture
def yangtze(changhong: Account, rep: User, outsider: User) -> Account:
    """长江控股 owns 长虹精密 with its branch in Kunshan, and 长江物流, which Sun Lei keeps, with a depot of Chen's."""
    top = AccountFactory(name="长江控股集团", owner=rep)
    Account.objects.filter(pk=changhong.pk).update(parent=top, relation="SUBSIDIARY")
    AccountFactory(name="长虹昆山分公司", owner=rep, parent=changhong, relation="BRANCH")
    logistics = AccountFactory(name="长江物流", owner=outsider, parent=top)
    AccountFactory(name="长江冷链", owner=outsider, parent=logistics)
    AccountFactory(name="太仓仓库", owner=rep, parent=logistics)
    changhong.refresh_from_db()
    return top


# --- the chart ---
def test_a_group_is_drawn_to_any_depth_with_what_one_sees(
    yangtze: Account, changhong: Account, rep: User, director: User, today: date
) -> None:
    everything = ["长江控股集团", ["长虹精密", ["长虹昆山分公司"], "长江物流", ["太仓仓库", "长江冷链"]]]
    assert outline(group_of(changhong, user=director, on=today).tops) == everything
    seen = group_of(changhong, user=rep, on=today)
    # 长江物流 is named, as on the page of its depot; what else Sun Lei keeps there is only counted.
    assert outline(seen.tops) == ["长江控股集团", ["长虹精密", ["长虹昆山分公司"], "长江物流", ["太仓仓库"]]]
    assert (seen.seen, seen.hidden) == (4, 2)


def test_who_sees_one_deep_company_reads_no_name_further_up(rep: User, outsider: User, today: date) -> None:
    top = AccountFactory(name="机密控股", owner=outsider)
    middle = AccountFactory(name="华东公司", owner=outsider, parent=top)
    office = AccountFactory(name="办事处", owner=rep, parent=middle)
    assert outline(group_of(office, user=rep, on=today).tops) == ["--", ["华东公司", ["办事处"]]]


def test_archived_companies_are_neither_drawn_nor_counted_as_hidden(
    yangtze: Account, rep: User, today: date, now: datetime
) -> None:
    Account.objects.filter(name__in=["长虹昆山分公司", "长江冷链"]).update(archived_at=now)
    group = group_of(yangtze, user=rep, on=today)
    assert outline(group.tops) == ["长江控股集团", ["长虹精密", "长江物流", ["太仓仓库"]]]
    assert group.hidden == 1


def test_a_circle_of_imported_data_is_drawn_and_ends(rep: User, today: date) -> None:
    one, other = AccountFactory(name="甲", owner=rep), AccountFactory(name="乙", owner=rep)
    Account.objects.filter(pk=one.pk).update(parent=other)
    Account.objects.filter(pk=other.pk).update(parent=one)
    one.refresh_from_db()
    assert sorted(map(str, outline(group_of(one, user=rep, on=today).tops))) == ["乙", "甲"]


# --- the sums ---
def test_the_page_says_what_is_not_in_the_sums(
    yangtze: Account, changhong: Account, rep: User, director: User, client_for: SignIn
) -> None:
    url = reverse("accounts:group", args=[changhong.pk])
    shown = client_for(rep).get(url).content.decode()
    assert "2 companies of this group that you do not see are not in the sums." in shown
    assert "长江冷链" not in shown
    assert re.search(r'<b aria-current="true">长虹精密</b>', shown)
    assert "not in the sums" not in client_for(director).get(url).content.decode()


def test_a_company_on_its_own_is_asked_where_it_belongs(rep: User, dealer: User, client_for: SignIn) -> None:
    alone = AccountFactory(name="独立公司", owner=rep)
    shown = client_for(rep).get(reverse("accounts:group", args=[alone.pk])).content.decode()
    assert "This company stands on its own" in shown
    assert reverse("accounts:move", args=[alone.pk]) in shown


def test_a_thousand_companies_twenty_deep_are_drawn_in_a_moment(rep: User, client_for: SignIn) -> None:
    rows = [AccountFactory.build(name=f"公司{number:04}", owner=rep, team=rep.team) for number in range(1_000)]
    Account.objects.bulk_create(rows)
    for number, row in enumerate(rows):
        row.parent = rows[number - 1] if 0 < number < 20 else rows[number % 20] if number else None
    Account.objects.bulk_update(rows, ["parent"], batch_size=500)
    client, url = client_for(rep), reverse("accounts:group", args=[rows[500].pk])
    client.get(url)
    started = time.perf_counter()
    response = client.get(url)
    assert time.perf_counter() - started < 5
    assert response.context["group"].seen == 1_000
    assert response.content.decode().count("company-card") == 1_000


def test_what_lies_deeper_than_a_page_can_show_stands_side_by_side(rep: User, client_for: SignIn) -> None:
    above = None
    for number in range(60):
        above = AccountFactory(name=f"层{number:02}", owner=rep, parent=above)
    response = client_for(rep).get(reverse("accounts:group", args=[above.pk]))
    assert response.content.decode().count("company-card") == 60


# --- moving ---
def test_a_company_is_moved_and_put_back(
    yangtze: Account, changhong: Account, rep: User, now: datetime, client_for: SignIn
) -> None:
    depot = Account.objects.get(name="太仓仓库")
    client, url = client_for(rep), reverse("accounts:move", args=[depot.pk])
    assert client.get(url, headers=PART).status_code == 200
    answer = client.post(url, {"parent": "长虹精密", "relation": "BRANCH"})
    assert answer.url == reverse("accounts:group", args=[depot.pk])
    depot.refresh_from_db()
    assert (depot.parent, depot.relation, depot.version) == (changhong, "BRANCH", 2)
    assert history_of(depot)[0].changes["companies"] == ["长江物流", "长虹精密"]
    assert "长江物流</del> → <ins>长虹精密" in client.get(reverse("accounts:history", args=[depot.pk])).content.decode()
    entry = UndoEntry.objects.get()
    assert entry.label == "太仓仓库 now belongs to 长虹精密"
    undo(entry, actor=rep, now=now)
    depot.refresh_from_db()
    assert (depot.parent.name, depot.relation) == ("长江物流", "")


def test_a_company_can_leave_its_group(yangtze: Account, changhong: Account, rep: User, client_for: SignIn) -> None:
    client_for(rep).post(reverse("accounts:move", args=[changhong.pk]), {"parent": "", "relation": "BRANCH"})
    changhong.refresh_from_db()
    assert (changhong.parent, changhong.relation) == (None, "")


def test_moving_to_where_it_stands_writes_nothing(yangtze: Account, changhong: Account, rep: User, now) -> None:
    assert move_in_group(changhong, parent=yangtze, relation="SUBSIDIARY", actor=rep, now=now) is None
    assert not history_of(changhong).exists()


def test_a_company_does_not_go_under_one_of_its_own(
    yangtze: Account, changhong: Account, rep: User, client_for: SignIn
) -> None:
    answer = client_for(rep).post(reverse("accounts:move", args=[yangtze.pk]), {"parent": "长虹昆山分公司"})
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "长虹昆山分公司 belongs to 长江控股集团 already; a group cannot go in a circle." in shown
    assert 'value="长虹昆山分公司"' in shown


def test_a_company_one_does_not_see_cannot_be_chosen(changhong: Account, outsider: User, rep, client_for) -> None:
    AccountFactory(name="机密控股", owner=outsider)
    answer = client_for(rep).post(reverse("accounts:move", args=[changhong.pk]), {"parent": "机密控股"})
    assert "No customer of yours is called “机密控股”." in answer.content.decode()


def test_going_back_is_refused_where_it_would_close_a_circle(
    yangtze: Account, changhong: Account, rep: User, now: datetime
) -> None:
    entry = move_in_group(changhong, parent=None, actor=rep, now=now)
    edit_account(yangtze, changes={"parent": changhong}, version=1, actor=rep)
    assert entry is not None
    with pytest.raises(CannotUndo, match="a group cannot go in a circle"):
        undo(entry, actor=rep, now=now)


def test_of_an_imports_moves_those_that_close_a_circle_are_left_out(yangtze: Account, changhong: Account) -> None:
    assert without_cycles({yangtze.pk: changhong.pk}) == {}
    other = AccountFactory(name="别家")
    assert without_cycles({changhong.pk: other.pk, other.pk: changhong.pk}) == {changhong.pk: other.pk}


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL")
@pytest.mark.django_db(transaction=True)
def test_two_people_who_close_a_circle_at_once_are_not_both_heard(rep: User, teammate: User, now: datetime) -> None:
    one, other = AccountFactory(name="甲", owner=rep), AccountFactory(name="乙", owner=rep)
    both_looked = Barrier(2)

    def go(person: User, account: Account, parent: Account) -> str:
        try:
            both_looked.wait(timeout=10)
            move_in_group(account, parent=parent, actor=person, now=now)
        except GroupCycle:
            return "told"
        finally:
            connection.close()
        return "moved"

    for _round in range(5):
        Account.objects.update(parent=None)
        with ThreadPoolExecutor(2) as pool:
            answers = [pool.submit(go, rep, one, other), pool.submit(go, teammate, other, one)]
            assert sorted(answer.result(timeout=30) for answer in answers) == ["moved", "told"]
        assert Account.objects.filter(parent=None).count() == 1
