"""Reads of customers. `AccountQuerySet.visible_to` is the one rule of who sees which customer."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery, Sum

from accounts.choices import SPONSORS, AccountKind, ClaimState, OwnershipKind, PairState, Tier
from accounts.tiers.tiering import window_start
from crm.searchtext import search_filter
from teams.choices import Role
from teams.querysets import led_teams

if TYPE_CHECKING:
    from accounts.models.account import Account, AccountMember  # noqa: F401 -- named in strings below
    from accounts.models.claim import Claim  # noqa: F401
    from accounts.models.contact import Contact  # noqa: F401
    from accounts.models.duplicates import DuplicatePair  # noqa: F401
    from accounts.models.inquiry import Inquiry  # noqa: F401
    from accounts.models.ownership import Ownership  # noqa: F401
    from accounts.models.sweep import Knock, SweepPlace, SweepUnit  # noqa: F401
    from accounts.models.turnover import Turnover
    from teams.models import User

YEAR = 12  # months

# So many of what a search finds are put into order for suggestions. The limit is a fence too: without it PostgreSQL,
# which cannot guess how many names hold two characters, walks the index of the order instead of that of the search.
MOST_LIKELY = 2_000


class AccountQuerySet(models.QuerySet["Account"]):
    """Customers."""

    def visible_to(self, user: "User") -> Self:
        """Return the customers this person may see.

        Owner and account team members see theirs; whoever stands in for somebody sees his; a manager those of his teams
        and below; director and clerk all. Who signs in for a dealer sees the dealer and the customers given to it. An
        admin or compliance officer sees no customer by that role. Subqueries, never a JOIN, so no row comes twice; a
        union of them, never an OR, so that each is found by its own index.
        """
        if user.acts_as(Role.DIRECTOR, Role.CLERK):
            return self
        people = [user.pk, *user.stands_in_for]
        member_model: Any = self.model._meta.get_field("members").related_model
        every = self.model._base_manager.order_by()
        seen = [member_model.objects.order_by().current().filter(user_id__in=people).values("account_id")]
        if user.acts_as(Role.MANAGER):
            seen.append(every.filter(team_id__in=led_teams(user)).values("pk"))
        if user.role == Role.DEALER:
            login_model: Any = self.model._meta.get_field("logins").related_model
            # What is a dealer no more lets nobody in, though its log-ins are kept for the day it is one again.
            logins = login_model.objects.order_by().filter(user=user, account__kind=AccountKind.DEALER)
            dealers = logins.values("account_id")
            seen += [dealers, every.filter(dealer_id__in=dealers).values("pk")]
        return self.filter(pk__in=every.filter(owner_id__in=people).values("pk").union(*seen, all=True))

    def with_parent_seen(self, user: "User") -> Self:
        """Add `parent_seen`: whether the person may open the page of the company above, whose name he reads anyway."""
        seen = self.__class__(self.model)
        return self.annotate(parent_seen=Exists(seen.visible_to(user).filter(pk=OuterRef("parent_id"))))

    def live(self) -> Self:
        """Return customers that are not archived."""
        return self.filter(archived_at=None)

    def key_accounts(self) -> Self:
        """Return customers that carry the mark of a key account."""
        return self.exclude(key_scope="")

    def matching(self, query: str) -> Self:
        """Return customers found by any part of a name, pinyin initials or the end of a phone number."""
        return self.filter(search_filter("search_text", query))

    def likely(self, query: str) -> Self:
        """Return some of those found, enough to suggest from, at the same cost for a rare name and a frequent one."""
        return self.filter(pk__in=self.matching(query).order_by().values("pk")[:MOST_LIKELY])

    def tiered(self, tier: Tier | str) -> Self:
        """Return customers of a tier; "" are those without."""
        return self.filter(tier=tier)

    def with_turnover(self, *, since: date, until: date) -> Self:
        """Add `turnover_sum`, what was booked after `since` up to `until`; None where nothing was."""
        bookings: Any = self.model._meta.get_field("turnover").related_model
        booked = bookings.objects.filter(account=OuterRef("pk"), booked_on__gt=since, booked_on__lte=until)
        total = booked.order_by().values("account").annotate(total=Sum("amount")).values("total")
        return self.annotate(turnover_sum=Subquery(total))

    def in_key_regions(self) -> Self:
        """Return customers in a province or city that is marked as key."""
        regions: Any = apps.get_model("accounts", "KeyRegion")
        here = Q(city="") | Q(city=OuterRef("city"))
        return self.filter(Exists(regions.objects.filter(here, province=OuterRef("province"))))

    def contacted_since(self, day: date) -> Self:
        """Return customers somebody was in contact with on `day` or later."""
        return self.filter(last_contact_on__gte=day)

    def pooled(self) -> Self:
        """Return the customers nobody holds: the public pool 公海. Whoever sells may look at their names."""
        return self.live().filter(owner=None)

    def pooled_lately(self, now: datetime) -> Self:
        """Return the customers of the pool, and those claimed within a day, which others still look at."""
        stretches: Any = self.model._meta.get_field("ownerships").related_model
        left = stretches.objects.open().filter(kind=OwnershipKind.CLAIMED, started_at__gt=now - timedelta(days=1))
        return self.live().filter(Q(owner=None) | Q(pk__in=left.order_by().values("account")))

    def with_pool_story(self) -> Self:
        """Add why a customer is in the pool, since when, and who held it last."""
        stretches: Any = self.model._meta.get_field("ownerships").related_model
        here = stretches.objects.filter(account=OuterRef("pk"))
        held = here.exclude(owner=None).order_by("-started_at", "-pk")
        return self.annotate(
            pool_kind=Subquery(here.open().values("kind")[:1]),
            pool_reason=Subquery(here.open().values("reason")[:1]),
            pooled_at=Subquery(here.open().values("started_at")[:1]),
            held_by_id=Subquery(held.values("owner_id")[:1]),
            held_by=Subquery(held.values("owner__name")[:1]),
        )

    def with_protection(self) -> Self:
        """Add `claim_id` and `protected_until` of the claim in force, the last day it protects; None without one."""
        claims: Any = self.model._meta.get_field("claims").related_model
        in_force = claims.objects.in_force().filter(account=OuterRef("pk"))
        return self.annotate(
            claim_id=Subquery(in_force.values("pk")[:1]),
            protected_until=Subquery(in_force.values("protected_until")[:1]),
        )


Row = TypeVar("Row", bound=models.Model)


class TierRulesQuerySet(models.QuerySet[Row]):
    """Tier policies and what their runs propose."""

    def visible_to(self, user: "User") -> Self:
        """Return all to who sets the rules and to who signs them, nothing to others."""
        return self if user.role == Role.ADMIN or user.acts_as(Role.DIRECTOR) else self.none()


class OfAccountQuerySet(models.QuerySet[Row]):
    """Rows that are seen through their customer, which `account_path` leads to."""

    account_path = "account"

    def visible_to(self, user: "User") -> Self:
        """Return the rows whose customer the person may see."""
        model: Any = self.model
        for part in self.account_path.split("__"):
            model = model._meta.get_field(part).remote_field.model
        return self.filter(**{f"{self.account_path}__in": model.objects.visible_to(user).order_by().values("pk")})


class TurnoverQuerySet(OfAccountQuerySet["Turnover"]):
    """Bookings."""

    def between(self, first: date, last: date) -> Self:
        """Return what was booked from `first` to `last`, both included."""
        return self.filter(booked_on__range=(first, last))

    def buyers(self, on: date) -> "models.QuerySet[Turnover, Any]":
        """Return the keys of who bought within the year up to a day, and sent back less than that."""
        within = self.filter(booked_on__gt=window_start(on, YEAR), booked_on__lte=on)
        return within.order_by().values("account").annotate(net=Sum("amount")).filter(net__gt=0).values("account")


class MemberQuerySet(OfAccountQuerySet["AccountMember"]):
    """Members of account teams."""

    def current(self) -> Self:
        """Return who is in it now."""
        return self.filter(ended_at=None)

    def former(self) -> Self:
        """Return who was in it."""
        return self.exclude(ended_at=None)


class InHouseQuerySet(OfAccountQuerySet[Row]):
    """Rows that say what we think of a customer and mean to do there: for colleagues who see it, never for dealers."""

    def visible_to(self, user: "User") -> Self:
        """Return the rows whose customer the person may see; none for a dealer."""
        return self.none() if user.role == Role.DEALER else super().visible_to(user)


class OfPlanQuerySet(InHouseQuerySet[Row]):
    """Lines of account plans, seen through the plan's customer."""

    account_path = "plan__account"

    def kept(self) -> Self:
        """Return lines that were not taken out."""
        return self.filter(removed_at=None)

    def to_do(self) -> Self:
        """Return lines with a day that are not done, of customers that are not archived."""
        still = self.kept().filter(done_on=None, due_on__isnull=False)
        return still.filter(plan__account__archived_at=None)


