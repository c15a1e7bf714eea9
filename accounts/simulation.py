"""What a tier policy would do, as its page shows it: who moves, what money, which visits, which shares."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.cadence import visits_a_month
from accounts.choices import Tier
from accounts.models import Account
from accounts.tier_runs import TierRun, policy_in_force
from accounts.tiering import ALL, Cell, Proposal, Standing, matrix, per_owner, shares
from crm.charts import Bar
from teams.models import User

SHOWN_MOVERS = 20
SHOWN_OF_CELL = 200
ONE_PLACE = Decimal("0.1")


@dataclass(frozen=True)
class Row:
    """A row of the matrix: from one tier to each, and their sum."""

    tier: str
    cells: list[tuple[str, Cell]]
    total: Cell


@dataclass(frozen=True)
class Mover:
    """A customer that would move, and why; `url` is empty where the reader does not see its page."""

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

    name: str
    before: Decimal
    after: Decimal

    @property
    def more(self) -> Decimal:
        """Return how many more; below zero fewer."""
        return self.after - self.before


def _total(cells: Iterable[Cell]) -> Cell:
    found = list(cells)
    return Cell(sum(cell.customers for cell in found), sum((cell.turnover for cell in found), Decimal(0)))


def matrix_rows(run: TierRun) -> tuple[list[Row], Row]:
    """Return the before/after matrix row by row, and its sums."""
    cells = matrix(run.standings)
    rows = [Row(x, [(y, cells[x, y]) for y in ALL], _total(cells[x, y] for y in ALL)) for x in ALL]
    sums = [(y, _total(cells[x, y] for x in ALL)) for y in ALL]
    return rows, Row("", sums, _total(cell for _tier, cell in sums))


def reason_of(proposal: Proposal) -> str:
    """Return in words why a customer stands where it does."""
    if not proposal.rank:
        return _("too little is known")
    return _("place %(rank)s of %(of)s, score %(score)s (turnover %(sold)s, potential %(grows)s, credit %(pays)s)") % {
        "rank": proposal.rank,
        "of": proposal.of,
        "score": proposal.score.quantize(ONE_PLACE),
        "sold": proposal.turnover_score.quantize(ONE_PLACE),
        "grows": proposal.potential_score.quantize(ONE_PLACE),
        "pays": proposal.credit_score.quantize(ONE_PLACE),
    }


def movers_for(run: TierRun, user: User, move: tuple[str, str] | None = None) -> tuple[list[Mover], int]:
    """Return the largest customers that would move, only those of one `move` where one is asked for; how many more.

    Whoever decides about the rules has to know whom they move: an admin too reads name, owner and turnover here. The
    customer's page stays closed to him.
    """
    wanted = [row for row in run.standings if (row.before, row.after) == move] if move else run.movers
    movers = sorted(wanted, key=lambda standing: (-standing.turnover, standing.id))
    shown = movers[: SHOWN_OF_CELL if move else SHOWN_MOVERS]
    keys = [row.id for row in shown]
    accounts = Account.objects.select_related("owner").in_bulk(keys)
    seen = set(Account.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True))
    rows = [
        Mover(
            name=accounts[row.id].called,
            owner=str(accounts[row.id].owner or ""),
            url=accounts[row.id].get_absolute_url() if row.id in seen else "",
            before=row.before,
            after=row.after,
            turnover=row.turnover,
            reason=_("set by hand") if row.is_fixed else reason_of(run.proposals[row.id]),
        )
        for row in shown
        if row.id in accounts
    ]
    return rows, len(movers) - len(rows)


def visits(run: TierRun) -> tuple[Decimal, Decimal]:
    """Return the contacts a month all customers ask for: by the policy in force, and by this one."""
    before, after = Counter(s.before for s in run.standings), Counter(s.after for s in run.standings)
    return visits_a_month(before, policy_in_force().contact_days), visits_a_month(after, run.policy.contact_days)


def loads(run: TierRun) -> list[Load]:
    """Return what each seller owes a month before and after; those whose load grows most first."""
    days = policy_in_force().contact_days
    books = per_owner(standing for standing in run.standings if standing.owner is not None)
    names = dict(User.objects.filter(pk__in=list(books)).values_list("pk", "name"))
    found = [
        Load(names.get(owner, ""), visits_a_month(before, days), visits_a_month(after, run.policy.contact_days))
        for owner, (before, after) in books.items()
    ]
    return sorted(found, key=lambda load: (-load.more, load.name))


@dataclass(frozen=True)
class Compared:
    """A tier's actual share beside its reference, in percent, for customers, turnover and staff."""

    tier: str
    customers: Decimal
    turnover: Decimal
    staff: Decimal
    reference: dict[str, int]


def compared(standings: list[Standing], reference: dict[str, dict[str, int]], *, after: bool = False) -> list[Compared]:
    """Return actual beside reference shares (growing-key-accounts, the nine numbers); the last row has no tier."""
    found = shares(standings, after=after)
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


NO_TIER = "-"


def move_asked(asked: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the cell of the matrix that is asked for by `from` and `to` ("-": no tier), None for none."""
    words = {tier or NO_TIER: tier for tier in ALL}
    before, after = asked.get("from", ""), asked.get("to", "")
    return (words[before], words[after]) if before in words and after in words else None


def simulated(run: TierRun, user: User, asked: Mapping[str, str]) -> dict[str, Any]:
    """Return everything the simulation shows; `asked` may name a cell of the matrix whose customers are listed."""
    rows, sums = matrix_rows(run)
    move = move_asked(asked)
    movers, more = movers_for(run, user, move)
    before, after = visits(run)
    moving = len(run.movers)
    return {
        "matrix": rows,
        "matrix_sums": sums,
        "tiers": ALL,
        "moving": moving,
        "moving_text": ngettext("%(n)s customer moves", "%(n)s customers move", moving) % {"n": moving},
        "fixed": sum(standing.is_fixed for standing in run.standings),
        "simulated_policy": run.policy,
        "move": move,
        "movers": movers,
        "more_movers": more,
        "visits_before": before,
        "visits_after": after,
        "loads": loads(run),
        "compared": compared(run.standings, run.policy.reference, after=True),
    }
