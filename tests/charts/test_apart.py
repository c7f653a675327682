"""The picture of a trend, drawn apart."""

import sys
from datetime import date
from pathlib import Path

import pytest

from bot.charts import subprocess
from bot.charts.subprocess import render_in_subprocess
from bot.charts.trend import trend_chart
from bot.digest.trend import Trend

TREND = Trend((date(2026, 9, 7), date(2026, 9, 14)), {"rag": (1, 2), "both": (0, 1)})
TITLES = {"rag": "RAG “live”", "both": "Beides"}


def test_it_is_the_same_picture() -> None:
    """Drawn in a process of its own, the picture is the one that is drawn here."""
    assert render_in_subprocess(TREND, TITLES) == trend_chart(TREND, TITLES)


def test_what_cannot_be_drawn_is_said_as_here() -> None:
    """A title in a script that the font has not is refused with the same words."""
    titles = {"rag": "検索"}
    with pytest.raises(ValueError, match="the font has no") as here:
        trend_chart(TREND, titles)
    with pytest.raises(ValueError, match="the font has no") as apart_from_here:
        render_in_subprocess(TREND, titles)
    assert str(apart_from_here.value) == str(here.value)


def test_whatever_befalls_the_process_is_a_value_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A process that dies or never ends leaves the digest with its table, after a while."""
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\nkill -9 $$\n")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    with pytest.raises(ValueError, match="status -9"):
        render_in_subprocess(TREND, TITLES)
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    monkeypatch.setattr(subprocess, "SECONDS", 0.2)
    with pytest.raises(ValueError, match="took too long"):
        render_in_subprocess(TREND, TITLES)
