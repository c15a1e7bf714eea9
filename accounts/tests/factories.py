"""Customers and people there for tests."""

from typing import Any

import factory

from accounts.actions.duplicates import file_keys
from accounts.models import Account, AccountMember, Contact, Turnover
from crm.searchtext import search_text
from teams.tests.factories import UserFactory


class AccountFactory(factory.django.DjangoModelFactory[Account]):
    """A customer of its owner's team."""

    class Meta:
        model = Account
        skip_postgeneration_save = True

    name = factory.Sequence(lambda number: f"苏州客户{number}有限公司")
    owner = factory.SubFactory(UserFactory)
    team = factory.LazyAttribute(lambda account: account.owner.team if account.owner else None)
    search_text = factory.LazyAttribute(
        lambda account: search_text(account.name, account.short_name, account.alias, phones=[account.phone])
    )
    short_name = ""
    alias = ""
    phone = ""

    @factory.post_generation
    def findable(self: Any, create: bool, extracted: object, **_kwargs: object) -> None:
        """File the keys it is found by, as whoever makes a customer does."""
        if create:
            file_keys([self])


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
