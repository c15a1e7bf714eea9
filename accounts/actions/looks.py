"""That a person looked at a customer, so that the next look can say what is new."""

from datetime import datetime, timedelta

from accounts.models import Account, AccountLook
from teams.models import User

# A page opened again within this time is the same look: its news stays.
ONE_LOOK = timedelta(minutes=30)


def note_look(
    account: Account, *, user: User, seen_at: datetime | None, before_at: datetime | None, now: datetime
) -> datetime | None:
    """Note that the person looks now; return since when things are news, None at the first look.

    `seen_at` and `before_at` are the row's present values (None where there is none). One write a look, no history: it
    says nothing about the customer.
    """
    if seen_at is not None and now - seen_at < ONE_LOOK:
        return before_at
    look = AccountLook(account=account, user=user, seen_at=now, before_at=seen_at)
    AccountLook.objects.bulk_create(
        [look], update_conflicts=True, unique_fields=["account", "user"], update_fields=["seen_at", "before_at"]
    )
    return seen_at
