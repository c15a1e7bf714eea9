"""Reads of customers. `AccountQuerySet.visible_to` is the one rule of who sees which customer."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models
from django.db.models import Exists, OuterRef, Subquery, Sum

from accounts.choices import SPONSORS, Tier
from crm.searchtext import search_filter
from teams.choices import Role
from teams.querysets import led_teams

if TYPE_CHECKING:
    from accounts.models.account import Account  # noqa: F401 -- named in a string below
    from accounts.models.contact import Contact  # noqa: F401
    from teams.models import User


# So many of what a search finds are put into order for suggestions. The limit is a fence too: without it PostgreSQL,
# which cannot guess how many names hold two characters, walks the index of the order instead of that of the search.
MOST_LIKELY = 2_000


class AccountQuerySet(models.QuerySet["Account"]):
    """Customers."""

    def visible_to(self, user: "User") -> Self:
        """Return the customers this person may see.

        Owner and account team members see theirs; whoever stands in for somebody sees his; a manager those of his teams
        and below; director and clerk all. An admin or compliance officer sees no customer by that role. Subqueries,
        never a JOIN, so no row comes twice; a union of them, never an OR, so that each is found by its own index.
        """
        if user.acts_as(Role.DIRECTOR, Role.CLERK):
            return self
        people = [user.pk, *user.stands_in_for]
        member_model: Any = self.model._meta.get_field("members").related_model
        every = self.model._base_manager.order_by()
        seen = [member_model.objects.order_by().filter(user_id__in=people).values("account_id")]
        if user.acts_as(Role.MANAGER):
            seen.append(every.filter(team_id__in=led_teams(user)).values("pk"))
        return self.filter(pk__in=every.filter(owner_id__in=people).values("pk").union(*seen, all=True))

    def with_parent_seen(self, user: "User") -> Self:
        """Add `parent_seen`: whether the person may open the page of the company above, whose name he reads anyway."""
        seen = self.__class__(self.model)
        return self.annotate(parent_seen=Exists(seen.visible_to(user).filter(pk=OuterRef("parent_id"))))

    def live(self) -> Self:
        """Return customers that are not archived."""
        return self.filter(archived_at=None)

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

    def contacted_since(self, day: date) -> Self:
        """Return customers somebody was in contact with on `day` or later."""
        return self.filter(last_contact_on__gte=day)


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
