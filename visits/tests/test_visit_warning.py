"""A prospect nobody has qualified carries its warning wherever a visit is planned (growing-key-accounts)."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Account
from accounts.tests.factories import AccountFactory
from visits.choices import ItemState
from visits.tests.factories import DayPlanFactory, PlanItemFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def prospect(rep) -> Account:
    """A prospect nobody judged yet."""
    return AccountFactory(name="新岸精密有限公司", owner=rep, kind="PROSPECT")


def test_the_warning_stands_wherever_a_visit_is_planned(prospect, rep, manager, client):
    plan = DayPlanFactory(user=rep, day=date(2026, 11, 25))
    item = PlanItemFactory(plan=plan, account=prospect)
    client.force_login(rep)
    for url in (
        reverse("visits:plan:day", args=[plan.day]),
        reverse("visits:plan:stop", args=[item.pk]),
        prospect.get_absolute_url(),
        reverse("visits:plan:day", args=[date(2026, 11, 26)]) + "?q=新岸",
    ):
        assert "ualification open" in client.get(url).content.decode(), url
    client.force_login(manager)
    assert "qualification open" in client.get(reverse("visits:day_plan", args=[plan.pk])).content.decode()


def test_the_warning_stands_at_every_stop_of_today_until_it_is_done(prospect, changhong, rep, today, now, client):
    plan = DayPlanFactory(user=rep, day=today)
    PlanItemFactory(plan=plan, account=changhong)
    later = PlanItemFactory(plan=plan, account=prospect, position=1)
    client.force_login(rep)
    with time_machine.travel(now, tick=False):
        assert client.get(reverse("visits:today")).content.decode().count("qualification open") == 1
        later.state = ItemState.DONE
        later.save(update_fields=["state"])
        assert "qualification open" not in client.get(reverse("visits:today")).content.decode()


def test_planning_from_a_customer_looks_it_up_in_the_plan(prospect, rep, outsider, client):
    client.force_login(rep)
    page = client.get(f"{reverse('visits:plan')}?account={prospect.pk}", follow=True)
    assert "新岸精密" in page.content.decode()
    client.force_login(outsider)
    assert "q=" not in client.get(f"{reverse('visits:plan')}?account={prospect.pk}").url
