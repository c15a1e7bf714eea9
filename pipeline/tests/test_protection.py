"""What opportunities do for claimed customers: an open one keeps the customer, a step renews the protection."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from accounts.actions.claims import release
from accounts.actions.lapses import lapse_claims
from accounts.claims.rules import LAPSING
from accounts.models import Account, Claim, ClaimPolicy
from accounts.tests.factories import ClaimFactory
from followups.models import FollowUp
from followups.planning import plan_follow_ups
from pipeline.models import Opportunity
from pipeline.tests.factories import OpportunityFactory

# Friday; the protection lapses on Monday.
UNTIL, MONDAY = date(2026, 11, 27), date(2026, 11, 30)


@pytest.fixture
def held(changhong: Account) -> Claim:
    """Chen Siyuan's claim on Changhong, which ends soon."""
    return ClaimFactory(account=changhong, protected_until=UNTIL)


def warnings() -> int:
    """Run the rules on the Wednesday before and return how many warnings there are."""
    plan_follow_ups(on=date(2026, 11, 25), now=datetime(2026, 11, 25, 2, 0, tzinfo=UTC))
    return FollowUp.objects.open().filter(kind=LAPSING).count()


def lapsed() -> int:
    return lapse_claims(on=MONDAY, now=datetime(2026, 11, 30, 2, 0, tzinfo=UTC))


def test_a_customer_with_an_open_opportunity_is_spared_unless_the_firm_says_otherwise(held):
    ClaimPolicy.objects.create(pk=1, progress_counts=False)
    OpportunityFactory(account=held.account)
    assert (warnings(), lapsed()) == (0, 0)

    ClaimPolicy.objects.update(deals_exempt=False)
    assert (warnings(), lapsed()) == (1, 1)


def test_one_that_is_closed_or_archived_spares_nothing(held, now):
    OpportunityFactory(account=held.account, state="WON", closed_on=date(2026, 6, 1))
    OpportunityFactory(account=held.account, archived_at=now)
    Opportunity.objects.update(progressed_at=datetime(2026, 6, 1, tzinfo=UTC))

    assert (warnings(), lapsed()) == (1, 1)


@pytest.mark.parametrize(("counts", "expected", "until"), [(True, 0, date(2027, 1, 19)), (False, 1, UNTIL)])
def test_a_step_renews_where_steps_count(counts, expected, until, held):
    ClaimPolicy.objects.create(pk=1, deals_exempt=False, progress_counts=counts)
    OpportunityFactory(account=held.account)
    Opportunity.objects.update(progressed_at=datetime(2026, 11, 20, 2, 0, tzinfo=UTC))

    assert (warnings(), lapsed()) == (expected, expected)
    held.refresh_from_db()
    assert held.protected_until == until


@pytest.mark.parametrize("state", ["WON", "OPEN"])
def test_the_pool_shows_nothing_of_what_was_sold(state, held, rep, outsider, today, now, client_for):
    ClaimPolicy.objects.create(pk=1, deals_exempt=False)  # where they count, an open one keeps a customer
    OpportunityFactory(account=held.account, name="二期产线", state=state, closed_on=today if state == "WON" else None)
    release(held.account, reason="客户搬迁", actor=rep, now=now)
    client = client_for(outsider)

    assert "二期产线" not in client.get(reverse("accounts:pool")).content.decode()
    assert client.get(held.account.get_absolute_url()).status_code == 404
