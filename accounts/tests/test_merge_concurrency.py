"""Two people merge the same pair at once, on a database that lets them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import translation

from accounts.actions.merging import MergeRefused, merge_accounts
from accounts.models import Account
from accounts.tests.factories import AccountFactory
from crm.models import UndoEntry
from teams.models import User


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("crosswise", [False, True], ids=["same way", "each into the other"])
def test_two_people_merging_a_pair_at_once_give_one_merge(
    changhong: Account, rep: User, manager: User, director: User, now, crosswise: bool
) -> None:
    twin = AccountFactory(owner=rep, name="蘇州長虹精密科技股份有限公司")
    both_looked = Barrier(2)

    def go(person: User, keep: Account, drop: Account) -> str:
        try:
            both_looked.wait(timeout=10)
            with translation.override("en"):
                merge_accounts(keep, drop, versions=(1, 1), actor=person, now=now)
        except MergeRefused as refusal:
            return str(refusal)
        finally:
            connection.close()
        return "merged"

    with ThreadPoolExecutor(2) as pool:
        theirs = (twin, changhong) if crosswise else (changhong, twin)
        answers = [pool.submit(go, manager, changhong, twin), pool.submit(go, director, *theirs)]
        results = sorted(answer.result(timeout=60) for answer in answers)

    assert results[0] == "merged"
    assert "was merged into" in results[1]
    assert Account.objects.live().count() == 1
    assert UndoEntry.objects.filter(action="accounts.merge_accounts").count() == 1
