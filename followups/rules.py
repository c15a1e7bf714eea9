"""The signature of a follow-up rule, and their register. Final: later rules are added, this does not change.

A rule is pure towards the clock: given the day (and the working calendar and its settings) it yields what is due. Who
yields the same occurrence again yields the same key, so running it any number of times plans it once.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.functional import Promise

from crm.workdays import WorkCalendar
from followups.choices import Channel


@dataclass(frozen=True)
class Due:
    """One occurrence: what, about which thing, for whom, when.

    `key` must be unique for the occurrence and stable between runs; `params` feed the texts of the rule and must be
    JSON; `source_version` is the version of the subject it was computed from (a later version replaces an open one).
    After `ends_on` nobody is disturbed for it any more: what it was about is over, and it stands in the app only.
    """

    kind: str
    subject: tuple[str, int]
    recipient_id: int
    due_on: date
    key: str
    params: Mapping[str, Any] = field(default_factory=dict)
    account_id: int | None = None
    source_version: int = 0
    ends_on: date | None = None


@dataclass(frozen=True)
class RuleContext:
    """What a rule may know: the day it is asked about, the working calendar, the admin's settings."""

    on: date
    calendar: WorkCalendar
    params: Mapping[str, Any]


@dataclass(frozen=True)
class Param:
    """A number an admin may set."""

    name: str
    label: str | Promise
    default: int
    low: int
    high: int


@dataclass(frozen=True)
class Rule:
    """A kind of follow-up.

    `plan(context)` yields every occurrence that is open on the day; an open follow-up of this kind that is no longer
    yielded is cancelled (`cancels=False` for kinds made by people). `title` and `reason` are format strings with
    `params`; `prepare` may translate codes among them when the text is shown. `channels` are the defaults a person may
    change.
    """

    kind: str
    label: str | Promise
    title: str | Promise
    reason: str | Promise
    plan: Callable[[RuleContext], Iterable[Due]] | None
    params: tuple[Param, ...] = ()
    channels: tuple[str, ...] = (Channel.IN_APP, Channel.EMAIL)
    cancels: bool = True
    prepare: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None


_rules: dict[str, Rule] = {}


def register_rule(rule: Rule) -> None:
    """Make a rule known; called in `AppConfig.ready`."""
    _rules[rule.kind] = rule


def rule_for(kind: str) -> Rule | None:
    """Return the rule of a kind, None when the room that made it is gone."""
    return _rules.get(kind)


def all_rules() -> list[Rule]:
    """Return every rule, by kind."""
    return [_rules[kind] for kind in sorted(_rules)]
