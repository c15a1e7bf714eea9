"""Puts the demo together, in portions, so that a million customers fit into memory too."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from random import Random

from django.apps import apps
from django.db import transaction

from accounts.models import TierPolicy
from crm.audit import record
from crm.management.demo.customers import (
    Customer,
    make_accounts,
    make_contacts,
    make_industries,
    make_turnover,
)
from crm.management.demo.field import contact_days, make_visits
from crm.management.demo.funnel import make_opportunities, make_targets, make_way
from crm.management.demo.names import companies
from crm.management.demo.people import Firm, make_firm
from crm.management.demo.plans import make_plans
from crm.workdays import WorkCalendar, load_calendar
from teams.models import User

PORTION = 4000
ACCOUNTS_PER_REP = 400 / 12


class NotEmpty(Exception):
    """The database holds data that are not ours to mix with."""


def count_rows() -> int:
    """Return how many rows the rooms of the product hold."""
    labels = ("crm", "teams", "followups", "accounts", "pipeline", "visits")
    return sum(model._default_manager.count() for label in labels for model in apps.get_app_config(label).get_models())


def seed(*, accounts: int, password: str, on: date, now: datetime, number: int = 2026) -> int:
    """Fill an empty database and return how many rows were written; raises NotEmpty.

    The same `number`, day and size give the same data.
    """
    if User.objects.exists():
        raise NotEmpty(
            "This database holds users already; demo data go into an empty one only. "
            "Point DATABASE_URL (or VAR_DIR) elsewhere."
        )
    before = count_rows()
    random = Random(number)  # noqa: S311 - demo data, not a secret
    calendar = load_calendar()
    with transaction.atomic():
        firm = make_firm(reps=max(12, round(accounts / ACCOUNTS_PER_REP)), password=password, random=random)
        industries, way = make_industries(), make_way()
        policy = TierPolicy.objects.filter(state="ACTIVE").first()
        make_targets(firm, on)
        record("demo.filled", firm.top, actor=None, changes={"accounts": accounts})
    customers = _customers(accounts, firm, on, calendar, random)
    while portion := list(islice(customers, PORTION)):
        with transaction.atomic():
            make_accounts(portion, industries, policy, on, random)
            make_contacts(portion, on, random)
            make_turnover(portion, on, random)
            make_opportunities(portion, way, on, random)
            make_visits(portion, random)
    make_plans(firm, on=on, now=now, calendar=calendar, random=random)
    return count_rows() - before


def _customers(count: int, firm: Firm, on: date, calendar: WorkCalendar, random: Random) -> Iterator[Customer]:
    half_year = (on - timedelta(days=back) for back in range(200))
    workday_before = {day: calendar.previous_workday(day) for day in half_year}
    for number, company in enumerate(companies(count)):
        size = random.random()
        days = contact_days(size, on, workday_before, random)
        yield Customer(company, firm.reps[number % len(firm.reps)], size, days)
