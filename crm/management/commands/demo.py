"""`manage.py demo`: the whole product on one machine, with demo data."""

import hashlib
import os
import secrets
import socket
import sys
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.management.supervisor import Supervisor

LOGINS = (("chen", "rep"), ("zhao", "manager"), ("he", "director"), ("lin", "admin"))


class Command(BaseCommand):
    help = "Run web, worker, scheduler and dispatcher together on this machine, with demo data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--prepare", action="store_true", help="stop after the database and files are ready")

    def handle(self, *args: Any, port: int, prepare: bool, **options: Any) -> None:
        self._refuse_taken_port(port)
        call_command("migrate", verbosity=0, interactive=False)
        self._collect_static()
        password = self._password()
        if not get_user_model()._default_manager.exists():
            print("Filling in demo data ...", flush=True)
            call_command("seed_demo", password=password, on=date.today())  # noqa: DTZ011 - the day of this machine
        if prepare:
            return
        self._announce(port, password)
        environment = os.environ | {
            "IS_DEMO": "1",
            "SITE_URL": f"http://127.0.0.1:{port}",
            "DJANGO_SETTINGS_MODULE": "crm.settings",
        }
        sys.exit(Supervisor(self._processes(port), environment, cwd=settings.BASE_DIR).run())

    def _refuse_taken_port(self, port: int) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                raise CommandError(
                    f"Port {port} is taken. Stop what uses it, or choose another: make demo PORT={port + 1}"
                ) from None

    def _collect_static(self) -> None:
        """Collect the static files when they changed; compressing them takes a while."""
        source = settings.BASE_DIR / "static"
        listing = sorted((str(path), path.stat().st_mtime_ns) for path in source.rglob("*") if path.is_file())
        signature = hashlib.sha256(repr(listing).encode()).hexdigest()
        stamp = Path(settings.STATIC_ROOT) / ".collected"
        if stamp.exists() and stamp.read_text(encoding="utf-8") == signature:
            return
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        stamp.write_text(signature, encoding="utf-8")

    def _password(self) -> str:
        """Return the password of the demo log-ins, made once for this machine."""
        path = Path(settings.VAR_DIR) / "demo-password"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(f"demo-{secrets.token_hex(3)}", encoding="utf-8")
        return path.read_text(encoding="utf-8")

    def _announce(self, port: int, password: str) -> None:
        print(f"\n  Key Accounts runs at  http://127.0.0.1:{port}\n")
        for name, role in LOGINS:
            print(f"    {role:<9} {name:<6} {password}")
        print("\n  Ctrl-C stops everything; the data stay in var/.\n", flush=True)

    def _processes(self, port: int) -> dict[str, list[str]]:
        python = sys.executable
        return {
            "web": [
                python, "-m", "gunicorn", "crm.wsgi:application", "--bind", f"127.0.0.1:{port}",
                "--worker-class", "gthread", "--threads", "8", "--graceful-timeout", "3", "--log-level", "warning",
            ],
            "worker": [
                python, "-m", "celery", "-A", "crm", "--quiet", "worker", "--beat", "--pool", "solo", "--loglevel", "ERROR",
                "--without-gossip", "--without-mingle",
            ],
            "dispatcher": [python, "manage.py", "dispatch", "--loop"],
        }  # fmt: skip
