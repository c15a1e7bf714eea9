"""What claims and the pool tell the rooms below, once, when the process starts."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actions import claims, judging, protection
from accounts.claims import decisions, messages, rules
from accounts.models import Claim
from crm.kinds import Kind, register_kind
from crm.navigation import Command, NavEntry, register_command, register_nav
from crm.undo import register_undo
from followups.approval_kinds import ApprovalKind, register_approval
from followups.messages import register_message
from followups.rules import register_rule
from teams.choices import Role
from teams.leaving import Leaving, register_leaving

SELLERS = frozenset({Role.REP, Role.MANAGER, Role.DIRECTOR})


def _frame() -> None:
    register_nav(
        NavEntry(
            key="claims",
            label=_("Claims"),
            url_name="accounts:claims",
            icon="shield",
            order=21,
            roles=SELLERS,
            match=("accounts:claim", "accounts:file_claim", "accounts:extend_claim"),
        )
    )
    register_nav(NavEntry(key="pool", label=_("Pool"), url_name="accounts:pool", icon="users", order=22, roles=SELLERS))
    register_nav(
        NavEntry(
            key="claim-policy",
            label=_("Rules of claims"),
            url_name="accounts:claim_policy",
            icon="shield",
            group=_("Administration"),
            order=225,
            roles=frozenset({Role.ADMIN, Role.DIRECTOR}),
        )
    )
    register_command(
        Command(
            key="new-claim", label=_("Claim a customer"), url_name="accounts:file_claim", icon="shield", roles=SELLERS
        )
    )


def register() -> None:
    """Register the kind, the ways back, the decision, the warning, the messages and the navigation."""
    register_kind(
        Kind(
            claims.KIND,
            Claim,
            lambda user: Claim.objects.visible_to(user).select_related("account"),
            lambda pk: reverse("accounts:claim", args=[pk]),
            lambda claim: claim.account.called,
        )
    )
    register_undo("claims.from_pool", claims.undo_claim_from_pool, back_to="accounts:pool")
    register_undo("claims.release", claims.undo_release)
    register_undo("claims.extend", protection.undo_extend)
    register_undo(decisions.CARRIED, decisions.not_alone)
    decision = ApprovalKind(
        _("Claim on a customer"), decisions.decided, decisions.describe, decisions.reopened, decisions.REFUSING
    )
    register_approval(claims.KIND, decision)
    register_rule(rules.RULE)
    register_leaving(Leaving("claims", judging.withdraw_claims_of))
    for kind in messages.KINDS:
        register_message(kind)
    _frame()
