"""The manager's page put together: every number with what it is compared with and the list behind it."""

from decimal import Decimal
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.charts import Bar, Column
from reports import figures, links
from reports.attention import WEIGHTS, Reason
from reports.comparing import change, percent
from reports.figures import Compared
from reports.numbers import COUNT, VALUE, WEIGHTED, Number, amount, count_of, share, sum_of_list
from reports.periods import Period, PeriodKind, period_containing
from reports.queries.changes import KINDS, counts
from reports.queries.coverage import seen_since
from reports.queries.funnel import Held, Level, funnel, pipeline_shown, pipelines_held
from reports.queries.outcome import Outcome, outlook, target
from reports.queries.team import Row, team_table
from reports.queries.trend import Trend, trend
from reports.scope import AMOUNT, Scope


def dashboard(scope: Scope) -> dict[str, Any]:
    """Return everything the page shows."""
    decided = figures.compared(scope)
    goal, held = target(scope), pipelines_held(scope)
    pipeline = pipeline_shown(held, scope.pipeline)
    levels, weeks = funnel(scope, pipeline), trend(scope)
    days = (scope.today - seen_since("A", scope.today)).days
    return {
        "scope": scope,
        "figures": [
            figures.signed(scope, decided, goal),
            figures.funnel(scope, outlook(scope), decided, goal),
            figures.covered(scope),
            figures.waiting(scope),
        ],
        "decided": _decided(scope, decided),
        "levels": levels,
        "bars": bars(scope, levels),
        "finding": finding(scope, levels),
        "pipeline": pipeline,
        "pipelines": held,
        "others": _others(scope, held, pipeline),
        "measures": _measures(scope),
        "columns": columns(scope, weeks),
        "trend_finding": trend_finding(scope, weeks),
        "team_rows": [team_row(scope, row, days) for row in team_table(scope)],
        "weights": WEIGHTS,
        "days": days,
        **_changes(scope),
    }


def _decided(scope: Scope, decided: Compared) -> list[dict[str, Any]]:
    """Return what was decided in the period, in the one before and last year, side by side."""
    columns = [(scope.period, decided.now), *decided.others]
    return [_decided_in(scope, period, found) for period, found in columns]


def _decided_in(scope: Scope, period: Period, found: Outcome) -> dict[str, Any]:
    won, lost = links.won(scope, period), links.lost(scope, period)
    return {
        "label": period.label if period == scope.period else figures.than(scope, period),
        "won": count_of(found.won, won),
        "value": sum_of_list(found.value, won),
        "lost": count_of(found.lost, lost),
        "rate": share(found.win_rate, links.decided(scope, period)),
    }


def _measures(scope: Scope) -> list[tuple[str, str, bool]]:
    """Return the two ways to draw the funnel, as (label, address, whether it is this one)."""
    return [
        (label, links.dashboard(scope, measure=key), scope.measure == key)
        for key, label in ((AMOUNT, _("Amount")), (COUNT, _("Number")))
    ]


def _others(scope: Scope, held: list[Held], shown: Any) -> list[dict[str, Any]]:
    """Return what other pipelines hold: it is part of the first row, but stands in funnels of its own."""
    return [
        {
            "name": str(one.pipeline),
            "count": count_of(one.count, links.still_open(scope, pipeline=one.pipeline.pk)),
            "value": sum_of_list(one.value, links.still_open(scope, pipeline=one.pipeline.pk)),
            "url": links.dashboard(scope, pipeline=one.pipeline.key),
        }
        for one in held
        if one.count and one.pipeline != shown
    ]


def bars(scope: Scope, levels: list[Level]) -> list[Bar]:
    """Return the funnel as bars, by amount or by number; in between, how many of those who came went on."""
    by_amount = scope.measure == AMOUNT
    drawn = []
    for number, level in enumerate(levels):
        previous = levels[number - 1] if number else None
        between = between_url = ""
        if previous is not None and previous.conversion is not None:
            words = {"percent": previous.conversion, "on": previous.went_on, "of": previous.entered}
            between = _("%(percent)s %% went on: %(on)s of %(of)s") % words
            between_url = links.passed(scope, previous.step.pk, went_on=True)
        drawn.append(
            Bar(
                label=str(level.step),
                value=level.value if by_amount else level.count,
                text=f"{amount(level.value)} · {level.count:,}"
                if by_amount
                else f"{level.count:,} · {amount(level.value)}",
                url=links.still_open(scope, step=level.step.pk),
                between=between,
                between_url=between_url,
                figure=VALUE if by_amount else COUNT,
            )
        )
    return drawn


