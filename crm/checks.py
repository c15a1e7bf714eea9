"""Deployment mistakes, reported by name when the program starts.

Every sentence names the variable that is wrong and shows a right value.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 - Django's name for it
from django.http.request import validate_host

POSTGRESQL = "django.db.backends.postgresql"
SQLITE = "django.db.backends.sqlite3"
MIN_KEY_LENGTH = 32
MIN_KEY_LETTERS = 10


def _engine(alias: str) -> str:
    return str(settings.DATABASES[alias]["ENGINE"])


@register
def addresses(**_options: Any) -> list[CheckMessage]:
    """Check SITE_URL and ALLOWED_HOSTS: every link in a mail begins with the one and must be answered by the other."""
    parts = urlsplit(settings.SITE_URL)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        hint = "Write the whole address people open, for example SITE_URL=https://crm.example.com"
        return [
            Error(f"SITE_URL is {settings.SITE_URL!r}, which is no address with a scheme.", hint=hint, id="crm.E001")
        ]
    if not validate_host(parts.hostname, settings.ALLOWED_HOSTS):
        hint = f"For example ALLOWED_HOSTS={parts.hostname}"
        return [Error(f"ALLOWED_HOSTS lacks {parts.hostname}, the host of SITE_URL.", hint=hint, id="crm.E002")]
    return []


@register
def databases(**_options: Any) -> Iterator[CheckMessage]:
    """Check DATABASE_URL and DATABASE_REPLICA_URL: PostgreSQL, or SQLite on one machine without a replica."""
    if _engine("default") not in (POSTGRESQL, SQLITE):
        yield Error(
            f"DATABASE_URL names {_engine('default') or 'nothing'!r}, which this program does not run on.",
            hint="For example DATABASE_URL=postgres://crm:secret@127.0.0.1:5432/crm; leave it out for SQLite.",
            id="crm.E003",
        )
    if "replica" in settings.DATABASES and _engine("replica") != _engine("default"):
        yield Error(
            "DATABASE_REPLICA_URL names another kind of database than DATABASE_URL.",
            hint="A replica is a copy: DATABASE_REPLICA_URL=postgres://crm:secret@replica:5432/crm, or leave it out.",
            id="crm.E004",
        )
    if settings.HTTPS and _engine("default") == SQLITE:
        yield Warning(
            "The site is served over https from SQLite: one machine, one writer at a time.",
            hint="For more than a handful of people set DATABASE_URL=postgres://crm:secret@127.0.0.1:5432/crm",
            id="crm.W005",
        )


@register
def secret_key(**_options: Any) -> list[CheckMessage]:
    """Check SECRET_KEY: sign-ins and second factors are only as strong as it is."""
    key = str(settings.SECRET_KEY)
    if len(key) >= MIN_KEY_LENGTH and len(set(key)) >= MIN_KEY_LETTERS:
        return []
    hint = 'Make one with: python -c "import secrets; print(secrets.token_urlsafe(50))"'
    return [Error(f"SECRET_KEY has {len(key)} characters or too few different ones.", hint=hint, id="crm.E006")]


@register
def redis(**_options: Any) -> Iterator[CheckMessage]:
    """Check REDIS_URL: without it work queues, cache and attempt limits stay on one machine."""
    if settings.REDIS_URL and urlsplit(settings.REDIS_URL).scheme not in ("redis", "rediss", "unix"):
        hint = "For example REDIS_URL=redis://127.0.0.1:6379/0"
        yield Error(f"REDIS_URL is {settings.REDIS_URL!r}, which is no Redis address.", hint=hint, id="crm.E007")
    elif settings.HTTPS and not settings.REDIS_URL:
        yield Warning(
            "REDIS_URL is not set: work waits in files, and each process counts failed sign-ins by itself.",
            hint="For example REDIS_URL=redis://127.0.0.1:6379/0",
            id="crm.W008",
        )


@register
def mail(**_options: Any) -> Iterator[CheckMessage]:
    """Check EMAIL_URL and DEFAULT_FROM_EMAIL: reminders and forgotten passwords go by mail."""
    kept_inside = settings.EMAIL_BACKEND.endswith("MailboxBackend")
    if settings.HTTPS and kept_inside:
        yield Warning(
            "EMAIL_URL is not set: mail is kept in the application and reaches nobody.",
            hint="For example EMAIL_URL=smtp+tls://crm%40example.com:secret@smtp.example.com:587",
            id="crm.W009",
        )
    if not kept_inside and "@localhost" in settings.DEFAULT_FROM_EMAIL:
        yield Warning(
            f"DEFAULT_FROM_EMAIL is {settings.DEFAULT_FROM_EMAIL!r}; most mail servers refuse such a sender.",
            hint='For example DEFAULT_FROM_EMAIL="Key Accounts <crm@example.com>"',
            id="crm.W010",
        )


@register
def proxy(**_options: Any) -> Iterator[CheckMessage]:
    """Check BEHIND_PROXY and TRUSTED_PROXY_COUNT: who ends TLS, and whose address counts."""
    if settings.HTTPS and not settings.SECURE_PROXY_SSL_HEADER:
        yield Warning(
            "BEHIND_PROXY is not set: behind nginx every page would redirect to itself for ever.",
            hint="Set BEHIND_PROXY=1 when a proxy ends TLS and sends X-Forwarded-Proto.",
            id="crm.W011",
        )
    if settings.SECURE_PROXY_SSL_HEADER and not settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        yield Warning(
            "TRUSTED_PROXY_COUNT is 0: everybody shares the proxy's address, and ten failed sign-ins lock all out.",
            hint="Set TRUSTED_PROXY_COUNT=1 for one proxy in front.",
            id="crm.W012",
        )


@register
def only_for_trying_out(**_options: Any) -> Iterator[CheckMessage]:
    """Check that what helps while trying out is off where people work."""
    if not settings.HTTPS:
        return
    if settings.DEBUG:
        yield Error("DEBUG is on: errors show settings and data to anybody.", hint="Leave DEBUG out.", id="crm.E013")
    if settings.IS_DEMO:
        yield Error(
            "IS_DEMO is on: the log-ins of the demo are printed in the manual.",
            hint="Leave IS_DEMO out.",
            id="crm.E014",
        )
    if settings.CELERY_TASK_ALWAYS_EAGER:
        yield Warning(
            "CELERY_TASK_ALWAYS_EAGER is on: an import holds up the page it was started from.",
            hint="Leave CELERY_TASK_ALWAYS_EAGER out and start a worker.",
            id="crm.W015",
        )


@register
def folders(**_options: Any) -> list[CheckMessage]:
    """Check VAR_DIR and FILES_DIR: the program must be able to write there."""
    found: list[CheckMessage] = []
    wanted = [("VAR_DIR", settings.VAR_DIR, "crm.E016"), ("FILES_DIR", settings.FILES_DIR, "crm.E017")]
    for name, path, code in wanted:
        existing = next(folder for folder in [Path(path), *Path(path).parents] if folder.exists())
        if not (existing.is_dir() and os.access(existing, os.W_OK)):
            hint = f"Make it writable for this program, or name another one: {name}=/var/lib/crm"
            found.append(Error(f"{name} is {path}, where nothing can be written.", hint=hint, id=code))
    return found


@register
def currency(**_options: Any) -> list[CheckMessage]:
    """Check REPORTING_CURRENCY: three letters."""
    if re.fullmatch(r"[A-Z]{3}", settings.REPORTING_CURRENCY):
        return []
    sentence = f"REPORTING_CURRENCY is {settings.REPORTING_CURRENCY!r}, which is no currency code."
    return [Error(sentence, hint="For example REPORTING_CURRENCY=CNY", id="crm.E018")]
