"""The history in words: what happened, to what, and old and new values for who may see the record."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from accounts.tests.factories import ContactFactory
from crm.audit import erase_values, history_of, record
from pipeline.actions.closing import lose
from pipeline.actions.deciders import set_roles
from pipeline.actions.opportunities import change_owner, edit_opportunity, open_opportunity
from pipeline.models import LossReason
from pipeline.tests.factories import default_pipeline
from reports.history import lines_of
from reports.wording import AREAS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _frozen(now):
    """Stand still at 10:40 on Tuesday, 24 November 2026."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def deal(rep, changhong, today, now):
    """A deal of Chen Siyuan, opened through the door."""
    return open_opportunity(
        name="总装线改造", account=changhong, owner=rep, actor=rep, on=today, now=now, amount=Decimal(3_800_000)
    )


def told(rows, user):
    return [
        (line.title, [(change.label, change.before, change.after) for change in line.changes])
        for line in lines_of(list(rows), user, with_values=True)
    ]


def test_old_and_new_values_are_read_as_words_and_names(deal, rep, teammate, manager, today, now):
    edit_opportunity(
        deal, changes={"amount": Decimal("4200000.5"), "expected_on": today}, version=1, actor=rep, now=now
    )
    change_owner(deal, to=teammate, actor=manager, now=now)
    reason = LossReason.objects.create(name="价格", position=9)
    lose(deal, reason=reason, on=today, actor=teammate, now=now, competitor="华为")

    lost, given, edited, opened = told(history_of(deal), manager)
    assert opened[0] == "Opportunity opened"
    assert ("customer", None, "苏州长虹精密科技有限公司") in [(label.lower(), *rest) for label, *rest in opened[1]] or (
        "account", None, "苏州长虹精密科技有限公司",
    ) in opened[1]  # fmt: skip
    assert edited == (
        "Facts of an opportunity changed",
        [("amount", "3,800,000", "4,200,000.50"), ("expected signature", "--", "2026-11-24")],
    )
    assert given == (
        "Opportunity given to somebody else",
        [("owner", "陈思远", "刘婷"), ("team", "华东一区", "华东一区")],
    )
    assert lost[0] == "Opportunity lost"
    assert ("state", "still open", "lost") in lost[1]
    assert ("reason for loss", "--", "价格") in lost[1]
    assert ("competitor", "--", "华为") in lost[1]


def test_parts_in_the_decision_are_words(deal, rep, changhong):
    set_roles(deal, ContactFactory(account=changhong, name="李敏"), roles=["A", "U"], actor=rep)
    (title, changes), _opened = told(history_of(deal), rep)
    assert title == "Part in the decision set"
    assert changes == [("person", None, "李敏"), ("roles", "--", "approver、user of the product")]


def test_what_was_erased_says_so(deal, rep, manager):
    erase_values(history_of(deal), target=deal, actor=rep)
    erasure, opened = told(history_of(deal), manager)
    assert erasure == ("Values erased from the history", [])
    assert opened == ("Opportunity opened", [("values", None, "erased, as the law asks")])


def test_the_whole_history_names_a_record_only_to_who_may_see_it(deal, admin, client_for):
    step = default_pipeline().steps.order_by("position")[0]
    record("step.edited", step, actor=admin)
    page = client_for(admin).get(reverse("reports:history"))
    assert [(line.title, line.subject, line.url) for line in page.context["lines"]] == [
        ("Step changed", "F Need", ""),
        ("Opportunity opened", "opportunity", ""),
    ]
    assert "总装线改造" not in page.text
    assert "pipeline.opportunity" not in page.text


def test_the_record_of_who_sees_it_is_a_link(deal, rep):
    (line,) = lines_of(list(history_of(deal)), rep)
    assert (line.subject, line.url) == ("总装线改造", deal.get_absolute_url())


def test_the_history_is_narrowed_by_person_action_and_days(deal, rep, admin, client_for, today):
    record("user.signed_in", rep, actor=rep)
    record("user.signed_in", admin, actor=admin)
    client = client_for(admin)

    def count(**query):
        return client.get(reverse("reports:history"), query).context["page"].count

    assert (count(), count(actor=rep.pk), count(action="user.signed_in")) == (3, 2, 2)
    assert count(actor=rep.pk, action="user.signed_in") == 1
    tomorrow = today + timedelta(days=1)
    assert (count(days_after=today, days_before=today), count(days_after=tomorrow)) == (3, 0)
    empty = client.get(reverse("reports:history"), {"days_after": tomorrow}).text
    assert "No entry fits" in empty
    assert "Clear filters" in empty
    groups = client.get(reverse("reports:history")).context["filter"].form.fields["action"].choices
    assert [str(name) for name, _choices in list(groups)[1:]] == [str(area) for area, _of in AREAS]


@pytest.mark.parametrize("entries", [1, 3])
def test_the_history_costs_the_same_with_one_and_three(entries, rep, admin, client_for, django_assert_num_queries):
    for _number in range(entries):
        record("user.signed_in", rep, actor=rep)
    client = client_for(admin)
    client.get(reverse("reports:history"))
    with django_assert_num_queries(9):
        client.get(reverse("reports:history"))
