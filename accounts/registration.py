"""What this room tells the rooms below, once, when the process starts."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import rules, tier_jobs, tier_signing, timeline_sources
from accounts.actions import accounts as account_actions
from accounts.actions import people as people_actions
from accounts.actions import tier_drafts, tier_rounds
from accounts.models import Account, Contact, TierPolicy, TierRound
from accounts.search import find_accounts, find_contacts
from accounts.timeline import Source, register_source
from accounts.upcoming import register_ahead
from crm.kinds import Kind, register_kind
from crm.navigation import Command, NavEntry, register_command, register_nav
from crm.searching import register_search
from crm.undo import register_undo
from followups.approval_kinds import ApprovalKind, register_approval
from followups.rules import register_rule
from teams.choices import Role
from teams.holdings import Holding, register_holding
from teams.models import User

SELLERS = frozenset({Role.REP, Role.MANAGER, Role.DIRECTOR, Role.CLERK})
WITH_CUSTOMERS = SELLERS | {Role.DEALER}


def _kinds() -> None:
    register_kind(
        Kind(
            "account",
            Account,
            lambda user: Account.objects.visible_to(user),
            lambda pk: reverse("accounts:account", args=[pk]),
            lambda account: account.called,
        )
    )
    register_kind(
        Kind(
            "contact",
            Contact,
            lambda user: Contact.objects.visible_to(user),
            lambda pk: reverse("accounts:contact", args=[pk]),
            lambda contact: contact.name,
        )
    )
    register_kind(
        Kind(
            tier_drafts.KIND,
            TierPolicy,
            lambda user: TierPolicy.objects.visible_to(user),
            lambda pk: reverse("accounts:draft", args=[pk]),
        )
    )
    register_kind(
        Kind(
            tier_rounds.KIND,
            TierRound,
            lambda user: TierRound.objects.visible_to(user).select_related("policy"),
            lambda pk: reverse("accounts:tier_round", args=[pk]),
        )
    )


def _approvals() -> None:
    register_approval(
        tier_drafts.KIND,
        ApprovalKind(
            _("Tier rules"),
            tier_signing.policy_decided,
            tier_signing.describe_policies,
            reopened=tier_signing.policy_reopened,
        ),
    )
    register_approval(
        tier_rounds.KIND,
        ApprovalKind(
            _("Tiers of a run"),
            tier_signing.round_decided,
            tier_signing.describe_rounds,
            reopened=tier_signing.round_reopened,
        ),
    )


def _undo() -> None:
    register_undo("accounts.change_owners", account_actions.undo_change_owners)
    register_undo("accounts.archive_account", account_actions.undo_archive_account)
    register_undo("accounts.remove_member", account_actions.undo_remove_member)
    register_undo("accounts.change_stance", people_actions.undo_change_stance)
    register_undo("accounts.archive_contact", people_actions.undo_archive_contact)


def _frame() -> None:
    register_nav(
        NavEntry(
            key="accounts",
            label=_("Customers"),
            url_name="accounts:list",
            icon="building",
            order=20,
            roles=WITH_CUSTOMERS,
            phone=True,
            go="c",
        )
    )
    register_nav(
        NavEntry(
            key="tiers",
            label=_("Tier policy"),
            url_name="accounts:tiers",
            icon="adjustments-horizontal",
            group=_("Administration"),
            order=220,
            roles=frozenset({Role.ADMIN, Role.DIRECTOR}),
        )
    )
    register_command(
        Command(key="new-account", label=_("New customer"), url_name="accounts:new", icon="building", roles=SELLERS)
    )
    register_search("account", _("Customers"), 10, find_accounts)
    register_search("contact", _("People"), 20, find_contacts)


def _held(user: User) -> int:
    return Account.objects.live().filter(owner=user).count()


def register() -> None:
    """Register kinds, what is signed, ways back, navigation, search, the timeline, rules, a leaver's holdings, jobs."""
    _kinds()
    _approvals()
    _undo()
    _frame()
    register_source(Source("changes", _("Changes"), timeline_sources.changes))
    register_ahead("accounts", timeline_sources.ahead)
    register_rule(rules.RULE)
    register_rule(rules.HAND_RULE)
    register_holding(
        Holding("accounts", _("customers"), _held, lambda user: f"{reverse('accounts:list')}?owner={user.pk}", order=10)
    )
    tier_jobs.register()
