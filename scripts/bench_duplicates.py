"""Measure looking for duplicates on PostgreSQL: 100,000 customers, one in twenty filed twice.

Fills a scratch database of its own with composed company names, compares all of them as the first night does, renames a
few and compares again as every other night does, asks what somebody typing a new customer is told, prints seconds and
the memory of the process, and drops the database again.

    make bench-duplicates                   needs PostgreSQL 15+, by default on 127.0.0.1 as postgres
    .venv/bin/python scripts/bench_duplicates.py --names 20000
"""

import argparse
import os
import re
import resource
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import django
import psycopg2

SERVER = os.environ.get("DATABASE_URL") or "postgres://postgres@127.0.0.1:5432/postgres"
DATABASE = f"bench_duplicates_{secrets.token_hex(4)}"
SCRATCH = urlsplit(SERVER)._replace(path=f"/{DATABASE}").geturl()

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["DATABASE_URL"] = SCRATCH
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - settings come first
from django.db import connection  # noqa: E402

from accounts.actions.duplicates import find_duplicates  # noqa: E402
from accounts.duplicates.reads import similar_to  # noqa: E402
from accounts.models import Account, MatchKey  # noqa: E402
from teams.choices import Role  # noqa: E402
from teams.models import User  # noqa: E402

TWICE = 20  # one in so many is filed a second time, in another legal form
RENAMED = 200
ASKED = 50
PLACES = re.findall(
    "..", "北京上海天津重庆深圳广州杭州南京武汉成都西安沈阳大连青岛济南苏州无锡宁波厦门长沙郑州合肥南昌福州"
)
MARKS = (
    "长鑫虹驰远瑞力盾成泰图创纳信方恒金天永宏联海正国盛万通科博康达佳德富兴安美和光明宇星宝龙发利隆昌顺辉腾汇嘉诚邦源业"
)
TRADES = ["轴承", "重工", "电力设备", "精密机械", "液压", "泵业", "阀门", "自动化", "仪器", "新材料", "环保", "新能源"]
FORMS = ["有限公司", "股份有限公司", "有限责任公司", "集团有限公司"]


def customers(count: int) -> Iterator[Account]:
    """Yield so many customers, one in twenty of them filed before."""
    random, before = Random(5), ""
    for number in range(count):
        mark = "".join(random.sample(MARKS, random.choice((2, 3, 3, 4))))
        stem = random.choice(PLACES) + mark + random.choice(TRADES)
        name = before if number % TWICE == TWICE - 1 else stem
        before = stem
        yield Account(name=name + random.choice(FORMS), phone=f"0{random.randrange(10**9, 10**10)}")


@contextmanager
def clocked(what: str) -> Iterator[None]:
    """Print how long something took, and the most memory the process has held so far."""
    started = time.perf_counter()
    yield
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:48} {time.perf_counter() - started:8.1f} s {memory:8.0f} MB")


def run(count: int) -> None:
    """Fill, compare, rename, compare, ask; print."""
    call_command("migrate", verbosity=0)
    director = User.objects.create(username="he", name="何云", role=Role.DIRECTOR)
    with clocked(f"{count:,} customers written"):
        Account.objects.bulk_create(customers(count), batch_size=5_000)
    with clocked("first comparison of all"):
        pairs = find_duplicates()
    print(f"{pairs:,} pairs, {MatchKey.objects.count():,} keys; {count // TWICE:,} customers were filed twice")
    with clocked("nothing changed"):
        find_duplicates()
    some = Account.objects.order_by("?")[:RENAMED]
    for account in some:
        Account.objects.filter(pk=account.pk).update(name=f"{account.name[:-4]}科技有限公司")
    with clocked(f"{RENAMED} renamed"):
        find_duplicates()
    names = list(Account.objects.order_by("?").values_list("name", flat=True)[:ASKED])
    with clocked(f"{ASKED} times asked while typing a new customer"):
        for name in names:
            similar_to(name=name, phone="", credit_code="", user=director)


def main() -> int:
    """Run the benchmark in a database of its own."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--names", type=int, default=100_000)
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
            run(chosen.names)
        finally:
            connection.close()
            cursor.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
