"""The chart of two needs."""

from dataclasses import replace

import pytest

from bot.charts.needs import needs_chart, needs_svg
from bot.charts.subprocess import render_in_subprocess, render_needs
from bot.decisions.needs import NeedAxis, NeedsPlot

PLOT = NeedsPlot(
    NeedAxis("Knowledge", 9, 6),
    NeedAxis("Behaviour", 2, 5),
    ("Prompting first", "RAG or Long context", "Fine-tuning", "RAG + fine-tuning"),
)


def test_the_alt_text_says_the_same() -> None:
    """It has both needs with their sizes, and the options of the corner."""
    assert PLOT.alt == (
        "Two needs: Knowledge is large, Behaviour is small. "
        "That is the corner of RAG or Long context."
    )
    grown = replace(PLOT, up=NeedAxis("Behaviour", 5, 5))
    assert grown.alt.endswith("Behaviour is large. That is the corner of RAG + fine-tuning.")


def test_the_chart_has_both_needs_and_all_corners() -> None:
    """The axes name the needs, and each corner the options that meet them."""
    drawn = needs_svg(PLOT)
    for words in ("Knowledge", "Behaviour", *PLOT.corners):
        assert words in drawn
    assert "Where this decision lies" in drawn


def test_the_same_plot_is_the_same_file() -> None:
    """A chart is reproducible, and another place is another chart."""
    assert needs_svg(PLOT) == needs_svg(PLOT)
    moved = replace(PLOT, across=NeedAxis("Knowledge", 1, 6))
    assert needs_chart(PLOT) != needs_chart(moved)


def test_it_is_rendered_in_a_subprocess() -> None:
    """The subprocess draws the same, as PNG and as SVG."""
    assert render_in_subprocess(PLOT) == needs_chart(PLOT)
    assert render_needs(PLOT, "svg").decode() == needs_svg(PLOT)


def test_a_letter_that_the_font_lacks_is_an_error() -> None:
    """Titles in other scripts are not drawn: the message keeps its words."""
    with pytest.raises(ValueError, match="the font has no"):
        needs_svg(replace(PLOT, across=NeedAxis("知識", 1, 1)))
