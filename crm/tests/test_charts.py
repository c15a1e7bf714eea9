"""Charts: where the marks stand, and what those read who cannot see them."""

import re

import pytest
from django.template import engines
from hypothesis import given
from hypothesis import strategies as st

from crm.charts import Bar, Column, draw_bars, draw_columns, draw_curve, nice_step, room_for, spark_points

FUNNEL = [
    Bar("线索确认", 860, "860", url="/opportunities/?stage=1"),
    Bar("需求明确", 430, "430", between="↓ 50 %"),
    Bar("丢单", 0, "0", tone="lost"),
]


def render(source: str, **context: object) -> str:
    return engines["django"].from_string("{% load charts %}" + source).render(context)


def test_bars_share_one_scale_from_zero():
    assert [(drawn.width, drawn.css) for drawn in draw_bars(FUNNEL)] == [(100.0, "f1"), (50.0, "f2"), (0.0, "lost")]


def test_no_bars_and_only_zeros_are_drawn_without_an_error():
    assert draw_bars([]) == []
    assert [drawn.width for drawn in draw_bars([Bar("A", 0, "0")])] == [0.0]


def test_a_small_value_is_still_visible():
    assert draw_bars([Bar("A", 1_000_000, ""), Bar("B", 1, "")])[1].width == 0.6


def test_longer_numbers_get_more_room():
    assert [room_for(texts) for texts in ([], ["860"], ["1", "2,180 万元"], ["3,635 万元 · 20"])] == [1, 1, 2, 3]


@pytest.mark.parametrize(("top", "step"), [(590, 200), (600, 200), (9, 2.5), (0, 1), (0.3, 0.1), (41, 20)])
def test_grid_lines_stand_at_round_numbers(top: float, step: float):
    assert nice_step(top) == pytest.approx(step)


def test_columns_stand_on_the_base_line_and_the_axis_starts_at_zero():
    plot = draw_columns([Column("W1", 0, "0"), Column("W2", 200, "200"), Column("W3", 400, "400")], height=240)
    assert [text for _y, text in plot.ticks] == ["0", "100", "200", "300", "400"]
    assert [(drawn.y, drawn.height) for drawn in plot.columns] == [(216.0, 0.0), (116.0, 100.0), (16.0, 200.0)]


def test_a_curve_goes_from_nothing_to_all_with_its_reference_and_one_point():
    plot = draw_curve([(0, 0), (20, 80), (100, 100)], reference=[(0, 0), (100, 100)], mark=(20, 80), height=224)
    assert plot.segments == [(0, 200, 20, 52.8), (20, 52.8, 100, 16)]
    assert (plot.reference, plot.mark) == ([(0, 200, 100, 16)], (20, 52.8))
    assert [text for _y, text in plot.ticks] == ["0 %", "25 %", "50 %", "75 %", "100 %"]
    assert draw_curve([]).segments == []


def test_a_curve_names_its_point_and_says_what_it_shows():
    html = render(
        '{% curve_chart points label="集中程度" finding="20 % 带来 80 %" mark=mark mark_label="20 %" %}',
        points=[(0, 0), (20, 80), (100, 100)],
        mark=(20, 80),
    )
    assert html.count('class="series"') == 2
    assert "<title>集中程度: 20 % 带来 80 %</title>" in html
    assert '<circle cx="20.0%"' in html


def test_the_target_is_part_of_the_scale():
    plot = draw_columns([Column("W1", 10, "10")], target=40)
    assert plot.target_y == 16.0


def test_the_second_series_skips_periods_without_a_value():
    points = [
        Column("W1", 1, "1", line=1),
        Column("W2", 1, "1"),
        Column("W3", 1, "1", line=1),
        Column("W4", 1, "1", line=2),
    ]
    assert len(draw_columns(points).segments) == 1


def test_of_twelve_labels_a_phone_keeps_every_third_and_the_last():
    plot = draw_columns([Column(str(week), 1, "1") for week in range(12)])
    assert [drawn.column.label for drawn in plot.columns if not drawn.minor] == ["2", "5", "8", "11"]


def test_no_columns_at_all_give_an_empty_plot():
    plot = draw_columns([])
    assert (plot.columns, plot.segments) == ([], [])


@pytest.mark.property
@given(st.lists(st.decimals(0, 10**12, places=2), max_size=12), st.none() | st.integers(0, 10**12))
def test_every_mark_stays_inside(values, target):
    plot = draw_columns([Column("x", value, "x") for value in values], target=target)
    assert all(0 <= drawn.y <= plot.base and drawn.height >= 0 for drawn in plot.columns)
    assert all(drawn.x >= 0 and drawn.x + drawn.width <= 100 for drawn in plot.columns)
    assert 2 <= len(plot.ticks) <= 6
    assert all(0 <= drawn.width <= 100 for drawn in draw_bars([Bar("x", value, "x") for value in values]))


def test_a_sparkline_ends_at_its_highest_value():
    assert spark_points([0, 5, 10])[-1] == (94.0, 3.0)
    assert spark_points([]) == []


def test_a_bar_chart_says_its_finding_links_its_bars_and_repeats_them_as_a_table():
    html = render('{% bar_chart bars label="各阶段金额" finding="线索确认最高。" unit="万元" %}', bars=FUNNEL)
    assert "线索确认最高。" in html
    assert '<a href="/opportunities/?stage=1">' in html
    assert "<title>860 万元</title>" in html
    assert "↓ 50 %" in html
    assert re.findall(r'<th scope="row">(.*?)</th><td class="num">(.*?)</td>', html) == [
        ("线索确认", '<a href="/opportunities/?stage=1">860</a>'),
        ("需求明确", "430"),
        ("丢单", "0"),
    ]


def test_a_column_chart_is_an_image_with_a_title_and_a_table():
    columns = [Column("第47周", 410, "410", line=420), Column("第48周", 590, "590", line=440)]
    html = render(
        '{% column_chart columns label="签约" finding="本周最高。" target=450 target_label="目标" line_label="加权" %}',
        columns=columns,
    )
    assert 'role="img"' in html
    assert "<title>签约: 本周最高。</title>" in html
    assert "目标" in html
    assert '<td class="num">590</td><td class="num">440</td>' in html


def test_charts_escape_what_people_typed_and_need_no_style_attribute():
    html = render('{% bar_chart bars label="x" %}', bars=[Bar("<b>", 1, "<i>")])
    html += render("{% sparkline values label=label %}", values=[1, 2], label="<u>")
    assert "<b>" not in html
    assert "<i>" not in html
    assert "<u>" not in html
    assert "style=" not in html
