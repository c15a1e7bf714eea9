"""Run every check and test this machine can run; say at the end what was left out and why.

FULL=1 adds the walk of every page in both themes with the accessibility checker.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import psycopg2
import redis

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
FULL = os.environ.get("FULL") == "1"

CHECKS: dict[str, list[object]] = {
    "style": [BIN / "ruff", "check", "--quiet", "."],
    "form": [BIN / "ruff", "format", "--check", "--quiet", "."],
    "layers": [BIN / "lint-imports"],
    "types": [BIN / "mypy", "."],
    "templates": [BIN / "djlint", "--lint", "--quiet", "templates"],
    "migrations": [BIN / "python", "manage.py", "makemigrations", "--check", "--dry-run"],
    "deployment": [BIN / "python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
}
PRODUCTION = {
    "SITE_URL": "https://crm.firm.example",
    "ALLOWED_HOSTS": "crm.firm.example",
    "SECRET_KEY": "only-for-this-check-0123456789-abcdefghijklmnopqrstuvwxyz",
    "DATABASE_URL": "postgres://crm:secret@db.firm.example:5432/crm",
    "REDIS_URL": "redis://cache.firm.example:6379/0",
    "EMAIL_URL": "smtp://mail.firm.example:25",
    "DEFAULT_FROM_EMAIL": "Key Accounts <crm@firm.example>",
    "BEHIND_PROXY": "1",
    "TRUSTED_PROXY_COUNT": "1",
    "READ_DOT_ENV": "0",
}


def postgresql_lacks(url: str) -> str:
    """Return why the tests cannot use the PostgreSQL server at `url`; "" when they can."""
    try:
        with closing(psycopg2.connect(url, connect_timeout=3)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
            return "" if cursor.fetchone()[0] else "this user may not create the test database"
    except psycopg2.Error as error:
        return (str(error).strip().splitlines() or ["it does not answer"])[0]


def redis_lacks(url: str) -> str:
    """Return why the tests cannot use the Redis server at `url`; "" when they can."""
    try:
        redis.Redis.from_url(url, socket_connect_timeout=3).ping()
    except redis.RedisError as error:
        return str(error)
    return ""


def run(title: str, command: list[object], environment: dict[str, str] | None = None) -> bool:
    """Run one command; return whether it passed."""
    print(f"== {title}", flush=True)
    words = [str(word) for word in command]
    return subprocess.run(words, cwd=ROOT, env=os.environ | (environment or {}), check=False).returncode == 0


def run_checks() -> list[str]:
    """Run the fast checks; return the names of those that failed."""
    failed = [
        name for name, command in CHECKS.items() if not run(name, command, PRODUCTION if name == "deployment" else None)
    ]
    if failed:
        print(f"failed: {', '.join(failed)}")
    return failed


def chromium() -> str:
    """Return the path of a browser, "" when there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    folders = os.environ.get("PATH", "").split(os.pathsep)
    found = [Path(folder) / name for name in names for folder in folders if (Path(folder) / name).exists()]
    return os.environ.get("CHROMIUM", "") or (str(found[0]) if found else "")


def suites() -> tuple[list[tuple[str, list[object], dict[str, str]]], list[str]]:
    """Return the runs of pytest this machine can do, and what is left out."""
    left_out: list[str] = []
    pytest = [BIN / "pytest", "-q", "-n", "2", "--dist", "loadfile", "-p", "no:cacheprovider", "--durations", "5"]
    cover = ["--cov", "--cov-report=", "--cov-append"]
    browser = chromium()
    marks = "" if FULL and browser else "not browser"
    if not browser:
        left_out.append("browser tests: no Chromium (Debian: apt install chromium)")
    elif not FULL:
        marks = "not browser or journey"
    plain = {"DATABASE_URL": "", "DATABASE_REPLICA_URL": "", "REDIS_URL": "", "CHROMIUM": browser}
    runs = [("tests on SQLite", [*pytest, *cover, "-m", marks], plain)]
    database = os.environ.get("DATABASE_URL") or "postgres://postgres@127.0.0.1:5432/postgres"
    broker = os.environ.get("REDIS_URL") or "redis://127.0.0.1:6379/0"
    # The copy that reports read from is the database itself here.
    served = plain | {"DATABASE_URL": database, "DATABASE_REPLICA_URL": database}
    problem = redis_lacks(broker)
    if problem:
        left_out.append(f"tests with Redis: {problem} (set REDIS_URL)")
    else:
        served["REDIS_URL"] = broker
    problem = postgresql_lacks(database)
    if problem:
        left_out.append(f"tests on PostgreSQL: {problem} (set DATABASE_URL)")
    else:
        runs.append(
            ("tests on PostgreSQL", [*pytest, *cover, "-m", "not browser and not answers and not machine"], served)
        )
    if not (Path(os.environ.get("CRM_DATA_DIR", ROOT.parent / "shared" / "data"))).is_dir():
        left_out.append("answers from real data: the folder is absent (set CRM_DATA_DIR)")
    return runs, left_out


def counted(result: Path) -> Counter[str]:
    """Return passed, failed and skipped of one run of pytest."""
    if not result.exists():
        return Counter(failed=1)
    suite = ElementTree.parse(result).getroot().find("testsuite")
    if suite is None:
        return Counter(failed=1)
    numbers = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
    failed = numbers["failures"] + numbers["errors"]
    passed = numbers["tests"] - failed - numbers["skipped"]
    return Counter(passed=passed, failed=failed, skipped=numbers["skipped"])


def closing_line(counts: Counter[str], seconds: float) -> str:
    """Return the line pytest ends with, for all runs together."""
    parts = [f"{counts[what]} {what}" for what in ("failed", "passed", "skipped") if counts[what]]
    return f"{', '.join(parts) or 'no tests ran'} in {seconds:.2f}s ({timedelta(seconds=int(seconds))})"


def main() -> int:
    """Run what can be run; return the exit status."""
    began = time.monotonic()
    failed = run_checks()
    if "--checks-only" in sys.argv:
        return bool(failed)
    (ROOT / ".coverage").unlink(missing_ok=True)
    runs, left_out = suites()
    counts = Counter[str]()
    with TemporaryDirectory() as folder:
        for number, (title, command, environment) in enumerate(runs):
            result = Path(folder) / f"{number}.xml"
            if not run(title, [*command, f"--junitxml={result}"], environment):
                failed.append(title)
            counts += counted(result)
    if not run("coverage", [BIN / "coverage", "report", "--skip-covered", "--fail-under", "90"]):
        failed.append("coverage")
    for line in left_out:
        print(f"left out: {line}")
    if failed:
        print(f"failed: {', '.join(failed)}")
    print(closing_line(counts, time.monotonic() - began))
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
