"""The trend chart of a digest."""

import struct
import subprocess
import sys
import zlib
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.charts.trend import trend_chart, trend_svg
from bot.decisions.trend import Trend

SVG = "{http://www.w3.org/2000/svg}"
TITLES = {"prompting": "Prompting", "rag": "RAG", "both": "RAG + fine-tuning"}


def weeks(number: int) -> tuple[date, ...]:
    return tuple(date(2026, 9, 7) + timedelta(weeks=each) for each in range(number))


def trend(*counts: int, option: str = "rag") -> Trend:
    """Return a trend of one option."""
    return Trend(weeks(len(counts)), {option: counts})


def draw(of: Trend, titles: dict[str, str] | None = None) -> ET.Element:
    return ET.fromstring(trend_svg(of, TITLES if titles is None else titles))


def texts(picture: ET.Element, within: str) -> list[str]:
    """Return the texts in the groups of a class."""
    parts = [each for each in picture.iter(f"{SVG}g") if within == each.get("class", "").strip()]
    return [text.text or "" for part in parts for text in part.iter(f"{SVG}text")]


def legend(picture: ET.Element) -> list[str]:
    return texts(picture, "legends")


def ticks(picture: ET.Element) -> list[str]:
    return texts(picture, "axis y always_show")


def bars(picture: ET.Element, place: int) -> list[float]:
    """Return the heights of an option's bars."""
    return [
        float(bar.get("height", ""))
        for part in picture.iter(f"{SVG}g")
        if part.get("class") == f"series serie-{place} color-{place}"
        for bar in part.iter(f"{SVG}rect")
    ]


def styles(picture: ET.Element) -> list[str]:
    """Return the colour and hatch of each option's bars, in order."""
    patterns = (each for each in picture.iter() if each.tag.endswith("pattern"))
    return ["|".join(str(part.attrib) for part in pattern) for pattern in patterns]


def test_the_chart_is_a_sharp_and_small_png() -> None:
    """The chart is a PNG at twice its display width, small enough to upload quickly."""
    picture = trend_chart(trend(1, 0, 2), TITLES)
    assert picture.startswith(b"\x89PNG\r\n")
    width, height = struct.unpack(">II", picture[16:24])
    assert width == 1200
    assert 500 < height < 900
    assert len(picture) < 150_000


def test_the_chart_brings_its_own_paper() -> None:
    """The picture is opaque and white to its edge, so that it is readable on a dark page too."""
    picture = trend_chart(trend(3, 5), TITLES)
    at, data = 8, b""
    while at < len(picture):
        size, kind = int.from_bytes(picture[at : at + 4]), picture[at + 4 : at + 8]
        data += picture[at + 8 : at + 8 + size] if kind == b"IDAT" else b""
        at += size + 12
    colours = {2: 3, 6: 4}[picture[25]]
    first_pixel = zlib.decompress(data)[1 : 1 + colours]
    assert first_pixel == b"\xff" * colours


def test_text_needs_no_installed_font() -> None:
    """Titles are rendered without fonts of the machine: another title gives another image."""
    assert trend_chart(trend(1), {"rag": "RAG"}) != trend_chart(trend(1), {"rag": "Bag"})


def test_the_chart_has_title_legend_and_labels() -> None:
    """The chart has a title, a legend, and a label for every second week up to the newest."""
    options = {"prompting": (0,) * 12, "rag": (1,) * 12, "both": (2,) * 12}
    picture = draw(Trend(weeks(12), options))
    assert texts(picture, "titles") == ["Decisions opened each week, by option"]
    assert legend(picture) == ["RAG", "RAG + fine-tuning"]
    assert texts(picture, "axis x") == ["14 Sep", "28 Sep", "12 Oct", "26 Oct", "9 Nov", "23 Nov"]


def test_a_single_week_is_named_in_the_title() -> None:
    """One week gets one bar, no wider than those of half a dozen."""
    picture = draw(trend(3))
    assert texts(picture, "titles") == ["Decisions opened in the week of 7 Sep"]
    assert [height > 0 for height in bars(picture, 0)] == [True] + [False] * 5


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (1, ["0", "1"]),
        (3, ["0", "1", "2", "3"]),
        (7, ["0", "2", "4", "6", "8"]),
        (4_000, ["0", "1,000", "2,000", "3,000", "4,000"]),
        (10_000, ["0", "2k", "4k", "6k", "8k", "10k"]),
    ],
)
def test_ticks_are_whole_and_few(most: int, expected: list[str]) -> None:
    """Ticks are round integers."""
    assert ticks(draw(trend(0, most))) == expected


