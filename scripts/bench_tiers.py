"""Measure tier rules on PostgreSQL: 5,000 customers as a page simulates them (at most 3 s), 100,000 as a worker does.

make bench-tiers                        needs PostgreSQL 15+, by default on 127.0.0.1 as postgres
"""

import os
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import django
import psycopg2

SERVER = os.environ.get("BENCH_SERVER", "postgres://postgres@127.0.0.1:5432")
NAME = "crm_bench_tiers"

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["DATABASE_URL"] = f"{SERVER}/{NAME}"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - settings come first
from django.db import connection  # noqa: E402

from accounts.actions.tier_moves import Cause, move_tiers, moves_of  # noqa: E402
from accounts.models import Account, TierPolicy, Turnover  # noqa: E402
from accounts.tiers.runs import compute_proposals  # noqa: E402
from accounts.tiers.simulation import KEPT_OF_CELL, as_json, simulate  # noqa: E402
from accounts.tiers.simulation_pages import simulated  # noqa: E402
from crm.management.demo.bulk import write  # noqa: E402
from teams.models import User  # noqa: E402

SIZES = (5_000, 100_000)
PORTION = 5_000
TODAY = date(2026, 11, 24)
WEIGHTS = {"turnover": 40, "margin": 20, "potential": 20, "credit": 10, "wallet": 10}


def _portion(first: int, sellers: list[User], random: Random) -> None:
    """Write some customers, each with three bookings."""
    rows = [
        Account(
            name=f"客户{number}",
            owner=random.choice(sellers),
            tier=random.choice("ABC"),
            potential=random.randrange(6),
            credit=random.randrange(6),
            wallet_share=random.randrange(101),
        )
        for number in range(first, first + PORTION)
    ]
    write(rows)
    amounts = [(row, back, Decimal(int(random.paretovariate(1.1) * 1000))) for row in rows for back in (20, 120, 220)]
    write(
        [
            Turnover(account=row, booked_on=TODAY - timedelta(days=back), amount=amount, cost=amount / 2)
            for row, back, amount in amounts
        ]
    )


def fill(accounts: int) -> None:
    """Add customers of fifty sellers up to a number."""
    for number in range(User.objects.count(), 50):
        User.objects.create(username=f"seller{number}", email=f"seller{number}@firm.example", name=f"销售{number}")
    sellers, random = list(User.objects.all()), Random(accounts)
    for first in range(Account.objects.count(), accounts, PORTION):
        _portion(first, sellers, random)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def timed(label: str, work: Callable[[], Any]) -> Any:
    """Print how long something took; return what it returned."""
    started = time.perf_counter()
    found = work()
    print(f"  {label:<44} {time.perf_counter() - started:6.2f} s")
    return found


def measure(accounts: int) -> None:
    """Simulate as a page does and as a worker does, then apply."""
    fill(accounts)
    reader = User.objects.order_by("pk").first()
    policy = TierPolicy.objects.create(name=f"{accounts}", weights=WEIGHTS, margin=Decimal(2))
    print(f"{accounts:,} customers")
    timed("a page simulates", lambda: simulated(simulate(compute_proposals(policy, on=TODAY)), reader, {}))
    run = timed("a worker reads and proposes", lambda: compute_proposals(policy, on=TODAY))
    timed("and keeps the figures", lambda: as_json(simulate(run, shown=KEPT_OF_CELL)))
    moves = moves_of(run)
    timed(f"{len(moves):,} move, with history", lambda: move_tiers(moves, Cause(policy, TODAY, None)))


def main() -> None:
    """Make the database, measure both sizes, drop it."""
    with closing(psycopg2.connect(f"{SERVER}/postgres")) as server:
        server.autocommit = True
        cursor = server.cursor()
        cursor.execute(f"DROP DATABASE IF EXISTS {NAME}")
        cursor.execute(f"CREATE DATABASE {NAME}")
        try:
            call_command("migrate", verbosity=0)
            for accounts in SIZES:
                measure(accounts)
        finally:
            connection.close()
            cursor.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


if __name__ == "__main__":
    main()
