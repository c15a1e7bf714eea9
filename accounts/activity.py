"""What higher rooms know of work on customers: when somebody last worked there, and which must not lapse.

A room registers both in `AppConfig.ready`; they are asked about the few customers whose protection is about to end.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date

# `latest(account_ids)` returns, per customer, the last day on which something happened there; those without are absent.
Latest = Callable[[Collection[int]], Mapping[int, date]]
# `exempt(account_ids)` returns those of the customers that do not lapse.
Exempt = Callable[[Collection[int]], set[int]]

_latest: dict[str, Latest] = {}
_exempt: dict[str, Exempt] = {}


def register_activity(name: str, latest: Latest) -> None:
    """Make work of a room known; the same name again replaces it."""
    _latest[name] = latest


def register_exemption(name: str, exempt: Exempt) -> None:
    """Make customers known that do not lapse; the same name again replaces it."""
    _exempt[name] = exempt


def last_worked_on(account_ids: Collection[int]) -> dict[int, date]:
    """Return the last day of work per customer that the rooms above tell of."""
    found: dict[int, date] = {}
    for latest in _latest.values():
        for account_id, day in latest(account_ids).items():
            found[account_id] = max(day, found.get(account_id, day))
    return found


def exempt_ones(account_ids: Collection[int]) -> set[int]:
    """Return which of the customers do not lapse, for whatever reason."""
    return set().union(*(exempt(account_ids) for exempt in _exempt.values())) if account_ids else set()