@given(
    st.integers(1, 12).flatmap(
        lambda length: st.dictionaries(
            st.sampled_from("abcdefghijkl"),
            st.tuples(*[st.integers(0, 10_000)] * length),
            min_size=1,
        )
    )
)
@settings(max_examples=25)
def test_bars_are_in_proportion(options: dict[str, tuple[int, ...]]) -> None:
    """For any counts, bar heights are in proportion and the scale covers the highest."""
    number = len(next(iter(options.values())))
    given_trend = Trend(weeks(number), options)
    if not given_trend:
        return
    picture = draw(given_trend, {})
    heights = [bars(picture, place)[:number] for place in range(len(legend(picture)))]
    totals = [sum(counts) for counts in zip(*options.values(), strict=True)]
    stacks = [sum(column) for column in zip(*heights, strict=True)]
    highest = max(range(number), key=totals.__getitem__)
    for total, stack in zip(totals, stacks, strict=True):
        assert stack == pytest.approx(stacks[highest] * total / totals[highest], abs=0.01)
    scale = [int(tick.replace(",", "").replace("k", "000")) for tick in ticks(picture)]
    assert scale[0] == 0
    assert scale[-1] >= totals[highest]
    assert len(scale) <= 6


@given(st.text(max_size=60))
@settings(max_examples=40)
def test_any_title_is_drawn_or_refused(title: str) -> None:
    """Markup, control characters and long titles never break the SVG or its layout."""
    try:
        (shown,) = legend(draw(trend(1), {"rag": title}))
    except ValueError as refused:
        if "the font has no" not in str(refused):
            raise
    else:
        assert 0 < len(shown) <= 38
        assert shown.isprintable()


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("<script>&amp;</script>", "<script>&amp;</script>"),
        ("", "rag"),
        ("\N{ROCKET}", "rag"),
        ("Re\N{COMBINING ACUTE ACCENT}sume\N{COMBINING ACUTE ACCENT}", "Résumé"),
        ("RAG\x00\n\ud800 it", "RAG it"),
        ("\N{ROCKET} Größe \N{RIGHTWARDS ARROW} Ünï", "Größe Ünï"),
        ("Łódź, Ωμέγα, ёлка", "Łódź, Ωμέγα, ёлка"),
        ("W" * 40, "W" * 13 + "…"),
        ("The problem is elsewhere", "The problem is elsewhere"),
    ],
)
def test_titles_are_truncated(title: str, shown: str) -> None:
    """A title is truncated to its column; symbols that the font lacks are left out."""
    assert legend(draw(trend(1), {"rag": title})) == [shown]


@pytest.mark.parametrize("title", ["検索拡張生成", "بحث", "RAG धन"])
def test_a_script_outside_the_font_is_an_error(title: str) -> None:
    """A title in another script raises an error: the digest shows its table instead of boxes."""
    with pytest.raises(ValueError, match="the font has no"):
        trend_chart(trend(1), {"rag": title})


def test_no_decisions_are_an_error() -> None:
    """Without any opened decision there is no chart."""
    for empty in (Trend(), trend(0, 0), Trend(weeks(2), {})):
        with pytest.raises(ValueError, match="no decision was opened"):
            trend_chart(empty, {})


def test_options_differ_without_their_colours() -> None:
    """No two of eight options share a colour or a hatch."""
    options = dict.fromkeys("abcdefgh", (1,))
    found = styles(draw(Trend(weeks(1), options), {}))
    assert len(set(found)) == 8
    marks = {each.partition("|")[2].partition("'stroke'")[0] for each in found}
    assert len(marks) == 8


def test_an_option_keeps_its_style() -> None:
    """An option keeps its style while others appear and disappear."""
    all_three = {"prompting": (1,), "rag": (1,), "both": (1,)}
    before = styles(draw(Trend(weeks(1), all_three)))
    after = styles(draw(Trend(weeks(1), {**all_three, "prompting": (0,)})))
    assert after == before[1:]


def test_each_of_many_options_has_its_own_style() -> None:
    """With more options than colours, a colour repeats with another hatch."""
    found = []
    for place in range(20):
        options = {str(each): (int(each == place),) for each in range(20)}
        found += styles(draw(Trend(weeks(1), options), {}))
    assert len(set(found)) == 20


def test_the_least_frequent_options_are_combined() -> None:
    """With more options than styles, the rest is one segment that says how many it holds."""
    options = {f"o{number}": (number + 1,) for number in range(12)}
    picture = draw(Trend(weeks(1), options), {})
    assert legend(picture) == ["o5", "o6", "o7", "o8", "o9", "o10", "o11", "5 others"]
    assert bars(picture, 7)[0] == pytest.approx(bars(picture, 0)[0] * 15 / 6, rel=0.01)


def test_the_libraries_are_imported_lazily() -> None:
    """A process that draws no chart does not import the charting libraries."""
    program = "import sys, bot.charts.trend; print({'pygal', 'resvg_py'} & sys.modules.keys())"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "set()"
