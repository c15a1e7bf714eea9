"""How many rows a second the demo data generator writes: a scratch database on PostgreSQL, 4,000 customers."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg2

ROOT = Path(__file__).resolve().parent.parent
SERVER = os.environ.get("BENCH_SERVER", "postgres://postgres@127.0.0.1:5432")
NAME = "crm_bench_seed"


def main() -> None:
    """Make the database, fill it, drop it."""
    connection = psycopg2.connect(f"{SERVER}/postgres")
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute(f"DROP DATABASE IF EXISTS {NAME}")
    cursor.execute(f"CREATE DATABASE {NAME}")
    environment = os.environ | {"DATABASE_URL": f"{SERVER}/{NAME}"}
    manage = [sys.executable, "manage.py"]
    try:
        subprocess.run([*manage, "migrate", "-v", "0"], cwd=ROOT, env=environment, check=True)
        accounts = sys.argv[1] if len(sys.argv) > 1 else "4000"
        subprocess.run([*manage, "seed_demo", "--accounts", accounts], cwd=ROOT, env=environment, check=True)
    finally:
        cursor.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


if __name__ == "__main__":
    main()
