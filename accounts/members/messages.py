"""What an account team is told when it changes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.choices import TeamRole
from accounts.models import AccountMember
from followups.actions.messages import notify
from followups.messages import MessageKind
from teams.models import User

JOINED, CHANGED, LEFT = "account_team_joined", "account_team_changed", "account_team_left"


def _in_words(params: Mapping[str, Any]) -> Mapping[str, Any]:
    role = params.get("role", "")
    return {**params, "role": TeamRole(role).label if role in TeamRole.values else role}


KINDS = (
    MessageKind(
        JOINED,
        _("Joined an account team"),
        _("%(who)s has joined the account team of %(account)s"),
        _("As %(role)s; %(by)s took %(who)s in."),
        prepare=_in_words,
    ),
    MessageKind(
        CHANGED,
        _("Changed in an account team"),
        _("%(who)s is %(role)s in the account team of %(account)s now"),
        _("Changed by %(by)s."),
        prepare=_in_words,
    ),
    MessageKind(
        LEFT,
        _("Left an account team"),
        _("%(who)s has left the account team of %(account)s"),
        _("He or she was %(role)s there."),
        prepare=_in_words,
    ),
)


def tell_team(kind: str, member: AccountMember, *, actor: User | None, now: datetime) -> None:
    """Tell the owner and everybody in the account team, but not who did it, that somebody joined, changed or left."""
    account = member.account
    there = AccountMember.objects.current().filter(account=account).values("user_id")
    concerned = User.objects.active().filter(Q(pk=account.owner_id) | Q(pk__in=there))
    for person in concerned.exclude(pk=actor.pk if actor else None).order_by("pk"):
        notify(
            key=f"{kind}:{member.pk}:{member.version}",
            kind=kind,
            subject=account,
            recipient=person,
            params={
                "who": str(member.user),
                "role": member.role,
                "account": account.called,
                "by": str(actor or ""),
                "url": reverse("accounts:people", args=[account.pk]) + "#team-title",
            },
            now=now,
            account_id=account.pk,
        )
