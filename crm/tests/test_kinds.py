"""Kinds: pointing at a row of another room without an import."""

import pytest

from accounts.models import Account
from accounts.tests.factories import AccountFactory
from crm import kinds
from crm.kinds import Kind, UnknownKind, all_kinds, kind_named, kind_of, register_kind, visible_ids
from crm.models import UndoEntry
from teams.models import Team, User

EXPECTED = {"account", "contact", "opportunity", "visit", "day_plan", "user", "follow_up", "approval"}


@pytest.fixture
def _own_kinds(monkeypatch):
    """What is registered here is forgotten afterwards."""
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))


def test_every_room_has_registered_what_can_be_pointed_at():
    assert {kind.name for kind in all_kinds()} >= EXPECTED


def test_kinds_come_by_name():
    names = [kind.name for kind in all_kinds()]
    assert names == sorted(names)


def test_a_row_knows_its_kind_and_a_kind_its_page(changhong):
    kind = kind_of(changhong)

    assert (kind.name, kind.model) == ("account", Account)
    assert kind_named("account") is kind
    assert kind.url(changhong.pk) == changhong.get_absolute_url()


def test_a_deferred_row_knows_its_kind_too(changhong):
    assert kind_of(Account.objects.only("name").get()).name == "account"


def test_what_nobody_registered_is_refused():
    with pytest.raises(UnknownKind, match="nothing"):
        kind_named("nothing")
    with pytest.raises(UnknownKind, match="UndoEntry"):
        kind_of(UndoEntry())


def test_visible_ids_are_those_the_person_sees(changhong, rep, outsider, django_assert_num_queries):
    foreign = AccountFactory(owner=outsider)
    with django_assert_num_queries(1):
        seen = visible_ids("account", [changhong.pk, foreign.pk, 4711], rep)
    assert seen == {changhong.pk}


@pytest.mark.usefixtures("_own_kinds")
def test_a_name_belongs_to_one_model():
    register_kind(Kind("thing", Team, lambda user: Team.objects.all(), str))
    register_kind(Kind("thing", Team, lambda user: Team.objects.none(), str))
    with pytest.raises(ValueError, match="already Team"):
        register_kind(Kind("thing", User, lambda user: User.objects.all(), str))
