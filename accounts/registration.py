"""What this room tells the rooms below, once, when the process starts."""

from django.urls import reverse

from accounts.actions import accounts as account_actions
from accounts.actions import people as people_actions
from accounts.models import Account, Contact
from crm.kinds import Kind, register_kind
from crm.undo import register_undo


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


def _undo() -> None:
    register_undo("accounts.change_owners", account_actions.undo_change_owners)
    register_undo("accounts.archive_account", account_actions.undo_archive_account)
    register_undo("accounts.remove_member", account_actions.undo_remove_member)
    register_undo("accounts.change_stance", people_actions.undo_change_stance)
    register_undo("accounts.archive_contact", people_actions.undo_archive_contact)


def register() -> None:
    """Register kinds, ways back, navigation, timeline sources and rules."""
    _kinds()
    _undo()
