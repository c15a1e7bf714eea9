"""What this room tells the rooms below, once, when the process starts."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import key_rules, key_signing, plan_rules, rules, team_messages, tier_jobs, timeline_sources
from accounts.actions import accounts as account_actions
from accounts.actions import dealers as dealer_actions
from accounts.actions import key_accounts as key_actions
from accounts.actions import members as member_actions
from accounts.actions import people as people_actions
from accounts.actions import plans as plan_actions
from accounts.actions import risks as risk_actions
from accounts.models import Account, AccountPlan, AccountRisk, Contact, Nomination, PlanRow
from accounts.search import find_accounts, find_contacts
from accounts.timeline import Source, register_source
from accounts.upcoming import register_ahead
from crm.kinds import Kind, register_kind
from crm.navigation import Command, NavEntry, register_command, register_nav
from crm.searching import register_search
from crm.undo import register_undo
from followups.approval_kinds import ApprovalKind, register_approval
from followups.messages import register_message
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
    _kinds_in_house()


def _kinds_in_house() -> None:
    """What is thought of a customer and meant to be done there: proposals, plans, risks."""
    register_kind(
        Kind(
            key_actions.KIND,
            Nomination,
            lambda user: Nomination.objects.visible_to(user).select_related("account"),
            lambda pk: reverse("accounts:nomination", args=[pk]),
            lambda nomination: nomination.account.called,
        )
    )
    register_kind(
        Kind(
            "account_plan",
            AccountPlan,
            lambda user: AccountPlan.objects.visible_to(user).select_related("account"),
            lambda pk: reverse("accounts:plan_itself", args=[pk]),
            lambda plan: f"{plan.account.called} {plan.year}",
        )
    )
    register_kind(
        Kind(
            "plan_row",
            PlanRow,
            lambda user: PlanRow.objects.visible_to(user).kept(),
            lambda pk: reverse("accounts:plan_row", args=[pk]),
        )
    )
    register_kind(
        Kind(
            "account_risk",
            AccountRisk,
            lambda user: AccountRisk.objects.visible_to(user),
            lambda pk: reverse("accounts:risk", args=[pk]),
        )
    )


def _undo() -> None:
    register_undo("accounts.change_owners", account_actions.undo_change_owners)
    register_undo("accounts.archive_account", account_actions.undo_archive_account)
    register_undo("accounts.remove_member", member_actions.undo_remove_member)
    register_undo("accounts.end_key_account", key_actions.undo_end_key_account)
    register_undo("accounts.finish_row", plan_actions.undo_finish_row)
    register_undo("accounts.remove_row", plan_actions.undo_remove_row)
    register_undo("accounts.close_risk", risk_actions.undo_close_risk)
    register_undo("accounts.take_login", dealer_actions.undo_take_login)
    register_undo("accounts.leave_key_group", key_actions.undo_leave_key_group)
    register_undo("accounts.change_stance", people_actions.undo_change_stance)
    register_undo("accounts.archive_contact", people_actions.undo_archive_contact)


def _pages() -> None:
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
            key="key-accounts",
            label=_("Key accounts"),
            url_name="accounts:key_accounts",
            icon="star",
            order=22,
            roles=SELLERS,
            match=("accounts:key_accounts",),
        )
    )
    register_nav(
        NavEntry(
            key="dealers",
            label=_("Dealers"),
            url_name="accounts:dealers",
            icon="building-store",
            order=24,
            roles=WITH_CUSTOMERS,
            match=("accounts:dealers",),
        )
    )


def _pages_of_admins() -> None:
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
    register_nav(
        NavEntry(
            key="key-account-settings",
            label=_("Key-account rules"),
            url_name="accounts:key_settings",
            icon="star",
            group=_("Administration"),
            order=225,
            roles=frozenset({Role.ADMIN}),
            match=("accounts:key_settings",),
        )
    )
    register_nav(
        NavEntry(
            key="duties",
            label=_("Duty sheets"),
            url_name="accounts:duties",
            icon="users",
            group=_("Administration"),
            order=226,
            roles=frozenset({Role.ADMIN}),
            match=("accounts:duties", "accounts:edit_duty"),
        )
    )


def _frame() -> None:
    _pages()
    _pages_of_admins()
    register_command(
        Command(key="new-account", label=_("New customer"), url_name="accounts:new", icon="building", roles=SELLERS)
    )
    register_search("account", _("Customers"), 10, find_accounts)
    register_search("contact", _("People"), 20, find_contacts)


def _held(user: User) -> int:
    return Account.objects.live().filter(owner=user).count()


def register() -> None:
    """Tell the rooms below, in the order in which this file says it, what is here."""
    _kinds()
    _undo()
    _frame()
    for message in team_messages.KINDS:
        register_message(message)
    register_approval(
        key_actions.KIND,
        ApprovalKind(_("Key account"), key_signing.decided, key_signing.describe, reopened=key_signing.reopened),
    )
    register_source(Source("changes", _("Changes"), timeline_sources.changes))
    register_ahead("accounts", timeline_sources.ahead)
    for rule in (rules.RULE, key_rules.KEY_REVIEW, *plan_rules.RULES):
        register_rule(rule)
    register_holding(
        Holding("accounts", _("customers"), _held, lambda user: f"{reverse('accounts:list')}?owner={user.pk}", order=10)
    )
    tier_jobs.register()
