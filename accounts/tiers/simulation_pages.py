"""What a page shows of a simulation: the matrix, who moves and why, each seller's load, shares beside the reference."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.cadence import visits_a_month
from accounts.choices import Tier
from accounts.models import Account, TierPolicy
from accounts.tiers.criteria import labels_of
from accounts.tiers.runs import policy_in_force
from accounts.tiers.simulation import SHOWN_OF_CELL, Comparison, Named, Simulation
from accounts.tiers.standings import Cell, Share
from accounts.tiers.tiering import ALL, TIERS, UNTIERED
from accounts.tiers.words import ONE_PLACE, conditions_in_words, reason_of, score_in_words, tiers_in_words, weighed
from crm.charts import Bar
from teams.models import User

SHOWN_MOVERS = 20
NO_TIER = "-"


@dataclass(frozen=True)
class Row:
    """A row of the matrix: from one tier to each, and their sum."""

    tier: str
    cells: list[tuple[str, Cell]]
    total: Cell


@dataclass(frozen=True)
class Customer:
    """A customer as the reader sees it; `url` is empty where its page is closed to him."""

    name: str
    owner: str
    url: str


@dataclass(frozen=True)
class Mover:
    """A customer that would move, and why."""

    name: str
    owner: str
    url: str
    before: str
    after: str
    turnover: Decimal
    reason: str


@dataclass(frozen=True)
class Load:
    """Contacts a month one seller owes, before and after."""

    owner: Hashable
    name: str
    before: Decimal
    after: Decimal

    @property
    def more(self) -> Decimal:
        """Return how many more; below zero fewer."""
        return self.after - self.before


def matrix_rows(found: Simulation) -> tuple[list[Row], Row]:
    """Return the before/after matrix row by row, and its sums; "no tier" only where somebody has none."""
    cells, shown = found.cells, tiers_shown(found)
    rows = [Row(x, [(y, cells[x, y]) for y in shown], sum((cells[x, y] for y in shown), Cell())) for x in shown]
    sums = [(y, sum((cells[x, y] for x in shown), Cell())) for y in shown]
    return rows, Row("", sums, sum((cell for _tier, cell in sums), Cell()))


def tiers_shown(found: Simulation) -> tuple[str, ...]:
    """Return the tiers of the matrix; on a phone an empty column would push the sums off the screen."""
    untiered = any(cell.customers for pair, cell in found.cells.items() if UNTIERED in pair)
    return ALL if untiered else TIERS


def customers_for(ids: Iterable[int], user: User) -> dict[int, Customer]:
    """Return customers by key as this reader sees them.

    Whoever decides about the rules has to know whom they move: an admin too reads name and owner here. The customer's
    page stays closed to him.
    """
    keys = list(ids)
    accounts = Account.objects.select_related("owner").in_bulk(keys)
    seen = set(Account.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True))
    return {
        pk: Customer(account.called, str(account.owner or ""), account.get_absolute_url() if pk in seen else "")
        for pk, account in accounts.items()
    }


def movers_for(found: Simulation, user: User, move: tuple[str, str] | None = None) -> tuple[list[Mover], int]:
    """Return the largest customers that would move, only those of one `move` where one is asked for; how many more."""
    wanted = [row for row in found.listed if ((row.before, row.after) == move if move else row.before != row.after)]
    wanted.sort(key=lambda row: (-row.turnover, row.id))
    shown = wanted[: SHOWN_OF_CELL if move else SHOWN_MOVERS]
    people = customers_for((row.id for row in shown), user)
    names = labels_of(weighed(found.policy))
    rows = [_mover(row, people[row.id], found.out_of, names) for row in shown if row.id in people]
    count = found.cells[move].customers if move else found.moving
    return rows, count - len(rows)


def _mover(row: Named, customer: Customer, out_of: int, names: Mapping[str, str]) -> Mover:
    reason = _("set by hand") if row.is_fixed else reason_of(row, out_of, names)
    return Mover(customer.name, customer.owner, customer.url, row.before, row.after, row.turnover, reason)


def loads(found: Simulation, days: Mapping[str, int]) -> list[Load]:
    """Return what each seller owes a month before and after; those whose load grows most first."""
    names = dict(User.objects.filter(pk__in=list(found.books)).values_list("pk", "name"))
    then = found.policy.contact_days
    rows = [
        Load(owner, names.get(owner, ""), visits_a_month(before, days), visits_a_month(after, then))
        for owner, (before, after) in found.books.items()
    ]
    return sorted(rows, key=lambda load: (-load.more, load.name))


@dataclass(frozen=True)
class Compared:
    """A tier's actual share beside its reference, in percent, for customers, turnover and staff."""

    tier: str
    customers: Decimal
    turnover: Decimal
    staff: Decimal
    reference: dict[str, int]


