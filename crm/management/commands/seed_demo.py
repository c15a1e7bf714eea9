"""`manage.py seed_demo`: fill an empty database with a fictional firm."""

import time
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from crm.management.demo.firm import NotEmpty, seed


class Command(BaseCommand):
    help = "Fill an empty database with demo data; refuses one that holds anything else."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--accounts", type=int, default=400, help="how many customers; the rest grows with them")
        parser.add_argument("--password", default="", help="of every demo log-in; without it nobody can sign in")
        parser.add_argument("--on", type=date.fromisoformat, default=None, help="the day everything is dated around")
        parser.add_argument("--seed", type=int, default=2026, help="another number gives other data")

    def handle(self, *args: Any, accounts: int, password: str, on: date | None, **options: Any) -> None:
        started = time.monotonic()
        try:
            rows = seed(
                accounts=accounts,
                password=password,
                on=on or timezone.localdate(),
                now=timezone.now(),
                number=options["seed"],
            )
        except NotEmpty as refusal:
            raise CommandError(str(refusal)) from None
        seconds = time.monotonic() - started
        self.stdout.write(f"{rows:,} rows in {seconds:.1f} s, {rows / seconds:,.0f} a second")
