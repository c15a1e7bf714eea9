"""Days off and days of work as an admin writes them down from the yearly notice. Pure.

One line a day or span: `2027-02-05~2027-02-11 休 春节`, `2027-02-14 班`. 休 or "off" is a day off, 班 or "work" a day
of work.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

LONGEST = timedelta(days=30)
WORDS = {"休": False, "off": False, "班": True, "work": True}
_DAY = r"(\d{4}-\d{1,2}-\d{1,2})"
_LINE = re.compile(rf"{_DAY}(?:\s*[~～至]\s*{_DAY})?[\s,，:：]*(休|班|off\b|work\b)\s*(.*)", re.IGNORECASE)


@dataclass(frozen=True)
class Said:
    """What an admin says about one day."""

    day: date
    is_workday: bool
    name: str


def _date(text: str) -> date:
    year, month, day = map(int, text.split("-"))
    return date(year, month, day)


def _read(line: str) -> list[Said]:
    """Return the days of one line; raises ValueError for a line that says no day."""
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError(line)
    first, last = _date(found[1]), _date(found[2] or found[1])
    if not timedelta(0) <= last - first <= LONGEST:
        raise ValueError(line)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [Said(day, WORDS[found[3].lower()], found[4].strip()[:60]) for day in days]


def read_days(text: str) -> tuple[list[Said], list[str]]:
    """Return the days a text names, a later line standing above an earlier one, and the lines that name none."""
    said: dict[date, Said] = {}
    wrong = []
    for line in filter(None, (each.strip() for each in text.splitlines())):
        try:
            said |= {each.day: each for each in _read(line)}
        except ValueError:
            wrong.append(line)
    return [said[day] for day in sorted(said)], wrong
