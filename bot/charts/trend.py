"""The trend chart of a digest: a stacked bar for each week.

pygal draws an SVG and resvg renders it as PNG, because Slack takes no SVG. Both are imported with
the first chart: most processes never draw one. The font is shipped (`OFL.txt`): a slim container
has none, and resvg silently omits text without a font. Titles in scripts that the font lacks raise
an error; the digest then shows its table, which Slack renders in any script.
"""

import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from bot.decisions.trend import Trend

_FONT = Path(__file__).with_name("NotoSans-Regular.ttf")
_FAMILY = "Noto Sans"
_IN_FONT = (range(0x20, 0x180), range(0x370, 0x460), range(0x2010, 0x203B), range(0x20A0, 0x20C0))
"""The code points in the subset of the font: Latin, Greek, Cyrillic, punctuation, currency."""

_WIDTH = 600
_SCALE = 2
"""PNG pixels for each SVG pixel: most screens have a device pixel ratio of two."""
_PLOT = 290
_MARGIN = 18
_SMALL = 18
_LARGE = 22
_LEGEND_LINE = 1.5 * _SMALL
_COLUMNS = 2
_TITLE_WIDTH = 22.5
_MOST_TICKS = 5
_LEAST_WEEKS = 6

_PAPER = "#FFFFFF"
_INK = "#1D1C1D"
_GRID = "#D4D3D8"


@dataclass(frozen=True, slots=True)
class _Look:
    """Style of an option's bars: a colour and a hatch, an SVG path in a 10 by 10 square."""

    colour: str
    ink: str = ""
    hatch: str = ""


_LOOKS = (
    _Look("#0072B2", "#FFFFFF"),
    _Look("#E69F00", "#3B2A00", "M-2,2 l4,-4 M0,10 l10,-10 M8,12 l4,-4"),
    _Look("#009E73", "#FFFFFF", "M3,5 h4 M5,3 v4"),
    _Look("#CC79A7", "#45142C", "M0,5 h10"),
    _Look("#D55E00", "#FFFFFF", "M5,0 v10"),
    _Look("#56B4E9", "#0B3A57", "M0,0 l10,10 M0,10 l10,-10"),
    _Look("#F0E442", "#575000", "M0,5 h10 M5,0 v10"),
    _Look("#5A5A5A", "#FFFFFF", "M-2,8 l4,4 M0,0 l10,10 M8,-2 l4,4"),
)
"""Okabe and Ito's palette (https://jfly.uni-koeln.de/color/), distinct for any colour vision; the
hatches keep the bars distinct in black and white."""
_OTHERS = _Look("#C4C4C4")


@dataclass(frozen=True, slots=True)
class _Bars:
    """One option's segment in each week's bar."""

    title: str
    counts: tuple[int, ...]
    look: _Look


def trend_chart(trend: Trend, titles: Mapping[str, str]) -> bytes:
    """Return a PNG of how many decisions were opened in each week, by option.

    Args:
        trend: the weeks, and each option's counts.
        titles: the options' titles by id; an option without one is shown by its id.

    Raises:
        ValueError: no decision was opened, or the font lacks a letter of a title.
    """
    return svg_to_png(trend_svg(trend, titles))


def trend_svg(trend: Trend, titles: Mapping[str, str]) -> str:
    """Return the chart as SVG, without its font embedded.

    Raises:
        ValueError: no decision was opened, or the font lacks a letter of a title.
    """
    if not trend:
        raise ValueError("no decision was opened in these weeks")
    return _svg(trend.weeks, _bars(trend, titles))


def _bars(trend: Trend, titles: Mapping[str, str]) -> list[_Bars]:
    """Return the segments of the options that occur, styled by their position among all options.

    If there are more options than styles, the least frequent ones become "others".
    """
    options = [option for option, counts in trend.options.items() if any(counts)]
    kept = options
    if len(options) > len(_LOOKS):
        kept = sorted(options, key=lambda each: -sum(trend.options[each]))[: len(_LOOKS) - 1]
    bars = [
        _Bars(
            short_title(titles.get(each, "")) or short_title(each),
            trend.options[each],
            _look(position),
        )
        for position, each in enumerate(trend.options)
        if each in kept
    ]
    others = [each for each in options if each not in kept]
    if others:
        sums = zip(*(trend.options[each] for each in others), strict=True)
        bars.append(_Bars(f"{len(others)} others", tuple(map(sum, sums)), _OTHERS))
    return bars


def _look(position: int) -> _Look:
    """Return the style for a position; colours repeat with another hatch."""
    repeats, number = divmod(position, len(_LOOKS))
    return replace(_LOOKS[number], hatch=_LOOKS[(number + repeats) % len(_LOOKS)].hatch)


