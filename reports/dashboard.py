"""The manager's page put together: every number with its comparison and the list behind it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from crm.charts import Bar
from crm.money import show_amount
from followups.models import Approval
from pipeline.models import Pipeline
from reports import links
from reports.periods import Period, PeriodKind, period_containing, same_days_before
from reports.queries.changes import KINDS, counts
from reports.queries.coverage import coverage
from reports.queries.funnel import Level, funnel, pipeline_shown
from reports.queries.outcome import Outcome, outcome, outlook, target
from reports.queries.team import team_table
from reports.scope import Scope


@dataclass(frozen=True)
class Figure:
    """One number of the first row: never without a comparison, always with a link."""

    label: str
    value: str
    note: str
    url: str
    tone: str = ""


def amount(value: Decimal) -> str:
    """Return an amount in the reporting currency as the reader's language writes it."""
    return show_amount(value, settings.REPORTING_CURRENCY, get_language() or "en")


def dashboard(scope: Scope, *, pipeline_key: str = "") -> dict[str, Any]:
    """Return everything the page shows."""
    closed = outcome(scope)
    before = outcome(scope, same_days_before(scope.period, scope.today))
    pipeline = pipeline_shown(scope, pipeline_key)
    levels = funnel(scope, pipeline)
    week = period_containing(PeriodKind.WEEK, scope.today if scope.period.holds(scope.today) else scope.period.last)
    return {
        "scope": scope,
        "figures": [_signed(scope, closed, before), _weighted(scope), _coverage(scope), _waiting(scope)],
        "closed": closed,
        "closed_links": {"won": links.won(scope), "lost": links.lost(scope)},
        "levels": [(level, links.still_open(scope, step=level.step.pk)) for level in levels],
        "bars": bars(scope, levels),
        "finding": finding(levels),
        "pipeline": pipeline,
        "pipelines": Pipeline.objects.order_by("-is_default", "pk"),
        "team_rows": [(row, links.of_person(scope, row.person.pk)) for row in team_table(scope)],
        "week": week,
        "changes": _changes(scope, week),
    }


def _signed(scope: Scope, closed: Outcome, before: Outcome) -> Figure:
    goal = target(scope)
    if goal:
        percent = round(closed.value * 100 / goal)
        note = _("target %(target)s · %(percent)s %%") % {"target": amount(goal), "percent": percent}
    else:
        note = _("same days before: %(amount)s") % {"amount": amount(before.value)}
    return Figure(_("Signed"), amount(closed.value), note, links.won(scope))


def _weighted(scope: Scope) -> Figure:
    open_now = outlook(scope)
    note = ngettext("%(count)s open opportunity, %(value)s", "%(count)s open opportunities, %(value)s", open_now.count)
    values = {"count": f"{open_now.count:,}", "value": amount(open_now.value)}
    return Figure(_("Weighted funnel"), amount(open_now.weighted), note % values, links.still_open(scope))


def _coverage(scope: Scope) -> Figure:
    seen = coverage(scope)
    missing = seen.total - seen.covered
    note = ngettext("%(count)s A customer not seen in time", "%(count)s A customers not seen in time", missing)
    url = links.customers(scope, tier="A", quiet=(scope.today - seen.since).days)
    value = f"{seen.percent} %" if seen.percent is not None else "--"
    return Figure(_("A customers covered"), value, note % {"count": missing}, url, "watch" if missing else "good")


def _waiting(scope: Scope) -> Figure:
    waiting = Approval.objects.to_sign(scope.user).order_by("recorded_at")
    oldest = waiting.first()
    hours = int((scope.now - oldest.recorded_at).total_seconds() // 3600) if oldest else 0
    note = _("oldest waits %(hours)s h") % {"hours": hours} if oldest else _("nothing waits")
    return Figure(_("Waiting for your signature"), str(waiting.count()), note, links.approvals())


def bars(scope: Scope, levels: list[Level]) -> list[Bar]:
    """Return the funnel as bars: amount at each step, conversion from the step before in between."""
    drawn = []
    for number, level in enumerate(levels):
        previous = levels[number - 1] if number else None
        between = ""
        if previous is not None and previous.conversion is not None:
            between = _("%(percent)s %% went on") % {"percent": previous.conversion}
        drawn.append(
            Bar(
                label=str(level.step),
                value=level.value,
                text=f"{amount(level.value)} · {level.count:,}",
                url=links.still_open(scope, step=level.step.pk),
                between=between,
            )
        )
    return drawn


def finding(levels: list[Level]) -> str:
    """Return what the funnel says in one sentence."""
    total = sum((level.value for level in levels), Decimal(0))
    if not total:
        return _("Nothing is open in this pipeline.")
    top = max(levels, key=lambda level: level.value)
    return _("Most stands at %(step)s: %(amount)s, %(percent)s %% of what is open.") % {
        "step": top.step,
        "amount": amount(top.value),
        "percent": round(top.value * 100 / total),
    }


def _changes(scope: Scope, week: Period) -> list[dict[str, Any]]:
    found = counts(scope, week)
    labels = change_labels()
    return [
        {"kind": kind, "label": labels[kind], "count": found[kind], "url": links.changes(scope, kind, week)}
        for kind in KINDS
    ]


def change_labels() -> dict[str, str]:
    """Return the words for the four kinds of change."""
    return {"moved": _("Moved on"), "slipped": _("Slipped"), "appeared": _("Appeared"), "died": _("Died")}
