"""Two customers become one with everything that hangs on them in every room, and two again as if nothing had been."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.apps import apps
from django.db.models import Sum
from django.urls import reverse

from accounts.actions.accounts import edit_account
from accounts.actions.contact_log import remind_of_next_contact
from accounts.actions.duplicates import find_duplicates
from accounts.actions.merging import merge_accounts
from accounts.history import history_of_account
from accounts.merging.registry import TARGETS, Moves, every_pointer, pointers, unhandled
from accounts.models import Account, AccountMember, Contact, DuplicatePair, Turnover
from accounts.tests.factories import AccountFactory
from crm.models import UndoEntry
from crm.undo import CannotUndo, undo
from followups.models import Approval, FollowUp
from pipeline.models import Opportunity
from reports.tests.merge_scene import ROOMS, Twins, keys, make_twins, whole_state
from teams.models import User
from visits.actions.visits import log_visit
from visits.choices import ItemState
from visits.tests.factories import DayPlanFactory, PlanItemFactory, VisitFactory
from visits.visit_input import VisitInput


@pytest.fixture
def twins(rep: User, teammate: User, manager: User) -> Twins:
    """A customer filed twice."""
    return make_twins(rep, teammate, manager)


def merge(twins: Twins, actor: User, now: datetime, *, take: tuple[str, ...] = ("tier",)) -> UndoEntry:
    """Merge the second filing into the first, the one person there too."""
    keep, drop = Account.objects.get(pk=twins.keep.pk), Account.objects.get(pk=twins.drop.pk)
    people = {twins.wang_again.pk: twins.wang.pk}
    versions = (keep.version, drop.version)
    return merge_accounts(keep, drop, take=take, people=people, versions=versions, actor=actor, now=now)


def test_every_model_that_leads_to_a_customer_or_a_person_says_what_becomes_of_its_rows() -> None:
    assert unhandled() == []


def test_every_identifier_without_a_foreign_key_is_known_to_the_merge() -> None:
    """A column that ends in _id and is no foreign key leads somewhere; it must be one the merge reads."""
    known = {"external_id", "client_id", "first_entry_id", "last_entry_id", "message_id"}
    unknown = []
    for room in ROOMS:
        for model in apps.get_app_config(room).get_models():
            read = {pointer.column for pointer in pointers(model)}
            loose = {each.attname for each in model._meta.concrete_fields if not each.is_relation}
            unknown += [
                f"{model.__name__}.{name}" for name in loose if name.endswith("_id") and name not in known | read
            ]
    assert unknown == []


def test_nothing_leads_to_the_merged_one_any_more(twins: Twins, manager: User, now: datetime) -> None:
    merge(twins, manager, now)
    gone = {"account": twins.drop.pk, "contact": twins.wang_again.pk}
    left = {
        (pointer.model.__name__, target): pointer.rows([gone[target]]).count()
        for target in TARGETS
        for pointer, handling in every_pointer(target)
        if isinstance(handling, Moves)
    }
    # One colleague stood in both account teams.
    assert {where: count for where, count in left.items() if count} == {("AccountMember", "account"): 1}
    states = Approval.objects.filter(subject_kind="account", subject_id=twins.keep.pk).order_by("pk")
    assert [each.state for each in states] == ["WAITING", "WITHDRAWN"]


def test_what_the_one_has_afterwards(twins: Twins, manager: User, teammate: User, now: datetime) -> None:
    merge(twins, manager, now)
    keep = Account.objects.get(pk=twins.keep.pk)
    assert (keep.name, keep.alias) == ("苏州长虹精密科技有限公司", "蘇州長虹精密科技股份有限公司")
    assert (keep.tier, keep.phone, keep.city, keep.external_id) == ("A", "0512-65881402", "", "K-77")
    assert (keep.last_contact_on, keep.next_contact_on, keep.notes) == (
        date(2026, 11, 20),
        date(2026, 12, 1),
        "款到发货",
    )
    assert Turnover.objects.filter(account=keep).aggregate(sum=Sum("amount"))["sum"] == Decimal("240001")
    assert AccountMember.objects.filter(account=keep, user=teammate).exists()  # kept the second filing until now
    assert keep in Account.objects.matching("蘇州長虹精密科技股份").live()
    assert [contact.name for contact in keep.contacts.live().order_by("pk")] == ["李总", "王建国", "李总"]
    deal = Opportunity.objects.get(pk=twins.deal.pk)
    assert (deal.account, "精密" in deal.search_text) == (keep, True)

    drop = Account.objects.get(pk=twins.drop.pk)
    assert (drop.merged_into, drop.archived_at, drop.external_id) == (keep, now, "")
    assert DuplicatePair.objects.get().state == "MERGED"
    assert {entry.action for entry in history_of_account(keep, user=manager)} >= {
        "account.merged",
        "account.merged_away",
    }


def test_one_person_of_two_has_what_either_had(twins: Twins, manager: User, now: datetime) -> None:
    Contact.objects.filter(pk=twins.wang_again.pk).update(
        email="wang@changhong.example",
        title="采购总监",
        stance="SN",
        stance_on=date(2026, 11, 12),
        buying_roles=["DECIDER"],
    )
    Contact.objects.filter(pk=twins.wang.pk).update(buying_roles=["PURCHASER"])
    merge(twins, manager, now)
    wang, again = Contact.objects.get(pk=twins.wang.pk), Contact.objects.get(pk=twins.wang_again.pk)
    assert (wang.title, wang.email, wang.stance) == ("采购经理", "wang@changhong.example", "SN")
    assert wang.buying_roles == ["PURCHASER", "DECIDER"]
    assert (again.merged_into, again.account_id) == (wang, twins.keep.pk)
    assert wang.visits.count() == wang.decides.count() == wang.stance_changes.count() == 2


def test_undone_everything_is_as_it_was(twins: Twins, manager: User, now: datetime) -> None:
    find_duplicates()
    before, filed = whole_state(), keys()
    entry = merge(twins, manager, now, take=("name", "short_name", "owner", "tier", "phone", "external_id"))
    assert whole_state() != before
    undo(entry, actor=manager, now=now + timedelta(days=29))
    after = whole_state()
    assert {key: after[key] for key in after if after[key] != before.get(key)} == {}
    assert (after.keys(), keys()) == (before.keys(), filed)


def test_what_came_since_stays_and_does_not_hinder(twins: Twins, manager: User, rep: User, now: datetime) -> None:
    entry = merge(twins, manager, now)
    visit = VisitFactory(account=twins.keep, user=rep, happened_on=date(2026, 11, 24))
    Account.objects.filter(pk=twins.keep.pk).update(last_contact_on=date(2026, 11, 24))
    undo(entry, actor=manager, now=now)
    keep = Account.objects.get(pk=twins.keep.pk)
    visit.refresh_from_db()
    assert (visit.account, keep.last_contact_on, keep.tier) == (keep, date(2026, 11, 24), "B")


def test_what_was_changed_since_is_named_and_nothing_is_written(twins: Twins, manager: User, now: datetime) -> None:
    entry = merge(twins, manager, now)
    keep = Account.objects.get(pk=twins.keep.pk)
    edit_account(keep, changes={"notes": "月结"}, version=keep.version, actor=manager)
    third = AccountFactory(name="昆山博瑞机械有限公司")
    Opportunity.objects.filter(pk=twins.deal.pk).update(account=third)
    state = whole_state()
    with pytest.raises(CannotUndo, match=f"changed since: {keep.name}, {twins.deal.name}"):
        undo(entry, actor=manager, now=now)
    assert whole_state() == state


def test_after_thirty_days_it_stays_merged(twins: Twins, manager: User, now: datetime) -> None:
    entry = merge(twins, manager, now)
    with pytest.raises(CannotUndo, match="too much time"):
        undo(entry, actor=manager, now=now + timedelta(days=30, minutes=1))


def test_a_day_plan_with_both_keeps_one_stop(twins: Twins, rep: User, manager: User, now: datetime) -> None:
    plan = DayPlanFactory(user=rep, day=date(2026, 11, 26))
    ours, theirs = (PlanItemFactory(plan=plan, account=account) for account in (twins.keep, twins.drop))
    entry = merge(twins, manager, now)
    assert list(plan.items.kept()) == [ours]
    undo(entry, actor=manager, now=now)
    theirs.refresh_from_db()
    assert (theirs.state, theirs.account) == (ItemState.OPEN, twins.drop)


def test_the_reminder_of_the_next_contact_is_one_again(twins: Twins, manager: User, now: datetime) -> None:
    for account in (twins.keep, twins.drop):
        remind_of_next_contact(account, actor=manager, now=now)
    reminders = FollowUp.objects.open().filter(kind="next-contact-due")
    assert reminders.count() == 2
    entry = merge(twins, manager, now)
    assert [(item.subject_id, item.due_on) for item in reminders.all()] == [(twins.keep.pk, date(2026, 12, 1))]
    undo(entry, actor=manager, now=now)
    assert {(item.subject_id, item.due_on) for item in reminders.all()} == {
        (twins.keep.pk, date(2026, 12, 10)),
        (twins.drop.pk, date(2026, 12, 1)),
    }


def test_merged_on_and_on_everything_leads_to_the_last(twins: Twins, manager: User, director: User, now, client_for):
    merge(twins, manager, now)
    third = AccountFactory(name="长虹精密", owner=twins.keep.owner)
    keep = Account.objects.get(pk=twins.keep.pk)
    merge_accounts(third, keep, versions=(third.version, keep.version), actor=director, now=now)
    assert Account.objects.get(pk=twins.drop.pk).merged_into == third
    answer = client_for(director).get(reverse("accounts:account", args=[twins.drop.pk]), follow=True)
    assert answer.redirect_chain == [(third.get_absolute_url(), 302)]


def test_a_visit_a_phone_kept_about_the_merged_one_is_about_the_one_that_stays(
    twins: Twins, teammate: User, manager: User, now: datetime
) -> None:
    data = VisitInput(client_id=uuid4(), account_id=twins.drop.pk, opportunity_id=twins.deal.pk, happened_on=now.date())
    merge(twins, manager, now)
    visit = log_visit(data, actor=teammate, now=now)
    assert (visit.account, visit.opportunity) == (twins.keep, twins.deal)
