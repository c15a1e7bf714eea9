"""What a chart shows, and where its marks stand. No template, no clock: numbers in, positions out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import ceil, floor, log10

Number = int | float | Decimal

RAMP = 6
# Pixels above the highest grid line, and below the base line for the labels.
HEAD, FOOT = 16, 24


@dataclass(frozen=True)
class Bar:
    """One horizontal bar: `text` is the value as written, `between` stands above it (conversion from the one before).

    `between_url` is what that leads to. `figure` names in the page's code what `value` is ("count", "value").
    `tone`: "" takes the next colour of the funnel's ramp, "plain" one colour, "off" is against target, "lost" hatched.
    """

    label: str
    value: Number
    text: str
    url: str = ""
    between: str = ""
    tone: str = ""
    between_url: str = ""
    figure: str = "value"


@dataclass(frozen=True)
class Column:
    """One upright column, and (optionally) the point of a second series in the same unit; its number may be a link."""

    label: str
    value: Number
    text: str
    line: Number | None = None
    url: str = ""
    quiet: bool = False


@dataclass(frozen=True)
class DrawnBar:
    """A bar with its width in percent of the room that the numbers leave."""

    bar: Bar
    width: float
    css: str


@dataclass(frozen=True)
class DrawnColumn:
    """A column with its place: x in percent of the width, y in pixels from the top."""

    column: Column
    x: float
    width: float
    centre: float
    y: float
    height: float
    line_y: float | None
    minor: bool


@dataclass(frozen=True)
class Plot:
    """Columns drawn on one scale, with grid lines from zero."""

    columns: list[DrawnColumn]
    segments: list[tuple[float, float, float, float]]
    ticks: list[tuple[float, str]]
    target_y: float | None
    base: float
    height: int


def draw_bars(bars: Sequence[Bar]) -> list[DrawnBar]:
    """Return bars on a common scale from zero; a value above zero is never invisible."""
    top = max((float(bar.value) for bar in bars), default=0.0)
    drawn = []
    for place, bar in enumerate(bars):
        share = float(bar.value) / top if top > 0 and bar.value > 0 else 0.0
        width = max(round(share * 100, 2), 0.6) if share else 0.0
        css = {"plain": "plain-bar", "off": "off", "lost": "lost"}.get(bar.tone) or f"f{min(place + 1, RAMP)}"
        drawn.append(DrawnBar(bar, width, css))
    return drawn


def room_for(texts: Sequence[str]) -> int:
    """Return how much room (1 to 3) the stylesheet must keep for the longest number behind the bars."""
    widest = max((sum(13.0 if sign >= "\u2e80" else 7.3 for sign in text) for text in texts), default=0.0)
    return 1 if widest <= 52 else 2 if widest <= 92 else 3


def nice_step(top: float, lines: int = 4) -> float:
    """Return a round distance (1, 2, 2.5 or 5 times a power of ten) so that about `lines` grid lines reach `top`."""
    if top <= 0:
        return 1.0
    rough = top / lines
    power: float = 10.0 ** floor(log10(rough))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= rough)


def plain_number(value: float) -> str:
    """Return a number as it stands beside a grid line."""
    return f"{value:,.10g}"


def draw_columns(
    columns: Sequence[Column],
    *,
    target: Number | None = None,
    height: int = 200,
    written: Callable[[float], str] = plain_number,
) -> Plot:
    """Return columns, second series and target on one scale from zero, with room for text above and below.

    `written` says how a number stands beside its grid line.
    """
    lines = [float(column.line) for column in columns if column.line is not None]
    top = max([*(float(column.value) for column in columns), *lines, float(target or 0)], default=0.0)
    step = nice_step(top)
    scale = _Scale(top=step * max(1, ceil(top / step)), base=float(height - FOOT))
    drawn = [_draw_column(column, place, len(columns), scale) for place, column in enumerate(columns)]
    segments = [
        (left.centre, left.line_y, right.centre, right.line_y)
        for left, right in pairwise(drawn)
        if left.line_y is not None and right.line_y is not None
    ]
    ticks = [(scale.y(step * place), written(step * place)) for place in range(round(scale.top / step) + 1)]
    return Plot(drawn, segments, ticks, None if target is None else scale.y(float(target)), scale.base, height)


@dataclass(frozen=True)
class _Scale:
    """From values to pixels below the upper edge."""

    top: float
    base: float

    def y(self, value: float) -> float:
        """Return where a value stands; nothing is drawn below zero."""
        return round(self.base - max(value, 0.0) / self.top * (self.base - HEAD), 1)


def _draw_column(column: Column, place: int, count: int, scale: _Scale) -> DrawnColumn:
    slot = 100 / count
    y = scale.y(float(column.value))
    return DrawnColumn(
        column=column,
        x=round((place + 0.18) * slot, 2),
        width=round(slot * 0.64, 2),
        centre=round((place + 0.5) * slot, 2),
        y=y,
        height=round(scale.base - y, 1),
        line_y=None if column.line is None else scale.y(float(column.line)),
        minor=(count - 1 - place) % 3 != 0 and count > 6,
    )


@dataclass(frozen=True)
class CurvePlot:
    """A curve in percent of both sides, the reference behind it, and one marked point; x in percent of the width."""

    segments: list[tuple[float, float, float, float]]
    reference: list[tuple[float, float, float, float]]
    ticks: list[tuple[float, str]]
    columns: list[tuple[float, str]]
    mark: tuple[float, float]
    base: float
    height: int


def draw_curve(
    points: Sequence[tuple[Number, Number]],
    *,
    reference: Sequence[tuple[Number, Number]] = (),
    mark: tuple[Number, Number] = (0, 0),
    height: int = 240,
) -> CurvePlot:
    """Return a curve from nothing to all: both sides go from 0 to 100 percent."""
    scale = _Scale(top=100.0, base=float(height - FOOT))

    def drawn(line: Sequence[tuple[Number, Number]]) -> list[tuple[float, float, float, float]]:
        places = [(round(float(x), 2), scale.y(float(y))) for x, y in line]
        return [(*left, *right) for left, right in pairwise(places)]

    return CurvePlot(
        segments=drawn(points),
        reference=drawn(reference),
        ticks=[(scale.y(share), f"{share} %") for share in range(0, 101, 25)],
        columns=[(float(share), f"{share} %") for share in range(0, 101, 20)],
        mark=(round(float(mark[0]), 2), scale.y(float(mark[1]))),
        base=scale.base,
        height=height,
    )


def spark_points(values: Sequence[Number], *, width: int = 96, height: int = 24) -> list[tuple[float, float]]:
    """Return the points of a small line from zero to the largest value, in pixels."""
    top = float(max(values, default=0)) or 1.0
    gap = (width - 4) / max(len(values) - 1, 1)
    return [
        (round(2 + place * gap, 1), round(height - 3 - float(value) / top * (height - 6), 1))
        for place, value in enumerate(values)
    ]
