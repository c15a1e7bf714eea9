"""What this room tells the rooms below, once, when the process starts."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import listed, rules, timeline_sources
from accounts.actions import accounts as account_actions
from accounts.actions import dealers as dealer_actions
from accounts.actions import duplicates as duplicate_actions
from accounts.actions import groups as group_actions
from accounts.actions import key_accounts as key_actions
from accounts.actions import members as member_actions
from accounts.actions import merging as merge_actions
from accounts.actions import people as people_actions
from accounts.actions import plans as plan_actions
from accounts.actions import positions as position_actions
from accounts.actions import qualification as qualification_actions
from accounts.actions import risks as risk_actions
from accounts.actions import sweeps as sweep_actions
from accounts.actions import tier_drafts, tier_rounds
from accounts.actions import tier_drafts as draft_actions
from accounts.bulk import jobs as bulk_jobs
from accounts.claims import listed as claims_listed
from accounts.claims import registration as claim_registration
from accounts.duplicates import jobs as duplicate_jobs
from accounts.figures import TURNOVER, register_figures
from accounts.handover import registration as handing_over
from accounts.inquiries.rules import INQUIRY_RULE
from accounts.key_accounts import rules as key_rules
from accounts.key_accounts import signing as key_signing
from accounts.kinds import KINDS
from accounts.members import messages as team_messages
from accounts.merging import mergeables
from accounts.models import Account
from accounts.navigation import COMMANDS, ENTRIES
from accounts.plans import rules as plan_rules
from accounts.search import find_accounts, find_contacts
from accounts.sweeps.prospect_rules import PROSPECT_RULE
from accounts.sweeps.rules import UNIT_RULE
from accounts.tiers import jobs as tier_jobs
from accounts.tiers import signing as tier_signing
from accounts.timeline import Source, register_source
from accounts.upcoming import register_ahead
from crm.kinds import register_kind
from crm.navigation import register_command, register_nav
from crm.searching import register_search
from crm.undo import register_undo
from followups.approval_kinds import ApprovalKind, register_approval
from followups.messages import register_message
from followups.rules import register_rule
from teams.holdings import Holding, register_holding
from teams.list_exports import register_list
from teams.models import User


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
    register_undo("accounts.move_in_group", group_actions.undo_move_in_group)
    register_undo("accounts.set_position", position_actions.undo_set_position)
    register_undo("accounts.remove_member", member_actions.undo_remove_member)
    register_undo("accounts.end_key_account", key_actions.undo_end_key_account)
    register_undo("accounts.finish_row", plan_actions.undo_finish_row)
    register_undo("accounts.remove_row", plan_actions.undo_remove_row)
    register_undo("accounts.close_risk", risk_actions.undo_close_risk)
    register_undo("accounts.take_login", dealer_actions.undo_take_login)
    register_undo("accounts.leave_key_group", key_actions.undo_leave_key_group)
    register_undo(draft_actions.UNDO_DISCARD, draft_actions.undo_discard_draft)
    register_undo(merge_actions.MERGE, merge_actions.undo_merge)
    register_undo("accounts.set_apart", duplicate_actions.undo_set_apart)
    register_undo("accounts.change_stance", people_actions.undo_change_stance)
    register_undo("accounts.archive_contact", people_actions.undo_archive_contact)
    register_undo("accounts.archive_place", sweep_actions.undo_archive_place)
    register_undo("accounts.archive_rival", qualification_actions.undo_archive_rival)
    register_undo("accounts.note_unit", sweep_actions.undo_note_unit)


def _frame() -> None:
    for entry in ENTRIES:
        register_nav(entry)
    for command in COMMANDS:
        register_command(command)
    register_search("account", _("Customers"), 10, find_accounts)
    register_search("contact", _("People"), 20, find_contacts)


RULES = (rules.RULE, rules.HAND_RULE, PROSPECT_RULE, UNIT_RULE, INQUIRY_RULE, key_rules.KEY_REVIEW, *plan_rules.RULES)


def _held(user: User) -> int:
    return Account.objects.live().filter(owner=user).count()


def register() -> None:
    """Tell the rooms below, in the order in which this file says it, what is here."""
    for kind in KINDS:
        register_kind(kind)
    _approvals()
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
    register_figures(TURNOVER)
    for rule in RULES:
        register_rule(rule)
    register_holding(
        Holding("accounts", _("customers"), _held, lambda user: f"{reverse('accounts:list')}?owner={user.pk}", order=10)
    )
    tier_jobs.register()
    bulk_jobs.register()
    register_list(listed.SOURCE)
    register_list(claims_listed.SOURCE)
    claim_registration.register()
    handing_over.register()
    duplicate_jobs.register()
    mergeables.register()
