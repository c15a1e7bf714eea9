"""What a visit form needs to know of customers: people there, open opportunities, what their next step still asks for.

A fixed number of queries, however many customers.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from accounts.actions.contact_log import contact_days
from accounts.cadence import next_due
from accounts.models import Account, AccountMember, Contact
from crm.workdays import WorkCalendar
from pipeline.choices import Track
from pipeline.models import Criterion, Evidence, Opportunity
from teams.models import User

# Chips on a phone; whoever is not among them is found on the customer's page.
PEOPLE_SHOWN = 20
OWN_AT_MOST = 200
FOUND_SHOWN = 8


@dataclass(frozen=True)
class Chance:
    """An open opportunity, and what is still to be shown for its next step."""

    opportunity: Opportunity
    missing: tuple[Criterion, ...]


@dataclass(frozen=True)
class Customer:
    """A customer as a visit form sees him."""

    account: Account
    people: tuple[Contact, ...]
    chances: tuple[Chance, ...]
    next_on: date | None

    def as_json(self) -> dict[str, Any]:
        """Return what the device needs to fill a form without a connection."""
        account = self.account
        latin = (part for part in account.search_text.split() if part.isascii())
        return {
            "id": account.pk,
            "name": account.called,
            "search": " ".join(dict.fromkeys([account.name, account.alias, *latin])).strip(),
            "tier": account.tier,
            "next_on": self.next_on.isoformat() if self.next_on else None,
            "contacts": [_person(person) for person in self.people],
            "opportunities": [_chance(chance) for chance in self.chances],
        }


def _person(person: Contact) -> dict[str, Any]:
    return {
        "id": person.pk,
        "name": person.name,
        "title": person.title,
        "stance": person.stance,
        "stance_label": str(person.get_stance_display()) if person.stance else "",
    }


def _chance(chance: Chance) -> dict[str, Any]:
    return {
        "id": chance.opportunity.pk,
        "name": chance.opportunity.name,
        "criteria": [[criterion.pk, str(criterion)] for criterion in chance.missing],
    }


def _people(ids: Iterable[int]) -> dict[int, list[Contact]]:
    """Return the people of customers, last met first."""
    rows = Contact.objects.live().filter(account__in=ids)
    rows = rows.order_by(F("last_contact_on").desc(nulls_last=True), F("influence").desc(nulls_last=True), "pk")
    found: dict[int, list[Contact]] = defaultdict(list)
    for person in rows.only("account_id", "name", "title", "stance", "last_contact_on", "mobile", "phone"):
        if len(found[person.account_id]) < PEOPLE_SHOWN:
            found[person.account_id].append(person)
    return found


def _criteria(opportunities: Sequence[Opportunity]) -> dict[tuple[int, str], list[Criterion]]:
    """Return what the present steps of opportunities ask for, by step and track."""
    ours = {row.our_step_id for row in opportunities}
    theirs = {row.customer_step_id for row in opportunities}
    asked = Q(step__in=ours, track=Track.OURS) | Q(step__in=theirs, track=Track.CUSTOMER)
    found: dict[tuple[int, str], list[Criterion]] = defaultdict(list)
    for criterion in Criterion.objects.filter(asked, is_active=True).order_by("-is_required", "position", "pk"):
        found[criterion.step_id, criterion.track].append(criterion)
    return found


def _chances(ids: Iterable[int]) -> dict[int, list[Chance]]:
    rows = Opportunity.objects.live().open().filter(account__in=ids).select_related("our_step", "customer_step")
    opportunities = list(rows.order_by(F("expected_on").asc(nulls_last=True), "pk"))
    criteria = _criteria(opportunities)
    shown: dict[int, set[int]] = defaultdict(set)
    standing = Evidence.objects.standing().filter(opportunity__in=opportunities)
    for opportunity, criterion in standing.values_list("opportunity_id", "criterion_id"):
        shown[opportunity].add(criterion)
    found: dict[int, list[Chance]] = defaultdict(list)
    for row in opportunities:
        asked = criteria[row.our_step_id, Track.OURS] + criteria[row.customer_step_id, Track.CUSTOMER]
        missing = tuple(criterion for criterion in asked if criterion.pk not in shown[row.pk])
        found[row.account_id or 0].append(Chance(row, missing))
    return found


def customers(accounts: Sequence[Account], *, on: date, calendar: WorkCalendar) -> dict[int, Customer]:
    """Return what a visit form needs of these customers, by id; five queries."""
    ids = [account.pk for account in accounts]
    people, chances, days = _people(ids), _chances(ids), contact_days()
    return {
        account.pk: Customer(
            account,
            tuple(people.get(account.pk, ())),
            tuple(chances.get(account.pk, ())),
            next_due(on, account.tier, days, calendar),
        )
        for account in accounts
    }


def own_accounts(user: User) -> "QuerySet[Account]":
    """Return the customers a person works on: his own and those whose account team he is in; the last met first."""
    people = [user.pk, *user.stands_in_for]
    member = AccountMember.objects.current().filter(user__in=people).values("account_id")
    mine = Account.objects.live().filter(Q(owner__in=people) | Q(pk__in=member))
    return mine.order_by(F("last_contact_on").desc(nulls_last=True), "pk")


def device_data(
    user: User, *, on: date, calendar: WorkCalendar, stops: Iterable[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """Return what a device keeps for logging visits without a connection: at most 200 own customers."""
    found = customers(list(own_accounts(user)[:OWN_AT_MOST]), on=on, calendar=calendar)
    return {
        "today": on.isoformat(),
        "tomorrow": calendar.add_workdays(on, 1).isoformat(),
        "accounts": [customer.as_json() for customer in found.values()],
        "stops": list(stops),
    }


def found_accounts(user: User, query: str) -> list[Account]:
    """Return the first customers whose name, pinyin or phone holds what was typed; none for nothing typed."""
    if not query:
        return []
    rows = Account.objects.visible_to(user).live().likely(query)
    return list(rows.order_by("name", "pk")[:FOUND_SHOWN])
