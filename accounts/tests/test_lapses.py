"""Claims that lapse: who is warned when, what is spared, what goes to the pool, and that it happens once."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.actions.accounts import change_owner, change_owners
from accounts.actions.contact_log import note_contact, remind_of_next_contact
from accounts.actions.lapses import lapse_claims
from accounts.actions.protection import extend
from accounts.choices import ClaimState, OwnershipKind
from accounts.claims.rules import LAPSING
from accounts.models import Account, Claim, Ownership
from accounts.tests.factories import AccountFactory, ClaimFactory
from crm.audit import history_of
from crm.undo import undo
from followups.choices import FollowUpState
from followups.dispatching import dispatch_due
from followups.models import FollowUp, Notification
from followups.planning import plan_follow_ups
from teams.models import User

# Friday; the days after are a weekend, so the protection lapses on Monday the 30th and is warned of on the 23rd.
UNTIL = date(2026, 11, 27)
MONDAY = date(2026, 11, 30)


@pytest.fixture
def held(changhong: Account, manager: User) -> Claim:
    """Chen Siyuan's claim on Changhong, seen last on 28 September."""
    Account.objects.filter(pk=changhong.pk).update(last_contact_on=date(2026, 9, 28))
    changhong.refresh_from_db()
    return ClaimFactory(account=changhong, protected_until=UNTIL)


def at(day: date) -> datetime:
    """Return ten in the morning in Shanghai."""
    return datetime(day.year, day.month, day.day, 2, 0, tzinfo=UTC)


def plan(day: date) -> list[FollowUp]:
    """Run the rules for a day and return the open warnings."""
    plan_follow_ups(on=day, now=at(day))
    return list(FollowUp.objects.open().filter(kind=LAPSING))


def lapse(day: date) -> int:
    return lapse_claims(on=day, now=at(day))


def test_the_owner_is_warned_five_working_days_before(held: Claim, rep: User) -> None:
    assert plan(date(2026, 11, 22)) == []
    warning = plan(date(2026, 11, 23))[0]

    assert (warning.recipient, warning.due_on, warning.ends_on) == (rep, date(2026, 11, 23), UNTIL)
    assert warning.params == {"account": "长虹精密", "day": "2026-11-30", "last": "2026-09-28"}
    assert len(plan(date(2026, 11, 24))) == 1


def test_a_contact_in_time_ends_the_warning(held: Claim, rep: User, today: date, now: datetime) -> None:
    plan(date(2026, 11, 23))
    note_contact(held.account, on=today, next_on=None, contacts=[], actor=rep)
    remind_of_next_contact(held.account, actor=rep, now=now)

    assert FollowUp.objects.get(kind=LAPSING).state == FollowUpState.CANCELLED
    assert plan(MONDAY) == []
    assert lapse(MONDAY) == 0


def test_an_extension_ends_the_warning_and_its_undo_warns_again(
    held: Claim, manager: User, today: date, now: datetime
) -> None:
    plan(today)
    entry = extend(held, until=date(2027, 1, 31), reason="招标推迟", actor=manager, on=today, now=now)
    assert not FollowUp.objects.open().filter(kind=LAPSING).exists()

    undo(entry, actor=manager, now=now)
    assert FollowUp.objects.open().filter(kind=LAPSING).count() == 1


@pytest.mark.parametrize(
    ("day", "expected"), [(UNTIL, 0), (date(2026, 11, 29), 0), (MONDAY, 1), (MONDAY + timedelta(days=9), 1)]
)
def test_it_lapses_on_the_first_working_day_after_its_end(day: date, expected: int, held: Claim) -> None:
    assert lapse(day) == expected


def test_a_lapsed_customer_is_in_the_pool_and_owner_and_manager_know(held: Claim, rep: User, manager: User) -> None:
    plan(MONDAY - timedelta(days=3))
    assert lapse(MONDAY) == 1

    account = Account.objects.pooled().get()
    held.refresh_from_db()
    # The team stays, so that its manager still sees the customer and can give it to somebody.
    assert (account.owner, account.team, held.state) == (None, rep.team, ClaimState.LAPSED)
    assert history_of(account)[0].action == "account.lapsed"
    last = Ownership.objects.open().get(account=account)
    assert (last.owner, last.kind, last.reason) == (None, OwnershipKind.LAPSED, "No contact since 2026-09-28.")
    assert not FollowUp.objects.open().filter(kind=LAPSING).exists()
    dispatch_due(clock=lambda: at(MONDAY))
    told = Notification.objects.filter(kind="claim_to_pool").order_by("recipient_id")
    assert {row.recipient for row in told} == {rep, manager}


def test_a_second_run_finds_nothing_left(held: Claim) -> None:
    assert (lapse(MONDAY), lapse(MONDAY)) == (1, 0)
    assert Ownership.objects.filter(account=held.account, kind=OwnershipKind.LAPSED).count() == 1
    assert history_of(held.account).filter(action="account.lapsed").count() == 1


def test_what_the_firm_gave_somebody_does_not_lapse(changhong: Account) -> None:
    Account.objects.filter(pk=changhong.pk).update(last_contact_on=date(2024, 1, 1))

    assert lapse(MONDAY) == 0


def test_a_claimed_customer_handed_over_is_protected_anew(
    held: Claim, rep: User, teammate: User, director: User, now: datetime
) -> None:
    entry = change_owners([held.account], to=teammate, actor=director, now=now, reason="陈思远调岗")
    held.refresh_from_db()
    fresh = Claim.objects.in_force().get()
    assert (held.state, held.reason) == (ClaimState.ENDED, "陈思远调岗")
    assert (fresh.claimant, fresh.protected_until, fresh.replaces) == (teammate, date(2027, 1, 23), held)
    assert Ownership.objects.open().get(account=held.account).reason == "陈思远调岗"

    undo(entry, actor=director, now=now + timedelta(days=1))
    held.refresh_from_db()
    assert (held.state, held.protected_until) == (ClaimState.ACTIVE, UNTIL + timedelta(days=1))
    assert [row.kind for row in Ownership.objects.filter(account=held.account).order_by("pk")] == [
        OwnershipKind.KNOWN,
        OwnershipKind.HANDED_OVER,
        OwnershipKind.TAKEN_BACK,
    ]


def test_a_customer_never_claimed_is_handed_over_without_a_date(
    changhong: Account, teammate: User, director: User
) -> None:
    change_owner(changhong, to=teammate, actor=director)

    assert not Claim.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_looking_costs_the_same_for_one_and_for_three(
    count: int, rep: User, manager: User, django_assert_num_queries
) -> None:
    for account in AccountFactory.create_batch(count, owner=rep):
        ClaimFactory(account=account, protected_until=date(2026, 12, 1))

    with django_assert_num_queries(6):  # policy, calendar; claims, open deals, their last progress, no more claims
        lapse(date(2026, 11, 30))
