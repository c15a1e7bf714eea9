"""What an installation makes for itself when the environment does not say: key, database file, broker folders."""

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured


def installation_key(var_dir: Path, name: str, *, https: bool) -> str:
    """Return the key kept in `var_dir`, made on the first start.

    Raises ImproperlyConfigured on an https site: several machines must share one key, so it has to be given.
    """
    if https:
        raise ImproperlyConfigured("Set SECRET_KEY: a site served over https needs one key for all its processes.")
    path = var_dir / name
    if not path.exists():
        var_dir.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50), encoding="utf-8")
    return path.read_text(encoding="utf-8")


def sqlite_or(env: environ.Env, variable: str, var_dir: Path) -> dict[str, Any]:
    """Return the database named by `variable`, or SQLite under `var_dir`.

    SQLite runs in WAL mode and starts every transaction as a writer: with deferred transactions a read that later
    writes fails with "database is locked" as soon as two people work at once.
    """
    if env.str(variable, ""):
        database = dict(env.db_url(variable))
    else:
        var_dir.mkdir(parents=True, exist_ok=True)
        database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(var_dir / "crm.sqlite3")}
    if "sqlite" in database["ENGINE"]:
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    else:
        database |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    return database


def demo_broker(var_dir: Path) -> dict[str, Any]:
    """Return the options of Celery's file broker; its folders must exist before a worker starts."""
    folders = {
        "data_folder_in": var_dir / "broker" / "queue",
        "data_folder_out": var_dir / "broker" / "queue",
        "control_folder": var_dir / "broker" / "control",
        "processed_folder": var_dir / "broker" / "done",
    }
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    return {name: str(folder) for name, folder in folders.items()} | {"polling_interval": 0.2}


def file_storage(url: str, folder: Path) -> dict[str, Any]:
    """Return where uploads are kept: in the bucket that `url` names, or in `folder` where it names none.

    `url` is s3://KEY:SECRET@HOST/BUCKET?region=REGION (s3+http:// for a server without TLS). Raises
    ImproperlyConfigured for any other.
    """
    if not url:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(folder)}}
    parts = urlsplit(url)
    bucket = parts.path.strip("/")
    schemes = {"s3": "https", "s3+http": "http"}
    if parts.scheme not in schemes or not (parts.hostname and bucket and parts.username and parts.password):
        raise ImproperlyConfigured("Write FILES_URL as s3://KEY:SECRET@s3.example.com/BUCKET?region=REGION")
    port = f":{parts.port}" if parts.port else ""
    options = {
        "access_key": unquote(parts.username),
        "secret_key": unquote(parts.password),
        "bucket_name": bucket,
        "endpoint_url": f"{schemes[parts.scheme]}://{parts.hostname}{port}",
        "region_name": parse_qs(parts.query).get("region", [None])[0],
        "default_acl": "private",
        "file_overwrite": False,
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
