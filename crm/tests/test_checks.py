"""Deployment mistakes are named before anybody runs into them."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings as current
from django.core import checks

from crm.checks import POSTGRESQL, SQLITE

EXAMPLE = Path(current.BASE_DIR) / ".env.example"
OURS = [check for check in checks.registry.registry.get_checks() if check.__module__ == "crm.checks"]
PRODUCTION = {
    "SITE_URL": "https://crm.example.com",
    "HTTPS": True,
    "ALLOWED_HOSTS": ["crm.example.com"],
    "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQ",
    "DATABASES": {"default": {"ENGINE": POSTGRESQL}},
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "DEFAULT_FROM_EMAIL": "Key Accounts <crm@example.com>",
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "ALLAUTH_TRUSTED_PROXY_COUNT": 1,
    "DEBUG": False,
    "IS_DEMO": False,
    "CELERY_TASK_ALWAYS_EAGER": False,
    "REPORTING_CURRENCY": "CNY",
}


@pytest.fixture
def found(monkeypatch, tmp_path: Path) -> Callable[..., list[checks.CheckMessage]]:
    """Return what our checks say of a production installation with some values changed."""

    def look(**changes: object) -> list[checks.CheckMessage]:
        values = PRODUCTION | {"VAR_DIR": tmp_path, "FILES_DIR": tmp_path / "files"} | changes
        monkeypatch.setattr("crm.checks.settings", SimpleNamespace(**values))
        return [message for check in OURS for message in check(app_configs=None, databases=None)]

    return look


def test_a_right_installation_is_silent(found) -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("changes", "code", "variable", "example"),
    [
        ({"SITE_URL": "crm.example.com"}, "crm.E001", "SITE_URL", "https://"),
        ({"SITE_URL": "https://"}, "crm.E001", "SITE_URL", "https://"),
        ({"ALLOWED_HOSTS": ["other.example.com"]}, "crm.E002", "ALLOWED_HOSTS", "crm.example.com"),
        ({"DATABASES": {"default": {"ENGINE": "django.db.backends.mysql"}}}, "crm.E003", "DATABASE_URL", "postgres://"),
        ({"DATABASES": {"default": {"ENGINE": "foo"}}}, "crm.E003", "DATABASE_URL", "postgres://"),
        (
            {"DATABASES": {"default": {"ENGINE": SQLITE}, "replica": {"ENGINE": POSTGRESQL}}, "HTTPS": False},
            "crm.E004",
            "DATABASE_REPLICA_URL",
            "postgres://",
        ),
        ({"DATABASES": {"default": {"ENGINE": SQLITE}}}, "crm.W005", "SQLite", "DATABASE_URL=postgres://"),
        ({"SECRET_KEY": "short"}, "crm.E006", "SECRET_KEY", "token_urlsafe"),
        ({"SECRET_KEY": "a" * 60}, "crm.E006", "SECRET_KEY", "token_urlsafe"),
        ({"REDIS_URL": "http://127.0.0.1"}, "crm.E007", "REDIS_URL", "redis://"),
        ({"REDIS_URL": ""}, "crm.W008", "REDIS_URL", "redis://"),
        ({"EMAIL_BACKEND": "followups.mailbox.MailboxBackend"}, "crm.W009", "EMAIL_URL", "smtp+tls://"),
        ({"DEFAULT_FROM_EMAIL": "Key Accounts <crm@localhost>"}, "crm.W010", "DEFAULT_FROM_EMAIL", "@example.com"),
        ({"SECURE_PROXY_SSL_HEADER": None}, "crm.W011", "BEHIND_PROXY", "BEHIND_PROXY=1"),
        ({"ALLAUTH_TRUSTED_PROXY_COUNT": 0}, "crm.W012", "TRUSTED_PROXY_COUNT", "TRUSTED_PROXY_COUNT=1"),
        ({"DEBUG": True}, "crm.E013", "DEBUG", "Leave DEBUG out"),
        ({"IS_DEMO": True}, "crm.E014", "IS_DEMO", "Leave IS_DEMO out"),
        ({"CELERY_TASK_ALWAYS_EAGER": True}, "crm.W015", "CELERY_TASK_ALWAYS_EAGER", "worker"),
        ({"VAR_DIR": Path("/etc/passwd/var")}, "crm.E016", "VAR_DIR", "VAR_DIR="),
        ({"FILES_DIR": Path("/etc/passwd/files")}, "crm.E017", "FILES_DIR", "FILES_DIR="),
        ({"REPORTING_CURRENCY": "yuan"}, "crm.E018", "REPORTING_CURRENCY", "CNY"),
    ],
)
def test_a_wrong_value_is_named_with_an_example(
    found, changes: dict[str, object], code: str, variable: str, example: str
) -> None:
    (message,) = found(**changes)

    assert message.id == code
    assert variable in message.msg
    assert example in message.hint


def test_the_demo_is_silent(found) -> None:
    demo = {
        "SITE_URL": "http://127.0.0.1:8000",
        "HTTPS": False,
        "ALLOWED_HOSTS": ["127.0.0.1", "localhost"],
        "DATABASES": {"default": {"ENGINE": SQLITE}},
        "REDIS_URL": "",
        "EMAIL_BACKEND": "followups.mailbox.MailboxBackend",
        "DEFAULT_FROM_EMAIL": "Key Accounts <crm@localhost>",
        "SECURE_PROXY_SSL_HEADER": None,
        "ALLAUTH_TRUSTED_PROXY_COUNT": 0,
        "IS_DEMO": True,
    }
    assert found(**demo) == []


def variables_read() -> set[str]:
    """Return the names of the variables that the settings read."""
    sources = [Path(current.BASE_DIR) / "crm" / name for name in ("settings.py", "installation.py")]
    text = "\n".join(source.read_text(encoding="utf-8") for source in sources)
    return set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', text)) | set(re.findall(r'sqlite_or\(env, "([A-Z_]+)"', text))


def test_the_example_lists_every_variable_and_no_other() -> None:
    listed = re.findall(r"^#?([A-Z_]+)=", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)

    assert set(listed) == variables_read()
    assert len(listed) == len(set(listed))


def test_the_example_with_a_key_passes_the_deployment_check(tmp_path: Path) -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    values = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    values |= {"SECRET_KEY": PRODUCTION["SECRET_KEY"], "READ_DOT_ENV": "0", "VAR_DIR": str(tmp_path)}
    environment = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")} | values
    command = [
        sys.executable,
        str(Path(current.BASE_DIR) / "manage.py"),
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
    ]

    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert "no issues" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0