class RiskQuerySet(InHouseQuerySet[Row]):
    """Risks at customers."""

    def open(self) -> Self:
        """Return risks that are not closed."""
        return self.filter(closed_on=None)

    def to_do(self) -> Self:
        """Return open risks with a day, of customers that are not archived."""
        return self.open().filter(due_on__isnull=False, account__archived_at=None)


class OfContactQuerySet(OfAccountQuerySet[Row]):
    """Rows that are seen through the customer of their person."""

    account_path = "contact__account"


class ContactQuerySet(OfAccountQuerySet["Contact"]):
    """People at the customer."""

    def live(self) -> Self:
        """Return people who are not archived."""
        return self.filter(archived_at=None)

    def matching(self, query: str) -> Self:
        """Return people found by name, pinyin or the end of a phone number."""
        return self.filter(search_filter("search_text", query))

    def likely(self, query: str) -> Self:
        """Return some of those found, enough to suggest from."""
        return self.filter(pk__in=self.matching(query).order_by().values("pk")[:MOST_LIKELY])

    def sponsors(self) -> Self:
        """Return sponsors and power sponsors."""
        return self.filter(stance__in=SPONSORS)


class InquiryQuerySet(models.QuerySet["Inquiry"]):
    """Calls and walk-ins."""

    def visible_to(self, user: "User") -> Self:
        """Return what the person took or was given; those who lead see their people's, director and clerk all."""
        if user.acts_as(Role.DIRECTOR, Role.CLERK):
            return self
        people = [user.pk, *user.stands_in_for]
        seen = Q(taken_by_id__in=people) | Q(given_to_id__in=people)
        if user.acts_as(Role.MANAGER):
            seen |= Q(given_to__team_id__in=led_teams(user))
        return self.filter(seen)

    def waiting(self) -> Self:
        """Return those nobody has answered yet."""
        return self.filter(answered_at=None)


