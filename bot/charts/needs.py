"""The chart of two needs: where a decision lies, one need across and the other up."""

from typing import Any

from bot.charts.trend import chart_style, prepare_pygal, short_title, svg_to_png
from bot.decisions.needs import NeedAxis, NeedsPlot

_WIDTH, _HEIGHT = 600, 440
_MARGIN = 18
_LABEL = 18
_FARTHEST = 0.85
"""How far from the middle the decision is drawn at most; the edge is at 1."""
_FULL_SCALE = 8
"""Points above or below the bar at which it is drawn there."""
_PLACES = ((-0.5, -0.75), (0.5, -0.75), (-0.5, 0.8), (0.5, 0.8))
_CSS = (
    ".series .line {stroke: #8D8D8D; stroke-width: 2} "
    ".text-overlay text {fill: #1D1C1D; stroke: none; text-anchor: middle}"
)


def needs_chart(plot: NeedsPlot) -> bytes:
    """Return a PNG of where a decision lies between two needs.

    Raises:
        ValueError: the font lacks a letter of a title.
    """
    return svg_to_png(needs_svg(plot))


def needs_svg(plot: NeedsPlot) -> str:
    """Return the chart as SVG, without its font embedded.

    Raises:
        ValueError: the font lacks a letter of a title.
    """
    import pygal

    prepare_pygal()
    chart = pygal.XY(_config(), title="Where this decision lies")
    chart.x_title, chart.y_title = (short_title(each.title) for each in (plot.across, plot.up))
    chart.add("", [(0, -1), (0, 1)])
    chart.add("", [(-1, 0), (1, 0)])
    for place, titles in zip(_PLACES, plot.corners, strict=True):
        if titles:
            chart.add("", [{"value": place, "label": short_title(titles)}], stroke=False)
    here = {"value": (_place(plot.across), _place(plot.up)), "color": "#007A5A"}
    chart.add("", [here], stroke=False, dots_size=11)
    return str(chart.render(is_unicode=True))


def _place(axis: NeedAxis) -> float:
    """Return where a need is drawn, from -1 to 1; a large one is above 0."""
    scaled = (axis.points - axis.bar + 0.5) / _FULL_SCALE
    return max(-_FARTHEST, min(_FARTHEST, scaled))


def _config() -> Any:
    from pygal import Config

    style = chart_style()
    style.value_label_font_size = _LABEL
    return Config(
        style=style,
        css=("file://style.css", "file://graph.css", f"inline:{_CSS}"),
        js=(),
        no_prefix=True,
        explicit_size=True,
        width=_WIDTH,
        height=_HEIGHT,
        margin=_MARGIN,
        show_legend=False,
        show_x_guides=False,
        show_y_guides=False,
        show_x_labels=False,
        show_y_labels=False,
        xrange=(-1, 1),
        range=(-1, 1),
        print_labels=True,
        print_values=False,
        dots_size=0,
    )
