"""How sign-in behaves here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from teams.models import User


def display_name(user: User) -> str:
    """Return the name shown for a user."""
    return str(user)


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by an admin: nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: there is no self-service sign-up."""
        return False
