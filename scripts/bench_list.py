"""Measure the list of customers on PostgreSQL: 100,000 of them, every filter and every order, for three roles.

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
from typing import Any
from urllib.parse import urlsplit

import django
import psycopg2

SERVER = os.environ.get("DATABASE_URL") or "postgres://postgres@127.0.0.1:5432/postgres"
DATABASE = f"bench_list_{secrets.token_hex(4)}"
ROOT = Path(__file__).resolve().parent.parent

sys.path.insert(0, str(ROOT))
os.environ["DATABASE_URL"] = urlsplit(SERVER)._replace(path=f"/{DATABASE}").geturl()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
# The page is measured as it is, without what `collectstatic` would have to prepare for it.
os.environ.setdefault("STATIC_STORAGE", "django.contrib.staticfiles.storage.StaticFilesStorage")
django.setup()

from django.core.management import call_command  # noqa: E402 - settings come first
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.columns import SORTS  # noqa: E402
from accounts.filters import AccountFilter  # noqa: E402
from accounts.models import Account, Industry, KeyRegion, Turnover  # noqa: E402
from crm.jobs import run_job  # noqa: E402
from crm.models import Job  # noqa: E402
from crm.searchtext import search_text  # noqa: E402
from teams.models import Team, User  # noqa: E402

BUDGET_MS = 300.0
PLACES = {
    "江苏省": ("苏州市", "昆山市", "无锡市", "常州市", "南通市"),
    "浙江省": ("嘉兴市", "杭州市"),
    "上海市": ("上海市",),
}
TOWNS = [(province, city) for province, cities in PLACES.items() for city in cities]
# The first has few customers, the second a fifth of all and a manager.
REGIONS = ("东北", "华东", "华南", "华北", "西南", "华中")
OLDEST = 400
# What every filter is asked, a frequent and a rare value; `{…}` is filled in with keys of this database.
FILTERS: dict[str, tuple[str, ...]] = {
    "q": ("q=精密", "q=精密77", "q=jm0012", "q=没有这个"),
    "tier": ("tier=A", "tier=C", "tier=none", "tier=A&tier=B"),
    "owner": ("owner={rep}", "owner={gone}"),
    "team": ("team={firm}", "team={large}", "team={small}"),
    "industry": ("industry={common}", "industry={rare}", "industry=none"),
    "size": ("size=large", "size=tiny", "size=unknown"),
    "bought": ("bought=yes", "bought=no"),
    "province": ("province=江苏", "province=上海"),
    "city": ("city=苏州", "city=嘉兴"),
    "source": ("source=SWEEP", "source=EXHIBITION"),
    "prospect_kind": ("prospect_kind=DIRECT", "prospect_kind=POTENTIAL"),
    "kind": ("kind=CUSTOMER", "kind=PARTNER", "kind=DEALER"),
    "region": ("region=key",),
    "qualification": ("qualification=PASSED", "qualification=FAILED", "qualification=none"),
    "quiet": ("quiet=60", "quiet=395"),
    "seen": ("seen=7", "seen=300"),
    "next": ("next=overdue", "next=week", "next=none"),
    "archived": ("archived=yes",),
    "key": ("key=yes", "key=GLOBAL"),
    "group": ("group={top}",),
}
TOGETHER = (
    "industry={common}&size=small&bought=no",
    "city=苏州&kind=PARTNER&col=potential&col=turnover",
    "owner={rep}&tier=A&sort=-last",
    "quiet=60&sort=last",
    "next=overdue&sort=next",
    "q=精密&tier=C&sort=-next",
    "key=yes&sort=last",
    "region=key&sort=-order",
    "archived=yes&sort=city",
    "sort=next&col=kind&col=source&col=potential&col=phone&col=turnover",
    "col=parent&sort=tier",
    "page=200",
    "page=200&sort=-order",
)


ON_REQUEST = "sums=yes&col=potential&col=turnover"


def _account(n: int, keys: dict[str, Any], today: date) -> Account:
    """Return the customer of a number: some of everything, seldom where it is seldom."""
    province, city = TOWNS[n % len(TOWNS)]
    name = f"{city.removesuffix('市')}精密{n:07}有限公司"
    is_key, is_judged = n % 200 == 0, n % 3
    return Account(
        name=name,
        search_text=search_text(name),
        owner=keys["people"][n % len(keys["people"])] if n % 33 else None,
        team=keys["teams"][-1 if n % 60 == 0 else n % (len(keys["teams"]) - 1)],
        province=province,
        city=city,
        industry=keys["industries"][n % 50 == 0] if n % 4 else None,
        employees=(1500 if n % 90 == 0 else n % 700) if n % 6 else None,
        kind="PARTNER" if n % 40 == 0 else "DEALER" if n % 997 == 0 else "PROSPECT" if n % 5 == 0 else "CUSTOMER",
        source="EXHIBITION" if n % 300 == 0 else ("SWEEP", "INTRODUCTION", "")[n % 3],
        prospect_kind="POTENTIAL" if n % 100 == 0 else ("DIRECT", "")[n % 2],
        tier="A" if n % 10 == 0 else ("B", "C", "C", "")[n % 4],
        qualification="FAILED" if n % 150 == 0 else ("PASSED", "", "")[is_judged],
        potential=n % 6,
        ability=n * 7 % 6 if is_judged else None,
        willingness=n * 11 % 6 if n % 2 else None,
        last_contact_on=today - timedelta(days=n * 13 % OLDEST) if n % 7 else None,
        next_contact_on=today + timedelta(days=n % 90 - 30) if n % 3 else None,
        key_scope=("REGIONAL", "GLOBAL")[n % 4000 == 0] if is_key else "",
        parent_id=keys["top"] if n % 1000 == 1 and "top" in keys else None,
        archived_at=timezone.now() if n % 25 == 7 else None,
    )


def fill(count: int) -> tuple[dict[str, User], dict[str, int]]:
    """Make the customers and their turnover; return who looks at them, and the keys to ask for."""
    team = Team.objects.add_root({"name": "全公司"})
    small, *others = [Team.objects.add_child(team, {"name": name}) for name in REGIONS]
    who = {
        "director": User.objects.create(username="he", name="何云", role="DIRECTOR", team=team),
        "manager": User.objects.create(username="zhao", name="赵敏", role="MANAGER", team=team),
        "rep": User.objects.create(username="rep0", name="代表0", team=team),
    }
    others[0].manager = who["manager"]
    others[0].save(update_fields=["manager"])
    gone = User.objects.create(username="gone", name="已离开", team=team, is_active=False)
    people = [who["rep"], *(User.objects.create(username=f"rep{n}", name=f"代表{n}", team=team) for n in range(1, 50))]
    common, rare = (Industry.objects.create(name=name) for name in ("精密机械", "造船"))
    KeyRegion.objects.create(province="江苏省", city="苏州市")
    KeyRegion.objects.create(province="浙江省")
    keys: dict[str, Any] = {"people": [*people, gone], "teams": (*others, small), "industries": (common, rare)}
    today = date.today()  # noqa: DTZ011 - a scratch database
    for start in range(0, count, 5_000):
        made = Account.objects.bulk_create([_account(n, keys, today) for n in range(start, min(count, start + 5_000))])
        keys.setdefault("top", made[0].pk)
        Turnover.objects.bulk_create([Turnover(account=row, booked_on=today, amount=1000) for row in made])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    asked = {
        "rep": who["rep"].pk,
        "gone": gone.pk,
        "firm": team.pk,
        "large": others[0].pk,
        "small": small.pk,
        "top": keys["top"],
    }
    return who, asked | {"common": common.pk, "rare": rare.pk}


def questions() -> list[str]:
    """Return what is asked: the list as it opens, every filter, every order up and down, some together, the sums."""
    left_out = AccountFilter.base_filters.keys() - FILTERS.keys()
    assert not left_out, f"nothing is asked of {', '.join(sorted(left_out))}"
    orders = [f"sort={sign}{name}" for name in SORTS for sign in ("", "-")]
    each = [query for queries in FILTERS.values() for query in queries]
    return ["", *each, *orders, *TOGETHER, *(f"{query}&sort=-last" for query in each)]


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


def ask(person: User, asked: dict[str, int], rounds: int) -> list[str]:
    """Ask everything as one person; print each time, return what was over the budget."""
    client, late = Client(SERVER_NAME="localhost"), []
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    for question in questions():
        query = question.format(**asked)
        taken = best(client, query, rounds)
        late += [f"{person.role.lower()}: {query} ({taken:.0f})"] if taken > BUDGET_MS else []
        print(f"{person.role.lower():9} {query or 'the list as it opens':64} {taken:8.0f}", flush=True)
    return late


def run(count: int, rounds: int) -> int:
    """Fill, ask, print; 1 when a page is over its budget."""
    call_command("migrate", verbosity=0)
    who, asked = fill(count)
    print(f"{count:,} customers, best of {rounds}, ms")
    late = [each for person in who.values() for each in ask(person, asked, rounds)]
    client = Client(SERVER_NAME="localhost")
    client.force_login(who["director"], backend="allauth.account.auth_backends.AuthenticationBackend")
    print(f"the sums of the whole list, on request {best(client, ON_REQUEST, rounds):8.0f}")
    download(who["director"], count)
    connection.close()
    for each in late:
        print(f"over {BUDGET_MS:.0f} ms: {each}")
    return 1 if late else 0


def main() -> int:
    """Run the benchmark in a database of its own; the exit status is 1 when it is too slow."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--accounts", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--keep", action="store_true", help="leave the database there, to look at a plan with EXPLAIN")
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
            if chosen.keep:
                print(f"kept: {DATABASE}")
            else:
                cursor.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


if __name__ == "__main__":
    sys.exit(main())
