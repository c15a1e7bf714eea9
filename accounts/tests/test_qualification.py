"""Who is worth a visit: three questions with evidence, a warning until they are passed, who is developed first."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.actions.qualification import add_rival, archive_rival, judge
from accounts.models import Account, Rival
from accounts.qualifying import ASPECTS, FAILED, PASSED, UNKNOWN, order_of_development, outcome
from accounts.tests.factories import AccountFactory
from crm.undo import undo

TODAY = date(2026, 11, 24)


@pytest.mark.property
@given(st.fixed_dictionaries({aspect: st.sampled_from((PASSED, FAILED, UNKNOWN)) for aspect in ASPECTS}))
def test_one_failed_fails_all_and_only_three_passed_pass(verdicts):
    found = outcome(verdicts)
    assert (found == FAILED) == (FAILED in verdicts.values())
    assert (found == PASSED) == (set(verdicts.values()) == {PASSED})


@pytest.mark.parametrize(
    ("ability", "willingness", "order"), [(5, 5, 25), (4, 0, 0), (3, 2, 6), (None, 5, None), (5, None, None)]
)
def test_who_can_pay_and_wants_to_is_developed_first(ability, willingness, order):
    assert order_of_development(ability, willingness) == order


@pytest.fixture
def prospect(rep) -> Account:
    """A prospect nobody judged yet."""
    return AccountFactory(name="新岸精密有限公司", owner=rep, kind="PROSPECT")


def judged(account, rep, **verdicts) -> Account:
    """Judge and return the customer fresh."""
    for aspect, verdict in verdicts.items():
        judge(account, aspect=aspect, verdict=verdict, evidence="对方财务出示的预算表", actor=rep, on=TODAY)
    account.refresh_from_db()
    return account


@pytest.mark.django_db
def test_a_prospect_carries_its_warning_until_all_three_are_passed(prospect, rep):
    assert prospect.visit_warning == "qualification open"
    assert judged(prospect, rep, ABILITY=PASSED, NEED=PASSED).visit_warning == "qualification open"
    assert judged(prospect, rep, PERSONALITY=PASSED).visit_warning == ""
    assert judged(prospect, rep, NEED=FAILED).visit_warning == "not qualified"
    assert judged(prospect, rep, NEED=PASSED).visit_warning == "", "the newest answer counts"


@pytest.mark.django_db
def test_a_customer_who_buys_needs_no_judgement_but_a_failed_one_warns(rep):
    customer = AccountFactory(owner=rep)
    assert customer.visit_warning == ""
    assert judged(customer, rep, ABILITY=FAILED).visit_warning == "not qualified"


@pytest.mark.django_db
def test_a_verdict_without_evidence_is_refused_and_nothing_is_kept(prospect, rep, client):
    with pytest.raises(ValidationError, match="Say what it rests on"):
        judge(prospect, aspect="NEED", verdict=PASSED, evidence=" ", actor=rep, on=TODAY)
    client.force_login(rep)
    answer = client.post(reverse("accounts:judge", args=[prospect.pk]), {"aspect": "NEED", "verdict": PASSED})
    assert answer.status_code == 422
    assert "Say what it rests on" in answer.content.decode()
    assert prospect.checks.count() == 0


@pytest.mark.django_db
def test_customers_are_sorted_by_the_order_of_development(rep, client):
    for name, ability, willingness in (("甲", 5, 4), ("乙", 2, 5), ("丙", None, 5)):
        AccountFactory(name=name, owner=rep, ability=ability, willingness=willingness)
    client.force_login(rep)
    page = client.get(reverse("accounts:list"), {"sort": "-order", "col": ["name", "order"]})
    assert [account.name for account in page.context["page"].items] == ["甲", "乙", "丙"]


@pytest.mark.django_db
def test_a_competitor_is_noted_and_put_away_and_taken_back(prospect, rep, now, client):
    rival = add_rival(prospect, name="江南机电", product="JD-200", satisfaction=2, salesperson="刘强", actor=rep)
    client.force_login(rep)
    url = reverse("accounts:qualification", args=[prospect.pk])
    assert "content 2 of 5" in client.get(url).content.decode()
    entry = archive_rival(rival, actor=rep, now=now)
    assert list(client.get(url).context["rivals"]) == []
    undo(entry, actor=rep, now=now)
    assert Rival.objects.get(pk=rival.pk).archived_at is None


@pytest.mark.django_db
@pytest.mark.parametrize("many", [1, 3])
def test_the_page_costs_the_same_however_much_is_known(prospect, rep, many, client, django_assert_num_queries):
    for number in range(many):
        judged(prospect, rep, NEED=PASSED)
        add_rival(prospect, name=f"对手{number}", actor=rep)
    client.force_login(rep)
    url = reverse("accounts:qualification", args=[prospect.pk])
    client.get(url)
    with django_assert_num_queries(10):
        client.get(url)
