"""The words of a follow-up or message, in the language that is active when they are shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from followups.choices import Channel
from followups.messages import message_kind
from followups.rules import rule_for

MISSING = "--"


@dataclass(frozen=True)
class Wording:
    """What kind it is, what is to be done or known, and why now."""

    label: str
    title: str
    reason: str


class _Params(dict[str, Any]):
    """Params of a text; one that is missing must not take the page away."""

    def __missing__(self, name: str) -> str:
        return MISSING


def fill(text: str | Promise, params: Mapping[str, Any]) -> str:
    """Return a %-format text filled with `params`; what is missing becomes `--`."""
    try:
        return str(text) % _Params(params)
    except (TypeError, ValueError):
        return str(text)


def wording(kind: str, params: Mapping[str, Any]) -> Wording:
    """Return the words of one occurrence of `kind`."""
    rule = rule_for(kind)
    if rule:
        shown = rule.prepare(params) if rule.prepare else params
        return Wording(str(rule.label), fill(rule.title, shown), fill(rule.reason, shown))
    message = message_kind(kind)
    if message:
        shown = message.prepare(params) if message.prepare else params
        return Wording(str(message.label), fill(message.title, shown), fill(message.text, shown))
    return Wording(kind, _("A reminder of a part that is no longer installed."), "")


def label_of(kind: str) -> str:
    """Return the name of a kind."""
    known = rule_for(kind) or message_kind(kind)
    return str(known.label) if known else kind


def default_channels(kind: str) -> tuple[str, ...]:
    """Return the channels a kind uses for people who said nothing."""
    known = rule_for(kind) or message_kind(kind)
    return known.channels if known else (Channel.IN_APP,)
