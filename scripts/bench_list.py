"""Measure the list of customers on PostgreSQL: 100,000 of them, as a director sees them all.

Fills a scratch database of its own, opens the list as a browser does, once to warm up and then some times, prints the
best time of each question, what the whole download weighs in time and memory, and drops the database again.

    make bench-list                         needs PostgreSQL 15+, by default on 127.0.0.1 as postgres
    .venv/bin/python scripts/bench_list.py --accounts 1000000
"""

import argparse
import os
import resource
import secrets
import sys
import time
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import django
import psycopg2

SERVER = os.environ.get("DATABASE_URL") or "postgres://postgres@127.0.0.1:5432/postgres"
DATABASE = f"bench_list_{secrets.token_hex(4)}"
ROOT = Path(__file__).resolve().parent.parent

sys.path.insert(0, str(ROOT))
os.environ["DATABASE_URL"] = urlsplit(SERVER)._replace(path=f"/{DATABASE}").geturl()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - settings come first
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Account, Turnover  # noqa: E402
from crm.jobs import run_job  # noqa: E402
from crm.models import Job  # noqa: E402
from crm.searchtext import search_text  # noqa: E402
from teams.models import Team, User  # noqa: E402

BUDGET_MS = 500.0
PLACES = ("苏州", "昆山", "无锡", "常州", "南通", "嘉兴", "上海", "杭州")
QUESTIONS = {
    "the list as it opens": "",
    "by tier": "sort=tier",
    "by the next contact, other columns": "sort=next&col=kind&col=source&col=potential&col=phone&col=turnover",
    "one city, with its sums": "city=苏州&kind=PARTNER&col=potential&col=turnover",
    "searched": "q=精密77",
    "page 200": "page=200",
}
ON_REQUEST = {"the sums of the whole list": "sums=yes&col=potential&col=turnover"}


def fill(count: int) -> User:
    """Make the customers and their turnover; return who sees them all."""
    team = Team.objects.add_root({"name": "全公司"})
    director = User.objects.create(username="he", name="何云", role="DIRECTOR", team=team)
    reps = [User.objects.create(username=f"rep{n}", name=f"代表{n}", team=team) for n in range(50)]
    today = date.today()  # noqa: DTZ011 - a scratch database
    for start in range(0, count, 5_000):
        rows = [
            Account(
                name=(name := f"{PLACES[n % 8]}精密{n:07}有限公司"),
                owner=reps[n % 50],
                team=team,
                city=PLACES[n % 8],
                kind="PARTNER" if n % 40 == 0 else "CUSTOMER",
                tier="ABC "[n % 4].strip(),
                potential=n % 6,
                next_contact_on=today + timedelta(days=n % 90 - 30),
                search_text=search_text(name),
            )
            for n in range(start, min(count, start + 5_000))
        ]
        made = Account.objects.bulk_create(rows)
        Turnover.objects.bulk_create([Turnover(account=row, booked_on=today, amount=1000) for row in made])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return director


def best(client: Client, query: str, rounds: int) -> float:
    """Return the shortest time of some rounds, in milliseconds; the first only warms up."""
    times = []
    for _round in range(rounds + 1):
        started = time.perf_counter()
        assert client.get(f"/accounts/?{query}").status_code == 200
        times.append((time.perf_counter() - started) * 1000)
    return min(times[1:])


def download(director: User, count: int) -> None:
    """Write the whole list as a worker does; print time and memory."""
    params = {"list": "accounts:list", "query": "", "columns": ["tier", "phone", "turnover"], "csv": False}
    params |= {"on": date.today().isoformat(), "language": "zh-hans"}  # noqa: DTZ011
    job = Job.objects.create(kind="teams.export_list", title="x", owner=director, params=params)
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    run_job(job.pk, now=timezone.now())
    taken, grown = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    job.refresh_from_db()
    print(f"download of {count:,} rows: {job.state}, {taken:.1f} s, {grown / 1024:.0f} MB more memory at most")


def run(count: int, rounds: int) -> int:
    """Fill, ask, print; 1 when a page is over its budget."""
    call_command("migrate", verbosity=0)
    director, client, late = fill(count), Client(), []
    client.force_login(director, backend="allauth.account.auth_backends.AuthenticationBackend")
    print(f"{count:,} customers{'':28} best of {rounds}, ms")
    for question, query in QUESTIONS.items():
        taken = best(client, query, rounds)
        late += [question] if taken > BUDGET_MS else []
        print(f"{question:44} {taken:8.0f}")
    for question, query in ON_REQUEST.items():
        print(f"{question:44} {best(client, query, 1):8.0f}  (on request)")
    download(director, count)
    connection.close()
    if late:
        print(f"over {BUDGET_MS:.0f} ms: {', '.join(late)}")
    return 1 if late else 0


def main() -> int:
    """Run the benchmark in a database of its own; the exit status is 1 when it is too slow."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--accounts", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=5)
    chosen = options.parse_args()
    try:
        admin = psycopg2.connect(SERVER.replace("postgresql://", "postgres://"))
    except psycopg2.OperationalError as error:
        print(f"PostgreSQL does not answer, nothing was measured. {error}".strip())
        return 0
    admin.autocommit = True
    with closing(admin), admin.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {DATABASE}")
        try:
            return run(chosen.accounts, chosen.rounds)
        finally:
            cursor.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


if __name__ == "__main__":
    sys.exit(main())
