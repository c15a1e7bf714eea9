"""Measure searching by name on PostgreSQL: two Chinese characters among 100,000 names must take at most 20 ms.

Fills a scratch database of its own with composed company names, asks as a list page asks (the first rows in a stable
order), prints how long each question took in the database and which index answered, and drops the database again. The
best of the rounds counts: what other work on the machine adds is not the search's.

    make bench-search                       needs PostgreSQL 15+ with pg_trgm, by default on 127.0.0.1 as postgres
    .venv/bin/python scripts/bench_search.py --names 1000000
"""

import argparse
import os
import re
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from math import prod
from pathlib import Path
from urllib.parse import urlsplit

import django
import psycopg2
from psycopg2 import extensions
from psycopg2.extras import execute_values

SERVER = os.environ.get("DATABASE_URL") or "postgres://postgres@127.0.0.1:5432/postgres"
DATABASE = f"bench_search_{secrets.token_hex(4)}"
SCRATCH = urlsplit(SERVER)._replace(path=f"/{DATABASE}").geturl()

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["DATABASE_URL"] = SCRATCH
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.db import connection, models  # noqa: E402 - settings come first
from django.db.backends.utils import CursorWrapper  # noqa: E402
from django.http import QueryDict  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from crm.paging import paginate  # noqa: E402
from crm.searchtext import search_filter, search_text  # noqa: E402

BUDGET_MS = 20.0
QUESTIONS = {
    "two characters, a name": "鑫驰",
    "two characters, a place": "重庆",
    "two characters, in a fifth": "科技",
    "two characters, everywhere": "有限",
    "two characters, traditional": "長虹",
    "two characters, nowhere": "鼹鼠",
    "four characters": "鑫驰重工",
    "two words": "上海 轴承",
    "pinyin initials": "shxczg",
    "whole pinyin": "xinchi",
    "two letters": "sh",
    "phone end": "7042",
    "whole phone": "138 0000 7042",
}

PLACES = re.findall(
    "..", "北京上海天津重庆深圳广州杭州南京武汉成都西安沈阳大连青岛济南苏州无锡宁波厦门长沙郑州合肥南昌福州太原"
)
FIRST = "长鑫中华恒金天永宏联海正大国信东方盛万通新科三九四博远康达佳瑞德富兴安泰美和光明"
SECOND = "虹驰远瑞力盾成泰图创纳大信方世通科江鼎维达禾丰邦源盛业峰航宇星宝龙发利隆昌顺辉腾"
TRADES = ["轴承", "重工", "电力设备", "精密机械", "液压", "泵业", "阀门", "自动化", "仪器", "新材料", "环保", "新能源"]
FORMS = ["有限公司", "股份有限公司", "科技有限公司", "集团有限公司", "制造有限公司"]


class Company(models.Model):
    """The scratch table."""

    name = models.TextField()
    search_text = models.TextField()

    class Meta:
        app_label = "bench_search"
        db_table = "company"

    def __str__(self) -> str:
        return self.name


def names(count: int) -> Iterator[str]:
    """Yield so many different names; beyond the combinations they carry a number."""
    parts = (PLACES, FIRST, SECOND, TRADES, FORMS)
    combinations = prod(map(len, parts))
    for n in range(count):
        branch, at = divmod(n, combinations)
        at = at * 999_983 % combinations  # a prime: the parts vary from the first name on
        chosen = []
        for part in parts:
            at, index = divmod(at, len(part))
            chosen.append(part[index])
        yield "".join(chosen) + (f"第{branch}分公司" if branch else "")


def connect(url: str) -> extensions.connection:
    """Connect with every statement committed."""
    made = psycopg2.connect(url.replace("postgresql://", "postgres://"))
    made.autocommit = True
    return made


def fill(cursor: CursorWrapper, count: int) -> None:
    """Make the table and its index; say how long the texts and the index took."""
    cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    cursor.execute("CREATE TABLE company (id bigserial PRIMARY KEY, name text NOT NULL, search_text text NOT NULL)")
    started, worked_out = time.perf_counter(), 0.0
    numbered = enumerate(names(count))
    while batch := list(islice(numbered, 5000)):
        before = time.process_time()
        rows = [(name, search_text(name, phones=[f"138 {n // 10000:04} {n % 10000:04}"])) for n, name in batch]
        worked_out += time.process_time() - before
        execute_values(cursor.cursor, "INSERT INTO company (name, search_text) VALUES %s", rows, page_size=1000)
    print(
        f"{count:,} names in {time.perf_counter() - started:.1f} s, {count / worked_out:,.0f} search texts a CPU second"
    )
    started = time.perf_counter()
    cursor.execute("CREATE INDEX company_search ON company USING gin (search_text gin_trgm_ops)")
    cursor.execute("CREATE INDEX company_name ON company (name, id)")  # every offered order has its index
    cursor.execute("VACUUM ANALYZE company")
    cursor.execute("SELECT pg_size_pretty(pg_relation_size('company_search'))")
    print(f"index built in {time.perf_counter() - started:.1f} s, {cursor.fetchone()[0]}")


def found_by(query: str) -> "models.QuerySet[Company]":
    """Return what a list page shows for a query."""
    return Company._default_manager.filter(search_filter("search_text", query)).order_by("name", "pk")


def page_sql(query: str) -> tuple[str, str]:
    """Return the statement that reads the first page of a search, and the count the page shows."""
    with CaptureQueriesContext(connection) as asked:
        shown = paginate(found_by(query), QueryDict(), searched=True)
    return asked.captured_queries[-1]["sql"], shown.count_text


def measure(query: str, rounds: int) -> tuple[float, float, str, str]:
    """Return the best execution time of the page's statement, that of count and page in all, the way, the count."""
    sql, count = page_sql(query)
    statements, pages, plan = [], [], ""
    for _round in range(rounds):
        started = time.perf_counter()
        paginate(found_by(query), QueryDict(), searched=True)
        pages.append((time.perf_counter() - started) * 1000)
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN ANALYZE {sql}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
        statements.append(float(plan.rpartition("Execution Time: ")[2].split()[0]))
    way = next((name for name in ("company_search", "company_name") if name in plan), "whole table")
    return min(statements), min(pages), way, count


def run(count: int, rounds: int) -> int:
    """Fill, ask, print; 1 when a question of two characters is over its budget."""
    late = []
    with connection.cursor() as cursor:
        fill(cursor, count)
    print(f"{'question':30} {'for':16} {'found':>8} {'query ms':>9} {'with count':>10}  index")
    for question, query in QUESTIONS.items():
        best, whole, way, found = measure(query, rounds)
        print(f"{question:30} {query:16} {found:>8} {best:9.2f} {whole:10.2f}  {way}")
        if question.startswith("two characters") and (best > BUDGET_MS or way == "whole table"):
            late.append(question)
    connection.close()
    if late:
        print(f"over {BUDGET_MS:.0f} ms or without an index: {', '.join(late)}")
    return 1 if late else 0


def main() -> int:
    """Run the benchmark in a database of its own; the exit status is 1 when it is too slow."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--names", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=15)
    chosen = options.parse_args()
    try:
        admin = connect(SERVER)
    except psycopg2.OperationalError as error:
        print(f"PostgreSQL does not answer, nothing was measured. {error}".strip())
        return 0
    with closing(admin), admin.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {DATABASE}")
        try:
            return run(chosen.names, chosen.rounds)
        finally:
            cursor.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


if __name__ == "__main__":
    sys.exit(main())
