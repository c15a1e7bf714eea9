"""The board: by step or by the time of the next step."""

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from crm.http import AuthenticatedHttpRequest, is_fragment
from crm.workdays import load_calendar
from pipeline.board import BoardColumn, Chip, by_step, by_time, chips, fill
from pipeline.filters import OpportunityFilter
from pipeline.funnel import Totals
from pipeline.models import ExchangeRate, Opportunity, Pipeline
from pipeline.querysets import OpportunityQuerySet
from teams.access import may
from teams.choices import Right

BY_STEP, BY_TIME = "step", "time"
# What of the list's filters the board has; the rest would hide its columns.
BOARD_FIELDS = ("q", "owner", "team")
PASSED_ON = (*BOARD_FIELDS, "next", "stalled")


class BoardFilter(OpportunityFilter):
    """The filters of the list that make sense on the board."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in list(self.filters):
            if name not in PASSED_ON:
                del self.filters[name]
        for name in ("owner", "team"):
            self.form.fields[name].widget.attrs |= {"class": "form-select", "data-submit": ""}


def _pipeline(request: AuthenticatedHttpRequest, pipelines: list[Pipeline]) -> Pipeline:
    """Return the pipeline asked for, else the usual one."""
    asked = request.GET.get("pipeline", "")
    return next((one for one in pipelines if one.key == asked), pipelines[0])


def _query(params: QueryDict, names: tuple[str, ...], **more: Any) -> str:
    """Return the query string of some of the present parameters and others."""
    kept = QueryDict(mutable=True)
    for name in names:
        if value := params.get(name):
            kept[name] = value
    for name, value in more.items():
        kept[name] = str(value)
    return kept.urlencode()


def _links(params: QueryDict, found: list[Chip]) -> list[dict[str, Any]]:
    """Return the chips as links: pressing the present one again takes it off."""
    links = []
    for chip in found:
        is_on = params.get(chip.key) == chip.value
        others = tuple(name for name in (*BOARD_FIELDS, "pipeline", "by") if params.get(name))
        query = _query(params, others, **({} if is_on else {chip.key: chip.value}))
        links.append({"label": chip.label, "count": chip.count, "url": f"?{query}", "is_on": is_on})
    return links


def _more_url(request: AuthenticatedHttpRequest, column: BoardColumn, pipeline: Pipeline) -> str:
    """Return the list of everything in a column."""
    where = {"step": column.step.pk} if column.step else {"pipeline": pipeline.pk, "next": column.key}
    return f"{reverse('pipeline:list')}?{_query(request.GET, PASSED_ON, **where)}"


def _columns(request: AuthenticatedHttpRequest, rows: OpportunityQuerySet, pipeline: Pipeline) -> list[dict[str, Any]]:
    """Return the columns with their links; the one a phone shows is marked."""
    if request.GET.get("by") == BY_TIME:
        columns, place = by_time(request.today)
    else:
        columns, place = by_step(list(pipeline.steps.order_by("position")))
    fill(columns, rows, place, on=request.today, calendar=load_calendar(), rates=ExchangeRate.objects.rates())
    keys = [column.key for column in columns]
    full = next((column.key for column in columns if column.totals.count), keys[0] if keys else "")
    shown = request.GET.get("column") if request.GET.get("column") in keys else full
    return [
        {"column": column, "url": _more_url(request, column, pipeline), "is_shown": column.key == shown}
        for column in columns
    ]


@require_safe
def board(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show open opportunities in columns, with what is due."""
    pipelines = list(Pipeline.objects.order_by("-is_default", "pk"))
    pipeline = _pipeline(request, pipelines)
    visible = Opportunity.objects.visible_to(request.user).live().open().filter(pipeline=pipeline)
    found = BoardFilter(request.GET, queryset=visible, user=request.user, on=request.today, now=request.now)
    columns = _columns(request, found.qs, pipeline)
    context = {
        "columns": columns,
        "totals": sum((shown["column"].totals for shown in columns), Totals()),
        "chips": _links(request.GET, chips(visible, on=request.today, now=request.now)),
        "filter": found,
        "pipeline": pipeline,
        "pipelines": pipelines,
        "by": BY_TIME if request.GET.get("by") == BY_TIME else BY_STEP,
        "steps": [shown["column"].step for shown in columns if shown["column"].step],
        "may_work": may(request.user, Right.SELL),
        "list_query": _query(request.GET, PASSED_ON, pipeline=pipeline.pk),
    }
    template = "pipeline/board.html#columns" if is_fragment(request) else "pipeline/board.html"
    return render(request, template, context)