class SweepPlaceQuerySet(models.QuerySet["SweepPlace"]):
    """Places that are swept."""

    def visible_to(self, user: "User") -> Self:
        """Return the places this person may see: his own, those of his team, which sweeps together, of teams he leads.

        Director and clerk see all. What is noted at a door is no customer yet, so the account team has no part in it.
        """
        if user.acts_as(Role.DIRECTOR, Role.CLERK):
            return self
        seen = Q(owner_id__in=[user.pk, *user.stands_in_for])
        if user.acts_as(Role.REP, Role.MANAGER) and user.team_id:
            seen |= Q(team_id=user.team_id)
        if user.acts_as(Role.MANAGER):
            seen |= Q(team_id__in=led_teams(user))
        return self.filter(seen)

    def live(self) -> Self:
        """Return places that are not archived."""
        return self.filter(archived_at=None)


class KnockQuerySet(models.QuerySet["Knock"]):
    """Knocks at units of swept places."""

    def visible_to(self, user: "User") -> Self:
        """Return the knocks at units the person may see."""
        unit_model: Any = self.model._meta.get_field("unit").related_model
        return self.filter(unit__in=unit_model.objects.visible_to(user).order_by().values("pk"))


class SweepUnitQuerySet(models.QuerySet["SweepUnit"]):
    """Units of swept places."""

    def visible_to(self, user: "User") -> Self:
        """Return the units whose place the person may see."""
        place_model: Any = self.model._meta.get_field("place").related_model
        return self.filter(place__in=place_model.objects.visible_to(user).order_by().values("pk"))


class OwnershipQuerySet(OfAccountQuerySet["Ownership"]):
    """Who held a customer, and when."""

    def open(self) -> Self:
        """Return the stretches that have not ended: one a customer."""
        return self.filter(ended_at=None)


class ClaimQuerySet(models.QuerySet["Claim"]):
    """Claims."""

    def visible_to(self, user: "User") -> Self:
        """Return a person's own claims, those of people he leads, and those on customers he sees."""
        accounts: Any = self.model._meta.get_field("account").remote_field.model
        seen = Q(account__in=accounts.objects.visible_to(user).order_by().values("pk"))
        seen |= Q(claimant__in=[user.pk, *user.stands_in_for])
        if user.acts_as(Role.MANAGER):
            seen |= Q(claimant__team__in=led_teams(user))
        return self.filter(seen)

    def in_force(self) -> Self:
        """Return the claims that protect."""
        return self.filter(state=ClaimState.ACTIVE)

    def waiting(self) -> Self:
        """Return the claims a manager has to decide."""
        return self.filter(state=ClaimState.WAITING)


class DuplicatePairQuerySet(models.QuerySet["DuplicatePair"]):
    """Customers that may be one."""

    def visible_to(self, user: "User") -> Self:
        """Return the pairs of which the person sees both customers."""
        accounts: Any = self.model._meta.get_field("first").remote_field.model
        seen = accounts.objects.visible_to(user).order_by().values("pk")
        return self.filter(first__in=seen, second__in=seen)

    def open(self) -> Self:
        """Return what nobody decided yet, both customers being there."""
        return self.filter(state=PairState.OPEN, first__archived_at=None, second__archived_at=None)

    def best_first(self) -> Self:
        """Return the likeliest first."""
        return self.order_by("-score", "pk")

    def of(self, one: "Account", other: "Account") -> Self:
        """Return the pair of two customers, in whichever order they come: one or none."""
        first, second = sorted((one.pk, other.pk))
        return self.filter(first_id=first, second_id=second)
