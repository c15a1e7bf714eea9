"""`manage.py demo`: the whole product on one machine, with demo data."""

import errno
import hashlib
import os
import secrets
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from crm.management.demo.firm import FILLED
from crm.management.supervisor import Supervisor
from crm.models import AuditEntry

LOGINS = (("chen", "rep"), ("zhao", "manager"), ("he", "director"), ("lin", "admin"))
HIGHEST_PORT = 65535


class Command(BaseCommand):
    help = "Run web, worker, scheduler and dispatcher together on this machine, with demo data."
    requires_system_checks: list[str] = []  # each process checks for itself

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--prepare", action="store_true", help="stop after the database and files are ready")

    def handle(self, *args: Any, port: int, prepare: bool, **options: Any) -> None:
        self._refuse_unusable_port(port)
        try:
            password = self._prepare()
        except KeyboardInterrupt:
            print("\nStopped; nothing half done is left.", file=sys.stderr)
            sys.exit(130)
        if prepare:
            return
        environment = os.environ | {
            "IS_DEMO": "1",
            "SITE_URL": f"http://127.0.0.1:{port}",
            "DJANGO_SETTINGS_MODULE": "crm.settings",
        }
        supervisor = Supervisor(
            self._processes(port),
            environment,
            cwd=settings.BASE_DIR,
            is_ready=lambda: answers(port),
            when_ready=self._announcing(port, password),
        )
        sys.exit(supervisor.run())

    def _prepare(self) -> str:
        """Bring database and files up to date, fill an empty database, and return the password of the log-ins."""
        if self._needs_migration():
            print("Preparing the database ...", flush=True)
            call_command("migrate", verbosity=0, interactive=False)
        self._collect_static()
        password = self._password()
        if not get_user_model()._default_manager.exists():
            print("Filling in demo data ...", flush=True)
            call_command("seed_demo", password=password)
        elif not AuditEntry.objects.filter(action=FILLED).exists():
            raise CommandError(
                "This database holds data that are not the demo's, and the demo leaves them alone. "
                "Take DATABASE_URL out of the environment and .env, or set VAR_DIR to an empty folder."
            )
        return password

    def _needs_migration(self) -> bool:
        """Return whether a migration is to be applied; asking is much faster than applying none."""
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))

    def _refuse_unusable_port(self, port: int) -> None:
        if not 0 < port <= HIGHEST_PORT:
            raise CommandError(f"Port {port} does not exist; choose one from 1024 to {HIGHEST_PORT}.")
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                if error.errno == errno.EACCES:
                    raise CommandError(f"Port {port} needs more rights; choose one from 1024 up.") from None
                other = port % HIGHEST_PORT + 1
                raise CommandError(
                    f"Port {port} is taken. Stop what uses it, or choose another: make demo PORT={other}"
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
        if not path.exists() or not path.read_text(encoding="utf-8"):
            path.touch(mode=0o600)
            path.write_text(f"demo-{secrets.token_hex(3)}", encoding="utf-8")
        return path.read_text(encoding="utf-8")

    def _announcing(self, port: int, password: str) -> Callable[[], None]:
        def announce() -> None:
            print(f"\n  Key Accounts runs at  http://127.0.0.1:{port}\n")
            for name, role in LOGINS:
                print(f"    {role:<9} {name:<6} {password}")
            print(f"\n  Ctrl-C stops everything; the data stay in {settings.VAR_DIR}.\n", flush=True)

        return announce

    def _processes(self, port: int) -> dict[str, list[str]]:
        python = sys.executable
        celery = [python, "-m", "celery", "-A", "crm", "--quiet"]
        web = [python, "-m", "gunicorn", "crm.wsgi:application", "--bind", f"127.0.0.1:{port}", "--threads", "8"]
        return {
            "web": [*web, "--worker-class", "gthread", "--graceful-timeout", "3", "--log-level", "warning"],
            "worker": [
                *celery,
                "worker",
                "--pool",
                "solo",
                "--loglevel",
                "ERROR",
                "--without-gossip",
                "--without-mingle",
            ],
            "scheduler": [*celery, "beat", "--loglevel", "ERROR", "--pidfile", ""],
            "dispatcher": [python, "manage.py", "dispatch", "--loop"],
        }


def answers(port: int) -> bool:
    """Return whether the web process takes connections."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
