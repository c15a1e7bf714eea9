"""Who may give a customer up."""

from accounts.models import Account
from teams.access import may
from teams.choices import Right
from teams.models import User


def may_release(user: User, account: Account) -> bool:
    """Return whether the person may send a customer he sees to the pool: its holder, his deputy, who may hand over."""
    if account.owner_id is None:
        return False
    return account.owner_id in {user.pk, *user.stands_in_for} or may(user, Right.HAND_OVER)