def finding(scope: Scope, levels: list[Level]) -> str | SafeString:
    """Return what the funnel says in one sentence."""
    by_amount = scope.measure == AMOUNT

    def size(level: Level) -> Decimal:
        return level.value if by_amount else Decimal(level.count)

    total = sum((size(level) for level in levels), Decimal(0))
    if not total:
        return _("Nothing is open in this pipeline.")
    top = max(levels, key=size)
    url = links.still_open(scope, step=top.step.pk)
    words = {"step": top.step, "percent": percent(size(top), total)}
    sentence = _("Most stands at %(step)s, %(percent)s %% of what is open:") % words
    return format_html("{} {}", sentence, sum_of_list(top.value, url) if by_amount else count_of(top.count, url))


def columns(scope: Scope, weeks: Trend) -> list[Column]:
    """Return what was signed in each of twelve weeks; the last may not be over."""
    return [
        Column(
            label=f"{week.period.first:%m-%d}",
            value=week.value,
            text=amount(week.value),
            url=links.won(scope, week.period),
            quiet=week.period.last >= scope.today,
        )
        for week in weeks.weeks
    ]


def trend_finding(scope: Scope, weeks: Trend) -> SafeString:
    """Return the sum of twelve weeks and how it stands to the twelve before."""
    text = change(weeks.value, weeks.before, than=_("the 12 weeks before"), shown=amount(weeks.before))
    before = sum_of_list(weeks.before, links.won(scope, weeks.span_before), text=text)
    return format_html("{} · {}", sum_of_list(weeks.value, links.won(scope, weeks.span)), before)


def team_row(scope: Scope, row: Row, days: int) -> dict[str, Any]:
    """Return one line of the team table, every cell a number that leads to its list."""
    to = links.of_person(scope, row.person.pk, days=days)
    effective = count_of(row.effective, to["effective"])
    return {
        "person": row.person,
        "url": to["open"],
        "reasons": [(reason.kind, reason_words(reason)) for reason in row.reasons],
        "visits": count_of(row.visits, to["visits"]),
        "effective": effective,
        "effective_percent": row.effective_percent,
        "tier_a": count_of(row.tier_a, to["tier_a"]),
        "unseen": count_of(row.uncovered, to["unseen"]),
        "signed": sum_of_list(row.signed, to["won"]),
        "weighted": sum_of_list(row.weighted, to["open"], figure=WEIGHTED),
        "stalled": count_of(row.stalled, to["stalled"]),
        "overdue": count_of(row.overdue, to["overdue"]),
    }


def reason_words(reason: Reason) -> str:
    """Return why somebody needs attention, in the words of the table's headings."""
    words = {
        "uncovered": _("A not seen"),
        "stalled": _("Stalled"),
        "overdue": _("Overdue"),
        "no_visits": _("No visits"),
    }
    return words[reason.kind]


def _changes(scope: Scope) -> dict[str, Any]:
    """Return what changed in the week looked at, beside the week before."""
    day = scope.today if scope.period.holds(scope.today) else min(scope.period.last, scope.today)
    week = period_containing(PeriodKind.WEEK, day)
    before = week.previous()
    found, earlier, labels = counts(scope, week), counts(scope, before), change_labels()
    rows: list[dict[str, Number | str]] = [
        {
            "kind": kind,
            "label": labels[kind],
            "count": count_of(found[kind], links.changes(scope, kind, week)),
            "before": count_of(earlier[kind], links.changes(scope, kind, before)),
        }
        for kind in KINDS
    ]
    return {"week": week, "changes": rows}


def change_labels() -> dict[str, str]:
    """Return the words for the four kinds of change."""
    return {"moved": _("Moved on"), "slipped": _("Slipped"), "appeared": _("Appeared"), "died": _("Died")}
