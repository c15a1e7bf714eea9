"""What hand-overs tell the rooms below, once, when the process starts."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actions import giving, handover_news, handover_run
from accounts.handover.brief import DANGERS, SECTIONS
from accounts.handover.briefing import register_danger, register_section
from accounts.handover.carried import register_carried
from accounts.handover.carried_follow_ups import FOLLOW_UPS, SIGNATURES
from accounts.handover.carried_work import WORK
from accounts.handover.rules import RULES
from accounts.models import HandOver
from crm.jobs import register_job
from crm.kinds import Kind, register_kind
from crm.navigation import NavEntry, register_nav, register_place
from crm.undo import register_undo
from followups.messages import MessageKind, register_message
from followups.rules import register_rule
from teams.choices import Role
from teams.leaving import Leaving, register_leaving

LEADERS = frozenset({Role.MANAGER, Role.DIRECTOR})


def register() -> None:
    """Register the kind, jobs and messages, rules, what goes along, the brief, what is told of who leaves, the page."""
    register_kind(
        Kind(
            "hand_over",
            HandOver,
            lambda user: HandOver.objects.concerning(user).select_related("giver"),
            lambda pk: reverse("accounts:handovers:page", args=[pk]),
        )
    )
    register_job(handover_run.RUN, handover_run.run, ended=handover_run.interrupted)
    register_job(handover_run.BACK, handover_run.run_back, ended=handover_run.interrupted)
    register_undo(giving.GIVE, giving.undo_give)
    for rule in RULES:
        register_rule(rule)
    for carried in (*WORK, FOLLOW_UPS, SIGNATURES):
        register_carried(carried)
    for section in SECTIONS:
        register_section(section)
    for danger in DANGERS:
        register_danger(danger)
    register_leaving(Leaving("exports", handover_news.tell_of_exports))
    register_place("hand_over", "accounts:handovers:new")
    _messages()
    register_nav(
        NavEntry(
            key="hand-overs",
            label=_("Hand-overs"),
            url_name="accounts:handovers:list",
            icon="arrows-exchange",
            group=_("Manage"),
            order=30,
            roles=LEADERS,
            match=("accounts:handovers",),
        )
    )


def _named(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Say from whom the customers come, where they were of several owners."""
    return {**params, "giver": params["giver"] or gettext("several owners")}


def _messages() -> None:
    register_message(
        MessageKind(
            handover_news.RECEIVED,
            _("New customers"),
            _("You have new customers: %(n)s"),
            _("They come from %(giver)s. Read the brief before the first visit."),
            prepare=_named,
        )
    )
    register_message(
        MessageKind(
            handover_news.FINISHED,
            _("Hand-over done"),
            _("Hand-over of %(giver)s: %(went)s went, %(stayed)s could not"),
            _("What may be lost: %(risks)s. Look at it while there is time."),
            prepare=_named,
        )
    )
