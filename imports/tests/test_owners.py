"""An import leaves the history of owners whole, and taking it back does too."""

from datetime import date

from accounts.models import Account, Claim, Ownership
from accounts.tests.factories import AccountFactory, ClaimFactory
from imports.actions.back import take_back

TWO = "客户名称,负责人\n苏州启明电子有限公司,刘婷\n无锡远川机械有限公司,陈思远\n"


def told(name: str) -> list[tuple[str, str]]:
    rows = Ownership.objects.filter(account__name=name).order_by("started_at", "pk")
    return [(str(row.owner or "–"), row.kind) for row in rows]


def test_new_customers_and_those_given_to_somebody_else_tell_it(load, rep, teammate):
    AccountFactory(name="苏州启明电子有限公司", owner=rep)
    load(existing="OVERWRITE", accounts=TWO)

    assert told("无锡远川机械有限公司") == [("陈思远", "IMPORTED")]
    assert told("苏州启明电子有限公司") == [("陈思远", "KNOWN"), ("刘婷", "IMPORTED")]


def test_a_claimed_customer_is_protected_for_its_new_owner_and_for_the_old_one_when_taken_back(
    load, rep, teammate, director
):
    claim = ClaimFactory(
        account=AccountFactory(name="苏州启明电子有限公司", owner=rep), protected_until=date(2026, 12, 1)
    )
    run = load(existing="OVERWRITE", accounts=TWO)
    claim.refresh_from_db()
    assert (claim.state, Claim.objects.in_force().get().claimant) == ("ENDED", teammate)

    take_back(run, actor=director, now=run.finished_at)
    assert Account.objects.get().owner == rep
    assert Claim.objects.in_force().get().claimant == rep
    assert [owner for owner, _kind in told("苏州启明电子有限公司")] == ["陈思远", "刘婷", "陈思远"]
