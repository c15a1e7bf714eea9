"""Customers and people there for tests."""

import factory

from accounts.models import Account, AccountMember, AccountRating, Contact, RatingScale, TierPolicy, Turnover
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


class TierPolicyFactory(factory.django.DjangoModelFactory[TierPolicy]):
    """A draft of the tier rules, with the usual ones."""

    class Meta:
        model = TierPolicy

    name = factory.Sequence(lambda number: f"草案{number}")


class RatingScaleFactory(factory.django.DjangoModelFactory[RatingScale]):
    """A further criterion."""

    class Meta:
        model = RatingScale

    name = factory.Sequence(lambda number: f"创新意愿{number}")


class AccountRatingFactory(factory.django.DjangoModelFactory[AccountRating]):
    """A customer's rating by a further criterion."""

    class Meta:
        model = AccountRating

    account = factory.SubFactory(AccountFactory)
    scale = factory.SubFactory(RatingScaleFactory)
    value = 3
