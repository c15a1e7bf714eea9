"""What this room tells the ground and itself at start."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.kinds import Kind, register_kind
from crm.navigation import Command, NavEntry, register_command, register_nav
from crm.undo import register_undo
from followups.actions import approvals, comments, items
from followups.approval_kinds import approval_kind, returning
from followups.choices import Channel, NotSent
from followups.counts import approvals_to_sign, due_follow_ups, unread_notifications
from followups.dispatching import UNDELIVERED
from followups.messages import MessageKind, register_message
from followups.models import Approval, FollowUp
from followups.rules import Rule, register_rule
from followups.wording import wording
from teams.choices import Role


def register_all() -> None:
    """Called once, when the application starts."""
    _register_kinds()
    _register_texts()
    _register_undo()
    _register_nav()


def _register_kinds() -> None:
    register_kind(
        Kind(
            "follow_up",
            FollowUp,
            visible=lambda user: FollowUp.objects.visible_to(user),
            url=lambda pk: reverse("followups:item", args=[pk]),
            label=lambda item: wording(item.kind, item.params).title,
        )
    )
    register_kind(
        Kind(
            "approval",
            Approval,
            visible=lambda user: Approval.objects.visible_to(user),
            url=lambda pk: reverse("followups:approval", args=[pk]),
            label=lambda approval: kind_label(approval.kind),
        )
    )


def kind_label(kind: str) -> str:
    """Return the name of a kind of approval."""
    known = approval_kind(kind)
    return str(known.label) if known else kind


def _with_kind_label(params: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**params, "what": kind_label(params.get("kind", ""))}


def _as_its_kind_says(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Say "returned" as the kind of thing says it."""
    told = returning(params.get("kind", "")).told
    return {**params, "told": str(told) % {"title": params.get("title", "")}}


def _with_lost_title(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Translate what could not be delivered, by what, and why."""
    lost = wording(params.get("kind", ""), params.get("params", {}))
    why, channel = params.get("why", ""), params.get("channel", "")
    return {
        "title": lost.title,
        "channel": Channel(channel).label if channel in Channel.values else channel,
        "why": NotSent(why).label if why in NotSent.values else why,
    }


def _register_texts() -> None:
    register_rule(
        Rule(
            kind=items.PROMISE,
            label=_("Promise"),
            title="%(text)s",
            reason=_("Promised on %(made_on)s"),
            plan=None,
            cancels=False,
        )
    )
    texts = [
        (approvals.ASKED, _("Signature wanted"), _("To sign: %(what)s, %(title)s"), _("%(who)s has handed it in.")),
        (approvals.APPROVED, _("Approved"), _("Approved: %(title)s"), _("Signed by %(by)s. %(comment)s")),
    ]
    for kind, label, title, text in texts:
        register_message(MessageKind(kind, label, title, text, prepare=_with_kind_label))
    register_message(
        MessageKind(
            approvals.RETURNED, _("Returned"), "%(told)s", _("%(by)s writes: %(comment)s"), prepare=_as_its_kind_says
        )
    )
    register_message(MessageKind(comments.COMMENT, _("Comment"), _("%(who)s has commented on %(about)s"), "%(text)s"))
    register_message(
        MessageKind(
            UNDELIVERED,
            _("Not delivered"),
            _("This could not reach you by %(channel)s: %(title)s"),
            _("Reason: %(why)s"),
            channels=(Channel.IN_APP,),
            prepare=_with_lost_title,
        )
    )


def _register_undo() -> None:
    register_undo("follow_up.completed", items.undo_complete)
    register_undo("follow_up.snoozed", items.undo_snooze)
    register_undo("approval.approved", approvals.undo_approve)


def _register_nav() -> None:
    leading: set[str] = {Role.MANAGER, Role.DIRECTOR}
    register_nav(
        NavEntry(
            key="follow-ups",
            label=_("Follow-ups"),
            url_name="followups:centre",
            icon="list-check",
            order=15,
            count=due_follow_ups,
            go="r",
            match=("followups:new", "followups:item", "followups:later"),
        )
    )
    register_nav(
        NavEntry(
            key="approvals",
            label=_("Approvals"),
            url_name="followups:approvals",
            icon="clipboard-check",
            order=16,
            roles=leading,
            phone=leading,
            count=approvals_to_sign,
            match=("followups:approval", "followups:approve_all", "followups:return"),
        )
    )
    register_nav(
        NavEntry(
            key="notifications",
            label=_("Notifications"),
            url_name="followups:notifications",
            icon="bell",
            order=17,
            count=unread_notifications,
            match=("followups:choices",),
        )
    )
    _register_admin_pages()


def _register_admin_pages() -> None:
    register_nav(
        NavEntry(
            key="follow-up-rules",
            label=_("Follow-up rules"),
            url_name="followups:rules",
            icon="adjustments-horizontal",
            group=_("Administration"),
            order=850,
            roles={Role.ADMIN},
            match=("followups:rule", "followups:outbox", "followups:mails", "followups:mail"),
        )
    )
    register_command(
        Command(key="new-follow-up", label=_("New follow-up"), url_name="followups:new", icon="list-check", order=40)
    )