def compared(found: Mapping[str, Share], reference: dict[str, dict[str, int]]) -> list[Compared]:
    """Return actual beside reference shares (growing-key-accounts, the nine numbers); the last row has no tier."""
    return [
        Compared(
            tier,
            found[tier].customers.quantize(ONE_PLACE),
            found[tier].turnover.quantize(ONE_PLACE),
            found[tier].staff.quantize(ONE_PLACE),
            reference.get(tier, {}),
        )
        for tier in ALL
        if tier or found[tier].customers
    ]


def turnover_bars(rows: list[Compared]) -> list[Bar]:
    """Return the chart: each tier's share of turnover, and under it the reference."""
    bars = []
    for row in rows:
        if row.tier:
            wanted = row.reference.get("turnover", 0)
            bars.append(Bar(row.tier, row.turnover, f"{row.turnover} %", tone="plain"))
            bars.append(Bar(_("reference"), wanted, f"{wanted} %", tone="lost"))
    return bars


def finding(rows: list[Compared]) -> str:
    """Return what the shares say, in one sentence."""
    best = next((row for row in rows if row.tier == Tier.A), None)
    if best is None or not best.customers:
        return _("No customer has tier A yet.")
    return _("A customers are %(customers)s %% of all and bring %(turnover)s %% of the turnover.") % {
        "customers": best.customers,
        "turnover": best.turnover,
    }


def move_asked(asked: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the cell of the matrix that is asked for by `from` and `to` ("-": no tier), None for none."""
    words = {tier or NO_TIER: tier for tier in ALL}
    before, after = asked.get("from", ""), asked.get("to", "")
    return (words[before], words[after]) if before in words and after in words else None


def moving_text(count: int) -> str:
    """Return how many customers move."""
    return ngettext("%(n)s customer moves", "%(n)s customers move", count) % {"n": count}


def simulated(found: Simulation, user: User, asked: Mapping[str, str]) -> dict[str, Any]:
    """Return everything the simulation shows; `asked` may name a cell of the matrix whose customers are listed."""
    rows, sums = matrix_rows(found)
    move, days = move_asked(asked), policy_in_force().contact_days
    movers, more = movers_for(found, user, move)
    before, after = found.visits(days)
    return {
        "matrix": rows,
        "matrix_sums": sums,
        "moving": found.moving,
        "moving_text": moving_text(found.moving),
        "fixed": found.fixed,
        "held": found.held,
        "simulated_policy": found.policy,
        "move": move,
        "movers": movers,
        "more_movers": more,
        "visits_before": before,
        "visits_after": after,
        "loads": loads(found, days),
        "compared": compared(found.shares, found.policy.reference),
        "simulated_on": found.on,
    } | in_words(found.policy)


def in_words(policy: TierPolicy) -> dict[str, Any]:
    """Return the rules in plain language."""
    return {
        "score_words": score_in_words(policy),
        "tier_words": tiers_in_words(policy),
        "condition_words": conditions_in_words(policy),
    }


def figures_of(found: Simulation) -> dict[str, Any]:
    """Return what the signer of these rules is told of their effect."""
    before, after = found.visits(policy_in_force().contact_days)
    return {"moving": found.moving, "fallen": found.fallen, "visits": [str(before), str(after)]}


# --- two drafts side by side ------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Parted:
    """A customer that two drafts treat differently."""

    name: str
    owner: str
    url: str
    now: str
    first: str
    second: str
    turnover: Decimal


@dataclass(frozen=True)
class LoadPair:
    """Contacts a month one seller owes: now, by the first draft, by the second."""

    name: str
    now: Decimal
    first: Decimal
    second: Decimal

    @property
    def apart(self) -> Decimal:
        """Return how many more the second asks for."""
        return self.second - self.first


def _load_pairs(found: Comparison, days: Mapping[str, int]) -> list[LoadPair]:
    second = {load.owner: load.after for load in loads(found.second, days)}
    rows = [LoadPair(load.name, load.before, load.after, second[load.owner]) for load in loads(found.first, days)]
    return sorted(rows, key=lambda row: (-abs(row.apart), row.name))


def compared_drafts(found: Comparison, user: User) -> dict[str, Any]:
    """Return everything the page of two drafts shows."""
    people = customers_for((row.id for row in found.parted), user)
    parted = [
        Parted(who.name, who.owner, who.url, row.now, row.first, row.second, row.turnover)
        for row in found.parted
        if (who := people.get(row.id))
    ]
    days = policy_in_force().contact_days
    return {
        "sides": [simulated(side, user, {}) for side in (found.first, found.second)],
        "parted": parted,
        "parted_count": found.parted_count,
        "parted_more": found.parted_count - len(parted),
        "load_pairs": _load_pairs(found, days),
        "tiers": ALL,
    }
