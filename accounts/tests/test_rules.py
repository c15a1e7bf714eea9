"""The follow-up of a next contact, and what the kind of a prospect asks for."""

from datetime import date, datetime, timedelta

import pytest

from accounts.actions.contact_log import note_contact
from accounts.choices import AccountKind, ProspectKind
from accounts.models import Account
from accounts.rules import RULE
from accounts.sweeps.prospect_rules import PROSPECT_DUE
from accounts.tests.factories import AccountFactory
from crm.workdays import WorkCalendar
from followups.models import FollowUp
from followups.planning import plan_follow_ups
from followups.rules import Due, RuleContext, all_rules
from followups.wording import wording
from teams.models import User


def due(on: date, lead: int = 1) -> list[Due]:
    assert RULE.plan is not None
    return list(RULE.plan(RuleContext(on, WorkCalendar(), {"lead_days": lead})))


@pytest.fixture
def friday(changhong: Account) -> Account:
    """Changhong, to be contacted on Friday, 27 November."""
    Account.objects.filter(pk=changhong.pk).update(next_contact_on=date(2026, 11, 27))
    changhong.refresh_from_db()
    return changhong


def test_it_is_known_to_the_planner(db) -> None:
    assert RULE in all_rules()


def test_the_owner_is_reminded_some_days_ahead_and_until_it_is_done(friday: Account, rep: User) -> None:
    assert due(date(2026, 11, 25)) == []
    found = due(date(2026, 11, 26))
    assert [(item.subject, item.recipient_id, item.due_on) for item in found] == [
        (("account", friday.pk), rep.pk, date(2026, 11, 27))
    ]
    assert due(date(2026, 12, 24)) == found
    assert due(date(2026, 11, 24), lead=3) == found


def test_the_same_day_is_one_occurrence_and_another_day_another(friday: Account, rep: User, today: date) -> None:
    first = due(date(2026, 11, 27))[0].key
    note_contact(friday, on=today, next_on=date(2026, 11, 26), contacts=[], actor=rep)
    assert due(date(2026, 11, 27))[0].key != first


def test_a_day_off_reminds_on_the_working_day_before(changhong: Account, today: date) -> None:
    saturday = date(2026, 11, 28)
    Account.objects.filter(pk=changhong.pk).update(next_contact_on=saturday)
    assert due(saturday)[0].due_on == date(2026, 11, 27)


def test_nobody_is_reminded_of_archived_or_ownerless_customers(friday: Account, now: datetime) -> None:
    AccountFactory(owner=None, next_contact_on=date(2026, 11, 26))
    Account.objects.filter(pk=friday.pk).update(archived_at=now)
    assert due(date(2026, 11, 27)) == []


def test_planning_costs_two_questions(friday: Account, rep: User, django_assert_num_queries) -> None:
    for count in (1, 3):
        AccountFactory.create_batch(count, owner=rep, next_contact_on=date(2026, 11, 20))
        with django_assert_num_queries(2):
            assert len(due(date(2026, 11, 27) + timedelta(days=count))) >= count


# --- what the kind of a prospect asks for (tracking-and-reports) ----------------------------------------------------
def prospect_items(rep) -> list[tuple[str, str]]:
    """Return the titles and days of a rep's open prospect follow-ups."""
    items = FollowUp.objects.open().filter(kind=PROSPECT_DUE, recipient=rep).order_by("due_on", "pk")
    return [(wording(item.kind, item.params).title, item.due_on.isoformat()) for item in items]


def test_each_kind_of_prospect_asks_for_its_own_follow_up(rep, now):
    day = date(2026, 11, 24)
    for name, kind, days in (
        ("锁单王先生", ProspectKind.DIRECT, 7),
        ("后勤李主任", ProspectKind.INDIRECT, 30),
        ("邻居张女士", ProspectKind.POTENTIAL, 180),
    ):
        seen = day - timedelta(days=days)
        AccountFactory(name=name, owner=rep, kind=AccountKind.PROSPECT, prospect_kind=kind, last_contact_on=seen)
    plan_follow_ups(on=day, now=now)
    assert prospect_items(rep) == [
        ("锁单王先生: agree on the next step; let it go only when the order is locked and installed", "2026-11-24"),
        ("后勤李主任: keep the key person warm and ask for introductions", "2026-11-24"),
        ("邻居张女士: look whether the need has come; do not chase", "2026-11-24"),
    ]


def test_a_prospect_is_left_alone_before_its_day_and_where_something_is_agreed(rep, now):
    day = date(2026, 11, 24)
    yesterday = day - timedelta(days=1)
    common = {"owner": rep, "kind": AccountKind.PROSPECT}
    AccountFactory(**common, prospect_kind=ProspectKind.DIRECT, last_contact_on=yesterday)
    AccountFactory(**common, prospect_kind=ProspectKind.POTENTIAL, last_contact_on=day - timedelta(days=100))
    AccountFactory(
        **common, prospect_kind=ProspectKind.DIRECT, last_contact_on=day - timedelta(days=60), next_contact_on=day
    )
    AccountFactory(owner=rep, prospect_kind=ProspectKind.DIRECT, last_contact_on=day - timedelta(days=60))
    plan_follow_ups(on=day, now=now)
    assert prospect_items(rep) == []
