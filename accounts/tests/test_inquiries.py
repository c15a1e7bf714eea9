"""Calls and walk-ins: registered in seconds, given to the right person, answered for."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.actions.contact_log import remind_of_next_contact
from accounts.actions.inquiries import NobodyToGive, add_rule, answer_inquiry, give_inquiry, register_inquiry
from accounts.inquiries.assigning import AssignRule, Facts, assign
from accounts.inquiries.rules import FIRST_CONTACT
from accounts.models import Account, Contact, Industry, Inquiry, InquiryRule
from accounts.tests.factories import AccountFactory, InquiryFactory
from crm.workdays import WorkCalendar
from followups.models import FollowUp
from followups.planning import plan_follow_ups
from teams.models import User

TODAY = date(2026, 11, 24)


# --- who gets it ------------------------------------------------------------------------------------------------------
def test_the_first_rule_that_fits_counts_and_the_least_busy_gets_it():
    rules = [AssignRule([1], province="江苏", industry=7), AssignRule([2, 3], province="江苏")]
    given_to = lambda facts: assign(facts, rules, otherwise=[9], waiting={2: 4, 3: 1})  # noqa: E731
    assert given_to(Facts("江苏省", "苏州市", 7)) == 1
    assert given_to(Facts("江苏省", "苏州市", 8)) == 3
    assert given_to(Facts("浙江省")) == 9
    by_list = [AssignRule([4], province="江苏省", city="苏州市")]
    assert assign(Facts("江苏", "苏州"), by_list, otherwise=[9], waiting={}) == 4
    assert assign(Facts("江苏"), by_list, otherwise=[9], waiting={}) == 9
    assert assign(Facts(), [AssignRule([])], otherwise=[], waiting={}) is None


@pytest.mark.property
@given(st.lists(st.integers(1, 9), min_size=1, unique=True), st.dictionaries(st.integers(1, 9), st.integers(0, 5)))
def test_nobody_else_of_those_who_could_has_fewer_waiting(people, waiting):
    found = assign(Facts(), [AssignRule(people)], otherwise=[], waiting=waiting)
    assert found in people
    assert waiting.get(found, 0) == min(waiting.get(person, 0) for person in people)


pytest_db = pytest.mark.django_db


def call(actor, now, **fields) -> Inquiry:
    """Somebody calls."""
    return register_inquiry(**{"person": "孙先生", "wants": "要一台样机", "actor": actor, "now": now} | fields)


def reminded(user) -> list[str]:
    """Return whose first contact the person is reminded of."""
    items = FollowUp.objects.open().filter(kind=FIRST_CONTACT, recipient=user).order_by("pk")
    return [item.params["who"] for item in items]


@pytest_db
def test_a_call_makes_a_prospect_with_the_person_and_a_first_contact_at_once(clerk, rep, now):
    add_rule(actor=clerk, user=rep)
    made = call(clerk, now, company="新岸精密有限公司", phone="0512-6666 8888", heard="ADVERTISING")
    account = made.account
    assert (account.name, account.owner, account.kind, account.source) == (
        "新岸精密有限公司",
        rep,
        "PROSPECT",
        "INCOMING",
    )
    assert Contact.objects.get(account=account).name == "孙先生"
    assert reminded(rep) == ["孙先生 新岸精密有限公司"]
    came = timezone.localtime(made.recorded_at).date()
    assert FollowUp.objects.get(kind=FIRST_CONTACT).due_on == WorkCalendar().next_workday(came)


@pytest_db
def test_a_customer_we_have_goes_to_its_owner_whatever_the_rules_say(clerk, rep, teammate, now):
    add_rule(actor=clerk, user=teammate)
    account = AccountFactory(owner=rep)
    assert call(clerk, now, account=account).given_to == rep
    assert Account.objects.count() == 1


@pytest_db
def test_a_rule_for_a_team_goes_to_the_least_busy_and_one_for_somebody_gone_is_passed_over(
    clerk, rep, teammate, outsider, east, now
):
    electronics = Industry.objects.create(name="电子")
    add_rule(actor=clerk, user=outsider, industry=electronics, position=1)
    add_rule(actor=clerk, team=east, position=2)
    InquiryFactory(account=AccountFactory(owner=rep))
    first = call(clerk, now, industry=electronics)
    assert first.given_to == outsider
    User.objects.filter(pk=outsider.pk).update(is_active=False)
    assert call(clerk, now, industry=electronics).given_to in {teammate, *User.objects.filter(team=east)} - {rep}


@pytest_db
def test_without_a_rule_a_rep_who_answers_keeps_it(rep, now):
    assert call(rep, now).given_to == rep


@pytest_db
def test_where_nobody_sells_it_says_what_to_do(clerk, now):
    User.objects.exclude(pk=clerk.pk).update(is_active=False)
    with pytest.raises(NobodyToGive, match="Ask an admin to add a rep"):
        call(clerk, now)
    assert Account.objects.count() == 0


@pytest_db
def test_sent_twice_it_is_one(rep, now):
    key = uuid4()
    assert call(rep, now, client_id=key) == call(rep, now, client_id=key)
    assert (Inquiry.objects.count(), Account.objects.count()) == (1, 1)


@pytest_db
def test_given_to_somebody_else_the_reminder_goes_along(rep, teammate, manager, now):
    made = call(rep, now)
    give_inquiry(made, to=teammate, actor=manager, now=now)
    assert (reminded(rep), reminded(teammate)) == ([], ["孙先生"])
    plan_follow_ups(on=TODAY, now=now)
    assert (reminded(rep), reminded(teammate)) == ([], ["孙先生"])


@pytest_db
def test_a_contact_with_the_customer_is_the_first_contact(rep, now):
    made = call(rep, now)
    remind_of_next_contact(made.account, actor=rep, now=now)
    made.refresh_from_db()
    assert made.answered_at == now
    assert reminded(rep) == []
    assert answer_inquiry(made, actor=rep, now=now).version == made.version, "once is enough"


# --- pages ------------------------------------------------------------------------------------------------------------
@pytest_db
def test_the_form_asks_once_whether_we_have_the_customer(client, clerk, rep):
    known = AccountFactory(name="新岸精密有限公司", owner=rep)
    client.force_login(clerk)
    url = reverse("accounts:new_inquiry")
    data = {"channel": "CALL", "person": "孙先生", "company": "新岸精密", "wants": "要一台样机"}
    answer = client.post(url, data)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f"新岸精密有限公司, kept by {rep}" in page
    assert "要一台样机" in page
    assert client.post(url, data | {"known": str(known.pk)}).status_code == 302
    assert Inquiry.objects.get().account == known
    assert client.post(url, data | {"known": "new"}).status_code == 302
    assert Account.objects.count() == 2


@pytest_db
def test_a_rule_needs_a_person_or_a_team_and_not_both(client, admin, rep, east):
    client.force_login(admin)
    url = reverse("accounts:inquiry_rules")
    for wrong in ({}, {"user": rep.pk, "team": east.pk}):
        answer = client.post(url, {"position": 1, **wrong})
        assert answer.status_code == 422
        assert "Choose a person or a team" in answer.content.decode()
    assert client.post(url, {"position": 1, "team": east.pk}).status_code == 302
    assert InquiryRule.objects.get().team == east


@pytest_db
@pytest.mark.parametrize("many", [1, 3])
def test_the_list_costs_the_same_however_many_came(client, rep, many, django_assert_num_queries):
    InquiryFactory.create_batch(many, account=AccountFactory(owner=rep))
    client.force_login(rep)
    client.get(reverse("accounts:inquiries"))
    with django_assert_num_queries(7):
        client.get(reverse("accounts:inquiries"))


@pytest_db
def test_a_number_said_at_length_fits_the_person_made_of_it(rep, now):
    made = call(rep, now, phone="0512-66668888 转 8001，或 138 1234 5678 王")
    person = Contact.objects.get(account=made.account)
    person.full_clean(exclude=["client_id"])
    assert person.phone == made.phone
