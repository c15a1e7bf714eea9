"""Customers and people there for tests."""

from datetime import UTC, date, datetime

import factory

from accounts.choices import ClaimState
from accounts.models import Account, AccountMember, Claim, Contact, Inquiry, SweepPlace, SweepUnit, Turnover
from crm.searchtext import search_text
from teams.tests.factories import UserFactory


class AccountFactory(factory.django.DjangoModelFactory[Account]):
    """A customer of its owner's team."""

    class Meta:
        model = Account

    name = factory.Sequence(lambda number: f"苏州客户{number}有限公司")
    owner = factory.SubFactory(UserFactory)
    team = factory.LazyAttribute(lambda account: account.owner.team if account.owner else None)
    search_text = factory.LazyAttribute(
        lambda account: search_text(account.name, account.short_name, account.alias, phones=[account.phone])
    )
    short_name = ""
    alias = ""
    phone = ""


class AccountMemberFactory(factory.django.DjangoModelFactory[AccountMember]):
    """A colleague in an account team."""

    class Meta:
        model = AccountMember

    account = factory.SubFactory(AccountFactory)
    user = factory.SubFactory(UserFactory)


class ContactFactory(factory.django.DjangoModelFactory[Contact]):
    """A person at a customer."""

    class Meta:
        model = Contact

    account = factory.SubFactory(AccountFactory)
    name = factory.Sequence(lambda number: f"王{number}")
    mobile = ""
    search_text = factory.LazyAttribute(lambda contact: search_text(contact.name, phones=[contact.mobile]))


class TurnoverFactory(factory.django.DjangoModelFactory[Turnover]):
    """A booking."""

    class Meta:
        model = Turnover

    account = factory.SubFactory(AccountFactory)


class SweepPlaceFactory(factory.django.DjangoModelFactory[SweepPlace]):
    """A place that is swept by its owner's team."""

    class Meta:
        model = SweepPlace

    name = factory.Sequence(lambda number: f"阳光花园{number}期")
    owner = factory.SubFactory(UserFactory)
    team = factory.LazyAttribute(lambda place: place.owner.team)


class SweepUnitFactory(factory.django.DjangoModelFactory[SweepUnit]):
    """A unit nobody was at yet."""

    class Meta:
        model = SweepUnit

    place = factory.SubFactory(SweepPlaceFactory)
    building = "1"
    floor = 1
    number = factory.Sequence(lambda number: f"1{number:02d}")


class InquiryFactory(factory.django.DjangoModelFactory[Inquiry]):
    """Somebody called."""

    class Meta:
        model = Inquiry

    person = factory.Sequence(lambda number: f"孙先生{number}")
    wants = "要一台样机"
    account = factory.SubFactory(AccountFactory)
    given_to = factory.LazyAttribute(lambda inquiry: inquiry.account.owner)
    taken_by = factory.LazyAttribute(lambda inquiry: inquiry.account.owner)


class ClaimFactory(factory.django.DjangoModelFactory[Claim]):
    """A claim of the customer's owner, in force until the end of 2026."""

    class Meta:
        model = Claim

    account = factory.SubFactory(AccountFactory)
    claimant = factory.LazyAttribute(lambda claim: claim.account.owner)
    region = "华东"
    month = date(2026, 11, 1)
    filed_at = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
    state = ClaimState.ACTIVE
    granted_until = factory.LazyAttribute(lambda claim: claim.protected_until)
    protected_until = date(2026, 12, 31)
