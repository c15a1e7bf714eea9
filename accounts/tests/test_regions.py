"""Regions are marked before customers; the list narrows to them."""

import pytest
from django.urls import reverse

from accounts.actions.regions import mark_region, unmark_region
from accounts.models import Account, KeyRegion
from accounts.tests.factories import AccountFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def spread(rep) -> None:
    """Customers in three places."""
    for name, province, city in (("甲", "江苏", "苏州"), ("乙", "江苏", "南京"), ("丙", "浙江", "杭州")):
        AccountFactory(name=name, owner=rep, province=province, city=city)


def in_key_regions() -> list[str]:
    """Return who lies in a key region."""
    return sorted(Account.objects.in_key_regions().values_list("name", flat=True))


def test_a_city_or_a_whole_province_is_key(spread, manager):
    assert in_key_regions() == []
    mark_region(province="江苏", city="苏州", actor=manager)
    assert in_key_regions() == ["甲"]
    mark_region(province="江苏", actor=manager)
    mark_region(province="江苏", actor=manager)
    assert in_key_regions() == sorted(["甲", "乙"])
    assert KeyRegion.objects.count() == 2
    unmark_region(province="江苏", actor=manager)
    assert in_key_regions() == ["甲"]


def test_a_manager_marks_on_the_page_and_the_list_narrows(client, spread, manager):
    client.force_login(manager)
    client.post(reverse("accounts:mark_region"), {"province": "浙江", "city": "", "key": "yes"})
    rows = client.get(reverse("accounts:regions")).context["rows"]
    assert [(row.province, row.customers, row.is_key) for row in rows] == [("江苏", 2, False), ("浙江", 1, True)]
    page = client.get(reverse("accounts:list"), {"region": "key"})
    assert [account.name for account in page.context["page"].items] == ["丙"]
    client.post(reverse("accounts:mark_region"), {"province": "", "key": "yes"})
    assert KeyRegion.objects.count() == 1
