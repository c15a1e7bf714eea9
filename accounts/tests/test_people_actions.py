"""People at a customer: stance, reporting line, putting away."""

import uuid
from datetime import date, datetime, timedelta

import pytest

from accounts.actions.people import (
    CannotReport,
    add_contact,
    archive_contact,
    change_stance,
    change_stance_by_hand,
    edit_contact,
    restore_contact,
    set_reporting_line,
)
from accounts.models import Account, Contact
from accounts.tests.factories import AccountFactory, ContactFactory
from crm.audit import history_of
from crm.undo import undo
from teams.models import User


@pytest.fixture
def wang(changhong: Account) -> Contact:
    """Wang Jianguo, who decides."""
    return ContactFactory(account=changhong, name="王建国", buying_roles=["DECIDER"])


def test_a_name_is_enough_and_surnames_are_read_right(changhong: Account, rep: User) -> None:
    contact = add_contact(changhong, name="曾志伟", actor=rep, mobile="138 1234 1402")
    assert contact.is_verified
    assert list(Contact.objects.matching("zzw")) == [contact]
    assert list(Contact.objects.matching("1402")) == [contact]


def test_a_phone_may_send_the_same_person_twice(changhong: Account, rep: User) -> None:
    key = uuid.uuid4()
    first = add_contact(changhong, name="李敏", actor=rep, client_id=key, is_verified=False)
    assert add_contact(changhong, name="李敏", actor=rep, client_id=key) == first
    assert not Contact.objects.get().is_verified


def test_an_edit_moves_the_search_text_along(wang: Contact, rep: User) -> None:
    edit_contact(wang, changes={"name": "王建军", "title": "总监"}, version=1, actor=rep)
    assert list(Contact.objects.matching("建军")) == [wang]


def test_a_stance_learnt_on_a_visit_is_kept_with_its_source(wang: Contact, rep: User, today: date) -> None:
    change_stance(wang, to="SP", on=today, actor=rep, note="sent us the criteria", source=("visit", 7))
    fresh = change_stance(wang, to="SN", on=today, actor=rep)
    assert (fresh.stance, fresh.stance_on) == ("SN", today)
    changes = wang.stance_changes.order_by("pk").values_list("before", "after", "source_kind", "source_id")
    assert list(changes) == [("", "SP", "visit", 7), ("SP", "SN", "", None)]


def test_the_same_stance_again_is_no_change(wang: Contact, rep: User, today: date) -> None:
    change_stance(wang, to="N", on=today - timedelta(days=9), actor=rep)
    change_stance(wang, to="N", on=today, actor=rep)
    assert wang.stance_changes.count() == 1


def test_what_is_told_late_goes_into_history_and_leaves_the_present_alone(
    wang: Contact, rep: User, today: date
) -> None:
    change_stance(wang, to="N", on=today - timedelta(days=30), actor=rep)
    change_stance(wang, to="SN", on=today, actor=rep)
    fresh = change_stance(wang, to="NS", on=today - timedelta(days=10), actor=rep)
    assert (fresh.stance, fresh.stance_on) == ("SN", today)
    late = wang.stance_changes.get(after="NS")
    assert late.before == "N"


def test_a_treatment_ends_with_the_opposition(wang: Contact, rep: User, today: date) -> None:
    edit_contact(wang, changes={"stance": "H", "treatment": "WATCH"}, version=1, actor=rep)
    assert change_stance(wang, to="NS", on=today, actor=rep).treatment == "WATCH"
    assert change_stance(wang, to="N", on=today, actor=rep).treatment == ""


def test_a_stance_by_hand_can_be_taken_back(wang: Contact, rep: User, today: date, now: datetime) -> None:
    change_stance(wang, to="N", on=today - timedelta(days=9), actor=rep)
    entry = change_stance_by_hand(wang, to="H", on=today, actor=rep, now=now)
    assert entry is not None
    undo(entry, actor=rep, now=now)
    wang.refresh_from_db()
    assert (wang.stance, wang.stance_on) == ("N", today - timedelta(days=9))
    assert list(wang.stance_changes.values_list("after", flat=True)) == ["N"]
    assert history_of(wang)[0].action == "contact.stance_undone"


def test_a_stance_by_hand_that_changes_nothing_offers_nothing(
    wang: Contact, rep: User, today: date, now: datetime
) -> None:
    assert change_stance_by_hand(wang, to="", on=today, actor=rep, now=now) is None


def test_a_reporting_line_and_its_refusals(wang: Contact, rep: User) -> None:
    middle = ContactFactory(account=wang.account, name="李敏")
    low = ContactFactory(account=wang.account, name="赵磊")
    set_reporting_line(middle, to=wang, actor=rep)
    set_reporting_line(low, to=middle, actor=rep)
    with pytest.raises(CannotReport, match="赵磊 reports to 王建国, directly or through others"):
        set_reporting_line(wang, to=low, actor=rep)
    with pytest.raises(CannotReport, match="王建国 reports to 王建国"):
        edit_contact(wang, changes={"reports_to": wang}, version=1, actor=rep)
    stranger = ContactFactory(account=AccountFactory(), name="孙红")
    with pytest.raises(CannotReport, match="孙红 works for another customer"):
        set_reporting_line(low, to=stranger, actor=rep)
    assert set_reporting_line(low, to=None, actor=rep).reports_to is None


def test_who_left_is_archived_and_can_come_back(wang: Contact, rep: User, now: datetime) -> None:
    entry = archive_contact(wang, actor=rep, now=now)
    assert not Contact.objects.live().exists()
    undo(entry, actor=rep, now=now)
    assert Contact.objects.live().get() == wang
    archive_contact(wang, actor=rep, now=now)
    assert restore_contact(wang, actor=rep).archived_at is None