def _svg(weeks: Sequence[date], bars: Sequence[_Bars]) -> str:
    import pygal

    prepare_pygal()
    rows = -(-len(bars) // _COLUMNS)
    unreserved = len(bars) % _COLUMNS  # pygal 3.1 rounds the lines of the legend down
    blank = max(0, _LEAST_WEEKS - len(weeks))
    highest = max(map(sum, zip(*(each.counts for each in bars), strict=True)))
    chart = pygal.StackedBar(
        _config([each.look for each in bars]),
        title=_title(weeks),
        height=_PLOT + round(_LEGEND_LINE * rows),
        margin_bottom=_MARGIN + round(_LEGEND_LINE * unreserved),
        y_labels=[{"value": each, "label": _count(each, highest)} for each in _ticks(highest)],
    )
    chart.x_labels = [_day(week) for week in weeks] + [""] * blank
    chart.x_labels_major = [_day(week) for week in weeks[::-2]]
    for each in bars:
        chart.add(each.title, [*each.counts, *[0] * blank])
    return str(chart.render(is_unicode=True))


def prepare_pygal() -> None:
    """Remove the import hook that pygal 3.1 installs for its maps, which are not used here.

    It has no `find_spec`, so every later import in the process would emit a warning.
    """
    sys.meta_path[:] = [finder for finder in sys.meta_path if hasattr(finder, "find_spec")]


def _config(looks: Sequence[_Look]) -> Any:
    from pygal import Config

    return Config(
        style=chart_style(),
        css=("file://style.css", "file://graph.css", f"inline:{_css(looks)}"),
        defs=[_pattern(number, look) for number, look in enumerate(looks)],
        js=(),
        no_prefix=True,
        explicit_size=True,
        width=_WIDTH,
        margin=_MARGIN,
        spacing=12,
        legend_at_bottom=True,
        legend_at_bottom_columns=_COLUMNS,
        legend_box_size=_SMALL,
        truncate_legend=-1,
        truncate_label=-1,
        show_minor_x_labels=False,
    )


def chart_style() -> Any:
    """Return the style of all charts."""
    from pygal.style import Style

    return Style(
        context=_PAPER,
        background=_PAPER,
        plot_background=_PAPER,
        foreground=_INK,
        foreground_strong=_INK,
        foreground_subtle=_GRID,
        guide_stroke_color=_GRID,
        guide_stroke_dasharray="0",
        major_guide_stroke_color=_GRID,
        major_guide_stroke_dasharray="0",
        font_family=_FAMILY,
        label_font_size=_SMALL,
        major_label_font_size=_SMALL,
        legend_font_size=_SMALL,
        title_font_size=_LARGE,
        opacity="1",
        stroke_opacity="1",
    )


def _css(looks: Sequence[_Look]) -> str:
    painted = (
        f".color-{number} rect, rect.color-{number} {{fill: url(#look-{number}); stroke: {_PAPER}}}"
        for number in range(len(looks))
    )
    return f".axis .line, .axis .major.line {{stroke: {_GRID}}} {' '.join(painted)}"


def _pattern(number: int, look: _Look) -> str:
    hatch = f'<path d="{look.hatch}" stroke="{look.ink}" stroke-width="1.7"/>' if look.hatch else ""
    return (
        f'<pattern id="look-{number}" width="10" height="10" patternUnits="userSpaceOnUse">'
        f'<rect width="10" height="10" fill="{look.colour}"/>{hatch}</pattern>'
    )


def svg_to_png(svg: str) -> bytes:
    """Return a chart as PNG, in twice its size."""
    import resvg_py

    return resvg_py.svg_to_bytes(
        svg_string=svg, zoom=_SCALE, font_files=[str(_FONT)], skip_system_fonts=True
    )


def _title(weeks: Sequence[date]) -> str:
    if len(weeks) == 1:
        return f"Decisions opened in the week of {_day(weeks[0])}"
    return "Decisions opened each week, by option"


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"


def _ticks(highest: int) -> list[int]:
    """Return at most six round numbers from 0 to at least the highest."""
    steps = (factor * 10**power for power in count() for factor in (1, 2, 5))
    step = next(each for each in steps if each * _MOST_TICKS >= highest)
    return list(range(0, highest + step, step))


def _count(number: int, highest: int) -> str:
    """Return the label of a tick, in thousands for a tall chart."""
    return f"{number // 1000:,}k" if number and highest >= 10_000 else f"{number:,}"


def short_title(title: str) -> str:
    """Return a title on one line, truncated to the width of its legend column.

    Raises:
        ValueError: the font lacks one of its letters.
    """
    line = " ".join("".join(map(_drawable, unicodedata.normalize("NFC", title))).split())
    fits, width = 0, 0.0
    for each in line:
        width += _width(each)
        fits += width <= _TITLE_WIDTH - 1
    return line if width <= _TITLE_WIDTH else f"{line[:fits].rstrip()}…"


def _drawable(character: str) -> str:
    """Return a character of the font, or a space for one that is no letter.

    Raises:
        ValueError: it is a letter that the font lacks.
    """
    if character.isprintable() and any(ord(character) in part for part in _IN_FONT):
        return character
    if unicodedata.category(character)[0] in "LM":
        raise ValueError(f"the font has no {unicodedata.name(character, 'such letter')}")
    return " "


def _width(character: str) -> float:
    """Return the approximate width of a character; most lower-case letters have 1."""
    if character in "MWmw@%—…":
        return 1.6
    if character in "Iijlftr.,:;'|!()[]- ":
        return 0.6
    if character in "cksvxyz":
        return 0.85
    return 1.25 if character.isupper() else 1.0
