"""What the pages show about follow-ups and notifications: words, links and names for a page of rows at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.workdays import WorkCalendar
from followups.actions.items import may_act
from followups.choices import FollowUpState
from followups.models import FollowUp, Notification
from followups.subjects import Pair, address_of, visible_labels
from followups.wording import Wording, wording
from teams.models import User

ACCOUNT = "account"
ONE_DAY = timedelta(days=1)
MONDAY, SUNDAY = 0, 6


@dataclass(frozen=True)
class Row:
    """A follow-up as a line of a list; `url` is empty where the reader may not see the thing itself."""

    item: FollowUp
    words: Wording
    comes_up_on: date
    url: str
    about: str
    days_late: int
    may_act: bool

    @property
    def is_open(self) -> bool:
        """Return whether it is still to be done."""
        return self.item.state == FollowUpState.OPEN

    @property
    def item_url(self) -> str:
        """Return the page of the follow-up itself."""
        return address_of(("follow_up", self.item.pk))


@dataclass(frozen=True)
class Group:
    """Follow-ups that come up together."""

    key: str
    label: str | Promise
    rows: list[Row]


@dataclass(frozen=True)
class Line:
    """A notification as a line of a list."""

    notification: Notification
    words: Wording
    url: str


def _pairs(item: FollowUp) -> list[Pair]:
    account = [(ACCOUNT, item.account_id)] if item.account_id else []
    return [(item.subject_kind, item.subject_id), *account]


def rows_for(items: Sequence[FollowUp], *, user: User, today: date) -> list[Row]:
    """Return follow-ups as the person sees them: one query for each kind of thing they are about."""
    labels = visible_labels((pair for item in items for pair in _pairs(item)), user)
    return [_row(item, labels, user, today) for item in items]


def _row(item: FollowUp, labels: dict[Pair, str], user: User, today: date) -> Row:
    subject = (item.subject_kind, item.subject_id)
    words = wording(item.kind, item.params)
    comes_up_on = item.snoozed_until or item.due_on
    # A promise about oneself is about nothing else: naming the reader would say nothing.
    about = labels.get((ACCOUNT, item.account_id or 0)) or ("" if subject[0] == "user" else labels.get(subject, ""))
    return Row(
        item=item,
        words=words,
        comes_up_on=comes_up_on,
        url=address_of(subject) if subject in labels and subject[0] != "user" else "",
        about="" if about and about in words.title else about,
        days_late=max(0, (today - comes_up_on).days),
        may_act=may_act(item, user),
    )


def week_end(day: date) -> date:
    """Return the Sunday of the week."""
    return day + timedelta(days=SUNDAY - day.weekday())


def group_of(comes_up_on: date, today: date) -> str:
    """Return the part of the list a day belongs to."""
    if comes_up_on < today:
        return "overdue"
    if comes_up_on <= today + ONE_DAY:
        return "today" if comes_up_on == today else "tomorrow"
    return "week" if comes_up_on <= week_end(today) else "later"


GROUPS: dict[str, str | Promise] = {
    "overdue": _("Overdue"),
    "today": _("Today"),
    "tomorrow": _("Tomorrow"),
    "week": _("This week"),
    "later": _("Later"),
}


def grouped(rows: Iterable[Row], today: date) -> list[Group]:
    """Return rows in the parts of the centre that hold any, in the order of time."""
    groups = {key: Group(key, label, []) for key, label in GROUPS.items()}
    for row in rows:
        groups[group_of(row.comes_up_on, today)].rows.append(row)
    return [group for group in groups.values() if group.rows]


def snooze_days(today: date, calendar: WorkCalendar) -> list[tuple[str | Promise, date]]:
    """Return the days one tap puts off to: tomorrow, the next working day where it is another, the next Monday."""
    tomorrow = today + ONE_DAY
    days: dict[date, str | Promise] = {tomorrow: _("Tomorrow")}
    days.setdefault(calendar.next_workday(tomorrow), _("Next working day"))
    days.setdefault(today + timedelta(days=7 - today.weekday() + MONDAY), _("Next Monday"))
    return [(label, day) for day, label in sorted(days.items())]


def lines_for(notifications: Sequence[Notification]) -> list[Line]:
    """Return notifications with their words and where they lead; no query."""
    return [Line(line, wording(line.kind, line.params), where_to(line)) for line in notifications]


def where_to(line: Notification) -> str:
    """Return the page a line leads to: what its message names, else the page of what it is about."""
    named = str(line.params.get("url", ""))
    if named.startswith("/") and not named.startswith("//"):
        return named
    return address_of((line.subject_kind, line.subject_id))


@dataclass(frozen=True)
class Waiting:
    """How long the oldest request waits."""

    since: datetime
    hours: int


def oldest_waiting(since: Iterable[datetime], now: datetime) -> Waiting | None:
    """Return the longest wait, None when nothing waits."""
    first = min(since, default=None)
    return Waiting(first, int((now - first).total_seconds() // 3600)) if first else None
