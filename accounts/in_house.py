"""What we judge of a customer: colleagues read it, dealers never, though they see the customer."""

from collections.abc import Iterable
from typing import Final, TypeVar

from teams.choices import Role
from teams.models import User

# Fields of a customer, and what stands for them in a list: columns, filters, orders.
JUDGED: Final = frozenset(
    {"potential", "credit", "ability", "willingness", "wallet_share", "is_strategic", "qualification"}
    | {"wallet", "order"}
    | {"chosen"}  # which judgement won when two customers were merged
)
# Entries of the history that tell of judgements and of competitors.
JUDGEMENTS: Final = frozenset(
    {"account.judged", "account.qualified", "account.rated"}
    | {"rival.added", "rival.edited", "rival.archived", "rival.restored"}
)
T = TypeVar("T")


def is_in_house(user: User) -> bool:
    """Return whether the person works for us: he reads what we judge of the customers he sees."""
    return user.role != Role.DEALER


def readable(named: Iterable[tuple[str, T]], user: User) -> list[T]:
    """Return the things, each given with its name, that the person may read."""
    return [thing for name, thing in named if is_in_house(user) or name not in JUDGED]
