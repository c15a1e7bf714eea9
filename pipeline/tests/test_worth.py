"""Amounts in other currencies: dated rates, what has none, and that the page of rates and the form lead there."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from pipeline.forms.opportunity import OpportunityForm
from pipeline.funnel import Totals
from pipeline.models import ExchangeRate, Opportunity
from pipeline.tests.factories import OpportunityFactory
from pipeline.worth import Rates

pytestmark = pytest.mark.django_db


def rate(currency: str, starts_on: date, worth: str) -> ExchangeRate:
    return ExchangeRate.objects.create(currency=currency, starts_on=starts_on, rate=Decimal(worth))


def worth_of(deal: Opportunity, on: date) -> Decimal | None:
    return Opportunity.objects.filter(pk=deal.pk).sums(ExchangeRate.objects.rates(), on).value


def test_an_open_amount_counts_by_the_rate_of_the_day_and_a_closed_one_by_that_of_its_closing(rep, today):
    rate("USD", date(2026, 1, 1), "7.2")
    rate("USD", date(2026, 7, 1), "7.0")
    rate("USD", date(2027, 1, 1), "6.5")
    dollars = {"account": None, "owner": rep, "currency": "USD", "amount": Decimal(1_000)}
    still_open = OpportunityFactory(**dollars)
    spring = OpportunityFactory(**dollars, state="WON", closed_on=date(2026, 4, 2))
    autumn = OpportunityFactory(**dollars, state="WON", closed_on=date(2026, 7, 1))
    long_ago = OpportunityFactory(**dollars, state="WON", closed_on=date(2020, 4, 2))

    assert worth_of(still_open, today) == 7_000
    assert worth_of(still_open, date(2027, 1, 1)) == 6_500
    assert (worth_of(spring, today), worth_of(autumn, today), worth_of(long_ago, today)) == (7_200, 7_000, 7_200)


def test_without_a_rate_an_amount_is_in_no_sum_and_is_counted_as_such(rep, today, client_for):
    OpportunityFactory(account=None, owner=rep, step="D", amount=Decimal(1_000))
    OpportunityFactory(account=None, owner=rep, step="D", amount=Decimal(500), currency="EUR")
    OpportunityFactory(account=None, owner=rep, step="D", amount=None, currency="EUR")

    found = Opportunity.objects.sums(ExchangeRate.objects.rates(), today)
    assert found == Totals(3, Decimal(1_000), Decimal(500), unrated=1)
    for page in ("pipeline:list", "pipeline:board"):
        assert "1 not counted: no exchange rate" in client_for(rep).get(reverse(page)).text
    rate("EUR", date(2026, 1, 1), "8")
    assert Opportunity.objects.sums(ExchangeRate.objects.rates(), today).value == 5_000
    assert "not counted" not in client_for(rep).get(reverse("pipeline:list")).text


@given(st.dates(date(2025, 1, 1), date(2027, 12, 31)))
def test_between_two_rates_the_older_one_counts(day):
    rows = [(date(2026, 1, 1), Decimal(7)), (date(2026, 7, 1), Decimal(8))]
    found = Rates("CNY", {"USD": rows}).at("USD", day)
    assert found == (8 if day >= date(2026, 7, 1) else 7)
    assert Rates("CNY", {"USD": rows}).at("JPY", day) is None
    assert Rates("CNY").at("CNY", day) == 1


def test_the_form_asks_for_a_currency_only_where_there_is_a_choice(rep, client_for):
    assert "currency" not in OpportunityForm(user=rep).fields
    rate("USD", date(2026, 1, 1), "7.1")
    assert OpportunityForm(user=rep).fields["currency"].choices == [("CNY", "CNY"), ("USD", "USD")]
    page = client_for(rep).get(reverse("pipeline:new"))
    given = page.context["form"].initial["client_id"]
    data = {"name": "出口线", "amount": "US$2,000", "currency": "USD", "client_id": given, "pipeline": "1"}
    client_for(rep).post(reverse("pipeline:new"), data)
    opened = Opportunity.objects.get()
    assert (opened.name, opened.amount, opened.currency) == ("出口线", 2_000, "USD")


def test_an_opportunity_without_a_choice_is_in_the_firms_currency(rep, client_for, settings):
    settings.REPORTING_CURRENCY = "USD"
    given = client_for(rep).get(reverse("pipeline:new")).context["form"].initial["client_id"]
    client_for(rep).post(reverse("pipeline:new"), {"name": "总装线", "client_id": given, "pipeline": "1"})
    assert Opportunity.objects.get().currency == "USD"


def test_an_admin_adds_a_rate_once_a_day_and_corrects_it(admin, client_for, today):
    client, new = client_for(admin), reverse("pipeline:new_rate")
    assert client.post(new, {"currency": "usd", "starts_on": today, "rate": "7.1"}).status_code == 302
    again = client.post(new, {"currency": "USD", "starts_on": today, "rate": "7.3"})
    assert "This currency already has a rate from that day on." in again.text
    own = client.post(new, {"currency": "CNY", "starts_on": today, "rate": "1"})
    assert "CNY is what the others are counted in; it needs no rate." in own.text
    none = client.post(new, {"currency": "USD", "starts_on": today - timedelta(days=1), "rate": "0"})
    assert "A rate is more than zero." in none.text
    row = ExchangeRate.objects.get()
    changed = {"currency": "USD", "starts_on": today, "rate": "7.05", "version": row.version}
    client.post(reverse("pipeline:edit_rate", args=[row.pk]), changed)
    assert ExchangeRate.objects.get().rate == Decimal("7.05")
    assert "7.05" in client.get(reverse("pipeline:pipelines")).text
