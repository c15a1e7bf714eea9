"""Reading the public notice of next year's holidays (国务院办公厅关于部分节假日安排的通知), as it is pasted.

Each paragraph names a holiday, the days off, and the weekend days worked for them:
"二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。"
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

ONE_DAY = timedelta(days=1)
LONGEST = 15  # no holiday was ever longer; a longer span is a misread date

_PARAGRAPH = re.compile(r"[一二三四五六七八九十]+、\s*(?P<names>[^：:\n]{2,20})[：:](?P<text>[^\n]+)")
_REMARK = re.compile(r"（[^）]*）|\([^)]*\)")
_SPACE = re.compile(r"\s+")
_DAY = r"(?:(?P<{0}year>\d{{4}})年)?(?:(?P<{0}month>\d{{1,2}})月)?(?P<{0}day>\d{{1,2}})日"
_SPAN = re.compile(_DAY.format("a") + "(?:[至到]" + _DAY.format("b") + ")?")


class NoticeUnclear(Exception):
    """The text is not such a notice, or a date in it cannot be; the message says which."""


@dataclass(frozen=True, order=True)
class NoticeDay:
    """One day the notice speaks of: off, or a weekend day that is worked."""

    day: date
    is_workday: bool
    name: str


def read_notice(text: str, *, year: int) -> list[NoticeDay]:
    """Return the days the notice for `year` names, in order, each once.

    Raises NoticeUnclear when it names none, or a day that does not exist, or one day both as off and as worked.
    """
    found: dict[date, NoticeDay] = {}
    for paragraph in _PARAGRAPH.finditer(text):
        for said in _days_of(paragraph["names"].strip(), paragraph["text"], year):
            known = found.setdefault(said.day, said)
            if known.is_workday != said.is_workday:
                raise NoticeUnclear(_("%(day)s is named both as a day off and as worked.") % {"day": said.day})
    if not found:
        raise NoticeUnclear(
            _("No holiday was found in this text. Paste the notice from “一、元旦” to the last holiday.")
        )
    return sorted(found.values())


def _days_of(name: str, text: str, year: int) -> Iterator[NoticeDay]:
    """Yield the days of one paragraph; each sentence says what its days are."""
    month: int | None = None
    for sentence in re.split(r"[。；;]", _SPACE.sub("", _REMARK.sub("", text))):
        is_workday = "上班" in sentence
        if not is_workday and "放假" not in sentence and "休息" not in sentence:
            continue
        for span in _SPAN.finditer(sentence):
            first = _date(span, "a", year, month)
            last = _date(span, "b", first.year, first.month) if span["bday"] else first
            if not timedelta() <= last - first < timedelta(days=LONGEST):
                raise NoticeUnclear(_("“%(text)s” is no span of days.") % {"text": span[0]})
            month = last.month
            for number in range((last - first).days + 1):
                yield NoticeDay(first + number * ONE_DAY, is_workday, name)


def _date(span: re.Match[str], part: str, year: int, month: int | None) -> date:
    """Return a date of the span; a year or month that is not written is the one before it."""
    said = int(span[f"{part}month"] or month or 0)
    try:
        return date(int(span[f"{part}year"] or year), said, int(span[f"{part}day"]))
    except ValueError:
        raise NoticeUnclear(_("“%(text)s” is no date of %(year)s.") % {"text": span[0], "year": year}) from None
