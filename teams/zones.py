"""The time zones offered in forms: where customers and colleagues of such a firm are."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

OFFERED = (
    "Asia/Shanghai",
    "Asia/Urumqi",
    "Asia/Hong_Kong",
    "Asia/Macau",
    "Asia/Taipei",
    "Asia/Tokyo",
    "Asia/Seoul",
    "Asia/Singapore",
    "Asia/Kuala_Lumpur",
    "Asia/Bangkok",
    "Asia/Ho_Chi_Minh",
    "Asia/Jakarta",
    "Asia/Manila",
    "Asia/Kolkata",
    "Asia/Dubai",
    "Asia/Almaty",
    "Australia/Sydney",
    "Pacific/Auckland",
    "Europe/London",
    "Europe/Paris",
    "Europe/Berlin",
    "Europe/Moscow",
    "Africa/Johannesburg",
    "America/Sao_Paulo",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "UTC",
)


def _shown(name: str, now: datetime) -> str:
    offset = f"{now.astimezone(ZoneInfo(name)):%z}"
    return f"{name.replace('_', ' ')} (UTC{offset[:3]}:{offset[3:]})"


def zone_choices(now: datetime, *, present: str = "") -> Iterator[tuple[str, str]]:
    """Yield (name, name with its offset at `now`), with the zone a person already has."""
    names = OFFERED if not present or present in OFFERED else (present, *OFFERED)
    for name in names:
        yield name, _shown(name, now)
