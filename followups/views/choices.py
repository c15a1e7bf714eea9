"""By which channels a person wants what."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.http import AuthenticatedHttpRequest
from followups.actions.settings import choose_channels
from followups.choices import Channel
from followups.dispatching import UNDELIVERED
from followups.messages import all_message_kinds
from followups.recipients import Wishes
from followups.rules import all_rules


@dataclass(frozen=True)
class Box:
    """One thing to tick: a kind by a channel."""

    name: str
    channel: str
    label: str
    is_on: bool


@dataclass(frozen=True)
class KindRow:
    """A kind with its boxes."""

    label: Any
    boxes: list[Box]


def _kinds() -> list[tuple[str, Any, tuple[str, ...]]]:
    """Return everything one may be told about; that something could not be told cannot be switched off."""
    of_rules: list[tuple[str, Any, tuple[str, ...]]] = [(rule.kind, rule.label, rule.channels) for rule in all_rules()]
    known = [kind for kind in all_message_kinds() if kind.kind != UNDELIVERED]
    return of_rules + [(kind.kind, kind.label, kind.channels) for kind in known]


def _name(kind: str, channel: str) -> str:
    return f"{kind}:{channel}"


def _rows(request: AuthenticatedHttpRequest) -> list[KindRow]:
    wishes = Wishes([kind for kind, _label, _defaults in _kinds()], [request.user.pk])
    return [
        KindRow(
            label,
            [
                Box(_name(kind, value), value, str(words), wishes.wants(request.user.pk, kind, value, defaults))
                for value, words in Channel.choices
            ],
        )
        for kind, label, defaults in _kinds()
    ]


@require_http_methods(["GET", "POST"])
def choices(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show and take what the person wants by which channel."""
    if request.method == "POST":
        ticked = set(request.POST.getlist("on"))
        wanted = {
            (kind, channel): _name(kind, channel) in ticked
            for kind, _label, _defaults in _kinds()
            for channel in Channel.values
        }
        choose_channels(wanted, actor=request.user, now=request.now)
        messages.success(request, _("Your choice is kept."))
        return redirect("followups:choices")
    context = {"rows": _rows(request), "channels": Channel.choices}
    return render(request, "followups/choices.html", context)
