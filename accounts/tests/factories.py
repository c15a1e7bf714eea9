"""Customers and people there for tests."""

from datetime import date

import factory

from accounts.models import Account, AccountMember, Contact, HandOver, HandOverItem, Turnover
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


class HandOverFactory(factory.django.DjangoModelFactory[HandOver]):
    """A planned hand-over of 24 November 2026; `account=` puts one customer into it, for who gets the rest."""

    class Meta:
        model = HandOver
        skip_postgeneration_save = True

    giver = factory.SubFactory(UserFactory)
    made_by = factory.SubFactory(UserFactory)
    day = date(2026, 11, 24)
    reason = "REBALANCE"

    @factory.post_generation
    def account(self, create: bool, extracted: Account | None, **_fields: object) -> None:
        """Let one customer go to who gets the rest."""
        if extracted:
            HandOverItem.objects.create(hand_over=self, account=extracted, giver=self.giver, to=self.rest_to)
