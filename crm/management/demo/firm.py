"""Puts the demo together, in portions, so that a million customers fit into memory too."""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date, datetime
from itertools import islice
from random import Random

from django.apps import apps
from django.db import transaction

from accounts.choices import PolicyState
from accounts.models import TierPolicy
from crm.audit import record
from crm.management.demo.claims import make_claims
from crm.management.demo.contacts import make_contacts, make_stances
from crm.management.demo.customers import (
    GOLDEN,
    Customer,
    make_accounts,
    make_industries,
    make_members,
    make_owners,
    make_service_cost,
    make_turnover,
    quota,
)
from crm.management.demo.days import Days
from crm.management.demo.dealers import make_dealer
from crm.management.demo.deals import Plots
from crm.management.demo.incoming import make_incoming
from crm.management.demo.keys import make_key_accounts
from crm.management.demo.meetings import Diary, wanted
from crm.management.demo.names import PLACES, as_head, as_member, companies
from crm.management.demo.opportunities import make_opportunities, make_ways
from crm.management.demo.people import REPS, Firm, make_absences, make_firm
from crm.management.demo.plans import make_plans
from crm.management.demo.scene import Scene
from crm.management.demo.sweeps import make_sweeps
from crm.management.demo.tabs import make_views
from crm.management.demo.talk import make_comments
from crm.management.demo.targets import make_targets
from crm.management.demo.tiers import make_drafts, rate
from crm.management.demo.twins import make_twins
from crm.management.demo.visits import make_evidence, make_visits
from crm.workdays import load_calendar

FILLED = "demo.filled"  # the history entry by which a demo is known
PORTION = 4000  # a whole number of shares
SHARE = 400  # customers of twelve reps
VISITS_PER_ACCOUNT = 13.2
GROUP_EACH, MEMBERS = 10, (3, 6, 8)  # every tenth customer heads a group of two or three that follow it
TODAY_LIKE = (3, 10)  # which of a rep's customers were seen this morning


class NotEmpty(Exception):
    """The database holds data that are not ours to mix with."""


def held() -> dict[str, int]:
    """Return how many rows each table of the product holds."""
    labels = ("crm", "teams", "followups", "accounts", "pipeline", "visits", "imports")
    models = (model for label in labels for model in apps.get_app_config(label).get_models())
    return {model._meta.label: model._base_manager.count() for model in models}


READY = frozenset(
    {"pipeline.Pipeline", "pipeline.Step", "pipeline.Criterion", "pipeline.LossReason", "accounts.TierPolicy"}
)


def refuse_a_used_database() -> None:
    """Raise NotEmpty where anything is held but what the migrations put in."""
    found = [label for label, count in held().items() if count and label not in READY]
    if found:
        raise NotEmpty(
            f"This database holds data already ({', '.join(found[:3])}); demo data go into an empty one only. "
            "Point DATABASE_URL (or VAR_DIR) elsewhere."
        )


def seed(*, accounts: int, password: str, on: date, now: datetime, number: int = 2026) -> int:
    """Fill an empty database and return how many rows were written; raises NotEmpty.

    The same `number`, day and size give the same data. A demo of the usual size is written whole or not at all.
    """
    refuse_a_used_database()
    before = sum(held().values())
    random = Random(number)  # noqa: S311 - demo data, not a secret
    days = Days(on, now, load_calendar())
    with transaction.atomic() if accounts <= PORTION else nullcontext():
        with transaction.atomic():
            firm = make_firm(reps=REPS * max(1, round(accounts / SHARE)), password=password, random=random)
            scene = Scene(firm, days, TierPolicy.objects.filter(state=PolicyState.ACTIVE).first(), random)
            make_targets(firm, on)
            make_service_cost()
            make_views(firm)
            make_absences(firm, days)
        _fill(accounts, scene)
        with transaction.atomic():
            make_sweeps(scene)
            make_incoming(scene)
            make_claims(scene, now=now)
            make_plans(scene, now=now)
            make_comments(scene)
            make_key_accounts(scene)
            make_dealer(scene)
            if accounts <= PORTION:
                make_twins()
            record(FILLED, firm.top, actor=None, changes={"accounts": accounts})
    return sum(held().values()) - before


def _fill(accounts: int, scene: Scene) -> None:
    """Write the customers with all that hangs on them, portion by portion."""
    industries, ways, scale = make_industries(), make_ways(), make_drafts(scene)
    customers = _customers(accounts, scene.firm)
    plots = Plots(scene.random)
    while portion := list(islice(customers, PORTION)):
        _give_meetings(portion, scene)
        with transaction.atomic():
            make_accounts(portion, industries, scene)
            make_owners(portion, scene)
            make_members(portion, scene)
            make_contacts(portion, scene)
            make_turnover(portion, scene)
            deals = make_opportunities(portion, ways, plots, scene)
            make_visits(portion, scene)
            make_stances(portion, scene)
            rate(portion, scale, scene)
            make_evidence(deals, scene)


def _customers(count: int, firm: Firm) -> Iterator[Customer]:
    """Yield the customers: each rep has two cities, a tenth of them large, and the groups lie across territories."""
    heads: dict[int, Customer] = {}
    for number, company in enumerate(companies(count)):
        share = min(number // SHARE, len(firm.reps) // REPS - 1)
        rep = share * REPS + company.place // 2
        turn = number // len(PLACES) * 2 + company.place % 2
        size = (turn * GOLDEN + rep * 0.29) % 1
        head = heads.pop(number, None)
        company = as_member(company, head.company) if head else company
        if number % GROUP_EACH == 0:
            company = as_head(company)
        customer = Customer(number, company, firm.reps[rep], rep, size, head)
        if number % GROUP_EACH == 0:
            heads = {number + place: customer for place in MEMBERS[: 2 + number // GROUP_EACH % 2]}
        yield customer


def _give_meetings(customers: list[Customer], scene: Scene) -> None:
    diary = Diary(scene.days)
    tiers = [customer.tier for customer in customers]
    counts = quota(wanted(tiers), int(len(customers) * VISITS_PER_ACCOUNT))
    for customer, count in zip(customers, counts, strict=True):
        turn = customer.number // len(PLACES) * 2 + customer.company.place % 2
        customer.meetings = diary.meetings(
            customer.rep, customer.number, customer.tier, count, today=turn in TODAY_LIKE, random=scene.random
        )
