"""The first row of the manager's page: four figures, each with what it is compared with, each leading to its list."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followups.models import Approval
from pipeline.funnel import Totals
from reports import links
from reports.comparing import change, percent, times
from reports.numbers import WEIGHTED, Number, amount, count_of, share, sum_of_list
from reports.periods import Period, same_days_before, same_days_last_year
from reports.queries.coverage import coverage
from reports.queries.outcome import Outcome, outcome
from reports.scope import Scope

HOUR = 3600


@dataclass(frozen=True)
class Figure:
    """One figure: never without something it is compared with, always with a link."""

    label: str
    number: Number
    notes: list[Number | str] = field(default_factory=list)
    tone: str = ""


@dataclass(frozen=True)
class Compared:
    """What was decided in the period, and in the same part of the one before and of last year's, each once."""

    now: Outcome
    others: list[tuple[Period, Outcome]]


def compared(scope: Scope) -> Compared:
    """Return what was decided in the period, beside what it is compared with."""
    periods = [same_days_before(scope.period, scope.today), same_days_last_year(scope.period, scope.today)]
    return Compared(outcome(scope), [(period, outcome(scope, period)) for period in dict.fromkeys(periods)])


def than(scope: Scope, other: Period) -> str:
    """Return what a figure is compared with: a whole period, or one up to the same day."""
    words = {"period": other.label, "day": f"{other.last:%m-%d}"}
    return _("%(period)s until %(day)s") % words if scope.period.last > scope.today else other.label


def signed(scope: Scope, decided: Compared, goal: Decimal | None) -> Figure:
    """Return what was signed, against the target, the period before and last year."""
    value = decided.now.value
    notes: list[Number | str] = []
    if goal:
        text = _("%(percent)s %% of the target of %(target)s")
        words = {"percent": percent(value, goal), "target": amount(goal)}
        notes.append(Number(text % words, links.targets(scope)))
    elif scope.period.kind != "week":
        notes.append(Number(_("no target is set"), links.targets(scope)))
    for other, then in decided.others:
        text = change(value, then.value, than=than(scope, other), shown=amount(then.value))
        notes.append(sum_of_list(then.value, links.won(scope, other), text=text))
    return Figure(_("Signed"), sum_of_list(value, links.won(scope)), notes)


def funnel(scope: Scope, open_now: Totals, decided: Compared, goal: Decimal | None) -> Figure:
    """Return the weighted funnel against what is still missing to the target, or against what was signed before."""
    url = links.still_open(scope)
    text = ngettext("%(count)s open opportunity, %(value)s", "%(count)s open opportunities, %(value)s", open_now.count)
    words = {"count": f"{open_now.count:,}", "value": amount(open_now.value)}
    notes: list[Number | str] = [count_of(open_now.count, url, text % words)]
    if goal:
        missing = goal - decided.now.value
        if missing > 0:
            text = _("%(times)s times the %(missing)s missing to the target; 2 to 2.5 times is usual")
            notes.append(text % {"times": times(open_now.weighted, missing), "missing": amount(missing)})
        else:
            notes.append(_("the target is reached"))
    else:
        notes.append(_against_before(scope, open_now))
    if open_now.unrated:
        text = ngettext("%(n)s not counted: no exchange rate", "%(n)s not counted: no exchange rate", open_now.unrated)
        notes.append(text % {"n": open_now.unrated})
    return Figure(_("Weighted funnel"), sum_of_list(open_now.weighted, url, figure=WEIGHTED), notes)


def _against_before(scope: Scope, open_now: Totals) -> Number | str:
    before = scope.period.previous()
    value = scope.opportunities().won().closed_between(before.first, before.last).sums(scope.rates, scope.today).value
    if not value:
        return _("%(than)s: nothing") % {"than": before.label}
    text = _("%(times)s times what was signed in %(period)s: %(value)s")
    words = {"times": times(open_now.weighted, value), "period": before.label, "value": amount(value)}
    return sum_of_list(value, links.won(scope, before), text=text % words)


def covered(scope: Scope) -> Figure:
    """Return how many of the A customers were seen as often as their tier asks, as it stands today."""
    seen, every = coverage(scope), links.customers(scope, tier="A")
    days = (scope.today - seen.since).days
    if not seen.total:
        return Figure(_("A customers covered"), share(None, every), [_("no A customers here")])
    text = ngettext("%(n)s seen within %(days)s days", "%(n)s seen within %(days)s days", seen.covered)
    within = count_of(
        seen.covered, links.customers(scope, tier="A", seen=days), text % {"n": seen.covered, "days": days}
    )
    text = ngettext("%(n)s not seen in time", "%(n)s not seen in time", seen.missing) % {"n": seen.missing}
    missing = count_of(seen.missing, links.customers(scope, tier="A", quiet=days), text)
    notes: list[Number | str] = [within, missing]
    if scope.team:
        others = coverage(scope.of_all_teams())
        text = _("all teams: %(percent)s %%") % {"percent": others.percent}
        notes.append(Number(text, links.dashboard(scope, team="")))
    return Figure(_("A customers covered"), share(seen.percent, every), notes, "watch" if seen.missing else "good")


def waiting(scope: Scope) -> Figure:
    """Return what waits for this person's signature, and how long the oldest has."""
    rows = Approval.objects.to_sign(scope.user).order_by("recorded_at")
    oldest = rows.first()
    if oldest is None:
        return Figure(_("Waiting for your signature"), count_of(0, links.approvals()), [_("nothing waits")])
    hours = int((scope.now - oldest.recorded_at).total_seconds() // HOUR)
    note = _("the oldest for %(hours)s h") % {"hours": hours} if hours else _("the oldest for less than an hour")
    return Figure(_("Waiting for your signature"), count_of(rows.count(), links.approvals()), [note])
