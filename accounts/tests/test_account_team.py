"""The account team: who joined and left when, who is told, what each role is there for."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.actions.members import (
    AlreadyMember,
    NoMember,
    add_member,
    change_member,
    end_memberships,
    remove_member,
    set_duties,
)
from accounts.choices import TeamRole
from accounts.members.duties import OURS, duties
from accounts.models import Account, AccountMember
from accounts.tests.factories import AccountMemberFactory
from accounts.tests.test_account_page import opened
from crm.editing import EditConflict
from crm.undo import CannotUndo, undo
from followups.models import Delivery
from followups.wording import wording
from teams.models import User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _day(now: datetime):
    """It is 10:40 on 24 November 2026."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def liu(changhong: Account, rep: User, teammate: User, now: datetime) -> AccountMember:
    """Liu Ting supports Changhong technically."""
    return add_member(changhong, user=teammate, role=TeamRole.SUPPORT, actor=rep, now=now)


def told(person: User) -> list[str]:
    rows = Delivery.objects.filter(recipient=person, channel="IN_APP", kind__startswith="account_team").order_by("pk")
    return [wording(row.kind, row.params).title for row in rows]


def sees(person: User, account: Account) -> bool:
    return Account.objects.visible_to(person).filter(pk=account.pk).exists()


def test_who_joins_is_told_and_so_is_everybody_else_there(changhong, liu, rep, teammate, outsider, manager, now, today):
    assert (liu.joined_on, liu.until, told(rep)) == (today, None, [])
    assert told(teammate) == ["刘婷 has joined the account team of 长虹精密"]
    add_member(changhong, user=outsider, role=TeamRole.ANALYST, actor=manager, now=now)
    joined = "孙磊 has joined the account team of 长虹精密"
    assert [told(person)[-1:] for person in (rep, teammate, outsider, manager)] == [[joined], [joined], [joined], []]


def test_the_owner_is_in_the_team_without_joining_it(changhong, rep, manager, now):
    with pytest.raises(AlreadyMember, match="陈思远 keeps this customer"):
        add_member(changhong, user=rep, actor=manager, now=now)
    assert not changhong.members.exists()


def test_another_role_is_told_and_a_last_day_alone_is_not(liu, rep, teammate, manager, now):
    change_member(liu, changes={"until": date(2026, 12, 31)}, version=1, actor=manager, now=now)
    assert told(rep) == []
    change_member(liu, changes={"role": TeamRole.ACCOUNT_MANAGER}, version=2, actor=manager, now=now)
    assert told(rep) == ["刘婷 is account manager in the account team of 长虹精密 now"]
    with pytest.raises(EditConflict):
        change_member(liu, changes={"role": TeamRole.ANALYST}, version=2, actor=rep, now=now)


def test_who_leaves_stays_listed_and_sees_the_customer_no_more(changhong, liu, rep, teammate, manager, today, now):
    assert sees(teammate, changhong)
    entry = remove_member(liu, actor=manager, now=now)
    assert not sees(teammate, changhong)
    (former,) = changhong.members.former()
    assert (former.user, former.role, former.until, former.ended_at) == (teammate, TeamRole.SUPPORT, today, now)
    assert told(rep) == ["刘婷 has left the account team of 长虹精密"]
    with pytest.raises(NoMember):
        remove_member(liu, actor=manager, now=now)
    with pytest.raises(NoMember):
        change_member(liu, changes={"role": TeamRole.ANALYST}, version=1, actor=rep, now=now)
    undo(entry, actor=manager, now=now)
    assert sees(teammate, changhong)
    assert changhong.members.get().until is None


def test_who_comes_back_begins_a_membership_of_his_own(changhong, liu, rep, teammate, now):
    entry = remove_member(liu, actor=rep, now=now)
    later = now + timedelta(days=30)
    add_member(changhong, user=teammate, role=TeamRole.ACCOUNT_MANAGER, actor=rep, now=later)
    assert [member.role for member in changhong.members.order_by("pk")] == [TeamRole.SUPPORT, TeamRole.ACCOUNT_MANAGER]
    undo(entry, actor=rep, now=now + timedelta(days=1))
    assert changhong.members.current().get().role == TeamRole.ACCOUNT_MANAGER
    with pytest.raises(IntegrityError), transaction.atomic():
        AccountMember.objects.create(account=changhong, user=teammate)


