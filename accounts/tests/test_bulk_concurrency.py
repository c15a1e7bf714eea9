"""Two people at once in the same customers, on a database that lets them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from accounts.actions.accounts import edit_account
from accounts.actions.bulk_edits import bulk_edit_accounts
from accounts.models import Account
from accounts.tests.factories import AccountFactory
from crm.editing import EditConflict
from crm.models import AuditEntry
from teams.actions.lists import choose_columns
from teams.models import ListChoice

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
    pytest.mark.django_db(transaction=True),
]


def at_once(*works: Any) -> list[Any]:
    """Run the works in threads that begin together; return what each returns."""
    ready = Barrier(len(works))

    def run(work: Any) -> Any:
        try:
            ready.wait(timeout=10)
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [each.result(timeout=30) for each in [pool.submit(run, work) for work in works]]


def test_of_two_bulk_changes_of_the_same_customers_each_customer_takes_one(rep, teammate, manager, director):
    accounts = AccountFactory.create_batch(20, owner=rep)
    expected = {account.pk: account.version for account in accounts}
    backwards = dict(reversed(expected.items()))

    def change(person, seen, city) -> int:
        outcome = bulk_edit_accounts(seen, wanted={"city": city}, actor=person, batch=city)
        return len(outcome.written)

    written = at_once(lambda: change(manager, expected, "苏州"), lambda: change(director, backwards, "昆山"))

    assert sorted(written) == [0, 20]
    assert AuditEntry.objects.filter(action="account.bulk_edited").count() == 20
    assert set(Account.objects.values_list("version", flat=True)) == {2}


def test_a_bulk_change_and_an_edit_of_one_of_them_lose_nothing(rep, manager):
    accounts = AccountFactory.create_batch(5, owner=rep)
    expected, one = {account.pk: account.version for account in accounts}, accounts[2]

    def alone() -> str:
        try:
            edit_account(one, changes={"city": "太仓"}, version=1, actor=rep)
        except EditConflict:
            return "asked"
        return "written"

    def together() -> int:
        return len(bulk_edit_accounts(expected, wanted={"city": "苏州"}, actor=manager, batch="x").written)

    answer, written = at_once(alone, together)

    assert (answer, written) in {("written", 4), ("asked", 5)}
    assert Account.objects.get(pk=one.pk).city == ("太仓" if answer == "written" else "苏州")


def test_one_person_on_two_devices_has_one_choice_for_a_list(rep):
    def choose(columns: list[str]) -> None:
        choose_columns(user=rep, page="accounts:list", columns=columns, actor=rep)

    at_once(lambda: choose(["phone"]), lambda: choose(["tier"]))

    assert ListChoice.objects.get().columns in (["phone"], ["tier"])
