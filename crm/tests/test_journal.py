"""What an action changed is put back exactly, or refused naming what was changed since."""

import json

import pytest

from accounts.models import Account, Contact
from accounts.tests.factories import AccountFactory, ContactFactory
from crm.journal import Entry, Journal, as_data, from_data, put_back
from crm.undo import CannotUndo
from teams.models import User


@pytest.fixture
def renamed(changhong: Account, rep: User) -> list[Entry]:
    """An action that renames a customer, moves a person there and adds another."""
    borui = AccountFactory(owner=rep, name="昆山博瑞机械有限公司")
    moved = ContactFactory(account=borui, name="王建国")
    journal = Journal()
    journal.note(Account.objects.filter(pk=changhong.pk))
    journal.note(Contact.objects.filter(account=borui))
    journal.watch(Contact.objects.filter(account=changhong))
    Account.objects.filter(pk=changhong.pk).update(name="长虹集团", version=2)
    Contact.objects.filter(pk=moved.pk).update(account=changhong)
    ContactFactory(account=changhong, name="李敏")
    return from_data(json.loads(json.dumps(as_data(journal.entries()))))


def test_only_what_became_different_is_kept(renamed: list[Entry], changhong: Account) -> None:
    name, moved, made = renamed
    assert name.before == {"name": "苏州长虹精密科技有限公司", "version": 1}
    assert (moved.after, made.before) == ({"account_id": changhong.pk}, None)


def test_every_row_is_put_back_and_the_version_goes_up(renamed: list[Entry], changhong: Account) -> None:
    put_back(renamed)
    changhong.refresh_from_db()
    assert (changhong.name, changhong.version) == ("苏州长虹精密科技有限公司", 3)
    assert [(person.name, person.account.name) for person in Contact.objects.all()] == [
        ("王建国", "昆山博瑞机械有限公司")
    ]


def test_what_was_changed_since_is_named_and_nothing_is_written(renamed: list[Entry], changhong: Account) -> None:
    Account.objects.filter(pk=changhong.pk).update(name="长虹控股")
    with pytest.raises(CannotUndo, match="changed since: 长虹控股"):
        put_back(renamed)
    assert changhong.contacts.count() == 2


def test_other_fields_may_have_changed(renamed: list[Entry], changhong: Account) -> None:
    Account.objects.filter(pk=changhong.pk).update(phone="0512-65880000", version=5)
    put_back(renamed)
    changhong.refresh_from_db()
    assert (changhong.name, changhong.phone, changhong.version) == ("苏州长虹精密科技有限公司", "0512-65880000", 6)


def test_a_made_row_that_somebody_worked_on_stays(renamed: list[Entry], changhong: Account) -> None:
    Contact.objects.filter(name="李敏").update(title="采购")
    put_back(renamed)
    assert [person.name for person in changhong.contacts.all()] == ["李敏"]


def test_a_row_that_is_gone_stays_gone(renamed: list[Entry]) -> None:
    Contact.objects.filter(name="王建国").delete()
    put_back(renamed)
    assert not Contact.objects.filter(name="王建国").exists()