def test_a_membership_ends_after_its_last_day_by_itself(changhong, rep, outsider, today, now):
    add_member(changhong, user=outsider, until=today, actor=rep, now=now)
    assert end_memberships(on=today, now=now) == 0
    assert sees(outsider, changhong)
    tomorrow = now + timedelta(days=1)
    assert end_memberships(on=today + timedelta(days=1), now=tomorrow) == 1
    assert end_memberships(on=today + timedelta(days=1), now=tomorrow) == 0
    assert not sees(outsider, changhong)
    assert changhong.members.former().get().until == today


def test_an_end_is_not_taken_back_beyond_the_day_agreed(changhong, rep, outsider, today, now):
    member = add_member(changhong, user=outsider, until=today + timedelta(days=2), actor=rep, now=now)
    entry = remove_member(member, actor=rep, now=now)
    with pytest.raises(CannotUndo, match="would have ended by now"):
        undo(entry, actor=rep, now=now + timedelta(days=5))


def test_the_page_shows_roles_days_the_main_contact_and_who_was_there(
    changhong, liu, rep, outsider, manager, now, client_for: SignIn
):
    add_member(changhong, user=outsider, until=date(2027, 3, 31), actor=manager, now=now)
    remove_member(liu, actor=manager, now=now)
    page = client_for(rep).get(reverse("accounts:people", args=[changhong.pk])).content.decode()
    assert page.count("main contact") == 1
    assert "until 2027-03-31" in page
    assert "1 former member" in page
    assert "from 2026-11-24 to 2026-11-24" in page
    assert "Duties: account manager" in page
    assert "Duties: technical support engineer" not in page


def test_a_dealer_is_marked_where_one_is_chosen_and_where_he_is_listed(
    changhong, rep, teammate, dealer, client_for: SignIn
):
    client, url = client_for(rep), reverse("accounts:new_member", args=[changhong.pk])
    offered = [str(label) for _value, label in client.get(url).context["form"].fields["user"].choices]
    assert sorted(offered) == sorted(["Choose a person", "冯达 · dealer", "刘婷"])
    client.post(url, {"user": dealer.pk, "role": "SUPPORT"})
    client.post(url, {"user": teammate.pk, "role": "SUPPORT"})
    page = client.get(reverse("accounts:people", args=[changhong.pk])).content.decode()
    assert page.count(">dealer</span>") == 1


def test_role_and_last_day_are_changed_on_a_form(changhong, liu, rep, client_for: SignIn):
    client, url = client_for(rep), reverse("accounts:edit_member", args=[changhong.pk, liu.pk])
    wrong = client.post(url, dict(opened(client, url)) | {"until": "2026-11-23"})
    assert wrong.status_code == 422
    assert "Choose today or a later day" in wrong.content.decode()
    client.post(url, dict(opened(client, url)) | {"role": "ANALYST", "until": "2026-11-30"})
    liu.refresh_from_db()
    assert (liu.role, liu.until) == ("ANALYST", date(2026, 11, 30))


def test_every_role_has_duties_in_our_words_until_the_firm_writes_its_own(admin, rep, client_for: SignIn):
    assert set(OURS) == set(TeamRole.values)
    with pytest.raises(PermissionDenied):
        set_duties(TeamRole.ANALYST, changes={"work": "x"}, version=1, actor=rep)
    client, url = client_for(admin), reverse("accounts:edit_duty", args=["ANALYST"])
    assert "Gathers and reads figures" in client.get(url).content.decode()
    client.post(url, dict(opened(client, url)) | {"work": "每月出一份采购结构分析"})
    analyst = duties()["ANALYST"]
    assert (analyst.work, str(analyst.standard)) == ("每月出一份采购结构分析", str(OURS["ANALYST"][1]))
    assert "每月出一份采购结构分析" in client.get(reverse("accounts:duties")).content.decode()
    assert client.get(reverse("accounts:edit_duty", args=["COOK"])).status_code == 404
    with pytest.raises(EditConflict):
        set_duties(TeamRole.ANALYST, changes={"work": "另一版"}, version=1, actor=admin)


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_duties_are_read_in_the_reader_s_language(language):
    with translation.override(language):
        assert all(str(text) for texts in OURS.values() for text in texts)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_however_large_the_team(
    changhong, rep, count, client_for: SignIn, django_assert_num_queries, now
):
    for number in range(count):
        AccountMemberFactory(account=changhong)
        AccountMemberFactory(account=changhong, ended_at=now, until=date(2026, 11, 1 + number))
    client = client_for(rep)
    with django_assert_num_queries(9):
        client.get(reverse("accounts:people", args=[changhong.pk]))
