"""Customers and people there for tests."""

from datetime import UTC, date, datetime
from typing import Any

import factory
from django.utils import timezone

from accounts.actions.duplicates import file_keys
from accounts.choices import ClaimState
from accounts.models import (
    Account,
    AccountMember,
    AccountPlan,
    AccountRating,
    AccountRisk,
    Claim,
    Contact,
    DealerLogin,
    HandOver,
    HandOverItem,
    Inquiry,
    Nomination,
    PlanRow,
    RatingScale,
    SweepPlace,
    SweepUnit,
    TierPolicy,
    Turnover,
)
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


class NominationFactory(factory.django.DjangoModelFactory[Nomination]):
    """A proposal of 16 points, handed in."""

    class Meta:
        model = Nomination

    account = factory.SubFactory(AccountFactory)
    requested_by = factory.LazyAttribute(lambda nomination: nomination.account.owner)
    handed_in_at = factory.LazyFunction(timezone.now)
    scope = "NATIONAL"
    sales_score = 5
    sales_reason = "近三年成交额年均增长三成"
    innovation_score = 4
    innovation_reason = "设有自动化研究院"
    strength_score = 4
    strength_reason = "华东市场份额第一"
    finance_score = 3
    finance_reason = "回款及时，负债率四成"


class AccountPlanFactory(factory.django.DjangoModelFactory[AccountPlan]):
    """The plan of a customer for 2026."""

    class Meta:
        model = AccountPlan
        django_get_or_create = ("account", "year")

    account = factory.SubFactory(AccountFactory)
    year = 2026


class PlanRowFactory(factory.django.DjangoModelFactory[PlanRow]):
    """A line of a plan."""

    class Meta:
        model = PlanRow

    plan = factory.SubFactory(AccountPlanFactory)
    goal = "份额从 30% 到 45%"
    action = "三月底前在三号线完成试用"


class AccountRiskFactory(factory.django.DjangoModelFactory[AccountRisk]):
    """A risk that is felt and may well come."""

    class Meta:
        model = AccountRisk

    account = factory.SubFactory(AccountFactory)
    kind = "CREDIT"
    text = "付款周期从 60 天拖到 120 天"
    likelihood = 3
    effect = 4


class DealerLoginFactory(factory.django.DjangoModelFactory[DealerLogin]):
    """Somebody who signs in for a dealer."""

    class Meta:
        model = DealerLogin

    account = factory.SubFactory(AccountFactory, kind="DEALER")
    user = factory.SubFactory(UserFactory, role="DEALER")


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
