"""The group a company stands in, as a person sees it: the tree to any depth, figures added up from below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from accounts.figures import Figure, figures, figures_of
from accounts.groups.rollup import Node, Sums, add_up, climb, grow, holding, roll_up
from accounts.models import Account
from teams.models import User

# So many companies of a group are read; that there are more is said.
MOST = 2_000
# So many keys a question holds.
AT_ONCE = 10_000
# What lies deeper is drawn side by side.
DEEPEST = 30
# A tree with more companies shows the way to the company looked at, the rest folded.
OPEN_AT_MOST = 30

# A group is read by one question each way, however deep it is. UNION, not UNION ALL: it ends in a circle too.
_ABOVE = """
    WITH RECURSIVE above(id, parent_id) AS (
        SELECT id, parent_id FROM accounts_account WHERE id IN ({})
        UNION
        SELECT higher.id, higher.parent_id FROM accounts_account higher JOIN above ON higher.id = above.parent_id
    )
    SELECT id, parent_id FROM above
"""
_BELOW = """
    WITH RECURSIVE member(id, parent_id) AS (
        SELECT id, parent_id FROM accounts_account WHERE id = %s
        UNION
        SELECT lower.id, lower.parent_id FROM accounts_account lower JOIN member ON lower.parent_id = member.id
    )
    SELECT id, parent_id FROM member LIMIT %s
"""


def _read(sql: str, values: Sequence[int]) -> dict[int, int | None]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return dict(cursor.fetchall())


def companies_above(keys: Sequence[int]) -> dict[int, int | None]:
    """Return companies and all above them, each with the one it belongs to; one query for every 10,000."""
    found: dict[int, int | None] = {}
    for start in range(0, len(keys), AT_ONCE):
        portion = keys[start : start + AT_ONCE]
        found |= _read(_ABOVE.format(", ".join(["%s"] * len(portion))), portion)
    return found


def companies_below(top: int) -> dict[int, int | None]:
    """Return a company and all below it, each with the one it belongs to; one query."""
    return _read(_BELOW, [top, MOST + 1])


def top_of(account: Account) -> int:
    """Return the key of the company at the top of the group; one query."""
    *_between, top = climb(companies_above([account.pk]), account.pk)
    return top


@dataclass
class Company:
    """A company in the chart; one that the person does not see holds others together and has no `account`."""

    key: int
    account: Account | None
    name: str
    total: Sums
    own: Sums
    size: int
    is_here: bool = False
    is_open: bool = True
    below: list["Company"] = field(default_factory=list)


@dataclass(frozen=True)
class Group:
    """The chart, the figures of the whole group, and how many of its companies the person does not see."""

    tops: list[Company]
    figures: list[Figure]
    total: Sums
    hidden: int
    seen: int
    is_cut: bool

    @property
    def totals(self) -> list[tuple[Figure, Any]]:
        """Return the figures of the whole group with their values."""
        return list(zip(self.figures, self.total, strict=True))


def group_of(account: Account, *, user: User, on: date) -> Group:
    """Return the group of a company as the person sees it; as many questions for a thousand companies as for one."""
    found = companies_below(top_of(account))
    is_cut = len(found) > MOST
    parents = {account.pk: account.parent_id} | dict(list(found.items())[:MOST])
    rows = Account.objects.visible_to(user).live().filter(pk__in=parents).select_related("owner").order_by("name", "pk")
    seen = {row.pk: row for row in rows}
    unseen = _unseen([key for key in parents if key not in seen])
    kept = holding(parents, seen)
    tops = grow({key: kept[key] for key in [*seen, *(key for key in kept if key not in seen)]})
    shown = figures()
    empty: Sums = (None,) * len(shown)
    roll_up(tops, figures_of(list(seen), user=user, on=on), empty)
    chart = _Chart(account, seen, _named(parents, seen, unseen), set(climb(parents, account.pk)))
    return Group(
        tops=[chart.company(top, 0) for top in tops],
        figures=shown,
        total=add_up([top.total for top in tops], empty),
        hidden=sum(not is_archived for _name, is_archived in unseen.values()),
        seen=len(seen),
        is_cut=is_cut,
    )


def _unseen(keys: Sequence[int]) -> dict[int, tuple[str, bool]]:
    """Return name and whether archived of companies that are not shown; no query where there are none."""
    rows = Account.objects.filter(pk__in=keys) if keys else Account.objects.none()
    return {row.pk: (row.called, row.archived_at is not None) for row in rows.only("name", "short_name", "archived_at")}


def _named(
    parents: Mapping[int, int | None], seen: Mapping[int, Account], unseen: Mapping[int, tuple[str, bool]]
) -> dict[int, str]:
    """Return the names of companies that are not seen but named, as on the pages of those directly below them."""
    above = {parents[key] for key in seen}
    return {key: name for key, (name, _is_archived) in unseen.items() if key in above}


@dataclass(frozen=True)
class _Chart:
    """What turns the nodes of a tree into what is drawn."""

    here: Account
    seen: Mapping[int, Account]
    named: Mapping[int, str]
    way: set[int]

    def company(self, node: Node, depth: int) -> Company:
        """Return a company with those below it; below the deepest level all stand side by side."""
        account = self.seen.get(node.key)
        size = node.size
        company = Company(
            key=node.key,
            account=account,
            name=account.called if account else self.named.get(node.key, ""),
            total=node.total,
            own=node.own,
            size=size,
            is_here=node.key == self.here.pk,
            is_open=len(self.seen) <= OPEN_AT_MOST or node.key in self.way,
        )
        if depth < DEEPEST:
            company.below = [self.company(lower, depth + 1) for lower in node.below]
        else:
            rest = list(node.walk())[1:]
            company.below = [self.company(Node(lower.key, [], lower.own, lower.own), depth + 1) for lower in rest]
        return company
